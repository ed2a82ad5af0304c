import type { Waiting } from "../waiting.ts";
import { fit } from "./cells.ts";
import { exact } from "./visible.ts";
import { gist } from "./words.ts";

/** What waits for a person, in one line: the action itself where there is one, else the question. Safe to print. */
export function askedLine(one: Pick<Waiting, "card" | "sent" | "text">): string {
  const { card, sent } = one;
  if (card === null && sent === null) return gist(one.text, 400);
  const tool = (card ?? sent)?.tool === "http_request" ? "http_request " : "";
  const doubt = sent === null ? "" : "in doubt: ";
  const action = (card?.action ?? sent?.action ?? "").slice(0, 4000);
  return fit(doubt + exact(tool + inOneLine(action)), 300);
}

/** A line that ends says so: what comes after it could else be read as a part of it, like of a comment. */
const inOneLine = (text: string): string =>
  text
    .trim()
    .replaceAll(/[^\S\n]*\n\s*/g, " ⏎ ")
    .replaceAll(/[^\S\n]+/g, " ");
