import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { goalSpec, rubricSpec, settleCheck } from "../../src/core/goal.ts";
import type { RubricSpec } from "../../src/core/goal.ts";
import { assessing } from "../../src/cli/assess.ts";
import { policySpec } from "../../src/cli/policy.ts";
import { glob } from "../../src/cli/wire.ts";
import { judge } from "../../src/core/policy.ts";
import { planErrors, planSpec, settleTask } from "../../src/core/plan.ts";

/** What must hold of every example before a run of it means anything. */
const root = new URL("../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");

const rubrics = new Map<string, RubricSpec>(
  readdirSync(new URL("rubrics", root)).map((file) => {
    const rubric = rubricSpec.parse(parse(text(`rubrics/${file}`)));
    return [rubric.rubric, rubric];
  }),
);
const tools = new Set(["bash", "read_file", "write_file", "edit_file", "search"]);

type Turn = Record<string, unknown> & { calls?: Record<string, unknown>[] };
const script = z.record(z.string(), z.unknown());

function turnsOf(name: string): Map<string, Turn[]> {
  const entries = Object.entries(script.parse(parse(text(`examples/${name}/script.yaml`))));
  return new Map(entries.filter((entry): entry is [string, Turn[]] => Array.isArray(entry[1])));
}

const callsOf = (turn: Turn): [string, unknown][] =>
  (turn.calls ?? [turn]).flatMap((call) =>
    Object.entries(call).filter(([key]) => !["say", "usage", "delay_ms"].includes(key)),
  );

const lastCalls = (turns: readonly Turn[] | undefined): [string, unknown][] => {
  const last = turns?.at(-1);
  return last === undefined ? [] : callsOf(last);
};

test("every rubric file is named after its rubric", () => {
  expect(readdirSync(new URL("rubrics", root)).toSorted()).toEqual(
    [...rubrics.keys()].map((name) => `${name}.yaml`).toSorted(),
  );
});

describe.each(["hello", "orders", "owners", "hours", "keep"])("example %s", (name) => {
  const turns = turnsOf(name);
  const plan = planSpec.parse(lastCalls(turns.get("plan/1"))[0]?.[1]);

  test("the goal's front matter is valid and each check means one thing", () => {
    const front = /^---\n([\s\S]*?)\n---\n/.exec(text(`examples/${name}/goal.md`))?.[1] ?? "";
    const goal = goalSpec.parse(parse(front));
    expect(goal.model).toBe("scripted/script.yaml");
    expect(
      (goal.checks ?? [])
        .map((check, index) => settleCheck(check, index))
        .filter((check) => typeof check === "string"),
    ).toEqual([]);
  });

  test("the plan is valid", () => {
    expect(planErrors(plan, { accepted: new Set(), rubrics: new Set(rubrics.keys()), tools })).toEqual([]);
  });

  test("each thread finishes by its role's call, alone in its turn", () => {
    const finishes = { plan: "submit_plan", task: "submit", judge: "submit_verdict" } as const;
    const found = [...turns].map(([thread, its]) => [thread, lastCalls(its).map(([tool]) => tool)]);
    const wanted = [...turns.keys()].map((thread) => [
      thread,
      [finishes[thread.split("/")[0] as keyof typeof finishes]],
    ]);
    expect(found).toEqual(wanted);
  });

  test("each task has a script, and each rubric is scored in full", () => {
    for (const task of plan.tasks.map(settleTask)) {
      const worked = [...turns.keys()].filter((thread) => thread.startsWith(`task/${task.id}/`));
      expect({ task: task.id, scripts: worked.length > 0 }).toEqual({ task: task.id, scripts: true });
      const keys = task.criteria.flatMap((criterion) =>
        criterion.type === "rubric"
          ? (rubrics.get(criterion.rubric)?.criteria.map((part) => `${criterion.id}.${part.id}`) ?? [
              criterion.id,
            ])
          : [],
      );
      const judged = lastCalls(turns.get(`judge/${task.id}/*/*`))[0]?.[1] as
        | { scores: { criterion: string }[] }
        | undefined;
      const scored = judged?.scores.map((score) => score.criterion) ?? [];
      expect({ task: task.id, scored }).toEqual({ task: task.id, scored: keys });
    }
  });
});

test("the default level asks at most once per 20 calls of the three repositories, and of the tables", () => {
  const assess = assessing({});
  const policy = policySpec({}, true, {});
  const circumstances = { now: 0, open: [], isTainted: false };
  const made = ["owners", "hours", "keep", "orders"].flatMap((name) =>
    [...turnsOf(name).values()].flatMap((turns) => turns.flatMap(callsOf)),
  );
  const calls = made.filter(([tool]) => tools.has(tool));
  const asked = calls.filter(
    ([tool, args]) => judge(policy, glob, tool, assess(tool, args), circumstances).decision !== "allow",
  );
  expect(calls.length).toBeGreaterThan(40);
  expect({ asked, isRare: asked.length <= calls.length / 20 }).toEqual({
    asked: expect.anything() as unknown,
    isRare: true,
  });
});
