import { dimensionsOf } from "../../../evals/report/dimensions.ts";
import type { Dimension } from "../../../evals/report/dimensions.ts";
import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import type { Report } from "../../../evals/report/report.ts";
import { reportedOf } from "../../../evals/report/reported.ts";
import { wholesOf } from "../../../evals/report/wholes.ts";
import { winRatesOf } from "../../../evals/report/win-rate.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { shellOf } from "../../page/shell.ts";
import type { Section } from "../../page/shell.ts";
import { ownVersion } from "../../version.ts";
import { share } from "../figures.ts";
import { reportedText } from "../reported-line.ts";
import { withShortNames } from "../short-names.ts";
import { failures } from "./failures.ts";
import { forest } from "./forest.ts";
import { gateSection } from "./gate-section.ts";
import { header, titleOf } from "./header.ts";
import { latency } from "./latency.ts";
import { money } from "./money.ts";
import { table } from "./region.ts";
import { regressionsSection } from "./regressions-section.ts";
import { reliability } from "./reliability.ts";
import { scores } from "./scores.ts";
import { style } from "./style.ts";
import { wholeSection } from "./whole-section.ts";

/** The page of a report: one file that needs no other. The same report comes out the same way. */
export function reportPage(whole: Report): string {
  const report = withShortNames(whole);
  return shellOf({
    mark: markOfReport,
    title: `${report.id}: ${titleOf(report)}`,
    style,
    header: header(report),
    sections: sections(report, dimensionsOf(report)),
    footer: html`<p>
      Made by harness ${ownVersion()} from evaluation <code>${report.id}</code> of suite
      <code>${report.suite.digest.slice(0, 16)}</code>. Times are UTC. What others wrote is shown with marks
      for what cannot be seen.
    </p>`,
  });
}

/** By this first line after the doctype a page of an evaluation is known again. */
export const markOfReport = "<!-- harness: page of an evaluation -->";

function sections(report: Report, dimensions: readonly Dimension[]): readonly Section[] {
  const { decision } = report;
  const differences = decision === null ? null : forest(report, decision, dimensions);
  const wholes = wholesOf(report);
  return [
    ...(decision === null ? [] : [{ id: "gate", name: "Gate", body: gateSection(report, decision) }]),
    ...(differences === null ? [] : [{ id: "differences", name: "Differences", body: differences }]),
    { id: "scores", name: "Scores", body: scores(report, dimensions) },
    ...(wholes.length === 0
      ? []
      : [{ id: "wholes", name: "Of all answers at once", body: wholeSection(report, wholes) }]),
    { id: "money", name: "Money against quality", body: money(report, dimensions) },
    { id: "time", name: "Time, tokens and money", body: latency(report) },
    { id: "calibration", name: "Calibration", body: reliability(report) },
    { id: "worse", name: "Worst regressions", body: regressionsSection(report) },
    { id: "failures", name: "Errors and outages", body: failures(report) },
    { id: "compared", name: "What was compared", body: compared(report, dimensions) },
  ];
}

function compared(report: Report, dimensions: readonly Dimension[]): Html {
  const rates = winRatesOf(report, dimensions);
  const reported = reportedOf(report, dimensions).map((one) => reportedText(report, one));
  const rate = (of: string): string => {
    const found = rates.find(({ arm }) => arm === of)?.rate ?? null;
    return found === null ? "–" : share(found, 2);
  };
  return html`${table(
    "the arms",
    [
      { name: "arm" },
      { name: "version" },
      { name: "digest" },
      { name: "model" },
      { name: "answered by" },
      ...(rates.length === 0 ? [] : [{ name: "win rate", isNumber: true }]),
    ],
    sidesOf(report).map(({ arm, side }) => [
      arm,
      `${side.kind} ${sideText(side)}`,
      html`<code>${side.digest.slice(0, 16)}</code>`,
      side.model,
      side.served.join(", "),
      ...(rates.length === 0 ? [] : [rate(arm)]),
    ]),
  )}
  ${reported.length === 0 ? null : html`<p class="note">Reported, and deciding nothing: ${reported.join(" · ")}</p>`}`;
}
