import { sidesOf, sideText } from "../../evals/report/arms.ts";
import type { Estimate } from "../../evals/report/estimate.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import type { Whole } from "../../evals/report/whole.ts";
import { wholeName } from "../../evals/report/wholes.ts";
import { oneLine } from "../view/words.ts";
import { differenceText, valueText } from "./figures.ts";

/** A number made of all answers at once, in words. */
interface WholeRow {
  readonly name: string;
  /** Of each arm, in the order of `sidesOf`; empty where there is none. */
  readonly values: readonly string[];
  /** `+0.6 pts`, of candidate less baseline; empty where there is no such thing. */
  readonly difference: string;
  /** `−1.2 pts to +2.4 pts`; or why there is no number. */
  readonly says: string;
}

/** Over all cases; what holds of groups of them is in the page alone. */
export const wholeRows = (report: StoredReport, wholes: readonly Whole[]): readonly WholeRow[] =>
  wholes.filter(({ group }) => group === null).map((one) => rowOf(report, one));

function rowOf(report: StoredReport, one: Whole): WholeRow {
  const name = oneLine(wholeName(one), 40);
  const { why, scale, arms, against } = one;
  const values = sidesOf(report).map(({ arm }) =>
    why === null ? valueText(scale, arms[arm]?.value ?? null) : "",
  );
  if (why !== null) return { name, values, difference: "", says: `not defined: ${oneLine(why, 160)}` };
  const { baseline } = against;
  if (baseline === null)
    return { name, values, difference: "", says: withinText(one, arms.candidate, valueText) };
  const difference = differenceText(scale, baseline.value);
  return { name, values, difference, says: withinText(one, baseline, differenceText) };
}

const withinText = (
  { scale }: Whole,
  estimate: Estimate | null,
  text: (scale: Whole["scale"], value: number | null) => string,
): string => `${text(scale, estimate?.low ?? null)} to ${text(scale, estimate?.high ?? null)}`;

/** `worker@5 .843, worker@6 .849: +0.6 pts (−1.2 pts to +2.4 pts)`. */
export function wholeText(report: StoredReport, { values, difference, says }: WholeRow): string {
  if (values.every((value) => value === "")) return says;
  const named = sidesOf(report).map(({ side }, at) => `${sideText(side)} ${values[at] ?? ""}`);
  return difference === "" ? `${named.join(", ")} (${says})` : `${named.join(", ")}: ${difference} (${says})`;
}
