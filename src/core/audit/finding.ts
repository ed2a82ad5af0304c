import type { Body, Entry, EventType } from "../event.ts";
import type { AnswerBook } from "./answers.ts";
import type { Story } from "./story.ts";

/** Which promise is broken; `chain`: the journal itself; `protocol`: a move no status allows. */
export type Broken =
  | "P1"
  | "P2"
  | "P3"
  | "P4"
  | "P5"
  | "P6"
  | "P7"
  | "P8"
  | "P9"
  | "P10"
  | "P11"
  | "P12"
  | "chain"
  | "protocol";

/** One thing that is wrong with a run. */
export interface Finding {
  readonly promise: Broken;
  /** The entry that shows it; null when it is something that never came. */
  readonly seq: number | null;
  /** One sentence a person understands. */
  readonly what: string;
}

export type Report = (promise: Broken, what: string) => void;

/** What a rule sees: one entry, and the story as it was told before it. */
export interface Sight {
  readonly entry: Entry;
  readonly story: Story;
  readonly answers: AnswerBook;
  readonly report: Report;
}

/** Judges entries against the story so far, and never changes the story. */
export interface Rule {
  readonly every?: (sight: Sight) => void;
  readonly on?: { readonly [T in EventType]?: (body: Body<T>, sight: Sight) => void };
  /** After what a new owner wrote to take the run over, before anything else is seen. */
  readonly recovered?: (story: Story, report: Report) => void;
  /** After the last entry. */
  readonly end?: (story: Story, report: Report) => void;
}

/** Shows one entry to a rule. */
export function show(rule: Rule, sight: Sight): void {
  rule.every?.(sight);
  const judge = rule.on?.[sight.entry.type] as ((body: unknown, sight: Sight) => void) | undefined;
  judge?.(sight.entry.body, sight);
}
