import { z } from "zod";
import type { Digest } from "../../core/id.ts";
import { digest } from "../../core/id.ts";
import type { JudgeLabels } from "../gate/judge.ts";
import { judgeCase } from "../suite/case.ts";
import type { JudgeCase } from "../suite/case.ts";
import { countsOf } from "./agreement.ts";
import type { Pair } from "./agreement.ts";
import type { NoVerdict } from "./ask-judge.ts";
import type { Judging } from "./judge.ts";
import type { Judged } from "./verdict.ts";
import { isPass } from "./verdict.ts";

/** A line of `rubrics/NAME.labels.jsonl`: work, what a person said of it, and what a judge of this digest said. */
export const labelRow = judgeCase.extend({
  judged: z
    .strictObject({ digest, score: z.number().min(0).max(1), pass: z.boolean() })
    .optional()
    .describe("`digest`: rubricJudgeDigest of the judge that was asked"),
});
export type LabelRow = z.infer<typeof labelRow>;

/** Rows that have both, of the judge of this digest: what another one said proves nothing of it. */
export const pairsOf = (rows: readonly LabelRow[], judge: Digest): readonly Pair[] =>
  rows.flatMap(({ label, judged }) =>
    label === undefined || judged?.digest !== judge ? [] : [{ label: label === "pass", pass: judged.pass }],
  );

/** How the judge of this digest agrees with people; null: nothing is known of it. */
export function labelsOf(rows: readonly LabelRow[], judge: Digest): JudgeLabels | null {
  const pairs = pairsOf(rows, judge);
  return pairs.length === 0 ? null : countsOf(pairs);
}

/** Rows with a label of which the judge of this digest has said nothing yet. */
export const unjudged = (rows: readonly LabelRow[], judge: Digest): readonly LabelRow[] =>
  rows.filter(({ label, judged }) => label !== undefined && judged?.digest !== judge);

/** Asks the judge about a labelled row. The label is not shown to it. */
export async function judgeRow(
  judge: Judging,
  row: LabelRow,
  by: Digest,
  signal: AbortSignal,
): Promise<LabelRow | NoVerdict> {
  const found = await judge(row.rubric, judgedOf(row), `verdict/${row.id}/1`, signal);
  if ("why" in found) return found;
  const pass = isPass(found.spec, found.verdict);
  return { ...row, judged: { digest: by, score: found.score, pass } };
}

/** Work of a judge case as the rubric judge sees it; files as what was handed in. */
export const judgedOf = ({ vars, answer }: Pick<JudgeCase, "vars" | "answer">): Judged =>
  typeof answer === "string"
    ? { vars, references: [], text: answer, output: null }
    : { vars, references: [], text: "", output: answer };
