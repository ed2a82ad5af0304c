import { sideText } from "../../../evals/report/arms.ts";
import type { Report } from "../../../evals/report/report.ts";
import type { Side } from "../../../evals/receipt/receipt.ts";
import { timeText } from "../../mirror/texts.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { status } from "../../page/marks.ts";
import { decisiveText } from "../ending.ts";
import { countText, moneyText, spanText } from "../figures.ts";
import { gateLine, judgeText, suiteLine } from "../opening.ts";

/** What was compared on what, and how it came out. */
export function header(report: Report): Html {
  const { decision, id } = report;
  const found = decision === null ? "" : decisiveText(report, decision);
  return html`<header>
    <p class="over">harness evaluation <code>${id}</code></p>
    <h1>${titleOf(report)}</h1>
    <p class="standing">
      ${status(decision?.verdict ?? "no gate")}${decision === null ? ", a smoke run decides nothing" : found === "" ? null : `: ${found}`}
    </p>
    <dl class="facts">
      ${factRows(report).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

export function titleOf({ candidate, baseline, suite }: Report): string {
  const against = baseline === null ? "a first version" : `against ${sideText(baseline)}`;
  return `${sideText(candidate)} ${against} on ${suite.name}`;
}

function factRows(report: Report): readonly (readonly [string, string])[] {
  const { looks, judge, gate, mode, baseline, best } = report;
  const last = looks.at(-1);
  const served = servedBy(report.candidate);
  return [
    ["evaluated", `${timeText(report.at)} UTC`],
    ["suite", suiteLine({ ...report, judge: null })[1]],
    ...(mode === "smoke" ? [] : [["gate", gateLine(gate, { isFirst: baseline === null })[1]] as const]),
    ...(best === null ? [] : [["best ever", `${sideText(best)}, held against too`] as const]),
    ["model", served],
    ["answers", countText(report.answers.length)],
    ...(last === undefined
      ? []
      : [
          ["money", last.micros === null ? "price unknown" : moneyText(last.micros)] as const,
          ["time", spanText(last.wallMs)] as const,
        ]),
    ...(judge === null ? [] : [["judge", `${judgeText(judge)} (${judge.model})`] as const]),
  ];
}

const servedBy = ({ model, served }: Side): string =>
  served.length === 0 ? model : `${model}, served ${served.join(", ")}`;
