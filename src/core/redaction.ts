import { encodeText } from "./canonical.ts";
import type { Json } from "./canonical.ts";
import { joinedChunks } from "./chunks.ts";
import { finderOf } from "./occurrences.ts";
import type { Finder } from "./occurrences.ts";
import { formsOf } from "./secret-forms.ts";
import { placeholderOf } from "./secret.ts";

/** Puts `{{secret:NAME}}` in the place of values that nobody may read, in every form of `formsOf`. */
export interface Redaction {
  text(text: string): string;
  /** UTF-8 and UTF-16. The same object when there is nothing to redact. */
  bytes(bytes: Uint8Array): Uint8Array;
  /** For text that comes in pieces: holds back what may be the beginning of a value. */
  stream(): TextStream;
  /** All strings of a JSON value, keys too. */
  jsonValue(value: Json): Json;
}
interface TextStream {
  push(text: string): string;
  end(): string;
}

interface Named {
  readonly name: string;
  readonly value: string;
}

/**
 * Where values overlap, all that they cover becomes one placeholder, that of the longest. It takes time in proportion
 * to the text, however many values there are.
 * @throws Error with the sentence of `valueFault` for a value that cannot be told from other text
 */
export function redaction(secrets: readonly Named[]): Redaction {
  for (const { name, value } of secrets) {
    const fault = valueFault(name, value);
    if (fault !== null) throw new Error(fault);
  }
  const forms = secrets.flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, form })));
  const marks = forms.map(({ name }) => placeholderOf(name));
  const patterns = patternsOf(
    forms.map(({ form }) => unitsOf(form)),
    forms.map(({ form }) => form.length),
  );
  const text = (whole: string): string => {
    const stream = streamOf(patterns, marks);
    return stream.push(whole) + stream.end();
  };
  let inBytes: ((bytes: Uint8Array) => Uint8Array) | null = null;
  return {
    text,
    bytes: (bytes) => {
      inBytes ??= bytesRedaction(forms);
      return inBytes(bytes);
    },
    stream: () => streamOf(patterns, marks),
    jsonValue: (value) => redactJson(value, text),
  };
}

/** The fewest characters of a value that can be told from other text. */
export const shortestValue = 8;
const longestValue = 65_536;

/** Why a value cannot be kept secret by searching for it, in one sentence; null: it can. */
export function valueFault(name: string, value: string): string | null {
  if (value.length < shortestValue)
    return `secret ${name} has fewer than ${shortestValue} characters, which are found in other text, too; use a longer one`;
  if (value.length > longestValue)
    return `secret ${name} has more than ${longestValue} characters; name a shorter one`;
  if (value.trim() === "") return `secret ${name} is blank; set it to its value`;
  return placeholderOf(name).includes(value)
    ? `secret ${name} is a part of its own placeholder; use another value`
    : null;
}

interface Patterns {
  readonly finder: Finder;
  readonly lengths: readonly number[];
  /** In characters, in whichever encoding: of values that overlap, the one with the most gives its name. */
  readonly weights: readonly number[];
}

const patternsOf = (patterns: readonly ArrayLike<number>[], weights: readonly number[]): Patterns => ({
  finder: finderOf(patterns),
  lengths: patterns.map(({ length }) => length),
  weights,
});

const unitsOf = (text: string): Uint16Array =>
  Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

/** What a pattern covers, from `start` to before `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly pattern: number;
  readonly weight: number;
}

/** Units one by one; what patterns cover of them, each part once. */
interface Cover {
  take(unit: number): void;
  /** What is before this is no part of a pattern that comes later, nor of one that is still held. */
  limit(): number;
  /** Takes out the spans that no later pattern can reach into. */
  settled(): readonly Span[];
  /** Takes out all: nothing more comes. */
  rest(): readonly Span[];
}

