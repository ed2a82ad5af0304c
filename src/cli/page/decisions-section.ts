import { timeText } from "../mirror/texts.ts";
import { clock, oneLine, plural } from "../view/words.ts";
import { bounded } from "./bounded.ts";
import type { Decided, Decision, Effect } from "./decisions.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { status } from "./marks.ts";

/** Bytes of what a person was asked about, and of what a call did. */
const room = 600;

/** What people decided, and what was done outside of sandboxes. */
export function decisionsSection({ decisions, effects, earlier }: Decided): Html {
  if (decisions.length + effects.length === 0)
    return html`<p class="none">Nobody was asked, and nothing was done outside a sandbox.</p>`;
  return html`${decisions.length === 0 ? null : decisionTable(decisions, earlier.decisions)}${effects.length === 0 ? null : effectTable(effects, earlier.effects)}`;
}

function decisionTable(decisions: readonly Decision[], earlier: number): Html {
  return html`<h3>Asked</h3>
    ${before(earlier)}
    <div class="wide" role="region" aria-label="what people were asked" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">when (UTC)</th>
            <th scope="col">task</th>
            <th scope="col">what</th>
            <th scope="col">risk</th>
            <th scope="col">answer</th>
            <th scope="col">by</th>
            <th scope="col" class="n">waited</th>
          </tr>
        </thead>
        <tbody>
          ${decisions.map(decisionRow)}
        </tbody>
      </table>
    </div>`;
}

const before = (count: number): Html | null =>
  count === 0
    ? null
    : html`<p class="note">${plural(count, "earlier one is", "earlier ones are")} not shown.</p>`;

function decisionRow({ at, task, kind, about, risk, answer, by, ms }: Decision): Html {
  return html`<tr>
    <td class="when">${timeText(at)}</td>
    <td>${taskLink(task)}</td>
    <td>
      ${kind}
      <pre class="said">${bounded(about, room)}</pre>
    </td>
    <td>${risk}</td>
    <td>${status(answer)}</td>
    <td>${oneLine(by, 60)}</td>
    <td class="n">${ms === null ? "waits" : clock(ms)}</td>
  </tr> `;
}

const taskLink = (task: string | null): Html | null =>
  task === null ? null : html`<a href="#task-${task}"><code>${task}</code></a>`;

function effectTable(effects: readonly Effect[], earlier: number): Html {
  return html`<h3>Done outside a sandbox</h3>
    ${before(earlier)}
    <div class="wide" role="region" aria-label="what was done outside a sandbox" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">when (UTC)</th>
            <th scope="col">task</th>
            <th scope="col">what</th>
            <th scope="col">effect</th>
          </tr>
        </thead>
        <tbody>
          ${effects.map(effectRow)}
        </tbody>
      </table>
    </div>`;
}

function effectRow({ at, task, tool, action, word }: Effect): Html {
  return html`<tr>
    <td class="when">${timeText(at)}</td>
    <td>${taskLink(task)}</td>
    <td>
      <code>${oneLine(tool, 60)}</code>
      <pre class="said">${bounded(action, room)}</pre>
    </td>
    <td>${status(word)}</td>
  </tr> `;
}
