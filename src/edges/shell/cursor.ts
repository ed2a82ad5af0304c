import type { Command, Script, Word } from "../../core/shell.ts";

/** What is not shell, or more than is looked at. */
export class ShellSyntax extends Error {}

/** Where a here-document was asked for whose body begins after the line. */
export interface PendingBody {
  readonly end: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  readonly accept: (body: Word) => void;
}

/** What all cursors into one text and the texts within it have in common. */
interface Effort {
  /** Steps that may still be taken, so that no text takes longer than its length allows. */
  left: number;
  depth: number;
}

export interface Cursor {
  readonly text: string;
  at: number;
  readonly effort: Effort;
  pending: PendingBody[];
  /** Reads commands up to one of the closing words, which stays unread: words and commands hold each other. */
  readonly readList: (cursor: Cursor, ends: readonly string[]) => Command[];
}

const deepest = 64;

export const cursorOver = (text: string, parent: Pick<Cursor, "effort" | "readList">): Cursor => ({
  text,
  at: 0,
  effort: parent.effort,
  pending: [],
  readList: parent.readList,
});

export const peek = (cursor: Cursor, ahead = 0): string => cursor.text[cursor.at + ahead] ?? "";

export const isAt = (cursor: Cursor, text: string): boolean => cursor.text.startsWith(text, cursor.at);

export function step(cursor: Cursor, count = 1): void {
  cursor.effort.left -= count;
  if (cursor.effort.left < 0) throw new ShellSyntax("it is too long or too tangled to be read");
  cursor.at += count;
}

export function expect(cursor: Cursor, text: string): void {
  if (!isAt(cursor, text)) throw new ShellSyntax(`${text} is missing`);
  step(cursor, text.length);
}

/** The match of a sticky expression where the cursor stands, taken. */
export function take(cursor: Cursor, sticky: RegExp): string {
  sticky.lastIndex = cursor.at;
  const found = sticky.exec(cursor.text)?.[0] ?? "";
  step(cursor, found.length);
  return found;
}

export function looksAt(cursor: Cursor, sticky: RegExp): string | null {
  sticky.lastIndex = cursor.at;
  return sticky.exec(cursor.text)?.[0] ?? null;
}

/** One level deeper, and back. */
export function nested<T>(cursor: Cursor, read: () => T): T {
  cursor.effort.depth += 1;
  if (cursor.effort.depth > deepest) throw new ShellSyntax("it is nested too deeply");
  const result = read();
  cursor.effort.depth -= 1;
  return result;
}

/** Reads one way, and when that fails from the same place the other way. */
export function either<T>(cursor: Cursor, first: () => T, second: () => T): T {
  const { at } = cursor;
  const { depth } = cursor.effort;
  const pending = [...cursor.pending];
  try {
    return first();
  } catch (error) {
    if (!(error instanceof ShellSyntax)) throw error;
    cursor.at = at;
    cursor.effort.depth = depth;
    cursor.pending = pending;
    return second();
  }
}

/** Blanks, comments and lines that go on; no line ends. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    take(cursor, /(?:[ \t]|\\\n)+/y);
    if (peek(cursor) !== "#" || !isWordStart(cursor)) return;
    take(cursor, /[^\n]*/y);
  }
}

function isWordStart(cursor: Cursor): boolean {
  const before = cursor.text[cursor.at - 1] ?? "\n";
  if (before === "\n") return true;
  return /[\s;&|()<>]/.test(before);
}

export const scriptOf = (text: string, commands: readonly Command[]): Script => ({
  text,
  commands,
  problem: null,
});
