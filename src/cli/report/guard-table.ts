import type { Decision } from "../../evals/gate/decide.ts";
import type { GuardEvidence } from "../../evals/gate/evidence.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import type { Side } from "../../evals/receipt/receipt.ts";
import { sideText } from "../../evals/report/arms.ts";
import { bareText, differenceText, valueText } from "./figures.ts";
import { guardsOf } from "./opening.ts";

/** One comparison in words: what a row of the table of guards says. */
export interface GuardRow {
  readonly name: string;
  readonly other: string;
  readonly candidate: string;
  readonly difference: string;
  readonly plausible: string;
  readonly margin: string;
  /** `holds`, `worse`, or `open` and why. */
  readonly status: string;
  readonly evidence: GuardEvidence;
  /** It had to get better, not only no worse. */
  readonly isPrimary: boolean;
}

/** Comparisons with production (`floor`: of a first version), in the order in which a suite's gate is read. */
export const guardRows = (
  gate: GateSpec,
  decision: Decision,
  against: GuardEvidence["against"],
): readonly GuardRow[] =>
  guardsOf(gate).flatMap(([name, guard]) =>
    decision.guards
      .filter((one) => one.guard === name && one.against === against)
      .map((evidence) => guardRow(gate, guard, evidence, false)),
  );

/** What a test found of a metric that had to get better. */
export function primaryRow(gate: GateSpec, { primary }: Decision): GuardRow | null {
  const guard = primary === null ? undefined : gate.guards[primary.guard];
  return primary === null || guard === undefined ? null : guardRow(gate, guard, primary, true);
}

function guardRow(gate: GateSpec, guard: GuardSpec, evidence: GuardEvidence, isPrimary: boolean): GuardRow {
  const isFloor = evidence.against === "floor";
  const shown = (value: number | null, more: number): string =>
    isFloor ? valueText(guard, value, 3 + more) : differenceText(guard, value, more);
  const wanted = (more: number): string =>
    isFloor ? valueText(guard, evidence.margin, 3 + more) : bareText(guard, evidence.margin, more);
  const more = digitsApart(evidence, (value, more) =>
    isFloor ? valueText(guard, value, 3 + more) : bareText(guard, value, more),
  );
  return {
    name: evidence.guard,
    other: valueText(guard, evidence.other),
    candidate: valueText(guard, evidence.candidate),
    difference: isFloor ? "" : shown(evidence.estimate, 0),
    plausible: shown(evidence.bound, more),
    margin: wanted(more),
    status: statusText(evidence, gate),
    evidence,
    isPrimary,
  };
}

/** What lies on one side of a margin must not read as if it were the margin. */
function digitsApart(
  { bound, margin }: GuardEvidence,
  text: (value: number, more: number) => string,
): number {
  if (bound === null || bound === margin) return 0;
  return [0, 1, 2, 3].find((more) => text(bound, more) !== text(margin, more)) ?? 0;
}

function statusText({ status, open, df, outages }: GuardEvidence, gate: GateSpec): string {
  if (open === "clusters") return `open: ${df.toFixed(1)} degrees of freedom, ${gate.least_df} needed`;
  return open === "outages" ? `open: ${outages} outages could decide it` : status;
}

/** `quality +0.1 pts, −5.8 still plausible, margin −5.0`. `best`: the best version ever, where it is held against too. */
export function rowText(row: GuardRow, best: Side | null): string {
  const { name, difference, candidate, margin, status, evidence, isPrimary } = row;
  const plausible = row.plausible.replace(/ pts$/, "");
  const why = status.startsWith("open:") ? ` (${status})` : "";
  if (evidence.against === "floor")
    return `${name} ${candidate}, ${plausible} still plausible, floor ${margin}${why}`;
  const ever = evidence.against === "best" ? againstBestText(best) : "";
  const limit = isPrimary ? `more than ${margin} asked` : `margin ${margin}`;
  const worst = evidence.status === "worse" ? "" : `, ${plausible} still plausible`;
  return `${name}${ever} ${difference}${worst}, ${limit}${why}`;
}

const againstBestText = (best: Side | null): string =>
  ` against best ever${best === null ? "" : ` (${sideText(best)})`}`;