function coverOf({ finder, lengths, weights }: Patterns): Cover {
  let state = 0;
  let at = 0;
  let spans: Span[] = [];
  const safe = (): number => at - finder.depth(state);
  return {
    take: (unit) => {
      state = finder.next(state, unit);
      at += 1;
      const pattern = finder.longest(state);
      if (pattern === -1) return;
      const weight = weights[pattern] ?? 0;
      addSpan(spans, { start: at - (lengths[pattern] ?? 0), end: at, pattern, weight });
    },
    limit: () => Math.min(safe(), spans[0]?.start ?? Infinity),
    settled: () => {
      const limit = safe();
      const held = spans.findIndex(({ end }) => end > limit);
      const done = held === -1 ? spans : spans.slice(0, held);
      spans = held === -1 ? [] : spans.slice(held);
      return done;
    },
    rest: () => spans,
  };
}

function addSpan(spans: Span[], found: Span): void {
  let merged = found;
  for (let last = spans.at(-1); last !== undefined && last.end > merged.start; last = spans.at(-1)) {
    spans.pop();
    const { pattern, weight } = last.weight > merged.weight ? last : merged;
    merged = { start: Math.min(last.start, merged.start), end: merged.end, pattern, weight };
  }
  spans.push(merged);
}

function streamOf(patterns: Patterns, marks: readonly string[]): TextStream {
  const cover = coverOf(patterns);
  /** What was not given out yet, and where it begins. */
  let held = "";
  let from = 0;
  /** All before `limit`, spans replaced. */
  const give = (spans: readonly Span[], limit: number): string => {
    const pieces: string[] = [];
    let at = from;
    for (const { start, end, pattern } of spans) {
      pieces.push(held.slice(at - from, start - from), marks[pattern] ?? "");
      at = end;
    }
    const to = Math.max(at, Math.min(limit, from + held.length));
    pieces.push(held.slice(at - from, to - from));
    held = held.slice(to - from);
    from = to;
    return pieces.join("");
  };
  return {
    push: (text) => {
      held += text;
      for (let at = 0; at < text.length; at += 1) cover.take(text.charCodeAt(at));
      const settled = cover.settled();
      return give(settled, cover.limit());
    },
    end: () => give(cover.rest(), Infinity),
  };
}

/** Each form as UTF-8 and as UTF-16 (the lower byte first), with its placeholder in the same. */
function bytesRedaction(forms: readonly { name: string; form: string }[]): (bytes: Uint8Array) => Uint8Array {
  const kinds = [encodeText, utf16];
  const patterns = patternsOf(
    kinds.flatMap((encode) => forms.map(({ form }) => encode(form))),
    kinds.flatMap(() => forms.map(({ form }) => form.length)),
  );
  const marks = kinds.flatMap((encode) => forms.map(({ name }) => encode(placeholderOf(name))));
  return (bytes) => {
    const cover = coverOf(patterns);
    for (let at = 0; at < bytes.length; at += 1) cover.take(bytes[at] ?? 0);
    const spans = cover.rest();
    return spans.length === 0 ? bytes : replaced(bytes, spans, marks);
  };
}

const utf16 = (text: string): Uint8Array =>
  Uint8Array.from(
    { length: text.length * 2 },
    (_, at) => (text.charCodeAt(at >> 1) >> (at & 1 ? 8 : 0)) & 0xff,
  );

function replaced(bytes: Uint8Array, spans: readonly Span[], marks: readonly Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { start, end, pattern } of spans) {
    pieces.push(bytes.subarray(from, start), marks[pattern] ?? new Uint8Array());
    from = end;
  }
  return joinedChunks([...pieces, bytes.subarray(from)]);
}

function redactJson(value: Json, text: (text: string) => string): Json {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return numberOrText(value, text(String(value)));
  if (value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => redactJson(item as Json, text));
  const keys = new Set<string>();
  const members = Object.entries(value).map(([key, item]): [string, Json] => {
    const free = unused(text(key), keys);
    keys.add(free);
    return [free, redactJson(item, text)];
  });
  return Object.fromEntries(members);
}

/** A value may be nothing but digits. */
const numberOrText = (value: number, shown: string): Json => (shown === String(value) ? value : shown);

/** Two keys may be two forms of one value. */
function unused(key: string, taken: ReadonlySet<string>): string {
  let free = key;
  for (let count = 2; taken.has(free); count += 1) free = `${key} (${count})`;
  return free;
}
