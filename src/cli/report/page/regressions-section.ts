import type { ScoredAnswer } from "../../../evals/answer.ts";
import type { Scale } from "../../../evals/gate/spec.ts";
import { sideText } from "../../../evals/report/arms.ts";
import { regressionsOf } from "../../../evals/report/regressions.ts";
import type { Regression } from "../../../evals/report/regressions.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { scaleOf } from "../../../evals/report/scale.ts";
import { bounded } from "../../page/bounded.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { oneLine } from "../../view/words.ts";
import { valueText } from "../figures.ts";

/** Bytes that one text may take in the page. */
const room = 6_000;

/** The cases in which the candidate got worst, both answers side by side. */
export function regressionsSection(report: StoredReport): Html {
  const found = regressionsOf(report);
  if (found.length === 0)
    return html`<p class="none">
      ${report.baseline === null ? "There is no baseline to be worse than." : "No case got worse."}
    </p>`;
  return html`<p class="note">
      By ${report.quality}, the average over the answers to a case. Shown are the candidate's worst answer to
      it and the baseline's best.
    </p>
    ${found.map((one, index) => regression(report, one, index + 1))}`;
}

function regression(
  report: StoredReport,
  { of, candidate, baseline, answers }: Regression,
  number: number,
): Html {
  const measure = report.measures.find(({ name }) => name === report.quality);
  const scale = measure === undefined ? null : scaleOf(measure, report.answers);
  const text = (value: number): string => (scale === null ? String(value) : valueText(scale, value));
  return html`<article class="regression">
    <h3>${number}. <code>${of.case.id}</code> ${text(baseline)} → ${text(candidate)}</h3>
    <p class="facts">
      cluster
      ${oneLine(of.cluster, 60)}${
        of.case.groups.length === 0 ? null : `, ${oneLine(of.case.groups.join(", "), 120)}`
      }
    </p>
    <details>
      <summary>what was asked</summary>
      <pre class="said">${bounded(asked(of.case), room)}</pre>
    </details>
    ${expected(of.case)}
    <div class="sides">
      ${side(report, "baseline", answers.baseline)} ${side(report, "candidate", answers.candidate)}
    </div>
    ${why(report, answers)}
  </article> `;
}

type Case = Regression["of"]["case"];

function asked(one: Case): string {
  if ("folder" in one) return `the goal in ${one.folder}`;
  return Object.entries(one.vars)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value, null, 2)}`)
    .join("\n\n");
}

function expected(one: Case): Html | null {
  const wanted = "expect" in one && one.expect !== undefined ? [one.expect].flat() : [];
  const label = "label" in one && one.label !== undefined ? [`a person said: ${one.label}`] : [];
  const all = [...wanted, ...label];
  return all.length === 0
    ? null
    : html`<h5>${wanted.length > 1 ? "expected, any of" : "expected"}</h5>
        ${all.map((text) => html`<pre class="said">${bounded(text, room)}</pre>`)}`;
}

function side(report: StoredReport, arm: "baseline" | "candidate", { answered, sample }: ScoredAnswer): Html {
  const version = report[arm];
  const text =
    answered.text !== "" || answered.output === null
      ? answered.text
      : JSON.stringify(answered.output, null, 2);
  return html`<div>
    <h5>${version === null ? arm : sideText(version)}, answer ${sample}</h5>
    ${
      text === ""
        ? html`<p class="none">
            ${answered.outcome === "complete" ? "an empty answer" : `no answer: ${answered.outcome}`}
          </p>`
        : html`<pre class="said">${bounded(text, room)}</pre>`
    }
  </div>`;
}

/** Scores that differ, and what ended an answer that is none. */
function why(report: StoredReport, { candidate, baseline }: Regression["answers"]): Html {
  const differ = report.measures
    .filter(({ name, kind }) => kind !== "ratio" && candidate.scores[name] !== baseline.scores[name])
    .map((measure) => {
      const scale = scaleOf(measure, report.answers);
      return `${measure.name} ${scoreText(scale, baseline)} → ${scoreText(scale, candidate)}`;
    });
  const said = [baseline, candidate].flatMap(({ answered }) => answered.why ?? []);
  return html`<p class="facts">${differ.join(" · ")}</p>
    ${said.map((text) => html`<p class="facts">${oneLine(text, 300)}</p>`)}`;
}

function scoreText(scale: Scale, { scores }: ScoredAnswer): string {
  const score = scores[scale.metric];
  return typeof score === "number" ? valueText(scale, score) : (score ?? "–");
}
