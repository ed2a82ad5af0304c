import type { JudgeCase } from "../../evals/suite/case.ts";
import { sha256 } from "../sha256.ts";

export type Label = NonNullable<JudgeCase["label"]>;

/** What a person says of one answer. */
export interface Given {
  readonly id: string;
  /** null: none, any more. */
  readonly label: Label | null;
  readonly note: string | null;
}

/** Answers that people judge, and what they said. */
export interface LabelBook {
  /** As people know it: `tasks/judge/cases.jsonl`. */
  readonly shown: string;
  /** All answers, in the order in which they are labelled. */
  readonly cases: readonly JudgeCase[];
  /** Durable when it resolves. @throws Refused, RegistryRefused */
  put(given: Given): Promise<void>;
}

/**
 * By chance, so that those that are labelled are no selection, and yet the same each time, so that it goes on where it
 * stopped and two people meet the same answers.
 */
export const inOrder = (cases: readonly JudgeCase[]): readonly JudgeCase[] =>
  cases
    .map((one) => ({ one, place: sha256(`label ${one.id}`) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ one }) => one);

/** A case as it is kept with what a person said. */
export function labelled(found: JudgeCase, { label, note }: Given, by: string): JudgeCase {
  const { label: _label, by: _by, note: before, ...rest } = found;
  const said = note ?? before ?? null;
  const noted = said === null ? rest : { ...rest, note: said };
  return label === null ? noted : { ...noted, label, by };
}
