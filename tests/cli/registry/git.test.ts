import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import { commits, does, git, lockOf, promoted, promotes, refused, rows } from "./ground.ts";

/** A repository with one version in production and one more. */
async function repository(): Promise<string> {
  const dir = await promoted({ ".gitignore": ".harness/\n" });
  git(dir, "init", "-q");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "prompts");
  return dir;
}

const commitAll = (dir: string, message: string): void => {
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", message);
};

const production = async (dir: string): Promise<unknown> =>
  rows(await does(dir, "prompts", "get", "worker", "--stage", "production", "--json"))[0];

test.each(["false", "true"])(
  "a clone resolves production to the same digest, with git alone (autocrlf %s)",
  async (crlf) => {
    const dir = await repository();
    const clone = join(await folder(), "clone");
    git(dir, "clone", "-q", "-c", `core.autocrlf=${crlf}`, dir, clone);
    expect((await readFile(join(clone, "harness.lock"), "utf8")).includes("\r")).toBe(crlf === "true");
    expect(await production(clone)).toEqual(await production(dir));
    expect((await does(clone, "promote", "--check")).err).toContain(" ok  2 versions");
  },
);

test("a record names the commit it was made on; git revert is a rollback", async () => {
  const dir = await repository();
  await promotes(dir, 2, "production");
  const [record] = rows(await does(dir, "prompts", "log", "worker", "--json"));
  expect(record).toMatchObject({ version: 2, commit: git(dir, "rev-parse", "HEAD").trim() });
  commitAll(dir, "promote");
  git(dir, "revert", "--no-edit", "HEAD");
  expect(await production(dir)).toMatchObject({ version: 1 });
  expect((await does(dir, "promote", "--check")).err).toContain(" ok ");
});

test("branches that did something about different names merge by themselves", async () => {
  const dir = await repository();
  await does(dir, "prompts", "commit", "planner", "-m", "ours");
  await does(dir, "prompts", "commit", "evaluator", "-m", "ours");
  commitAll(dir, "all three");
  git(dir, "checkout", "-qb", "other");
  await does(dir, "promote", "prompt:planner@1", "--to", "staging", "--why", "x");
  commitAll(dir, "planner");
  git(dir, "checkout", "-q", "main");
  await promotes(dir, 2, "staging");
  await does(dir, "promote", "prompt:evaluator@1", "--to", "staging", "--why", "x");
  commitAll(dir, "worker, evaluator");
  git(dir, "merge", "-q", "--no-edit", "other");
  expect((await does(dir, "promote", "--check")).err).toContain(" ok  4 versions");
  const staged = rows(await does(dir, "prompts", "--json")) as { name: string; stage: string | null }[];
  expect(staged.filter(({ stage }) => stage === "staging").map(({ name }) => name)).toEqual([
    "evaluator",
    "planner",
    "worker",
  ]);
});

test("two branches that both made a version: told with the lines, mended as it says, the other one made anew", async () => {
  const dir = await repository();
  git(dir, "checkout", "-qb", "other");
  await commits(dir, "theirs");
  commitAll(dir, "theirs");
  git(dir, "checkout", "-q", "main");
  await commits(dir, "ours");
  commitAll(dir, "ours");
  expect(() => git(dir, "merge", "-q", "--no-edit", "other")).toThrow("git");
  const said = await refused(dir, "prompts");
  expect(said).toMatch(/^harness\.lock:7: two branches meet in lines 7 to 11.*both made worker@3/);
  expect((await harness(dir, ["promote", "--check"])).code).toBe(1);
  // As it says: one side's line and file stay.
  git(dir, "checkout", "--ours", "harness.lock", "prompts/versions/worker@3.prompt", "prompts/worker.prompt");
  await does(dir, "promote", "--check");
  await commits(dir, "theirs");
  expect((await does(dir, "promote", "--check")).err).toContain(" ok  4 versions");
});

test("both lines kept by hand: told which, and by whom", async () => {
  const dir = await repository();
  git(dir, "checkout", "-qb", "other");
  await promotes(dir, 2, "production");
  commitAll(dir, "theirs");
  git(dir, "checkout", "-q", "main");
  await commits(dir, "three");
  await promotes(dir, 3, "production");
  commitAll(dir, "ours");
  expect(() => git(dir, "merge", "-q", "--no-edit", "other")).toThrow("git");
  const union = (await lockOf(dir)).split("\n").filter((line) => !/^[<=>]{7}/.test(line));
  await writeFile(join(dir, "harness.lock"), union.join("\n"));
  expect(await refused(dir, "prompts")).toMatch(
    /^harness\.lock:9: this puts worker@2 into production in place of worker@1, but worker@3 was there by then: two branches both promoted/,
  );
});
