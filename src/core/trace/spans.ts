import type { Json } from "../canonical.ts";
import type { Entry } from "../event.ts";
import type { Instant } from "../id.ts";
import type { Content, Generation, SpanKind, TraceSpan } from "./item.ts";
import type { OpenSpan, Telling } from "./telling.ts";

/** Of what a span is; `key` names it while it is open, and its parent by the key that one has or had. */
interface Beginning extends Partial<Said> {
  readonly key: string;
  readonly parent: string;
  readonly kind: SpanKind;
  readonly name: string;
}

/** What can become known of a span later. Metadata is added to what is there. */
interface Said {
  readonly level: TraceSpan["level"];
  readonly status: string | null;
  readonly input: Content | null;
  readonly output: Content | null;
  readonly generation: Generation | null;
  readonly metadata: Readonly<Record<string, Json>>;
}
export type Saying = Partial<Said>;

export const rootKey = "run";

/** Begins a span that is shown when it ends. */
export function open(telling: Telling, entry: Entry, beginning: Beginning): OpenSpan {
  const { key, parent } = beginning;
  const span = beginSpan(telling, entry, beginning);
  telling.open.set(key, span);
  if (key !== parent) telling.open.get(parent)?.children.add(key);
  return span;
}

/** Begins a span that is shown at once. */
export function announce(telling: Telling, entry: Entry, beginning: Beginning): readonly TraceSpan[] {
  const span = open(telling, entry, beginning);
  telling.ids.set(beginning.key, span.id);
  return [shown(telling, span, entry.at, true)];
}

/** An open span as it stands; nothing when it is not open. */
export function standing(telling: Telling, key: string, at: Instant): readonly TraceSpan[] {
  const span = telling.open.get(key);
  return span === undefined ? [] : [shown(telling, span, at, true)];
}

/** Adds to what is known of an open span. */
export function say(telling: Telling, key: string, saying: Saying): void {
  const span = telling.open.get(key);
  if (span === undefined) return;
  const metadata = { ...span.metadata, ...saying.metadata };
  Object.assign(span, saying, { metadata });
}

/** Ends a span, and before it what is open in it. Nothing when it is not open. */
export function close(telling: Telling, key: string, at: Instant, saying: Saying = {}): readonly TraceSpan[] {
  const span = telling.open.get(key);
  if (span === undefined) return [];
  const inside = [...span.children].flatMap((child) =>
    close(telling, child, at, { level: "WARNING", status: `ended with ${span.name}` }),
  );
  say(telling, key, saying);
  telling.open.delete(key);
  if (span.parent !== null) telling.open.get(span.parent)?.children.delete(key);
  return [...inside, shown(telling, span, at, false)];
}

/** A span that begins and ends with this entry, or began at `start`. */
export function point(
  telling: Telling,
  entry: Entry,
  beginning: Beginning,
  start: Instant = entry.at,
): readonly TraceSpan[] {
  const span = { ...beginSpan(telling, entry, beginning), start };
  return [shown(telling, span, entry.at, false)];
}

/** The id under which a span was last sent; null: none was. */
export const idOf = (telling: Telling, key: string): string | null => telling.ids.get(key) ?? null;

function beginSpan(telling: Telling, entry: Entry, beginning: Beginning): OpenSpan {
  const { key, parent, kind, name } = beginning;
  return {
    // An entry begins no two spans of one key: ids are told apart by where they began.
    id: telling.sha256(`${telling.trace} span ${entry.seq} ${key}`).slice(0, 16),
    parent: key === rootKey ? null : parent,
    kind,
    name,
    start: entry.at,
    level: beginning.level ?? "DEFAULT",
    status: beginning.status ?? null,
    input: beginning.input ?? null,
    output: beginning.output ?? null,
    generation: beginning.generation ?? null,
    metadata: beginning.metadata ?? {},
    children: new Set(),
  };
}

function shown(telling: Telling, span: OpenSpan, at: Instant, isOpen: boolean): TraceSpan {
  const { children: _, parent, start, ...said } = span;
  return {
    type: "span",
    trace: telling.trace,
    ...said,
    parent: parent === null ? null : (idOf(telling, parent) ?? idOf(telling, rootKey)),
    start,
    // The clock of a machine may have been set back.
    end: Math.max(start, at),
    isOpen,
  };
}
