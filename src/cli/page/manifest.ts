import { bounded, excerpt } from "./bounded.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** One field of what a run was made with. */
export interface ManifestRow {
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

/** Rows that are shown, and bytes of one value. */
const most = { rows: 600, value: 500 };

/** What the run was made with, a table for each group. */
export function manifestSection(rows: readonly ManifestRow[]): Html {
  if (rows.length === 0) return html`<p class="none">Nothing was noted.</p>`;
  const { first, missing, last } = excerpt(rows, most.rows);
  const groups = [...Map.groupBy([...first, ...last], ({ group }) => group)];
  const left = missing === 0 ? null : html`<p class="note">${missing} more fields are not shown.</p>`;
  return html`<div class="wide" role="region" aria-label="manifest" tabindex="0">
      <table class="manifest">
        ${groups.map(([group, own]) => groupBody(group, own))}
      </table>
    </div>
    ${left}`;
}

const groupBody = (group: string, rows: readonly ManifestRow[]): Html =>
  html`<tbody>
    <tr>
      <th scope="rowgroup" colspan="2">${group}</th>
    </tr>
    ${rows.map(
      ({ key, value }) =>
        html`<tr>
          <th scope="row">${bounded(key, 200)}</th>
          <td><code>${bounded(value, most.value)}</code></td>
        </tr> `,
    )}
  </tbody>`;
