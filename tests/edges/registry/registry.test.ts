import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { inProduction } from "../../../src/core/registry/history.ts";
import { addReceipt, readReceipts } from "../../../src/edges/registry/receipts.ts";
import {
  addRecord,
  readRegistry,
  readVersion,
  refuseFaults,
  sha256,
} from "../../../src/edges/registry/registry.ts";
import { history, make, place, project } from "./ground.ts";
import { lockOf, stage, version } from "./place.ts";

const text = "---\n# about\n---\nHello {{who}}\n";
const lockText = async (dir: string): Promise<string> => readFile(join(dir, "harness.lock"), "utf8");
const file = (dir: string, number: number): string => join(dir, `prompts/versions/worker@${number}.prompt`);

test("a version is a file and a line, and both say the same", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  expect(await readFile(file(dir, 1), "utf8")).toBe(text);
  expect((await history(dir)).records).toEqual([version(1, text)]);
  expect(await readVersion(dir, version(1, text))).toBe(text);
  // Nothing is left lying beside them.
  expect((await readdir(dir)).toSorted()).toEqual([".edit.db", "harness.lock", "prompts"]);
  expect(await readdir(join(dir, "prompts/versions"))).toEqual(["worker@1.prompt"]);
});

test("a checkout with line ends of Windows is the same version", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  await writeFile(file(dir, 1), text.replaceAll("\n", "\r\n"));
  await writeFile(join(dir, "harness.lock"), (await lockText(dir)).replaceAll("\n", "\r\n"));
  refuseFaults((await readRegistry(dir)).faults);
  expect(await readVersion(dir, version(1, text))).toBe(text);
});

test("every flipped bit of a version's file is found, and the file named", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  const bytes = Buffer.from(text);
  for (const [at, byte] of bytes.entries()) {
    bytes[at] = byte ^ (1 << (at % 8));
    await writeFile(file(dir, 1), bytes);
    await expect(readVersion(dir, version(1, text))).rejects.toThrow(/prompts\/versions\/worker@1\.prompt/);
    bytes[at] = byte;
  }
});

test("a version whose file is gone is told, with how to bring it back", async () => {
  const dir = await project();
  await expect(readVersion(dir, version(1, text))).rejects.toThrow(
    "prompts/versions/worker@1.prompt: the file of worker@1 is not there; put it back: git checkout -- prompts/versions/worker@1.prompt",
  );
});

