import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder } from "../ground.ts";
import { does, git, refused, rows as json } from "./ground.ts";
import { allKinds, names, puts, registers, rubric, train } from "./kinds-ground.ts";

const commitAll = (dir: string, message: string): void => {
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", message);
};

/** A repository with one version of each kind in production. */
async function repository(): Promise<string> {
  const dir = await allKinds({ ".gitignore": ".harness/\n" });
  for (const name of names) await puts(dir, `${name}@1`, "production");
  git(dir, "init", "-q");
  commitAll(dir, "all kinds");
  return dir;
}

/** What each kind has in production: its digest, and what lets it be there. */
async function production(dir: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const name of names) {
    const kind = name.split(":")[0] ?? "";
    const listed = json(await does(dir, `${kind}s`, "--json")) as { stage: string | null }[];
    found.push(...listed.filter(({ stage }) => stage === "production"));
  }
  return found;
}

test.each(["false", "true"])(
  "a clone resolves production of each kind to the same digest, with git alone (autocrlf %s)",
  async (crlf) => {
    const dir = await repository();
    const clone = join(await folder(), "clone");
    git(dir, "clone", "-q", "-c", `core.autocrlf=${crlf}`, dir, clone);
    expect(await production(clone)).toEqual(await production(dir));
    expect(await production(clone)).toHaveLength(names.length);
    expect((await does(clone, "promote", "--check")).err).toContain(" ok  4 versions, 4 promotions");
    expect((await does(clone, "datasets", "verify")).err).toContain(" ok  1 file: data/train.jsonl\n");
    expect(await refused(clone, "suites", "commit", "core", "-m", "x")).toMatch(/^this is core@1 already/);
  },
);

/** What both branches do, told apart by a word. */
const changes: Readonly<Record<string, (dir: string, word: string) => Promise<unknown>>> = {
  model: async (dir, word) => registers(dir, `ft:m:${word}`),
  dataset: async (dir, word) => {
    await writeFile(join(dir, "data/train.jsonl"), `${train}${JSON.stringify({ id: word })}\n`);
    await does(dir, "datasets", "add", "data/train.jsonl", "-m", word);
  },
  rubric: async (dir, word) => {
    await writeFile(join(dir, "rubrics/helpful.yaml"), rubric(word));
    await does(dir, "rubrics", "commit", "helpful", "-m", word);
  },
  suite: async (dir, word) => {
    await writeFile(join(dir, "tasks/core/notes.md"), word);
    await does(dir, "suites", "commit", "core", "-m", word);
  },
};

const words: Readonly<Record<string, RegExp>> = {
  model:
    /both made my-ft@2\. Keep .* models\/versions\/my-ft@2\.json, make the other anew \(harness models register my-ft/,
  dataset:
    /both made train@2\. Keep .* datasets\/versions\/train@2\.json, .*\(harness datasets add FILE --name train/,
  rubric:
    /both made helpful@2\. Keep .* rubrics\/versions\/helpful@2\.yaml, .*\(harness rubrics commit helpful/,
  suite: /both made core@2\. Keep .* suites\/versions\/core@2\.json, .*\(harness suites commit core/,
};

test("two branches that both made a version: told in words of its kind", async () => {
  for (const [kind, change] of Object.entries(changes)) {
    const dir = await allKinds({ ".gitignore": ".harness/\n" });
    git(dir, "init", "-q");
    commitAll(dir, "one");
    git(dir, "checkout", "-qb", "other");
    await change(dir, "theirs");
    commitAll(dir, "theirs");
    git(dir, "checkout", "-q", "main");
    await change(dir, "ours");
    commitAll(dir, "ours");
    expect(() => git(dir, "merge", "-q", "--no-edit", "other")).toThrow("git");
    expect(await refused(dir, `${kind}s`)).toMatch(words[kind] ?? /^$/);
  }
});

test("branches that did something about different kinds merge by themselves", async () => {
  const dir = await repository();
  git(dir, "checkout", "-qb", "other");
  await changes["model"]?.(dir, "theirs");
  commitAll(dir, "theirs");
  git(dir, "checkout", "-q", "main");
  await changes["rubric"]?.(dir, "ours");
  commitAll(dir, "ours");
  git(dir, "merge", "-q", "--no-edit", "other");
  expect((await does(dir, "promote", "--check")).err).toContain(" ok  6 versions");
});
