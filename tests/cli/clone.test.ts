import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, root } from "./ground.ts";

test("in a fresh clone the two commands of the README do", async (context) => {
  if (process.env["HARNESS_LONG"] !== "1")
    return context.skip("installs everything anew; set HARNESS_LONG=1");
  const [dir, home] = [await folder(), await folder()];
  const clone = join(dir, "harness");
  execFileSync("git", ["clone", "-q", root, clone]);
  const bare = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, TERM: "dumb" };
  const started = spawnSync("npm", ["start"], { cwd: clone, env: bare, encoding: "utf8" });
  expect(started.stderr).toMatch(/^ met {8}run /m);
  expect(started.status).toBe(0);
  const version = spawnSync("npm", ["start", "--", "--version"], { cwd: clone, env: bare, encoding: "utf8" });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+$/m);
});
