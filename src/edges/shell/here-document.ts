import type { Piece, Word } from "../../core/shell.ts";
import { cursorOver, nested, peek, step } from "./cursor.ts";
import type { Cursor, PendingBody } from "./cursor.ts";
import { insideDouble, readWord, required } from "./word.ts";

/** What `<<` asks for; its body is read when the line has ended. */
export function pendingBody(cursor: Cursor, stripsTabs: boolean, accept: (body: Word) => void): PendingBody {
  const word = required(readWord(cursor));
  return { end: unquoted(word.text), isQuoted: /['"\\]/.test(word.text), stripsTabs, accept };
}

const unquoted = (text: string): string => text.replaceAll(/\\([\s\S])|['"]/g, "$1");

/** Takes a line end and the bodies that begin after it. */
export function endLine(cursor: Cursor): void {
  step(cursor);
  const bodies = cursor.pending;
  cursor.pending = [];
  for (const body of bodies) readBody(cursor, body);
}

function readBody(cursor: Cursor, { end, isQuoted, stripsTabs, accept }: PendingBody): void {
  const lines: string[] = [];
  while (peek(cursor) !== "") {
    const line = readLine(cursor, isQuoted);
    const text = stripsTabs ? line.replace(/^\t+/, "") : line;
    if (text === end) break;
    lines.push(`${text}\n`);
  }
  const text = lines.join("");
  accept(
    isQuoted ? { text, pieces: [{ kind: "text", value: text, isQuoted: true }] } : expanded(cursor, text),
  );
}

/** One line; where quoting does not forbid it, a backslash at its end joins the next. */
function readLine(cursor: Cursor, isQuoted: boolean): string {
  const parts: string[] = [];
  for (;;) {
    const found = cursor.text.indexOf("\n", cursor.at);
    const until = found === -1 ? cursor.text.length : found;
    const line = cursor.text.slice(cursor.at, until);
    step(cursor, until - cursor.at);
    if (peek(cursor) === "\n") step(cursor);
    const goesOn = !isQuoted && /(?:^|[^\\])(?:\\\\)*\\$/.test(line) && peek(cursor) !== "";
    if (!goesOn) return [...parts, line].join("");
    parts.push(line.slice(0, -1));
  }
}

function expanded(cursor: Cursor, text: string): Word {
  const inner = cursorOver(text, cursor);
  return nested(cursor, () => {
    const pieces: Piece[] = [];
    while (peek(inner) !== "") pieces.push(...insideDouble(inner, ""));
    return { text, pieces };
  });
}
