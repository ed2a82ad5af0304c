import type { AttemptTale, CallTale, GradingTale, TurnTale } from "../mirror/attempt-tale.ts";
import { timeText } from "../mirror/texts.ts";
import { clock, plural, short } from "../view/words.ts";
import { bounded, excerpt } from "./bounded.ts";
import { bullets, list, shownOf } from "./bullets.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { status } from "./marks.ts";
import { moneyOf } from "./tasks.ts";

/** Bytes that the markup of a turn takes, about, and its words at most. */
const perTurn = 300;

/**
 * One attempt, folded: how it came out, what it did turn by turn, how it was judged. `room`: bytes for its texts. What
 * it was told is left out where that is the feedback of the attempt before.
 */
export function attemptSection(tale: AttemptTale, room: number, before: AttemptTale | undefined): Html {
  const { task, attempt, outcome, told, satisfied, turns, gradings, integrations, feedback } = tale;
  return html`<details class="attempt" id="attempt-${task}-${attempt}">
    <summary>
      <b>attempt ${attempt}</b> ${status(outcome ?? "open")} <span class="facts">${facts(tale)}</span>
    </summary>
    ${satisfied ? html`<p>Its criteria held before any work: nobody was asked to do it.</p>` : null}
    ${block("what it was told", told === before?.feedback ? "" : told, room / 6)}${turnList(turns, room / 3)}
    ${gradings.length === 0 ? null : judgedList(gradings, room / 4)}
    ${integrations.length === 0 ? null : together(integrations, room / 8)}
    ${block("feedback", feedback, room / 4)}
  </details> `;
}

const together = (lines: readonly string[], room: number): Html =>
  html`<h5>together with other work</h5>
    ${bullets(lines, room)}`;

function facts({ startedAt, endedAt, alone, turns, money, tokens }: AttemptTale): string {
  return [
    plural(turns.length, "turn"),
    moneyOf(money.work + money.judging, money.unpriced),
    `${short(tokens.input)} tokens in, ${short(tokens.output)} out`,
    ...(endedAt === null ? [] : [clock(endedAt - startedAt)]),
    ...(alone ? ["alone"] : []),
    `from ${timeText(startedAt)} UTC`,
  ].join(" · ");
}

const block = (name: string, text: string, room: number): Html | null =>
  text === ""
    ? null
    : html`<h5>${name}</h5>
        <pre class="said">${bounded(text, room)}</pre>`;

function turnList(turns: readonly TurnTale[], room: number): Html | null {
  if (turns.length === 0) return null;
  const lines = turns.flatMap((turn) => turnLines(turn));
  const { first, missing, last } = excerpt(lines, Math.max(2, Math.floor(room / perTurn)));
  return html`<h5>turns</h5>
    <table class="turns">
      <tbody>
        ${first}${
          missing === 0
            ? null
            : html`<tr>
                <td colspan="4" class="note">… ${plural(missing, "more call")} …</td>
              </tr>`
        }${last}
      </tbody>
    </table>`;
}

function turnLines({ turn, calls, trouble }: TurnTale): readonly Html[] {
  const said = trouble === "" ? "called no tool" : trouble;
  if (calls.length === 0)
    return [
      html`<tr>
        <td class="n">${turn}</td>
        <td colspan="3">${said}</td>
      </tr> `,
    ];
  return calls.map((call, index) => callRow(call, index === 0 ? String(turn) : ""));
}

const callRow = ({ tool, words, ended }: CallTale, turn: string): Html =>
  html`<tr>
    <td class="n">${turn}</td>
    <td><code>${tool}</code></td>
    <td class="words">${words}</td>
    <td>${ended ?? "open"}</td>
  </tr> `;

const judgedList = (gradings: readonly GradingTale[], room: number): Html =>
  list(gradings, (one) => gradingItem(one, room / shownOf(gradings)), "results");

function gradingItem({ grading, restored, results, verdict }: GradingTale, room: number): Html {
  const back = restored === 0 ? "" : `, ${plural(restored, "protected file")} put back before`;
  const time = grading === 1 ? "" : `, time ${grading}`;
  const each = room / shownOf(results);
  return html`<li>
    <h5>judged${time}${back}: ${status(verdict ?? "open")}</h5>
    ${list(results, (one) => resultItem(one, each), "results")}
  </li>`;
}

function resultItem(
  { criterion, result, score, explanation }: GradingTale["results"][number],
  room: number,
): Html {
  const points = score === null ? null : ` ${score.toFixed(2)}`;
  const why = explanation === "" ? null : html`<pre class="said">${bounded(explanation, room)}</pre>`;
  return html`<li>${status(result)} <code>${criterion}</code>${points}${why}</li>`;
}
