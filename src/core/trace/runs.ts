import type { EventType } from "../event.ts";
import { callParts } from "../id.ts";
import type { Content, TraceHead, TraceItem } from "./item.ts";
import { ownerKey, text, who } from "./keys.ts";
import { outcomeScore } from "./scores.ts";
import { announce, close, point, rootKey, say, standing } from "./spans.ts";
import type { EntryOf, Telling, Tellers } from "./telling.ts";

export const runTellers = {
  "run-created": (telling, entry) => {
    const { goal, kind } = entry.body;
    const root = announce(telling, entry, {
      key: rootKey,
      parent: rootKey,
      kind: "agent",
      name: nameOf(telling),
      input: text(goal),
      metadata: { run: telling.run, goalKind: kind },
    });
    return [headOf(telling, null), ...root];
  },
  "run-owned": (telling, entry) => {
    if (telling.recovering === null) return [];
    return telling.recovering === "crash" ? crash(telling, entry) : resumed(telling, entry.at);
  },
  "run-stopped": (telling, entry) => {
    const { reason, by } = entry.body;
    telling.stopped = reason;
    const isTrouble = reason === "outage" || reason === "sandbox";
    const stop = point(telling, entry, {
      key: "stop",
      parent: rootKey,
      kind: "event",
      name: "run stopped",
      level: isTrouble ? "WARNING" : "DEFAULT",
      status: reason,
      metadata: { by: who(by) },
    });
    const output = summary(telling, `stopped (${reason})`);
    say(telling, rootKey, { level: "WARNING", status: `stopped: ${reason}`, output });
    return [...stop, ...standing(telling, rootKey, entry.at), headOf(telling, output)];
  },
  "run-ended": (telling, entry) => {
    const { outcome, head, grading } = entry.body;
    const output = summary(telling, outcome);
    const spans = close(telling, rootKey, entry.at, {
      level: levels[outcome],
      status: outcome,
      output,
      metadata: { outcome, head, goalGradings: grading, ...countTasks(telling), ...known(telling.totals) },
    });
    return [...spans, headOf(telling, output), outcomeScore(telling, entry.at, outcome)];
  },
  "policy-changed": (telling, entry) => {
    const { policy, keeps, by } = entry.body;
    return point(telling, entry, {
      key: "policy",
      parent: rootKey,
      kind: "event",
      name: "policy changed",
      metadata: { policy, keeps, by: who(by) },
    });
  },
  "budget-changed": (telling, entry) => {
    const { task, budget, by } = entry.body;
    return point(telling, entry, {
      key: "budget",
      parent: rootKey,
      kind: "event",
      name: "budget changed",
      metadata: { task, budget, by: who(by) },
    });
  },
  "note-added": (telling, entry) => {
    const { thread, text: said, by } = entry.body;
    return point(telling, entry, {
      key: "note",
      parent: thread === null ? rootKey : ownerKey(thread),
      kind: "event",
      name: "note",
      input: text(said),
      metadata: { thread, by: who(by) },
    });
  },
  "crash-charged": (telling, entry) => {
    const { subject, thread, count, alone } = entry.body;
    return point(telling, entry, {
      key: "crash charged",
      parent: ownerKey(thread),
      kind: "event",
      name: "crash charged",
      level: "ERROR",
      status: `crash ${count} in a row`,
      metadata: { subject, turn: subject === thread ? null : callParts(subject).turn, count, alone },
    });
  },
  "blobs-dropped": {
    silent: "What is stored no longer was sent, or is said to be gone where it is read.",
  },
} satisfies Partial<Tellers<EventType>>;

const levels = { met: "DEFAULT", unmet: "ERROR", stopped: "WARNING" } as const;

/** The title of a goal is a person's text: it is in the input alone. */
const nameOf = ({ run }: Telling): string => `harness run ${run}`;

/** From the last sign of life to the taking over. */
const crash = (telling: Telling, entry: EntryOf<"run-owned">): readonly TraceItem[] =>
  point(
    telling,
    entry,
    {
      key: "crash",
      parent: rootKey,
      kind: "span",
      name: "crash",
      level: "ERROR",
      status: "the process died",
      metadata: { epoch: entry.epoch, harness: entry.body.harness },
    },
    telling.at,
  );

/** Goes on after a clean stop: it no longer stands. */
function resumed(telling: Telling, at: number): readonly TraceItem[] {
  say(telling, rootKey, { level: "DEFAULT", status: null, output: null });
  return [...standing(telling, rootKey, at), headOf(telling, null)];
}

function headOf(telling: Telling, output: Content | null): TraceHead {
  const { goal, kind, config, base, pins, limits, budget, seed, parent } = telling.created;
  const models = new Set(Object.values(pins.models).filter((model) => model !== null));
  return {
    type: "trace",
    trace: telling.trace,
    run: telling.run,
    name: nameOf(telling),
    session: telling.run,
    tags: [`harness:${pins.harness}`, ...[...models].map((model) => `model:${model}`)],
    input: text(goal),
    output,
    metadata: { kind, config, base, pins, limits, budget, seed, parent },
  };
}

function summary(telling: Telling, how: string): Content {
  const { attempts, calls, micros, unpriced } = telling.totals;
  const { tasks, accepted, dropped } = countTasks(telling);
  const parts = [
    `${accepted} of ${tasks} tasks accepted`,
    ...(dropped === 0 ? [] : [`${dropped} dropped`]),
    counted(attempts, "attempt"),
    counted(calls, "model call"),
    unpriced === calls && calls > 0 ? "price unknown" : `$${(micros / 1e6).toFixed(4)}`,
    ...(unpriced === 0 || unpriced === calls ? [] : [`${counted(unpriced, "call")} at an unknown price`]),
  ];
  return { plain: `${how}: ${parts.join(", ")}` };
}

/** A sum with calls in it of which nobody knows the price is none. */
const known = (totals: Telling["totals"]): Readonly<Record<string, number | null>> => ({
  ...totals,
  micros: totals.unpriced > 0 ? null : totals.micros,
});

const counted = (count: number, of: string): string => `${count} ${of}${count === 1 ? "" : "s"}`;

function countTasks({ tasks }: Telling): { tasks: number; accepted: number; dropped: number } {
  const stands = [...tasks.values()];
  const [accepted = 0, dropped = 0] = (["accepted", "dropped"] as const).map(
    (stand) => stands.filter((one) => one === stand).length,
  );
  return { tasks: tasks.size, accepted, dropped };
}
