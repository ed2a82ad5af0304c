import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RuleSpec } from "../../../src/core/rule.ts";
import { addRule, ruleLine } from "../../../src/edges/project/add-rule.ts";

const rule: RuleSpec = { bash: "npm ci", hosts: ["a.example:443"], then: "allow", until: "2027-01-31" };
const line = "{ bash: npm ci, hosts: [ a.example:443 ], then: allow, until: 2027-01-31 }";

async function folder(text: string | null): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-rule-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  if (text !== null) await writeFile(join(dir, "harness.yaml"), text);
  return dir;
}

const fresh = `approvals:\n  rules:\n    - ${line}\n`;

test.each([
  ["no file", null, fresh, 3],
  ["an empty one", "", fresh, 3],
  ["only comments", "# mine\n", `# mine\n${fresh}`, 4],
  ["no last line feed", "attempts: 2", `attempts: 2\n${fresh}`, 4],
  ["other settings", "attempts: 2 # two\n\n# end\n", `attempts: 2 # two\n${fresh}\n# end\n`, 4],
  [
    "approvals without rules",
    "approvals: # hm\n   ask_from: write   # x\n\nattempts: 1\n",
    `approvals: # hm\n   ask_from: write   # x\n   rules:\n     - ${line}\n\nattempts: 1\n`,
    4,
  ],
  [
    "approvals in braces",
    "approvals: { ask_from: write }\n",
    `approvals: { ask_from: write, rules: [ ${line} ] }\n`,
    1,
  ],
  [
    "rules in a block",
    "approvals:\n  rules:\n  - bash: x # one\n    then: deny # no\n  # last\n  ask_from: write\n",
    `approvals:\n  rules:\n  - bash: x # one\n    then: deny # no\n  - ${line}\n  # last\n  ask_from: write\n`,
    5,
  ],
  [
    "no rules in brackets",
    "approvals:\n  rules: [] # none\n",
    `approvals:\n  rules: [ ${line} ] # none\n`,
    2,
  ],
  [
    "rules in brackets over lines",
    "approvals:\n  rules: [\n    { bash: x, then: deny },\n  ]\n",
    `approvals:\n  rules: [\n    { bash: x, then: deny }, ${line},\n  ]\n`,
    3,
  ],
  ["line ends of Windows", "attempts: 2\r\n", `attempts: 2\r\n${fresh.replaceAll("\n", "\r\n")}`, 4],
  ["a byte order mark", "\uFEFFattempts: 2\n", `\uFEFFattempts: 2\n${fresh}`, 4],
  [
    "a text of several lines",
    "approvals:\n  notify: |\n    a\n    b\n",
    `approvals:\n  notify: |\n    a\n    b\n  rules:\n    - ${line}\n`,
    6,
  ],
])("a rule is added to %s, and nothing else changes", async (_, before, after, at) => {
  const dir = await folder(before);
  expect(await addRule(dir, rule)).toBe(`harness.yaml:${at}`);
  expect(await readFile(join(dir, "harness.yaml"), "utf8")).toBe(after);
  expect(await readdir(dir)).toEqual(["harness.yaml"]);
  expect(await addRule(dir, { ...rule, bash: "npm test" })).toMatch(/^harness\.yaml:\d+$/);
});

test.each([
  ["approvals: {\n", /harness\.yaml:1: this bracket or brace is not closed/],
  ["approvals: 3\n", /harness\.yaml:1: approvals is 3/],
  ["aprovals: {}\n", /unknown key "aprovals"/],
])("%j is refused in a sentence, and stays as it is", async (text, told) => {
  const dir = await folder(text);
  await expect(addRule(dir, rule)).rejects.toThrow(told);
  expect(await readFile(join(dir, "harness.yaml"), "utf8")).toBe(text);
});

test("mode and symbolic link stay", async () => {
  const [dir, elsewhere] = [await folder(null), await folder("attempts: 2\n")];
  const file = join(elsewhere, "harness.yaml");
  await chmod(file, 0o640);
  await symlink(file, join(dir, "harness.yaml"));
  expect(await addRule(dir, rule)).toBe("harness.yaml:4");
  expect(await readFile(file, "utf8")).toBe(`attempts: 2\n${fresh}`);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
});

test("words that YAML would read otherwise are put in quotes", () => {
  expect(ruleLine({ bash: "* #x: y", then: "deny", because: "it's" })).toBe(
    `{ bash: "* #x: y", then: deny, because: it's }`,
  );
});
