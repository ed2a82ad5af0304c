import type { Assignment, Word } from "../../core/shell.ts";
import { either, looksAt, peek, ShellSyntax, take } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { readArithmetic } from "./expansion.ts";
import { readArray, readUntil, readWord } from "./word.ts";

/** `NAME=value`, `NAME+=value`, `NAME[i]=value`, `NAME=(…)`; null where none stands. */
export function readAssignment(cursor: Cursor): Assignment | null {
  if (looksAt(cursor, /[A-Za-z_]\w*(?:\[|\+?=)/y) === null) return null;
  return either<Assignment | null>(
    cursor,
    () => taken(cursor),
    () => null,
  );
}

function taken(cursor: Cursor): Assignment {
  const from = cursor.at;
  const name = take(cursor, /[A-Za-z_]\w*/y);
  const isElement = peek(cursor) === "[";
  const subscript: readonly Word[] = isElement ? bracketed(cursor, "[", "]") : [];
  const operator = take(cursor, /\+?=/y);
  if (operator === "") throw new ShellSyntax("= is missing");
  const isAppend = operator === "+=";
  const word = peek(cursor) === "(" ? readArray(cursor) : (readWord(cursor) ?? { text: "", pieces: [] });
  const text = cursor.text.slice(from, cursor.at);
  if ("pieces" in word && !isElement) return { text, name, isAppend, value: word, subscript, elements: [] };
  return { text, name, isAppend, value: null, subscript, elements: "pieces" in word ? [word] : word };
}

/** The words of `(( … ))`. */
export const readArithmeticWords = (cursor: Cursor): readonly Word[] => bracketed(cursor, "((", "))");

function bracketed(cursor: Cursor, open: string, close: string): readonly Word[] {
  const piece = readArithmetic(cursor, open, close, readUntil);
  return piece.kind === "arithmetic" ? piece.words : [];
}
