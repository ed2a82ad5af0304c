import { nameText } from "../../core/registry/artifact.ts";
import { short } from "../../core/registry/history.ts";
import type { Decision } from "../../evals/gate/decide.ts";
import type { GuardEvidence } from "../../evals/gate/evidence.ts";
import { rangeOf } from "../../evals/gate/spec.ts";
import type { GuardSpec } from "../../evals/gate/spec.ts";
import type { Receipt, Side } from "../../evals/receipt/receipt.ts";
import { earlierText } from "../evaluation/looks-before.ts";
import { inColumns } from "../view/columns.ts";
import { oneLine, plural, timeOfDay } from "../view/words.ts";
import { acceptText } from "./accepted-margins.ts";

/** What a receipt says, and what its own scores say: a line for each guard, and whatever a person answers for. */
export function receiptLines(
  receipt: Receipt,
  decision: Decision,
  { columns, now }: { readonly columns: number; readonly now: number },
): readonly string[] {
  const { candidate, baseline, best, suite, split, items, looks } = receipt;
  const against =
    baseline === null ? "held against the floors of the suite" : `against ${sideText(baseline)}`;
  const seen = `${plural(items.length, "case")}, ${plural(looks.at(-1) ?? 0, "answer")} each, ${plural(split.candidates, "evaluation")} looked at them so far`;
  const line = (text: string): string => ` ${oneLine(text, columns - 2)}`;
  const heading = ["", "", "difference", "still plausible", "margin", ""];
  const shown = [...decision.guards, ...(decision.primary === null ? [] : [decision.primary])];
  const rows = [heading, ...shown.map((one) => rowOf(receipt, one))];
  return [
    line(`${decision.verdict}  ${sideText(candidate)} ${against}`),
    ...(best === null ? [] : [line(`and against ${sideText(best)}, the best version ever`)]),
    line(
      `suite ${suite.name}${suite.version === null ? "" : `@${suite.version}`} ${short(suite.digest)}: ${seen}`,
    ),
    ...inColumns(rows, ["left", "left", "right", "right", "right", "left"], columns),
    ...judgeWords(receipt, decision).map(line),
    ...[earlierText(suite.name, receipt.earlier) ?? []].flat().map(line),
    ...acceptedWords(receipt, now).map(line),
  ];
}

/** `worker@5 4f21`. */
const sideText = ({ kind, name, version, digest }: Side): string =>
  `${nameText({ kind, name })}${version === null ? "" : `@${version}`} ${short(digest)}`;

function rowOf({ gate }: Receipt, one: GuardEvidence): readonly string[] {
  const guard = gate.guards[one.guard];
  const words = { holds: "holds", worse: "worse beyond doubt", open: "open" }[one.status];
  const other = { baseline: "", best: "against the best ever", floor: "against its floor" }[one.against];
  const number = (value: number | null): string =>
    guard === undefined || value === null ? "unbounded" : valueText(guard, one.against === "floor", value);
  return [
    oneLine(one.guard, 40),
    other,
    number(one.estimate),
    number(one.bound),
    number(one.margin),
    one.accepted ? `${words}, as a person accepts` : words,
  ];
}

/** `+0.6 pts`, `×1.10`, of a floor `84.3 %`; else in units of the metric. */
function valueText(guard: GuardSpec, isFloor: boolean, value: number): string {
  const number = (size: number): string => String(Number(size.toPrecision(4)));
  if (guard.kind === "ratio") return isFloor ? number(value) : `×${value.toFixed(2)}`;
  const [low, high] = rangeOf(guard);
  const isShare = low === 0 && high === 1;
  if (isFloor) return isShare ? `${(100 * value).toFixed(1)} %` : number(value);
  const sign = value < 0 ? "−" : "+";
  return isShare ? `${sign}${(100 * Math.abs(value)).toFixed(1)} pts` : `${sign}${number(Math.abs(value))}`;
}

function judgeWords({ judge }: Receipt, { judged }: Decision): readonly string[] {
  if (judge !== null && judge.labels === null)
    return [`judge ${Object.keys(judge.rubrics).join(", ")} (${judge.model}): judge unproven, no labels`];
  return Object.entries(judged).map(([name, { effective, labels, proven }]) => {
    const truth =
      effective === null ? "no difference at all" : `a true difference of ${effective.toFixed(3)}`;
    return `judge of ${name}: by ${plural(labels, "label")} its margin is ${truth}${proven ? "" : "; judge unproven"}`;
  });
}

function acceptedWords({ accepted, gate, baseline }: Receipt, now: number): readonly string[] {
  if (accepted === null) return [];
  const margins = Object.entries(accepted.margins).map(([name, value]) => {
    const guard = gate.guards[name];
    return guard === undefined ? name : `${name}=${acceptText(guard, value, baseline === null)}`;
  });
  return [
    ` accepted ${margins.join(", ")} by ${accepted.by}, ${timeOfDay(accepted.at, now)}: ${accepted.why}`,
  ];
}
