import type { EventType } from "../event.ts";
import { judgedKey, judgingKey, text } from "./keys.ts";
import { criterionScore, verdictScore } from "./scores.ts";
import { announce, close, point } from "./spans.ts";
import type { Judging, Tellers } from "./telling.ts";

export const judgingTellers = {
  "judging-started": (telling, entry) => {
    const { task, attempt, grading, tree, restored, criteria, image } = entry.body;
    telling.judgings.set(task ?? "", {
      types: new Map(criteria.map(({ id, type }) => [id, type])),
      since: entry.at,
      last: entry.at,
    });
    return announce(telling, entry, {
      key: judgingKey(task, attempt, grading),
      parent: judgedKey(task, attempt),
      kind: "evaluator",
      name: task === null ? "judging of the goal" : "judging",
      metadata: {
        task,
        attempt,
        grading,
        tree,
        image,
        criteria: criteria.length,
        putBack: restored?.count ?? 0,
      },
    });
  },
  "criterion-judged": (telling, entry) => {
    const { task, attempt, grading, criterion, result, score, exit, explanation, output } = entry.body;
    const judging = telling.judgings.get(task ?? "");
    const type = judging?.types.get(criterion) ?? "command";
    const span = point(
      telling,
      entry,
      {
        key: `criterion ${criterion}`,
        parent: judgingKey(task, attempt, grading),
        kind: "evaluator",
        name: `${type}: ${criterion}`,
        level: levels[result],
        status: result,
        output: text(explanation),
        metadata: { criterion, type, result, score, exit, keptOutput: output },
      },
      startOf(judging, entry.at),
    );
    return [...span, ...criterionScore(telling, entry, type)];
  },
  "verdict-given": (telling, entry) => {
    const { task, attempt, grading, verdict, explanation, feedback } = entry.body;
    telling.judgings.delete(task ?? "");
    const ended = close(telling, judgingKey(task, attempt, grading), entry.at, {
      level: levels[verdict],
      status: verdict,
      output: text(explanation),
      metadata: { verdict, feedback },
    });
    return [...ended, verdictScore(telling, entry)];
  },
} satisfies Partial<Tellers<EventType>>;

const levels = { pass: "DEFAULT", fail: "WARNING", invalid: "ERROR" } as const;

/** Criteria are judged one after the other; those of one batch (all rubrics) together. */
function startOf(judging: Judging | undefined, at: number): number {
  if (judging === undefined) return at;
  if (at > judging.last) {
    judging.since = judging.last;
    judging.last = at;
  }
  return Math.min(judging.since, at);
}
