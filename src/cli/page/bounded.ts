import { shorten } from "../../loop/texts.ts";
import { weight } from "./html.ts";

/** Beginning and end of a text that takes more than `room` bytes in the page, with what is missing said in between. */
export function bounded(text: string, room: number): string {
  const whole = text.toWellFormed();
  if (weight(whole) <= room) return whole;
  let most = Math.min(text.length, Math.floor(room));
  let kept = cut(text, most);
  while (most > 0 && weight(kept) > room + noteRoom) {
    most = Math.floor(most * 0.7);
    kept = cut(text, most);
  }
  return kept;
}

const cut = (text: string, most: number): string =>
  most < 2 ? `… ${text.length} characters left out …` : shorten(text, most).toWellFormed();

/** What the note about missing characters takes. */
const noteRoom = 60;

/** Items of a list that is too long: its first and its last, and how many are missing between them. */
export interface Excerpt<T> {
  readonly first: readonly T[];
  readonly missing: number;
  readonly last: readonly T[];
}

/** Of a list no more than `most`, half of them from its beginning. */
export function excerpt<T>(items: readonly T[], most: number): Excerpt<T> {
  if (items.length <= most) return { first: items, missing: 0, last: [] };
  const head = Math.ceil(most / 2);
  const tail = most - head;
  return {
    first: items.slice(0, head),
    missing: items.length - most,
    last: tail === 0 ? [] : items.slice(-tail),
  };
}

/** What each of `count` texts may take of `whole` bytes; never less than `least` nor more than `most`. */
export const share = (whole: number, count: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, Math.floor(whole / Math.max(1, count))));
