import type { Piece, Word } from "../../core/shell.ts";
import { expandBraces } from "./braces.ts";
import type { Brace } from "./braces.ts";
import { expect, isAt, nested, peek, ShellSyntax, skipBlanks, step, take } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { readExpansion, readScript } from "./expansion.ts";
import { ansiText } from "./ansi-text.ts";

/** One word as the shell divides them; null where none begins. */
export function readWord(cursor: Cursor): Word | null {
  const from = cursor.at;
  const pieces: (Piece | Brace)[] = [];
  while (!isEnd(cursor, from)) pieces.push(...readPiece(cursor, from));
  if (cursor.at === from) return null;
  return { text: cursor.text.slice(from, cursor.at), pieces: expandBraces(pieces) };
}

/** Where a word ends: at a blank or an operator, unless a bracket belongs to it. */
function isEnd(cursor: Cursor, from: number): boolean {
  const next = peek(cursor);
  if (next === "" || " \t\n;&|)".includes(next)) return true;
  if (next === "<" || next === ">") return peek(cursor, 1) !== "(";
  return next === "(" && !isArray(cursor, from);
}

const isArray = (cursor: Cursor, from: number): boolean =>
  cursor.text[cursor.at - 1] === "=" &&
  /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=$/.test(cursor.text.slice(from, cursor.at));

function readPiece(cursor: Cursor, from: number): (Piece | Brace)[] {
  const next = peek(cursor);
  if (/[?*+@!]/.test(next) && peek(cursor, 1) === "(") return [readPattern(cursor)];
  if ("*?[".includes(next)) return [plainGlob(cursor)];
  if ("<>".includes(next)) {
    step(cursor, 2);
    return [{ kind: "process", script: readScript(cursor) }];
  }
  if (next === "(") return [{ kind: "array", words: readArray(cursor) }];
  if (next === "~" && (cursor.at === from || /[=:]/.test(cursor.text[cursor.at - 1] ?? "")))
    return [home(cursor)];
  if ("{},".includes(next)) {
    step(cursor);
    return [{ brace: next }];
  }
  return readQuotable(cursor);
}

function plainGlob(cursor: Cursor): Piece {
  const value = peek(cursor);
  step(cursor);
  return { kind: "glob", value, words: [] };
}

function home(cursor: Cursor): Piece {
  step(cursor);
  return { kind: "home", user: take(cursor, /[\w.+-]*/y) };
}

/** `!(a|b)` and its kin. */
function readPattern(cursor: Cursor): Piece {
  const from = cursor.at;
  step(cursor, 2);
  const words: Word[] = nested(cursor, () => {
    const inside: Word[] = [];
    while (peek(cursor) !== ")") {
      if (peek(cursor) === "|" || peek(cursor) === " ") step(cursor);
      else inside.push(required(readWord(cursor)));
    }
    return inside;
  });
  step(cursor);
  return { kind: "glob", value: cursor.text.slice(from, cursor.at), words };
}

export function readArray(cursor: Cursor): Word[] {
  expect(cursor, "(");
  const words: Word[] = [];
  for (;;) {
    skipBlanks(cursor);
    if (peek(cursor) === ")") break;
    if (peek(cursor) === "\n") step(cursor);
    else words.push(required(nested(cursor, () => readWord(cursor))));
  }
  step(cursor);
  return words;
}

export function required(word: Word | null): Word {
  if (word === null) throw new ShellSyntax("a word is missing");
  return word;
}

/** Quotes, escapes, expansions, plain text. */
function readQuotable(cursor: Cursor): Piece[] {
  const next = peek(cursor);
  if (next === "\\") return readEscape(cursor);
  if (next === "'") return [readSingle(cursor)];
  if (next === '"') return readDouble(cursor);
  if (isAt(cursor, "$'")) return [readAnsi(cursor)];
  if (isAt(cursor, '$"')) {
    step(cursor);
    return readDouble(cursor);
  }
  if (next === "$" || next === "`") return [expansion(cursor, false)];
  const value = take(cursor, /[^\s;&|()<>*?[\]{},~'"`$\\?+@!]+/y);
  if (value !== "") return [{ kind: "text", value, isQuoted: false }];
  step(cursor);
  return [{ kind: "text", value: next, isQuoted: false }];
}

function expansion(cursor: Cursor, isQuoted: boolean): Piece {
  const found = readExpansion(cursor, isQuoted, readUntil);
  if (found !== null) return found;
  expect(cursor, "$");
  return { kind: "text", value: "$", isQuoted };
}

function readEscape(cursor: Cursor): Piece[] {
  const value = peek(cursor, 1);
  step(cursor, value === "" ? 1 : 2);
  return value === "\n" ? [] : [{ kind: "text", value: value === "" ? "\\" : value, isQuoted: true }];
}

function readSingle(cursor: Cursor): Piece {
  expect(cursor, "'");
  const value = take(cursor, /[^']*/y);
  expect(cursor, "'");
  return { kind: "text", value, isQuoted: true };
}

function readAnsi(cursor: Cursor): Piece {
  expect(cursor, "$'");
  const raw = take(cursor, /(?:[^'\\]|\\[\s\S])*/y);
  expect(cursor, "'");
  return { kind: "text", value: ansiText(raw), isQuoted: true };
}

function readDouble(cursor: Cursor): Piece[] {
  expect(cursor, '"');
  return nested(cursor, () => {
    const pieces: Piece[] = [{ kind: "text", value: "", isQuoted: true }];
    while (peek(cursor) !== '"') pieces.push(...insideDouble(cursor, '"'));
    step(cursor);
    return pieces;
  });
}

/** One piece of a text in which only `$`, backticks and some escapes mean something. */
export function insideDouble(cursor: Cursor, end: string): Piece[] {
  const next = peek(cursor);
  if (next === "") throw new ShellSyntax(`${end} is missing`);
  if (next === "$" || next === "`") return [expansion(cursor, true)];
  if (next === "\\") return escapedInDouble(cursor, end);
  const value = take(cursor, /[^"$`\\]+/y);
  if (value !== "") return [{ kind: "text", value, isQuoted: true }];
  step(cursor);
  return [{ kind: "text", value: next, isQuoted: true }];
}

function escapedInDouble(cursor: Cursor, end: string): Piece[] {
  const value = peek(cursor, 1);
  step(cursor, value === "" ? 1 : 2);
  if (value === "\n") return [];
  const isSpecial = `$\`\\${end}`.includes(value) && value !== "";
  return [{ kind: "text", value: isSpecial ? value : `\\${value}`, isQuoted: true }];
}

/** A word inside `${…}` or arithmetic: up to one of the characters of `stop`; blanks belong to it. */
export function readUntil(cursor: Cursor, stop: string, isQuoted: boolean): Word {
  const from = cursor.at;
  const pieces: Piece[] = [];
  while (peek(cursor) !== "" && !stop.includes(peek(cursor))) pieces.push(...untilPiece(cursor, isQuoted));
  return { text: cursor.text.slice(from, cursor.at), pieces };
}

function untilPiece(cursor: Cursor, isQuoted: boolean): Piece[] {
  const next = peek(cursor);
  const isPlain = /[\s;&|()<>*?[\]{},~+@!]/.test(next) || (isQuoted && next === "'");
  if (!isPlain) return readQuotable(cursor);
  step(cursor);
  return [{ kind: "text", value: next, isQuoted: false }];
}
