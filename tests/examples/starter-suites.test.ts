import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { decodeText } from "../../src/core/canonical.ts";
import type { Criterion } from "../../src/core/criterion.ts";
import type { RubricSpec } from "../../src/core/goal.ts";
import type { ModelRequest } from "../../src/core/model.ts";
import { embeddedSandbox } from "../../src/edges/embedded/sandbox.ts";
import { scriptedModel } from "../../src/edges/models/scripted.ts";
import { readGoal } from "../../src/edges/project/goal-file.ts";
import { readPlan } from "../../src/edges/project/plan-file.ts";
import { readRubric } from "../../src/edges/project/rubric-file.ts";
import { agentCase, judgeCase } from "../../src/evals/suite/case.ts";
import type { AgentCase, JudgeCase } from "../../src/evals/suite/case.ts";
import { suiteSpec } from "../../src/evals/suite/spec.ts";
import { root } from "../cli/ground.ts";
import { asking } from "../edges/models/wire/kit.ts";

const tasks = join(root, "tasks");
const text = async (...path: readonly string[]): Promise<string> => readFile(join(tasks, ...path), "utf8");
const rows = async (suite: string): Promise<unknown[]> =>
  (await text(suite, "cases.jsonl"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
const agentCases = async (suite: string): Promise<AgentCase[]> =>
  (await rows(suite)).map((row) => agentCase.parse(row));
const judgeCases = (await rows("evaluator")).map((row) => judgeCase.parse(row));

test.each([
  ["planner", "agent"],
  ["worker", "agent"],
  ["evaluator", "judge"],
])(
  "suite %s: its words are known, its cases are told apart, and six or more of them err by themselves",
  async (suite, kind) => {
    const spec = suiteSpec.parse(parse(await text(suite, "suite.yaml")));
    expect(spec).toMatchObject({ suite, kind, target: `prompt:${suite}` });
    const cases = kind === "agent" ? await agentCases(suite) : judgeCases;
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    expect(new Set(cases.map(({ cluster }) => cluster)).size).toBeGreaterThanOrEqual(3);
  },
);

test.each(["planner", "worker"])(
  "suite %s: a line for each folder of a case, and controls for each",
  async (suite) => {
    const cases = await agentCases(suite);
    const folders = cases.map(({ folder }) => folder).toSorted();
    const found = await readdir(join(tasks, suite, "cases"));
    expect(folders).toEqual(found.map((name) => `cases/${name}`).toSorted());
    expect(await readdir(join(tasks, suite, "bad"))).toEqual(cases.map(({ id }) => id).toSorted());
  },
);

/** Variants of a case side by side in one sandbox; each check is run in each. */
async function standing(
  variants: Readonly<Record<string, readonly string[]>>,
  checks: readonly Criterion[],
): Promise<Readonly<Record<string, readonly boolean[]>>> {
  const dir = await mkdtemp(join(tmpdir(), "harness-controls-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  for (const [name, layers] of Object.entries(variants)) {
    for (const layer of layers) await cp(layer, join(dir, name), { recursive: true });
  }
  const slot = await embeddedSandbox().open("controls/1", dir);
  if ("broken" in slot) throw new Error(slot.broken);
  const found: Record<string, boolean[]> = {};
  for (const name of Object.keys(variants)) {
    found[name] = [];
    for (const check of checks) {
      if (check.type !== "command") throw new Error(`${check.id} is no command`);
      const done = await slot.exec({
        command: `cd ${name} || exit 9\n${check.run}`,
        timeoutMs: 60_000,
        maxOutputBytes: 65_536,
      });
      // A check that fails says why.
      if (done.exit !== 0) expect(decodeText(done.output).trim(), `${name}, ${check.id}`).not.toBe("");
      found[name].push(done.exit === 0);
    }
  }
  await slot.close();
  return found;
}

const agentRows = (
  await Promise.all(
    ["planner", "worker"].map(async (suite) => (await agentCases(suite)).map(({ id }) => ({ suite, id }))),
  )
).flat();

describe.each(agentRows)("case $id of $suite", ({ suite, id }) => {
  const at = join(tasks, suite, "cases", id);

  test("its oracle passes, doing nothing fails, and so does every known-bad result", async () => {
    const { checks } = await readGoal(join(at, "goal.md"));
    const bad = await readdir(join(tasks, suite, "bad", id));
    expect(bad.length).toBeGreaterThanOrEqual(2);
    const workspace = join(at, "workspace");
    const found = await standing(
      {
        nothing: [workspace],
        oracle: [workspace, join(at, "oracle")],
        ...Object.fromEntries(bad.map((name) => [name, [workspace, join(tasks, suite, "bad", id, name)]])),
      },
      checks,
    );
    expect(found["oracle"]).toEqual(checks.map(() => true));
    expect(found["nothing"]).toEqual(checks.map(({ guard }) => guard === true));
    for (const name of bad) expect([name, found[name]?.every(Boolean)]).toEqual([name, false]);
  });

  test("nobody sees what the oracle holds, and a worker's plan is judged as the goal is", async () => {
    const goal = await readGoal(join(at, "goal.md"));
    expect(goal.spec.workspace).toBeUndefined();
    expect(goal.spec.budget).toMatchObject({ attempts: expect.any(Number) as number });
    if (suite === "planner") return expect(goal.spec.plan).toBeUndefined();
    const { tasks: planned } = await readPlan(join(at, goal.spec.plan ?? ""));
    expect(planned.map((task) => task.id)).toEqual([id]);
    expect(planned[0]?.criteria.map((one) => ("run" in one ? one.run : ""))).toEqual(
      goal.checks.map((check) => (check.type === "command" ? check.run : "")),
    );
  });
});

describe("the evaluator's script", () => {
  const rubrics = new Map<string, RubricSpec>();
  const verdictOf = async (found: JudgeCase, system: string): Promise<"pass" | "fail"> => {
    const model = await scriptedModel({
      name: "scripted/evaluator",
      file: join(tasks, "evaluator", "script.yaml"),
      price: null,
    });
    const request: Partial<ModelRequest> = {
      thread: "judge/work/1/1",
      system,
      messages: [{ role: "user", parts: [{ type: "text", text: seen(found) }] }],
    };
    const response = await model.respond(asking(request), new AbortController().signal);
    if (response.outcome !== "complete") throw new Error(response.error.message);
    const [call] = response.parts;
    if (call?.type !== "call") throw new Error("no verdict");
    const { scores } = call.args as unknown as { scores: { criterion: string; score: number }[] };
    rubrics.set(
      found.rubric,
      rubrics.get(found.rubric) ?? (await readRubric(join(root, "rubrics", `${found.rubric}.yaml`))),
    );
    return graded(rubrics.get(found.rubric) as RubricSpec, found.rubric, scores);
  };

  /** As the loop settles it: a score for each criterion, the weighted mean, `must`. */
  function graded(
    { criteria, threshold }: RubricSpec,
    name: string,
    scores: readonly { criterion: string; score: number }[],
  ): "pass" | "fail" {
    expect(scores.map(({ criterion }) => criterion)).toEqual(criteria.map(({ id }) => `${name}.${id}`));
    const score = (index: number): number => scores[index]?.score ?? 0;
    const weights = criteria.map(({ weight }) => weight);
    const mean =
      weights.reduce((sum, weight, index) => sum + weight * score(index), 0) /
      weights.reduce((a, b) => a + b);
    return mean >= threshold && criteria.every(({ must = 0 }, index) => score(index) >= must)
      ? "pass"
      : "fail";
  }

  const seen = ({ vars, answer }: JudgeCase): string =>
    `${JSON.stringify(vars)}\n${typeof answer === "string" ? answer : Object.values(answer).join("\n")}`;

  test("agrees with every label; without the rule about texts that address it, it is taken in by two", async () => {
    const prompt = await readFile(join(root, "prompts", "evaluator.prompt"), "utf8");
    const without = prompt.replace("A text in them that addresses you", "");
    expect(without).not.toBe(prompt);
    const wrong = async (system: string): Promise<string[]> => {
      const verdicts = await Promise.all(judgeCases.map(async (found) => verdictOf(found, system)));
      return judgeCases.filter(({ label }, index) => verdicts[index] !== label).map(({ id }) => id);
    };
    expect(await wrong(prompt)).toEqual([]);
    expect(await wrong(without)).toEqual(["stock-told-to-pass", "menu-told-by-a-file"]);
  });

  test("passes and fails are both there, in each cluster that says so of a text", () => {
    const labels = judgeCases.map(({ label }) => label);
    expect(labels.filter((label) => label === "pass").length).toBeGreaterThanOrEqual(4);
    expect(labels.filter((label) => label === "fail").length).toBeGreaterThanOrEqual(4);
    expect(labels).not.toContain(undefined);
  });
});

describe.each(["planner", "worker"])("the script of %s", (suite) => {
  interface Alternative {
    readonly when?: string;
    readonly not?: string;
  }

  test("is hasty where the shipped prompt has lost a rule that it has", async () => {
    const prompt = await readFile(join(root, "prompts", `${suite}.prompt`), "utf8");
    const goals = await Promise.all(
      (await agentCases(suite)).map(async ({ folder }) => text(suite, folder, "goal.md")),
    );
    const script = parse(await text(suite, "script.yaml")) as Record<string, unknown>;
    const alternatives = Object.values(script).flatMap((turns) =>
      Array.isArray(turns) ? (turns as Alternative[]) : [],
    );
    const rules = alternatives.flatMap(({ when, not }) => [when, not]).filter((rule) => rule !== undefined);
    expect(rules.length).toBeGreaterThanOrEqual(6);
    for (const rule of rules) {
      expect({ rule, stands: prompt.includes(rule) || goals.some((goal) => goal.includes(rule)) }).toEqual({
        rule,
        stands: true,
      });
    }
    expect(rules.some((rule) => prompt.includes(rule))).toBe(true);
  });

  test("has each case's own tasks", async () => {
    const script = parse(await text(suite, "script.yaml")) as Record<string, unknown>;
    const threads = Object.keys(script).filter((key) => key.startsWith("task/"));
    const cases = (await agentCases(suite)).map(({ id }) => id);
    if (suite === "worker") expect(threads.toSorted()).toEqual(cases.map((id) => `task/${id}/*`).toSorted());
    else expect(threads.length).toBeGreaterThan(cases.length);
  });
});
