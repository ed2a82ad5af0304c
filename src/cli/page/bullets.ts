import { bounded, excerpt } from "./bounded.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** So many items of a list are shown. */
const most = 16;

/** Texts as a list, in `room` bytes together. */
export function bullets(items: readonly string[], room: number): Html {
  const each = room / shownOf(items);
  return list(items, (item) => html`<li>${bounded(item, each)}</li>`);
}

/** A list of which no more than `most` items are shown, with how many are missing said in between. */
export function list<T>(items: readonly T[], itemOf: (item: T) => Html, name = "plain"): Html {
  const { first, missing, last } = excerpt(items, most);
  const left = missing === 0 ? null : html`<li class="note">… ${missing} more …</li>`;
  return html`<ul class="${name}">
    ${first.map(itemOf)}${left}${last.map(itemOf)}
  </ul>`;
}

/** How many items of a list are shown, for those who share room among them. */
export const shownOf = (items: readonly unknown[]): number => Math.max(1, Math.min(items.length, most));
