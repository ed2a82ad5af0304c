import type { StoredReport } from "../../evals/report/report.ts";
import type { Reported } from "../../evals/report/reported.ts";
import { scaleOf } from "../../evals/report/scale.ts";
import { share, valueText } from "./figures.ts";
import type { Line } from "./opening.ts";

/** `robustness .79 → .78 · ECE .06 → .05 · p95 8.1 s → 8.3 s`: what decides nothing. null: nothing is wanted. */
export function reportedLine(report: StoredReport, reported: readonly Reported[]): Line | null {
  if (reported.length === 0) return null;
  return ["reported", reported.map((one) => reportedText(report, one)).join(" · ")];
}

export function reportedText(report: StoredReport, one: Reported): string {
  const isThere = one.values.candidate !== null || one.values.baseline !== null;
  return `${one.name}${isThere ? "" : ":"} ${reportedValues(report, one)}`;
}

/** The same without its name: `.79 → .78`. */
export function reportedValues(report: StoredReport, one: Reported): string {
  const { baseline, candidate } = one.values;
  if (candidate === null && baseline === null) return absent(one.name);
  const now = figure(report, one, candidate);
  return report.baseline === null ? now : `${figure(report, one, baseline)} → ${now}`;
}

function figure(report: StoredReport, { metric }: Reported, value: number | null): string {
  const measure = report.measures.find(({ name }) => name === metric);
  if (measure !== undefined) return valueText(scaleOf(measure, report.answers), value, 2);
  return value === null
    ? "–"
    : metric === "latency" || metric === "tokens"
      ? valueText({ kind: "ratio", metric, better: "lower" }, value)
      : share(value, 2);
}

function absent(name: string): string {
  if (name === "robustness" || name === "fairness") return "nothing was put in another form";
  return name === "ECE" ? "confidence is not known" : "not measured";
}
