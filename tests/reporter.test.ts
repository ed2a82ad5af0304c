import { spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const config = `
  import { Tally } from ${JSON.stringify(join(import.meta.dirname, "reporter.ts"))};
  export default { test: { reporters: [new Tally()], tags: [{ name: "docker" }], globals: true } };`;
const files = {
  "good.test.ts": `it("passes", () => {});`,
  "bad.test.ts": `it("fails", () => expect(1).toBe(2));`,
  "hook.test.ts": `describe("a", () => { beforeAll(() => { throw new Error("broken"); }); it("b", () => {}); });`,
  "unloaded.test.ts": `throw new Error("broken");`,
  "late.test.ts": `it("passes", () => void Promise.reject(new Error("late")));`,
  "noted.test.ts": `it("is   for later", ({ skip }) => skip("not today"));`,
  "tagged.test.ts": `it("a", { tags: ["docker"] }, () => {}); it("b", { tags: ["docker"] }, () => {});`,
  "docker-fails.test.ts": `it("a", { tags: ["docker"] }, () => { throw new Error("no"); });`,
  "asking.test.ts": `
    import { describeDocker } from ${JSON.stringify(join(import.meta.dirname, "docker.ts"))};
    describeDocker("one", () => { it("a", () => {}); describe("in it", () => { it("b", () => {}); }); });
    describeDocker("two", () => { it("c", () => {}); });`,
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "harness-tally-"));
  await symlink(join(root, "node_modules"), join(dir, "node_modules"));
  await writeFile(join(dir, "vitest.config.ts"), config);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
});
afterAll(() => rm(dir, { recursive: true }));

/** What is told of a run of some of the files where no Docker engine is, and whether the run was good. */
function told(names: readonly (keyof typeof files)[], more: NodeJS.ProcessEnv = {}): [string[], boolean] {
  const { HARNESS_REQUIRE_DOCKER: _, ...env } = process.env;
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", ...names.map((name) => join(dir, name))];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: dir,
    env: { ...env, DOCKER_HOST: "unix:///nowhere/docker.sock", ...more },
    encoding: "utf8",
  });
  return [stdout.trimEnd().split("\n"), status === 0];
}
const required = { HARNESS_REQUIRE_DOCKER: "1" };
const noEngine = "no Docker engine answers (connect ENOENT /nowhere/docker.sock)";

it("counts what passed and what failed", () => {
  expect(told(["good.test.ts"])).toEqual([["1 passed, 0 failed"], true]);
  expect(told(["good.test.ts", "bad.test.ts"])).toEqual([["1 passed, 1 failed"], false]);
});

it("counts what failed outside the tests", () => {
  expect(told(["hook.test.ts"])).toEqual([["0 passed, 1 failed, 1 skipped"], false]);
  expect(told(["good.test.ts", "unloaded.test.ts"])).toEqual([["1 passed, 1 failed"], false]);
  expect(told(["late.test.ts"])).toEqual([["1 passed, 1 failed"], false]);
});

it("says why a test was skipped", () => {
  expect(told(["noted.test.ts"])).toEqual([
    ["skipped  noted.test.ts  is for later: not today", "0 passed, 0 failed, 1 skipped"],
    true,
  ]);
});

it("says once for each file that there is no engine", () => {
  expect(told(["good.test.ts", "asking.test.ts"])).toEqual([
    [`skipped  asking.test.ts  3 tests: ${noEngine}`, "docker: 0 tests", "1 passed, 0 failed, 3 skipped"],
    true,
  ]);
});

it("counts the tests that need Docker", () => {
  expect(told(["tagged.test.ts"])).toEqual([["docker: 2 tests", "2 passed, 0 failed"], true]);
  expect(told(["tagged.test.ts"], required)).toEqual([["docker: 2 tests", "2 passed, 0 failed"], true]);
  expect(told(["tagged.test.ts", "docker-fails.test.ts"], required)).toEqual([
    ["docker: 3 tests", "2 passed, 1 failed"],
    false,
  ]);
});

it("fails a run that must use Docker and did not", () => {
  expect(told(["good.test.ts"], required)).toEqual([
    [
      "failed   HARNESS_REQUIRE_DOCKER=1, but no test that needs Docker ran",
      "docker: 0 tests",
      "1 passed, 1 failed",
    ],
    false,
  ]);
  expect(told(["tagged.test.ts", "asking.test.ts"], required)).toEqual([
    [
      `skipped  asking.test.ts  3 tests: ${noEngine}`,
      "failed   HARNESS_REQUIRE_DOCKER=1, but 3 tests had no Docker engine",
      "docker: 2 tests",
      "2 passed, 1 failed, 3 skipped",
    ],
    false,
  ]);
});
