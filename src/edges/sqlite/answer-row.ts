import { z } from "zod";
import { budget, by, choice } from "../../core/event.ts";
import { digest } from "../../core/id.ts";
import type { RunId } from "../../core/id.ts";
import { DamagedJournal } from "../../core/ports.ts";
import type { Answer, AnswerValue } from "../../core/ports.ts";

/** A row of `answers` (state); `by` and `value` are canonical JSON. */
export interface AnswerRow {
  readonly run: RunId;
  readonly subject: string;
  readonly at: number;
  readonly by: string;
  readonly value: string;
}

const note = digest.nullable();
const answerValue: z.ZodType<AnswerValue> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("approval"),
    answer: z.enum(["grant", "grant-edited", "refuse", "expire"]),
    edited: digest.nullable(),
    note,
    // Rows of an older version know no rules.
    rule: digest.nullable().default(null),
  }),
  z.strictObject({ type: z.literal("escalation"), choice, note, budget: budget.nullable() }),
  z.strictObject({
    type: z.literal("effect"),
    finding: z.enum(["happened", "did-not", "skip"]),
    evidence: digest.nullable(),
  }),
  z.strictObject({
    type: z.literal("plan"),
    answer: z.enum(["adopt", "reject", "edit"]),
    note,
    // Rows of an older version know no edits.
    edited: digest.nullable().default(null),
  }),
  z.strictObject({ type: z.literal("note"), thread: z.string().nullable(), text: digest }),
  z.strictObject({ type: z.literal("budget"), budget }),
  z.strictObject({ type: z.literal("stop") }),
]);

/** @throws DamagedJournal when the row is not one that `answer` wrote: a grant is never guessed. */
export function readAnswer(row: AnswerRow): Answer {
  try {
    return {
      run: row.run,
      subject: row.subject,
      at: row.at,
      by: by.parse(JSON.parse(row.by)),
      value: answerValue.parse(JSON.parse(row.value)),
    };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedJournal(`run ${row.run}: the answer to ${row.subject} cannot be read: ${why}`, {
      cause: error,
    });
  }
}
