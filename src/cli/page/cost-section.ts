import { purposes } from "../../core/cost/charge.ts";
import type { Charges } from "../../core/cost/charge.ts";
import type { PlanOutcome } from "../../core/cost/plan-outcome.ts";
import { costRows, tokenCount } from "../../core/cost/rows.ts";
import type { Key, Row } from "../../core/cost/rows.ts";
import { knownMicros, sumOf, sumsByPurpose } from "../../core/cost/sum.ts";
import type { Sum } from "../../core/cost/sum.ts";
import { percent } from "../view/cost-bar.ts";
import { forecastTexts } from "../view/cost-forecast.ts";
import { decimalsFor } from "../view/cost-money.ts";
import { moneyTexts } from "../view/cost-table.ts";
import type { Money, Sums } from "../view/cost-table.ts";
import { notesOf, purposeNames } from "../view/cost-text.ts";
import { oneLine, short } from "../view/words.ts";
import { excerpt } from "./bounded.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** What was paid. */
export interface Paid extends Charges {
  readonly plans: readonly PlanOutcome[];
}

/** What money went for, then by task, role and model; what is unknown or a guess is said below. */
export function costSection({ charges, open, plans }: Paid): Html {
  const total = sumOf(charges);
  if (total.calls === 0) return html`<p class="none">No call of a model has ended.</p>`;
  const money: Money = { decimals: decimalsFor(total.micros), isUnknown: knownMicros(total) === null };
  const sums = sumsByPurpose(charges);
  const purposeRows = purposes.map((purpose) => ({ key: purposeNames[purpose], sum: sums[purpose] }));
  const unpriced = [...new Set(charges.filter(({ micros }) => micros === null).map(({ model }) => model))];
  const notes = notesOf({ rows: [], total, open, unpriced, forecasts: forecastTexts(plans) }, money);
  const by = (key: Key): readonly Row[] => costRows(charges, key).map((row) => named(row, key));
  return html`${table("for what", { rows: purposeRows.filter(({ sum }) => sum.calls > 0), total }, money)}
  ${noteList(notes)} ${table("by task", { rows: by("task"), total }, money)}
  ${table("by role", { rows: by("role"), total }, money)}
  ${table("by model", { rows: by("model"), total }, money)}`;
}

/** Of one run its tasks need no run before them. */
const named = ({ key, sum }: Row, by: Key): Row => ({
  key: by === "task" ? key.slice(key.indexOf("/") + 1) : key,
  sum,
});

/** So many rows are shown of each table. */
const mostRows = 400;

function table(name: string, { rows, total }: Sums, money: Money): Html {
  const amounts = rows.map(({ sum }) => amountOf(sum, money));
  const longest = amounts.reduce((most, amount) => Math.max(most, amount), 0);
  const texts = moneyTexts({ rows, total }, money.decimals);
  const lines = rows.map((row, index) =>
    rowOf(row, texts[index] ?? "", longest === 0 ? 0 : (amounts[index] ?? 0) / longest),
  );
  const { first, missing, last } = excerpt(lines, mostRows);
  return html`<div class="wide" role="region" aria-label="cost ${name}" tabindex="0">
    <table class="cost">
      <thead>
        <tr>
          <th scope="col">${name}</th>
          <th scope="col"><span class="unseen">share</span></th>
          <th scope="col" class="n">${money.isUnknown ? "price" : "money"}</th>
          <th scope="col" class="n">tokens in</th>
          <th scope="col" class="n">cached</th>
          <th scope="col" class="n">out</th>
          <th scope="col" class="n">calls</th>
        </tr>
      </thead>
      <tbody>
        ${first}${
          missing === 0
            ? null
            : html`<tr>
                <td colspan="7" class="note">… ${missing} more rows …</td>
              </tr>`
        }${last}
      </tbody>
      <tfoot>
        ${rowOf({ key: "total", sum: total }, texts.at(-1) ?? "", null)}
      </tfoot>
    </table>
  </div>`;
}

const amountOf = (sum: Sum, { isUnknown }: Money): number => (isUnknown ? tokenCount(sum) : sum.micros);

function rowOf({ key, sum }: Row, money: string, part: number | null): Html {
  const { input, cached, output } = sum.tokens;
  return html`<tr>
    <th scope="row">${oneLine(key, 90)}</th>
    <td class="share">${part === null ? null : bar(part)}</td>
    <td class="n">${money.trimEnd()}</td>
    <td class="n">${short(input)}</td>
    <td class="n">${percent(cached, input)}</td>
    <td class="n">${short(output)}</td>
    <td class="n">${sum.calls}</td>
  </tr> `;
}

const barWidth = 140;

/** What is not nothing can be seen. */
const bar = (part: number): Html =>
  html`<svg width="${barWidth}" height="8" aria-hidden="true">
    <rect
      class="paid"
      width="${part <= 0 ? 0 : Math.max(1, Math.round(part * barWidth))}"
      height="8"
      rx="1.5"
    ></rect>
  </svg>`;

function noteList(notes: ReturnType<typeof notesOf>): Html | null {
  if (notes.length === 0) return null;
  const item = ([sign, text]: (typeof notes)[number]): Html =>
    html`<li>${sign === "" ? null : html`<b>${sign}</b> `}${text}</li>`;
  return html`<ul class="notes">
    ${notes.map(item)}
  </ul>`;
}
