import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStorage } from "../../src/edges/sqlite/storage.ts";
import { folder, root } from "./ground.ts";
import type { Files } from "./ground.ts";
import { comesTo, edit, refusal, runGoal, told } from "./comparing.ts";

const submit = {
  submit: { summary: "done", artifacts: [], decisions: [], open_questions: [], confidence: 1 },
};
const write = (content: string) => ({ write_file: { path: "a.txt", content } });
const script = (...turns: readonly object[]): string => JSON.stringify({ "task/a/*": [...turns, submit] });

const front = {
  workspace: "workspace",
  models: {
    planner: "scripted/script.yaml",
    worker: "scripted/script.yaml",
    evaluator: "scripted/script.yaml",
  },
  sandbox: { kind: "embedded" },
  plan: "plan.yaml",
  attempts: 3,
  concurrency: 2,
  budget: { money: 1 },
  checks: [{ id: "there", path: "a.txt" }],
};

const settings = {
  approvals: { ask_from: "external", rules: [{ bash: "npm test", then: "allow" }], expire: "2h" },
  network: { allow: ["one.example"] },
  secrets: { TOKEN_ONE: { env: "TOKEN_A", hosts: ["one.example"] } },
  prices: { "scripted/script.yaml": { input: 1, output: 2 }, "scripted/other.yaml": { input: 1, output: 2 } },
};
const env = { TOKEN_A: "a-value-that-nobody-sees" };

/** A project in which each change below is of one text in one file. */
async function project(more: Files = {}): Promise<string> {
  return folder({
    "goal.md": `---\n${JSON.stringify(front)}\n---\n# Write a.txt\n\nOne line.\n`,
    "harness.yaml": JSON.stringify(settings),
    "script.yaml": script(write("one")),
    "other.yaml": script(write("one")),
    "plan.yaml": JSON.stringify({
      tasks: [
        { id: "a", title: "a.txt is there", instructions: "Write a.txt.", criteria: [{ path: "a.txt" }] },
      ],
    }),
    "rubrics/style.yaml": JSON.stringify({
      rubric: "style",
      threshold: 0.5,
      criteria: [{ id: "plain", ask: "Is it plain?" }],
    }),
    "prompts/worker.prompt": await readFile(join(root, "prompts", "worker.prompt"), "utf8"),
    "workspace/b.txt": "untouched\n",
    ...more,
  });
}

interface Compared {
  readonly causes: readonly {
    readonly key: string;
    readonly before: { readonly value: string } | null;
    readonly after: { readonly value: string } | null;
  }[];
  readonly equal: readonly string[];
  readonly diverge: {
    readonly event: number;
    readonly of: string;
    readonly place: string;
    readonly before: string;
    readonly after: string;
  } | null;
  readonly outcome: readonly string[];
  readonly tasks: readonly { readonly before: { readonly attempts: number } | null }[];
  readonly files: readonly string[];
}

const diff = async (dir: string, a: string, b: string): Promise<Compared> =>
  told(dir, ["diff", a, b, "--json"]);

const changes: readonly (readonly [key: string, file: string, from: string, to: string])[] = [
  ["prompt.worker", "prompts/worker.prompt", "You do one task of", "You do 1 task of"],
  ["model.worker", "goal.md", `"worker":"scripted/script.yaml"`, `"worker":"scripted/other.yaml"`],
  ["goal", "goal.md", "One line.", "One line!"],
  ["workspace", "workspace/b.txt", "untouched", "untouchee"],
  ["check.there", "goal.md", `{"id":"there","path":"a.txt"}`, `{"id":"there","path":"./a.txt"}`],
  ["budget.micros", "goal.md", `"money":1`, `"money":2`],
  ["limit.attempts", "goal.md", `"attempts":3`, `"attempts":4`],
  ["limit.concurrency", "goal.md", `"concurrency":2`, `"concurrency":3`],
  ["rules", "harness.yaml", "npm test", "npm run"],
  ["ask_from", "harness.yaml", `"ask_from":"external"`, `"ask_from":"network"`],
  ["expire", "harness.yaml", "2h", "3h"],
  ["network", "harness.yaml", `"allow":["one.example"]`, `"allow":["two.example"]`],
  ["rubric.style", "rubrics/style.yaml", "plain?", "plain."],
  ["secrets", "harness.yaml", "TOKEN_ONE", "TOKEN_TWO"],
  ["price.scripted/script.yaml", "harness.yaml", `script.yaml":{"input":1`, `script.yaml":{"input":3`],
  ["plan", "plan.yaml", "a.txt is there", "a.txt is here"],
];

