import type { Redirect, Word } from "../../core/shell.ts";
import { looksAt, skipBlanks, take } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { pendingBody } from "./here-document.ts";
import { readWord, required } from "./word.ts";

/** All redirects that stand here. */
export function readRedirects(cursor: Cursor): Redirect[] {
  const redirects: Redirect[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    if (redirect === null) return redirects;
    redirects.push(redirect);
  }
}

const opening = /(?:\d+|\{[A-Za-z_]\w*\})?(?:&>>|&>|>&|<&|>>|>\||<<<|<<-|<<|<>|>(?!\()|<(?!\())/y;

export function readRedirect(cursor: Cursor): Redirect | null {
  const from = cursor.at;
  if (looksAt(cursor, opening) === null) return null;
  const operator = take(cursor, opening).replace(/^(?:\d+|\{\w+\})/, "");
  skipBlanks(cursor);
  if (operator === "<<" || operator === "<<-") return hereDocument(cursor, from, operator === "<<-");
  const target = required(readWord(cursor));
  return { text: cursor.text.slice(from, cursor.at), operator: operator as Redirect["operator"], target };
}

function hereDocument(cursor: Cursor, from: number, stripsTabs: boolean): Redirect {
  const redirect: { text: string; operator: "<<"; target: Word } = {
    text: "",
    operator: "<<",
    target: { text: "", pieces: [] },
  };
  const body = pendingBody(cursor, stripsTabs, (target) => {
    redirect.target = target;
  });
  cursor.pending.push(body);
  redirect.text = cursor.text.slice(from, cursor.at);
  return redirect;
}
