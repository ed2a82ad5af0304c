import { fold } from "../../../src/core/apply.ts";
import type { Entry, EventType } from "../../../src/core/event.ts";
import type { SpanKind, TraceItem, TraceScore, TraceSpan } from "../../../src/core/trace/item.ts";
import { held, itemsOf, spansOf } from "./items.ts";

/** Everything the items of a run must be, as lines: empty when nothing is wrong. */
export function wrongs(entries: readonly Entry[]): readonly string[] {
  const items = itemsOf(entries);
  const spans = spansOf(items);
  return [
    ...(JSON.stringify(itemsOf(entries)) === JSON.stringify(items) ? [] : ["told again it is another"]),
    ...ofTrace(items),
    ...parents(spans),
    ...identities(items),
    ...times(spans),
    ...brackets(entries, items),
    ...sums(entries, held(items)),
  ];
}

const say = ({ id, name, kind }: TraceSpan): string => `${kind} "${name}" ${id}`;

function ofTrace(items: readonly TraceItem[]): string[] {
  const [first] = items;
  if (first?.type !== "trace") return ["the first item is not the trace"];
  return items
    .filter(({ trace }) => trace !== first.trace || !/^[0-9a-f]{32}$/.test(trace))
    .map((item) => `${item.type} of another trace`);
}

/** A parent was sent before, and there is one root. */
function parents(spans: readonly TraceSpan[]): string[] {
  const sent = new Set<string>();
  return spans.flatMap((span) => {
    const isFirst = sent.size === 0;
    const isLost = span.parent === null ? !isFirst && span.id !== spans[0]?.id : !sent.has(span.parent);
    sent.add(span.id);
    return isLost ? [`${say(span)} has no parent that was sent`] : [];
  });
}

/** What a span is does not change, nothing follows its end, and no id is of two things. */
function identities(items: readonly TraceItem[]): string[] {
  const known = new Map<string, TraceSpan>();
  const scores = new Set<string>();
  return items.flatMap((item) => {
    if (item.type === "trace") return [];
    if (item.type === "score") return score(item, known, scores);
    const before = known.get(item.id);
    known.set(item.id, item);
    const isHex = /^[0-9a-f]{16}$/.test(item.id);
    const isSame = before === undefined || (before.isOpen && what(before) === what(item));
    return isHex && isSame ? [] : [`${say(item)} is two things`];
  });
}

const what = ({ kind, name, start, parent }: TraceSpan): string =>
  JSON.stringify([kind, name, start, parent]);

function score(item: TraceScore, known: ReadonlyMap<string, TraceSpan>, scores: Set<string>): string[] {
  const isTwice = scores.has(item.id);
  scores.add(item.id);
  const isLost = item.span !== null && !known.has(item.span);
  return [
    ...(isTwice ? [`score ${item.name} twice`] : []),
    ...(isLost ? [`score ${item.name} of a span that was not sent`] : []),
  ];
}

function times(spans: readonly TraceSpan[]): string[] {
  return spans.flatMap((span) => {
    const first = span.generation?.firstToken ?? span.start;
    return span.start <= first && first <= span.end ? [] : [`${say(span)} ends before it begins`];
  });
}

/** How many spans of a kind the events of a run that has ended make. */
const kinds: Readonly<Partial<Record<SpanKind, readonly EventType[]>>> = {
  generation: ["model-ended"],
  tool: ["call-ended", "effect-doubted"],
  evaluator: ["judging-started", "criterion-judged"],
};

/** One span for each thing the journal begins; when the run has ended, all have. */
function brackets(entries: readonly Entry[], items: readonly TraceItem[]): string[] {
  const spans = held(items);
  const hasEnded = entries.some(({ type }) => type === "run-ended");
  const open = hasEnded ? spans.filter(({ isOpen }) => isOpen) : [];
  const count = (types: readonly EventType[]): number =>
    entries.filter(({ type }) => types.includes(type)).length;
  const wrong = Object.entries(kinds).flatMap(([kind, types]) => {
    const told = spans.filter((span) => span.kind === kind).length;
    return told === count(types) ? [] : [`${told} spans of kind ${kind}, not ${count(types)}`];
  });
  const attempts = spans.filter(({ name }) => name.startsWith("attempt ")).length;
  const asked = spans.filter(({ kind, name }) => kind === "guardrail" && name === "approval").length;
  return [
    ...open.map((span) => `${say(span)} never ends`),
    ...wrong,
    ...(attempts === count(["attempt-started"]) ? [] : [`${attempts} attempts`]),
    ...(asked === count(["approval-requested"]) ? [] : [`${asked} approvals`]),
  ];
}

/** Money is what the run has spent, tokens what providers reported. */
function sums(entries: readonly Entry[], spans: readonly TraceSpan[]): string[] {
  const generations = spans.flatMap(({ generation }) => (generation === null ? [] : [generation]));
  const usages = entries.flatMap(({ type, body }) => (type === "model-ended" ? (body.usage ?? []) : []));
  const run = fold(entries);
  const pair = (name: string, told: number, is: number): string[] =>
    told === is ? [] : [`${name}: told ${told}, is ${is}`];
  const sum = <T>(of: readonly T[], by: (one: T) => number): number =>
    of.reduce((all, one) => all + by(one), 0);
  return [
    ...pair(
      "micros",
      sum(generations, ({ micros }) => micros ?? 0),
      run.spent.micros,
    ),
    ...pair("unpriced", generations.filter(({ micros }) => micros === null).length, run.spent.unpriced),
    ...pair(
      "input",
      sum(generations, ({ usage }) =>
        usage === null ? 0 : usage.input + usage.cacheRead + usage.cacheWrite,
      ),
      sum(usages, ({ input }) => input),
    ),
    ...pair(
      "output",
      sum(generations, ({ usage }) => usage?.output ?? 0),
      sum(usages, ({ output }) => output),
    ),
    ...pair(
      "cached",
      sum(generations, ({ usage }) => usage?.cacheRead ?? 0),
      sum(usages, ({ cacheRead }) => cacheRead),
    ),
  ];
}
