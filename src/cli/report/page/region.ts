import { html } from "../../page/html.ts";
import type { Html, Piece } from "../../page/html.ts";

/** What is wider than a narrow screen: it moves by itself, by keys too. */
export const region = (label: string, body: Html): Html =>
  html`<div class="wide" role="region" aria-label="${label}" tabindex="0">${body}</div>`;

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
  /** Its words stand on one line. */
  readonly isLine?: boolean;
}

/** A table whose first column names its rows. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly Piece[])[]): Html {
  const cell = (piece: Piece, index: number): Html =>
    index === 0
      ? html`<th scope="row">${piece}</th>`
      : html`<td class="${classOf(columns[index])}">${piece}</td>`;
  return region(
    label,
    html`<table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

const classOf = (column: Column | undefined): string =>
  column?.isNumber === true ? "n" : column?.isLine === true ? "when" : "said";
