import type { Piece, Word } from "../../core/shell.ts";
import {
  cursorOver,
  either,
  expect,
  isAt,
  looksAt,
  nested,
  peek,
  scriptOf,
  ShellSyntax,
  step,
  take,
} from "./cursor.ts";
import type { Cursor } from "./cursor.ts";

/** How a word inside an expansion is read: the caller's reader of words, told where to stop. */
export type ReadUntil = (cursor: Cursor, stop: string, isQuoted: boolean) => Word;

/** What a `$` or a backtick begins; null where the `$` is only a `$`. */
export function readExpansion(cursor: Cursor, isQuoted: boolean, readUntil: ReadUntil): Piece | null {
  if (peek(cursor) === "`") return readBackticks(cursor, isQuoted);
  if (isAt(cursor, "$((")) {
    return either<Piece>(
      cursor,
      () => readArithmetic(cursor, "$((", "))", readUntil),
      () => readOutput(cursor, isQuoted),
    );
  }
  if (isAt(cursor, "$(")) return readOutput(cursor, isQuoted);
  if (isAt(cursor, "$[")) return readArithmetic(cursor, "$[", "]", readUntil);
  if (isAt(cursor, "${")) return nested(cursor, () => readBraced(cursor, isQuoted, readUntil));
  if (looksAt(cursor, /\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])/y) === null) return null;
  const name = take(cursor, /\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])/y).slice(1);
  return { kind: "variable", name, isIndirect: false, operation: "", words: [], isQuoted };
}

function readOutput(cursor: Cursor, isQuoted: boolean): Piece {
  expect(cursor, "$(");
  return { kind: "output", script: readScript(cursor), isQuoted };
}

/** The commands up to a closing bracket, which is taken. */
export function readScript(cursor: Cursor): ReturnType<typeof scriptOf> {
  return nested(cursor, () => {
    const from = cursor.at;
    const outer = cursor.pending;
    cursor.pending = [];
    const commands = cursor.readList(cursor, [")"]);
    if (cursor.pending.length > 0) throw new ShellSyntax("a here-document has no body");
    cursor.pending = outer;
    expect(cursor, ")");
    return scriptOf(cursor.text.slice(from, cursor.at - 1), commands);
  });
}

function readBackticks(cursor: Cursor, isQuoted: boolean): Piece {
  expect(cursor, "`");
  const raw = take(cursor, /(?:[^`\\]|\\[\s\S])*/y);
  expect(cursor, "`");
  const text = raw.replaceAll(isQuoted ? /\\([\\$`"])/g : /\\([\\$`])/g, "$1");
  return nested(cursor, () => {
    const inner = cursorOver(text, cursor);
    const commands = inner.readList(inner, []);
    return { kind: "output", script: scriptOf(text, commands), isQuoted };
  });
}

export function readArithmetic(cursor: Cursor, open: string, close: string, readUntil: ReadUntil): Piece {
  expect(cursor, open);
  return nested(cursor, () => {
    const words: Word[] = [];
    for (let depth = 0; depth > 0 || !isAt(cursor, close);) {
      const next = peek(cursor);
      if (next === "") throw new ShellSyntax(`${close} is missing`);
      if (next === "(" || next === "[") depth += 1;
      if (next === ")" || next === "]") depth -= 1;
      if (depth < 0) throw new ShellSyntax(`${close} is missing`);
      if (/[()[\]]/.test(next)) step(cursor);
      else words.push(readUntil(cursor, "()[]", true));
    }
    expect(cursor, close);
    return { kind: "arithmetic", words };
  });
}

function readBraced(cursor: Cursor, isQuoted: boolean, readUntil: ReadUntil): Piece {
  expect(cursor, "${");
  const isIndirect = looksAt(cursor, /![A-Za-z_0-9]/y) !== null;
  if (isIndirect) step(cursor);
  const isLength = looksAt(cursor, /#[A-Za-z_0-9@*]/y) !== null;
  if (isLength) step(cursor);
  const name = take(cursor, /[A-Za-z_]\w*|[0-9]+|[@*#?$!-]/y);
  if (name === "") throw new ShellSyntax("an expansion has no name");
  const words: Word[] = [];
  if (peek(cursor) === "[") words.push(...subscriptOf(readArithmetic(cursor, "[", "]", readUntil)));
  const from = cursor.at;
  while (peek(cursor) !== "}") {
    if (peek(cursor) === "") throw new ShellSyntax("} is missing");
    words.push(readUntil(cursor, "}", isQuoted));
  }
  const operation = isLength ? "#" : cursor.text.slice(from, cursor.at);
  step(cursor);
  return { kind: "variable", name, isIndirect, operation, words, isQuoted };
}

const subscriptOf = (piece: Piece): readonly Word[] => (piece.kind === "arithmetic" ? piece.words : []);
