import type { Json } from "../canonical.ts";
import type { EventType, PlannedTask } from "../event.ts";
import { mootEscalations } from "./escalations.ts";
import type { TraceSpan } from "./item.ts";
import { attemptKey, json, taskKey, text, who } from "./keys.ts";
import { announce, close, open, point, rootKey, say } from "./spans.ts";
import { cutOf } from "./cut.ts";
import type { EntryOf, Telling, Tellers } from "./telling.ts";

export const taskTellers = {
  "attempt-started": (telling, entry) => {
    const { task, attempt, start, handoffs, feedback, alone } = entry.body;
    telling.totals.attempts += 1;
    const input = json(telling.planned.get(task)?.spec ?? null);
    const begun = telling.open.has(taskKey(task)) ? [] : beginTask(telling, entry);
    // A later plan may have changed what it is.
    say(telling, taskKey(task), { input });
    const opened = announce(telling, entry, {
      key: attemptKey(task, attempt),
      parent: taskKey(task),
      kind: "agent",
      name: `attempt ${attempt}`,
      input,
      metadata: { task, attempt, start, alone, handoffs: handoffs.length, feedback },
    });
    return [...begun, ...opened];
  },
  "baseline-recorded": (telling, entry) => {
    const { task, attempt, results, satisfied } = entry.body;
    const held = results.filter(({ result }) => result === "pass").length;
    const metadata = { criteriaBefore: results.length, heldBefore: held, satisfied };
    say(telling, attemptKey(task, attempt), { metadata });
    return [];
  },
  "attempt-submitted": (telling, entry) => {
    const { task, attempt, submission, candidate, by } = entry.body;
    const saying = { output: json(submission), metadata: { candidate, submittedBy: by } };
    say(telling, attemptKey(task, attempt), saying);
    return [];
  },
  "attempt-ended": (telling, entry) => {
    const { task, attempt, outcome, feedback } = entry.body;
    const ended = close(telling, attemptKey(task, attempt), entry.at, {
      level: attemptLevels[outcome],
      status: outcome,
      metadata: { outcome, toldNext: feedback },
    });
    return outcome === "accepted" ? [...ended, ...close(telling, taskKey(task), entry.at)] : ended;
  },
  "task-accepted": (telling, entry) => {
    const { task, attempt, head, handoff, by } = entry.body;
    telling.tasks.set(task, "accepted");
    const metadata = { acceptedBy: by, attempt, head };
    say(telling, taskKey(task), { status: `accepted by ${by}`, output: json(handoff), metadata });
    const moot = mootEscalations(telling, entry.at, (about) => about === task);
    // Else it ends with its attempt, which is the next thing to end.
    const isWorkedOn = telling.open.has(attemptKey(task, attempt));
    return isWorkedOn ? moot : [...moot, ...close(telling, taskKey(task), entry.at)];
  },
  "task-inherited": (telling, { body }) => {
    telling.tasks.set(body.task, "accepted");
    return [];
  },
  "task-dropped": (telling, entry) => {
    const { task, by } = entry.body;
    telling.tasks.set(task, "dropped");
    const dropped = { level: "WARNING", status: `dropped by ${who(by)}` } as const;
    const moot = mootEscalations(telling, entry.at, (about) => about === task);
    const event = { key: "dropped", parent: rootKey, kind: "event", name: `task ${task}` } as const;
    const ended = telling.open.has(taskKey(task))
      ? close(telling, taskKey(task), entry.at, dropped)
      : point(telling, entry, { ...event, ...dropped, metadata: { task } });
    return [...moot, ...ended];
  },
  "integration-started": (telling, entry) => {
    const { task, attempt, base, head, candidate } = entry.body;
    open(telling, entry, {
      key: integrationKey(task),
      parent: attemptKey(task, attempt),
      kind: "span",
      name: "integration",
      metadata: { task, attempt, base, head, candidate },
    });
    return [];
  },
  "integration-ended": (telling, entry) => {
    const { task, outcome, tree, conflicts, regressions, detail } = entry.body;
    const how = outcome === "cut" ? cutOf(telling) : { level: integrationLevels[outcome], status: outcome };
    const metadata = { outcome, tree, conflicts, regressions };
    return close(telling, integrationKey(task), entry.at, { ...how, output: text(detail), metadata });
  },
} satisfies Partial<Tellers<EventType>>;

const attemptLevels = {
  accepted: "DEFAULT",
  rejected: "WARNING",
  conflict: "WARNING",
  regressed: "WARNING",
  "gave-up": "WARNING",
  exhausted: "WARNING",
  cancelled: "DEFAULT",
  quarantined: "ERROR",
} as const;

const integrationLevels = {
  fast: "DEFAULT",
  merged: "DEFAULT",
  conflict: "WARNING",
  regressed: "WARNING",
  invalid: "ERROR",
} as const;

const integrationKey = (task: string): string => `integration ${task}`;

function beginTask(telling: Telling, entry: EntryOf<"attempt-started">): readonly TraceSpan[] {
  const { task } = entry.body;
  const planned = telling.planned.get(task);
  return announce(telling, entry, {
    key: taskKey(task),
    parent: rootKey,
    kind: "agent",
    name: `task ${task}`,
    input: json(planned?.spec ?? null),
    metadata: { task, ...termsOf(planned) },
  });
}

function termsOf(planned: PlannedTask | undefined): Record<string, Json> {
  if (planned === undefined) return {};
  const { needs, attempts, turns, budget } = planned;
  return { needs, attempts, turns, budget };
}