describe("two who do something at once", () => {
  test("about one name: one wins, the other is told, and nothing of it is there", async () => {
    const dir = await project();
    await make(dir, version(1, text), text);
    const seen = await history(dir);
    const by = (who: string, number: number) =>
      addRecord({
        projectDir: dir,
        lock: lockOf(dir),
        seen,
        record: { ...version(number, who), who },
        text: who,
      });
    const ends = await Promise.allSettled([by("Ann", 2), by("Bob", 2)]);
    const lost = ends.filter((end) => end.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(String(lost[0]?.reason)).toMatch(
      /nothing was changed: (Ann|Bob) made worker@2 meanwhile \("because"\); look at it \(harness prompts log worker\)/,
    );
    const after = await history(dir);
    expect(after.records).toHaveLength(2);
    expect(await readFile(file(dir, 2), "utf8")).toBe(after.versions.get(2)?.made.who);
  });

  test("about two names: both are done", async () => {
    const dir = await project();
    const seen = [await history(dir, "worker"), await history(dir, "planner")] as const;
    await Promise.all(
      seen.map(async (one) =>
        addRecord({
          projectDir: dir,
          lock: lockOf(dir),
          seen: one,
          record: version(1, text, one.name),
          text,
        }),
      ),
    );
    expect((await readRegistry(dir)).records.map(({ name }) => name)).toEqual(["planner", "worker"]);
  });

  test("four processes promote: one wins, three are told who did", async () => {
    const dir = await project();
    for (const number of [1, 2, 3, 4]) await make(dir, version(number, `${number}`), `${number}`);
    const children = [1, 2, 3, 4].map((number) => start(dir, number));
    for (const child of children) await child.ready;
    for (const child of children) child.go();
    const said = await Promise.all(children.map(async (child) => child.said));
    const winner = said.indexOf("done") + 1;
    expect(winner).toBeGreaterThan(0);
    const others = said.filter((words) => words !== "done");
    expect(others).toHaveLength(3);
    for (const words of others)
      expect(words).toContain(
        `nothing was changed: child ${winner} put worker@${winner} into production meanwhile`,
      );
    const { faults } = await readRegistry(dir);
    expect(faults).toEqual([]);
    expect(inProduction(await history(dir))).toBe(winner);
  });
});

/** A process that has looked and waits for its word. */
function start(dir: string, number: number): { ready: Promise<void>; go: () => void; said: Promise<string> } {
  const script = fileURLToPath(new URL("promote-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, dir, `${number}`], { stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  const ended = once(child, "close");
  return {
    ready: once(child.stdout, "data").then(() => undefined),
    go: () => child.stdin.write("go\n"),
    said: ended.then(() => out.replace("ready\n", "").trim()),
  };
}

test("a damaged lock is never written over", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  const damaged = (await lockText(dir)).replace('"Ann"', '"Amn"');
  await writeFile(join(dir, "harness.lock"), damaged);
  await expect(make(dir, version(2, "2"), "2")).rejects.toThrow(/^harness\.lock:4: this line is damaged/);
  expect(await lockText(dir)).toBe(damaged);
  await expect(readFile(file(dir, 2))).rejects.toThrow("ENOENT");
});

test("lines taken out meanwhile are no reason to write", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  const seen = await history(dir);
  await writeFile(join(dir, "harness.lock"), "");
  const record = stage(version(1, text), "staging", null);
  await expect(addRecord({ projectDir: dir, lock: lockOf(dir), seen, record })).rejects.toThrow(
    /somebody took its lines out/,
  );
});

test("a file of a version that no line is about stays; one that says the same is taken", async () => {
  const dir = await project({ "prompts/versions/worker@1.prompt": "of somebody else\n" });
  await expect(make(dir, version(1, text), text)).rejects.toThrow(/worker@1\.prompt is there already/);
  expect(await readFile(file(dir, 1), "utf8")).toBe("of somebody else\n");
  expect((await history(dir)).records).toEqual([]);
  await writeFile(file(dir, 1), text);
  await make(dir, version(1, text), text);
  expect((await history(dir)).records).toHaveLength(1);
});

test("a lock that is a link stays one", async () => {
  const dir = await project();
  await mkdir(join(dir, "shared"));
  await writeFile(join(dir, "shared/lock"), "");
  await symlink("shared/lock", join(dir, "harness.lock"));
  await make(dir, version(1, text), text);
  expect((await lstat(join(dir, "harness.lock"))).isSymbolicLink()).toBe(true);
  expect((await history(dir)).records).toHaveLength(1);
});

test("what is no file, and what is no text, is told", async () => {
  const dir = await project();
  await mkdir(join(dir, "harness.lock"));
  await expect(readRegistry(dir)).rejects.toThrow(/harness\.lock: it is no file/);
  const other = await project();
  await writeFile(join(other, "harness.lock"), Buffer.from([0x23, 0xff, 0xfe]));
  await expect(readRegistry(other)).rejects.toThrow(/not UTF-8/);
  await chmod(join(other, "harness.lock"), 0o644);
});

test("receipts are known by their digest; what is none is passed over, and no other is written over", async () => {
  const good = `{"digest":"${sha256("x")}","more":1,"receipt":1,"verdict":"PROMOTE"}\n`;
  const rejected = good.replace("PROMOTE", "REJECT");
  const dir = await project({
    "receipts/worker-1.json": good,
    "receipts/loose.json": good.replace('"receipt":1,', ""),
    "receipts/broken.json": "{",
    "receipts/README.md": "about",
  });
  const [only] = await readReceipts(dir);
  expect(only).toMatchObject({ path: "receipts/worker-1.json", text: good, digest: sha256(good) });
  expect(await addReceipt(dir, "worker-1", good)).toBe("receipts/worker-1.json");
  expect(await addReceipt(dir, "worker-1", rejected)).toBe("receipts/worker-1-2.json");
  expect(await addReceipt(dir, "worker-1", rejected)).toBe("receipts/worker-1-2.json");
  expect(await readReceipts(dir)).toMatchObject([
    { digest: sha256(rejected), head: { verdict: "REJECT" } },
    { digest: sha256(good) },
  ]);
  expect(await readReceipts(await project())).toEqual([]);
});

test("a promotion keeps the lines of others as they are", async () => {
  const dir = await project();
  await make(dir, version(1, text), text);
  await make(dir, version(1, text, "planner"), text);
  const before = (await lockText(dir)).split("\n");
  await place(dir, stage(version(1, text, "planner"), "staging", null));
  const after = (await lockText(dir)).split("\n");
  expect(after.filter((line) => !before.includes(line))).toHaveLength(1);
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
});
