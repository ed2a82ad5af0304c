import { isOutage, nameOf, standing } from "../standing.ts";
import { timeText } from "../mirror/texts.ts";
import { commandFor } from "../view/waiting-lines.ts";
import { forecastText } from "../view/forecast-text.ts";
import { age, clock, cost, oneLine, plural, short } from "../view/words.ts";
import type { Waiting } from "../waiting.ts";
import { bounded } from "./bounded.ts";
import type { Collected } from "./collect.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { status } from "./marks.ts";
import { criteriaList } from "./task-section.ts";

/** How the run stands, and its goal. `acceptedBy`: a person who took the goal as met though its checks did not hold. */
export function header(collected: Collected, acceptedBy: string | null): Html {
  const { tale, owner } = collected;
  const { run, title, goal } = tale;
  const by =
    run.outcome === "met" && acceptedBy !== null
      ? `, accepted by ${oneLine(acceptedBy, 60)} though its checks did not hold`
      : "";
  const working = run.outcome === null && owner !== null ? ` (${nameOf(owner)})` : "";
  return html`<header>
    <p class="over">harness run <code>${run.id}</code></p>
    <h1>${title}</h1>
    <p class="standing">${status(standing(run, owner))}${by}${working}</p>
    <dl class="facts">
      ${factRows(collected).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <details>
      <summary>the goal</summary>
      <pre class="said">${bounded(goal, 20_000)}</pre>
    </details>
  </header>`;
}

function factRows({ tale, asOf, tasks, away, paid }: Collected): readonly (readonly [string, string])[] {
  const { run } = tale;
  const accepted = tasks.filter((task) => task.status === "accepted").length;
  const crashes = away.filter(({ why, to }) => why === "crash" && to < asOf).length;
  const forecast = run.proposal?.forecast ?? paid.plans.at(-1)?.forecast ?? null;
  return [
    ["started", `${timeText(run.created)} UTC`],
    [run.outcome === null ? "as of" : "ended", `${timeText(asOf)} UTC`],
    ["at work", `${clock(run.spent.wallMs)} of ${clock(asOf - run.created)}`],
    ["tasks", `${accepted} of ${tasks.length} accepted, ${plural(tale.attempts.size, "attempt")}`],
    ["money", cost(run)],
    ["tokens", short(run.spent.tokens)],
    ...(crashes === 0 ? [] : [["crashes", `${crashes}, resumed each time`] as const]),
    ...(forecast === null ? [] : [["forecast", forecastText(forecast)] as const]),
  ];
}

/** The goal's own checks, as they were judged last. */
export function checksSection({ tale }: Collected): Html {
  const { checks, checkResults, run, hasOwnChecks } = tale;
  if (checks.length === 0) return html`<p class="none">The goal has no checks yet.</p>`;
  const by = hasOwnChecks ? null : html`<p class="note">The goal named none: these came with the plan.</p>`;
  const tree =
    checkResults.size === 0
      ? null
      : html`<p class="note">Judged on the tree <code>${run.head.slice(0, 8)}</code>.</p>`;
  const rows = checks.map(
    ({ id }) => html`<li>${status(checkResults.get(id) ?? "not judged")} <code>${id}</code></li>`,
  );
  return html`<ul class="results">
      ${rows}
    </ul>
    ${by}${tree}
    <details>
      <summary>what they ask</summary>
      ${criteriaList(checks, 20_000)}
    </details>`;
}

const mostWaiting = 50;

/** What a person is asked now, with the commands that answer it; null: nothing. */
export function waitingSection({ tale, asOf }: Collected): Html | null {
  const { waiting, run } = tale;
  if (waiting.length === 0) return null;
  const outage = isOutage(run)
    ? html`<p class="note">
        Only models that do not answer: <code>harness resume ${run.id}</code> asks them again.
      </p>`
    : null;
  const more = waiting.length - mostWaiting;
  return html`${outage}${waiting.slice(0, mostWaiting).map((one) => question(one, run.id, asOf))}${more > 0 ? html`<p class="note">and ${more} more: <code>harness approvals</code></p>` : null}`;
}

function question(one: Waiting, run: string, asOf: number): Html {
  const { short: name, kind, task, text, answers, askedAt } = one;
  const of = task === null ? null : html` of <a href="#task-${task}"><code>${task}</code></a>`;
  const commands = answers.map((answer) => `${commandFor(answer, one, run)}\n`);
  return html`<article class="question">
    <h3>${status("waits")} <code>${name}</code> ${kind}${of}, for ${age(asOf - askedAt)}</h3>
    <pre class="said">${bounded(text, 4_000)}</pre>
    <pre class="commands">${commands}</pre>
  </article> `;
}
