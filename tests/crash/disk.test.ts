import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { newDisk, removeDisks, whyNoDisk } from "./disk.ts";

const why = whyNoDisk();

afterAll(removeDisks);

test("the disk of a test process that was killed is taken off by the next one", ({ skip }) => {
  skip(why !== null, why ?? "");
  const disks = JSON.stringify(new URL("./disk.ts", import.meta.url).href);
  const dies = `
    import { writeSync } from "node:fs";
    const { newDisk } = await import(${disks});
    writeSync(1, newDisk().dir);
    process.kill(process.pid, "SIGKILL");
  `;
  const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", dies]);
  const dir = stdout.toString();
  expect({ dir, signal }).toEqual({
    dir: expect.stringContaining("harness-disk-") as string,
    signal: "SIGKILL",
  });
  newDisk().remove();
  expect(existsSync(dir)).toBe(false);
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(dir);
});
