import { callParts, threadParts } from "../../core/id.ts";
import type { Instant } from "../../core/id.ts";
import type { TraceSpan } from "../../core/trace/item.ts";

/** A time in which something was so. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/** A time in which nobody worked on the run. `why`: `crash`, or the reason of a clean stop. */
export interface Away extends Stretch {
  readonly why: string;
}

type BarKind = "planning" | "attempt" | "judging" | "waiting" | "away";

export interface Bar extends Stretch {
  readonly kind: BarKind;
  /** How it came out, in a word: `accepted`, `open`, … */
  readonly word: string;
  /** What it is, without when. */
  readonly label: string;
}

/** A line of the timeline; `id` of its task, null for what is of none. */
export interface Lane {
  readonly name: string;
  readonly task: string | null;
  readonly bars: readonly Bar[];
}

/** What is drawn: times and lanes. */
export interface Timeline extends Stretch {
  readonly lanes: readonly Lane[];
  /** Times in which a model, a tool or a judge was at work. */
  readonly busy: readonly Stretch[];
}

/** When the page ends: questions wait until `now`, work that nobody does ended with the last event, at `worked`. */
export interface Ends {
  readonly start: Instant;
  readonly worked: Instant;
  readonly now: Instant;
}

/** The spans of a run, each as it was told last, as lanes: the run, its planning, its tasks as they began, its goal. */
export function lanesOf(spans: Iterable<TraceSpan>, away: readonly Away[], ends: Ends): Timeline {
  const byLane = new Map<string, Bar[]>([[lanes.run, away.map(awayBar)]]);
  const busy: Stretch[] = [];
  for (const span of spans) {
    if (working.has(span.kind)) busy.push({ from: span.start, to: endOf(span, "attempt", ends) });
    const found = barOf(span, ends);
    if (found === null) continue;
    const bars = byLane.get(found.lane) ?? [];
    bars.push(...apart(found.bar, away));
    byLane.set(found.lane, bars);
  }
  const order = [...byLane.keys()].toSorted((a, b) => rank(a) - rank(b));
  const told = order
    .map((name) => laneOf(name, byLane.get(name) ?? []))
    .filter(({ bars }) => bars.length > 0);
  return { from: ends.start, to: ends.now, lanes: told, busy };
}

/** No task can be called so. */
const lanes = { run: "(the run)", planning: "(planning)", goal: "(the goal)" };
const rank = (name: string): number =>
  name === lanes.run ? 0 : name === lanes.planning ? 1 : name === lanes.goal ? 3 : 2;

const working: ReadonlySet<string> = new Set(["generation", "tool", "evaluator"]);

const laneOf = (name: string, bars: readonly Bar[]): Lane => {
  const isTask = rank(name) === 2;
  const sorted = bars.toSorted((a, b) => a.from - b.from);
  return { name: isTask ? name : name.slice(1, -1), task: isTask ? name : null, bars: sorted };
};

const awayBar = ({ from, to, why }: Away): Bar => ({
  from,
  to,
  kind: "away",
  word: why === "crash" ? "crashed" : "stopped",
  label: why === "crash" ? "its process died; nobody worked on it" : `stopped (${why}); nobody worked on it`,
});

const endOf = (span: TraceSpan, kind: BarKind, { worked, now }: Ends): Instant =>
  Math.max(span.start, span.isOpen ? (kind === "waiting" ? now : worked) : span.end);

function barOf(span: TraceSpan, ends: Ends): { readonly lane: string; readonly bar: Bar } | null {
  const found = drawn(span);
  if (found === null) return null;
  const { lane, kind, word, label } = found;
  const bar = { from: span.start, to: endOf(span, kind, ends), kind, word, label };
  return { lane: lane ?? lanes.run, bar };
}

interface Drawn extends Pick<Bar, "kind" | "word" | "label"> {
  readonly lane: string | null;
}

/** What is drawn of a span; null: it is part of what is drawn. */
function drawn({ name, kind, status, isOpen, metadata }: TraceSpan): Drawn | null {
  const task = typeof metadata["task"] === "string" ? metadata["task"] : null;
  const word = isOpen ? "open" : (status ?? "done");
  if (kind === "agent" && task !== null && name.startsWith("attempt "))
    return { lane: task, kind: "attempt", word, label: `${task}, ${name}` };
  if (kind === "agent" && name.startsWith("plan "))
    return { lane: lanes.planning, kind: "planning", word, label: name };
  if (kind === "evaluator" && name.startsWith("judging"))
    return { lane: task ?? lanes.goal, kind: "judging", word, label: name };
  if (name === "plan review")
    return { lane: lanes.planning, kind: "waiting", word, label: "review of the plan" };
  if (name === "effect in doubt") return { lane: task, kind: "waiting", word, label: name };
  if (name.startsWith("escalation: "))
    return { lane: task, kind: "waiting", word, label: name.replace(":", " about") };
  const { call } = metadata;
  if (name !== "approval" || typeof call !== "string") return null;
  const { role, task: of } = threadParts(callParts(call).thread);
  const lane = role === "planner" ? lanes.planning : (of ?? lanes.goal);
  return { lane, kind: "waiting", word, label: "approval" };
}

/** The parts of a bar in which somebody worked on the run. Questions wait whether or not anybody does. */
function apart(bar: Bar, away: readonly Away[]): readonly Bar[] {
  if (bar.kind === "waiting") return [bar];
  let parts: readonly Bar[] = [bar];
  for (const gap of away)
    parts = parts.flatMap((part) => {
      if (gap.to <= part.from || gap.from >= part.to) return [part];
      const [before, after] = [
        { ...part, to: gap.from },
        { ...part, from: gap.to },
      ];
      return [before, after].filter(({ from, to }) => to > from);
    });
  return parts;
}
