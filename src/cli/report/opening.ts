import { leastLabels } from "../../evals/gate/judge.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import { sideText } from "../../evals/report/arms.ts";
import { kappaOf } from "../../evals/scoring/agreement.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { plural } from "../view/words.ts";
import { countText, moneyText, plannedText, share, spanText, valueText } from "./figures.ts";

/** A line under its name; lines that are too long for a terminal are broken by `textOf`. */
export type Line = readonly [name: string, text: string];

/** `prompts/worker.prompt, 14 lines differ → worker@6         baseline  worker@5         best ever  worker@3`. */
export function candidateLine(
  { candidate, baseline, best }: Pick<StoredReport, "candidate" | "baseline" | "best">,
  changed: string | null,
): Line {
  const from = changed === null ? "" : `${changed} → `;
  const other = baseline === null ? "none: a first version must reach its floors" : sideText(baseline);
  const ever = best === null ? "" : `         best ever  ${sideText(best)}`;
  return ["candidate", `${from}${sideText(candidate)}         baseline  ${other}${ever}`];
}

/** `core@3, held-out: 240 cases in 61 clusters, 8th evaluation on this split; judge helpful agrees with people κ .71`. */
export function suiteLine(
  report: Pick<StoredReport, "suite" | "side" | "cases" | "candidates" | "judge">,
): Line {
  const { suite, side, cases, candidates, judge } = report;
  const clusters = new Set(cases.map(({ cluster }) => cluster)).size;
  const version = suite.version === null ? `${suite.name}=file` : `${suite.name}@${suite.version}`;
  const looked = candidates === 0 ? "" : `, ${ordinal(candidates)} evaluation on this split`;
  const part = side === "held_out" ? "held-out" : "training part";
  const judged = judge === null ? "" : `; ${judgeText(judge)}`;
  return [
    "suite",
    `${version}, ${part}: ${plural(cases.length, "case")} in ${plural(clusters, "cluster")}${looked}${judged}`,
  ];
}

/** `judge helpful agrees with people κ .71`; too few labels prove nothing. */
export function judgeText({ rubrics, labels }: JudgeUse): string {
  const count = labels === null ? 0 : labels.good.of + labels.bad.of;
  if (labels === null || count < leastLabels)
    return `judge unproven: ${plural(count, "label")}, ${leastLabels} make it`;
  const kappa = kappaOf(labels);
  if (kappa === null || labels.good.of === 0 || labels.bad.of === 0)
    return `judge unproven: all ${count} labels say the same`;
  return `judge ${Object.keys(rubrics).join(", ")} agrees with people κ ${share(kappa, 2)}`;
}

/** `quality −5 pts · refusals +2 pts · cost ×1.15 · planned looks at K = 2, 4, 8`. */
export function gateLine(gate: GateSpec, { isFirst }: { readonly isFirst: boolean }): Line {
  const guards = guardsOf(gate).map(([name, guard]) => guardText(name, guard, isFirst));
  const primary = isFirst || gate.primary === undefined ? [] : [primaryText(gate, gate.primary)];
  const looks = `planned ${gate.looks.length === 1 ? "look" : "looks"} at K = ${gate.looks.join(", ")}`;
  return ["gate", [...guards, ...primary, looks].join(" · ")];
}

function guardText(name: string, guard: GuardSpec, isFirst: boolean): string {
  if (!isFirst) return `${name} ${plannedText(guard, guard.kind === "ratio" ? guard.ratio : guard.margin)}`;
  if (guard.floor === undefined) return `${name} has no floor`;
  return `${name} at ${guard.better === "higher" ? "least" : "most"} ${valueText(guard, guard.floor)}`;
}

function primaryText({ guards }: GateSpec, { guard: name, by }: { guard: string; by: number }): string {
  const guard = guards[name];
  if (guard === undefined || by === 0) return `${name} must get better`;
  const better = { ...guard, better: guard.better === "higher" ? ("lower" as const) : ("higher" as const) };
  const wanted = guard.kind === "ratio" ? `${Math.round(100 * by)} %` : plannedText(better, by);
  return `${name} must get better by more than ${wanted}`;
}

/** What must be good, then what must be rare, then amounts; each as the suite has them. */
export function guardsOf({ guards }: GateSpec): readonly (readonly [name: string, guard: GuardSpec])[] {
  const rank = ({ kind, better }: GuardSpec): number => (kind === "ratio" ? 2 : better === "higher" ? 0 : 1);
  return Object.entries(guards).toSorted(([, a], [, b]) => rank(a) - rank(b));
}

export interface Forecast {
  /** From the look that may be the last to the one that is. */
  readonly answers: readonly [number, number];
  /** Of those: the others are known. */
  readonly toAsk: readonly [number, number];
  /** How many looks that makes. */
  readonly looks: readonly [number, number];
  /** Of what is asked. null: a model has no price; both: nothing like it was asked yet. */
  readonly micros: readonly [number, number] | null;
  readonly ms: readonly [number, number] | null;
  /** How likely a guard is decided by a look if both are equal; null: not computed. */
  readonly decided: { readonly guard: string; readonly look: number; readonly chance: number } | null;
}

/** `960 to 3,840 answers in 1 to 3 looks, $9–35, 11–44 min; if both are equal, quality is decided by K = 4 with 83 %`. */
export function forecastLine({ answers, toAsk, looks, micros, ms, decided }: Forecast): Line {
  const inLooks = looks[1] === 1 ? "" : ` in ${rangeText(looks, String)} looks`;
  const parts = [`${rangeText(answers, countText)} answers${inLooks}`, ...toAskTexts(answers, toAsk)];
  if (toAsk[1] > 0) parts.push(...costTexts(micros, ms));
  const chance =
    decided === null
      ? ""
      : `; if both are equal, ${decided.guard} is decided by K = ${decided.look} with ${Math.round(100 * decided.chance)} %`;
  return ["forecast", `${parts.join(", ")}${chance}`];
}

/** `all known: nothing to ask or to pay`, `480 known: 480 to 3,360 to ask`; none where nothing is known. */
function toAskTexts(answers: Forecast["answers"], toAsk: Forecast["toAsk"]): readonly string[] {
  if (toAsk[1] === 0) return ["all known: nothing to ask or to pay"];
  const known = [answers[0] - toAsk[0], answers[1] - toAsk[1]] as const;
  if (known[1] === 0) return [];
  return [`${rangeText(known, countText)} known: ${rangeText(toAsk, countText)} to ask`];
}

function costTexts(micros: Forecast["micros"], ms: Forecast["ms"]): readonly string[] {
  if (micros === null && ms === null) return ["money and time unknown until one evaluation has ended"];
  const money = micros === null ? "price unknown" : rangeText(micros, moneyText, "–");
  return ms === null ? [money] : [money, rangeText(ms, spanText)];
}

function rangeText(
  [least, most]: readonly [number, number],
  text: (n: number) => string,
  to = " to ",
): string {
  const [from, until] = [text(least), text(most)];
  return from === until ? until : `${from}${to}${until}`;
}

/** `1st`, `8th`, `22nd`. */
function ordinal(count: number): string {
  const isTeen = Math.floor(count / 10) % 10 === 1;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${ending}`;
}