test("one change between two runs is named as the one cause, and no change as none", async () => {
  const dir = await project();
  const before = await runGoal(dir, [], env);
  const found: Record<string, readonly string[]> = {};
  for (const [key, file, from, to] of changes) {
    await edit(dir, file, from, to);
    const { causes } = await diff(dir, before, await runGoal(dir, [], env));
    found[key] = causes.map((cause) => cause.key);
    await edit(dir, file, to, from);
  }
  expect(found).toEqual(Object.fromEntries(changes.map(([key]) => [key, [key]])));

  const again = await runGoal(dir, [], env);
  expect(await diff(dir, before, again)).toMatchObject({
    causes: [],
    equal: ["code", "data", "artifacts", "configuration", "environment"],
    diverge: null,
    outcome: ["met", "met"],
    files: [],
  });
  const { out } = await comesTo(0, dir, ["diff", before, again]);
  expect(out).toMatch(/^ cause +no field differs/m);
  expect(out).toMatch(/^ diverge +nowhere/m);

  await edit(dir, "prompts/worker.prompt", "You do one task of", "You do 1 task of");
  await comesTo(0, dir, ["prompts", "commit", "worker", "-m", "shorter"]);
  await comesTo(0, dir, ["promote", "prompt:worker@1", "--to", "production", "--why", "try", "--unproven"]);
  const promoted = await runGoal(dir, [], env);
  const compared = await diff(dir, before, promoted);
  expect(compared.causes).toMatchObject([
    {
      key: "prompt.worker",
      before: { value: expect.stringMatching(/^file [0-9a-f]{4}$/) as string },
      after: { value: "worker@1" },
    },
  ]);
  expect(compared.equal).toEqual(["code", "data", "configuration", "environment"]);
  const patch = (await comesTo(0, dir, ["diff", before, promoted, "--patch"])).out;
  expect(patch.split("\n").slice(0, 2)).toEqual([
    `--- ${before}/prompt.worker`,
    `+++ ${promoted}/prompt.worker`,
  ]);
  expect(patch).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@$/m);
  const changed = patch
    .split("\n")
    .slice(2)
    .filter((line) => /^[+-]/.test(line));
  expect(changed.map((line) => line.slice(0, 19))).toEqual(["-You do one task of", "+You do 1 task of a"]);
  expect(JSON.stringify(compared) + patch).not.toContain(env.TOKEN_A);
});

test("where two runs go apart is said: another answer, a tool that fails, in 80 columns", async () => {
  const dir = await project();
  const before = await runGoal(dir, [], env);
  await edit(dir, "script.yaml", `"content":"one"`, `"content":"two"`);
  const other = await runGoal(dir, [], env);
  const byAnswer = await diff(dir, before, other);
  expect(byAnswer).toMatchObject({
    causes: [],
    diverge: {
      of: before,
      place: "task a, attempt 1, turn 1",
      before: "write_file a.txt (3 characters)",
      after: "write_file a.txt (3 characters)",
    },
    files: ["a.txt"],
  });
  expect(await typeAt(dir, before, byAnswer.diverge?.event ?? 0)).toBe("model-ended");

  await writeFile(join(dir, "script.yaml"), script({ bash: { command: "test -e b.txt" } }, write("one")));
  const passes = await runGoal(dir, [], env);
  await rm(join(dir, "workspace/b.txt"));
  await writeFile(join(dir, "workspace/c.txt"), "untouched");
  const fails = await runGoal(dir, [], env);
  const byTool = await diff(dir, passes, fails);
  expect(byTool).toMatchObject({
    causes: [{ key: "workspace" }],
    diverge: {
      place: "task a, attempt 1, turn 1",
      before: expect.stringContaining("exit 0") as string,
      after: expect.stringContaining("exit 1") as string,
    },
    files: ["b.txt", "c.txt"],
  });
  expect(await typeAt(dir, passes, byTool.diverge?.event ?? 0)).toBe("call-ended");

  const terminal = { columns: 80, rows: 24, write: () => undefined };
  for (const [a, b] of [
    [before, other],
    [passes, fails],
  ] as const) {
    const { out } = await comesTo(0, dir, ["diff", a, b], { terminal });
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out.replaceAll(/\n +/g, " ")).toMatch(/turn 1: .+ → (write_file .+, of another content|.+exit 1)/);
  }
  expect(await refusal(dir, ["diff", before, "2222"])).toContain("2222");
});

/** What kind of event a run has there. */
async function typeAt(dir: string, run: string, seq: number): Promise<string | undefined> {
  const storage = await openStorage(join(dir, ".harness"));
  try {
    const entries = await Array.fromAsync(storage.journal.read(run, 0));
    return entries.find((entry) => entry.seq === seq)?.type;
  } finally {
    await storage.close();
  }
}
