import type { Assignment, Command, Compound, Redirect, SimpleCommand, Word } from "../../core/shell.ts";
import {
  either,
  expect,
  isAt,
  looksAt,
  nested,
  peek,
  ShellSyntax,
  skipBlanks,
  step,
  take,
} from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { readArithmeticWords, readAssignment } from "./assignment.ts";
import { endLine } from "./here-document.ts";
import { readRedirect, readRedirects } from "./redirect.ts";
import { readWord, required } from "./word.ts";

/** A command: simple, compound, a function. */
export function readCommand(cursor: Cursor): Command {
  return nested(cursor, () => {
    const from = cursor.at;
    const compound = readCompound(cursor, from);
    if (compound !== null) return compound;
    const name = looksAt(cursor, /[^\s;&|()<>'"`$\\={}]+[ \t]*\([ \t]*\)/y);
    return name === null ? readSimple(cursor) : readFunction(cursor, from, false);
  });
}

const reserved =
  /(?:if|while|until|for|select|case|function|coproc|\{|\[\[|then|elif|else|fi|do|done|esac|in|\})(?=[\s;&|()<>]|$)/y;

function readCompound(cursor: Cursor, from: number): Command | null {
  if (isAt(cursor, "((")) {
    return either<Command>(
      cursor,
      () => compoundOf(cursor, from, "arithmetic", readArithmeticWords(cursor), []),
      () => readSubshell(cursor, from),
    );
  }
  if (peek(cursor) === "(") return readSubshell(cursor, from);
  switch (looksAt(cursor, reserved)) {
    case null:
      return null;
    case "{":
      return readGroup(cursor, from);
    case "[[":
      return readCondition(cursor, from);
    case "if":
      return readIf(cursor, from);
    case "while":
    case "until":
      return readWhile(cursor, from);
    case "for":
    case "select":
      return readFor(cursor, from);
    case "case":
      return readCase(cursor, from);
    case "function":
      take(cursor, /function\s+/y);
      return readFunction(cursor, from, true);
    case "coproc":
      return readCoproc(cursor);
    default:
      throw new ShellSyntax("a word stands where it cannot");
  }
}

function compoundOf(
  cursor: Cursor,
  from: number,
  what: Compound["what"],
  words: readonly Word[],
  commands: readonly Command[],
): Compound {
  const redirects = readRedirects(cursor);
  skipBlanks(cursor);
  if (looksAt(cursor, /[\s;&|)]|$/y) === null && looksAt(cursor, reserved) === null) {
    throw new ShellSyntax("something follows a compound command");
  }
  return {
    kind: "compound",
    text: cursor.text.slice(from, cursor.at).trim(),
    what,
    words,
    commands,
    redirects,
  };
}

function readSubshell(cursor: Cursor, from: number): Compound {
  expect(cursor, "(");
  const commands = cursor.readList(cursor, [")"]);
  expect(cursor, ")");
  return compoundOf(cursor, from, "subshell", [], commands);
}

function readGroup(cursor: Cursor, from: number): Compound {
  return compoundOf(cursor, from, "group", [], readBlock(cursor, "{", "}"));
}

function readBlock(cursor: Cursor, open: string, close: string): Command[] {
  word(cursor, open);
  const commands = cursor.readList(cursor, [close]);
  word(cursor, close);
  return commands;
}

/** A reserved word, which must stand here. */
function word(cursor: Cursor, text: string): void {
  skipLines(cursor);
  expect(cursor, text);
  if (looksAt(cursor, /[\s;&|()<>]|$/y) === null) throw new ShellSyntax(`${text} is missing`);
}

function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (peek(cursor) !== "\n") return;
    endLine(cursor);
  }
}

function readIf(cursor: Cursor, from: number): Compound {
  const commands: Command[] = [];
  word(cursor, "if");
  for (;;) {
    commands.push(...cursor.readList(cursor, ["then"]));
    word(cursor, "then");
    commands.push(...cursor.readList(cursor, ["elif", "else", "fi"]));
    if (looksAt(cursor, /elif/y) === null) break;
    word(cursor, "elif");
  }
  if (looksAt(cursor, /else/y) !== null) commands.push(...readElse(cursor));
  word(cursor, "fi");
  return compoundOf(cursor, from, "branch", [], commands);
}

function readElse(cursor: Cursor): Command[] {
  word(cursor, "else");
  return cursor.readList(cursor, ["fi"]);
}

function readWhile(cursor: Cursor, from: number): Compound {
  take(cursor, /while|until/y);
  const condition = cursor.readList(cursor, ["do"]);
  return compoundOf(cursor, from, "branch", [], [...condition, ...readBlock(cursor, "do", "done")]);
}

function readFor(cursor: Cursor, from: number): Command {
  take(cursor, /for|select/y);
  skipBlanks(cursor);
  if (isAt(cursor, "((")) {
    const words = readArithmeticWords(cursor);
    return compoundOf(cursor, from, "branch", words, readBody(cursor));
  }
  const variable = take(cursor, /[A-Za-z_]\w*/y);
  if (variable === "") throw new ShellSyntax("a loop has no variable");
  const words = readOver(cursor);
  const { text, redirects, commands } = compoundOf(cursor, from, "branch", [], readBody(cursor));
  return { kind: "loop", text, variable, words, commands, redirects };
}

/** `in WORDS`, where it stands. */
function readOver(cursor: Cursor): Word[] | null {
  skipLines(cursor);
  if (looksAt(cursor, /in(?=[\s;]|$)/y) === null) return null;
  step(cursor, 2);
  const words: Word[] = [];
  for (;;) {
    skipBlanks(cursor);
    const next = readWord(cursor);
    if (next === null) return words;
    words.push(next);
  }
}

function readBody(cursor: Cursor): Command[] {
  skipBlanks(cursor);
  if (peek(cursor) === ";") step(cursor);
  skipLines(cursor);
  return peek(cursor) === "{" ? readBlock(cursor, "{", "}") : readBlock(cursor, "do", "done");
}

function readCase(cursor: Cursor, from: number): Compound {
  word(cursor, "case");
  skipBlanks(cursor);
  const words = [required(readWord(cursor))];
  const commands: Command[] = [];
  word(cursor, "in");
  for (;;) {
    skipLines(cursor);
    if (looksAt(cursor, /esac(?=[\s;&|()<>]|$)/y) !== null) break;
    words.push(...readPatterns(cursor));
    commands.push(...cursor.readList(cursor, [";;", ";&", "esac"]));
    take(cursor, /;;&|;;|;&/y);
  }
  word(cursor, "esac");
  return compoundOf(cursor, from, "branch", words, commands);
}

function readPatterns(cursor: Cursor): Word[] {
  const words: Word[] = [];
  if (peek(cursor) === "(") step(cursor);
  for (;;) {
    skipBlanks(cursor);
    words.push(required(readWord(cursor)));
    skipBlanks(cursor);
    if (peek(cursor) !== "|") break;
    step(cursor);
  }
  expect(cursor, ")");
  return words;
}

/** `[[ … ]]`: nothing in it runs but what its words expand. */
function readCondition(cursor: Cursor, from: number): Compound {
  word(cursor, "[[");
  const words: Word[] = [];
  for (;;) {
    skipLines(cursor);
    if (looksAt(cursor, /\]\](?=[\s;&|()<>]|$)/y) !== null) break;
    if (/[()<>&|]/.test(peek(cursor)) && !/^[<>]\(/.test(cursor.text.slice(cursor.at, cursor.at + 2)))
      step(cursor);
    else words.push(required(readWord(cursor)));
  }
  word(cursor, "]]");
  return compoundOf(cursor, from, "condition", words, []);
}

function readFunction(cursor: Cursor, from: number, isNamed: boolean): Command {
  const name = take(cursor, /[^\s;&|()<>'"`$\\]+/y);
  if (name === "") throw new ShellSyntax("a function has no name");
  const brackets = take(cursor, /[ \t]*\([ \t]*\)/y);
  if (brackets === "" && !isNamed) throw new ShellSyntax("a function has no brackets");
  skipLines(cursor);
  const at = cursor.at;
  const body = nested(cursor, () => readCompound(cursor, at));
  if (body === null) throw new ShellSyntax("a function has no body");
  return { kind: "function", text: cursor.text.slice(from, cursor.at), name, body };
}

function readCoproc(cursor: Cursor): Command {
  word(cursor, "coproc");
  skipBlanks(cursor);
  take(cursor, /[A-Za-z_]\w*[ \t]+(?=[{(]|(?:if|while|until|for|case|\[\[)\s)/y);
  const command = readCommand(cursor);
  return "redirects" in command ? { ...command, redirects: [fromShell, ...command.redirects] } : command;
}

/** What a coprocess reads is whatever the shell sends it later. */
const fromShell: Redirect = {
  text: "coproc",
  operator: "<&",
  target: {
    text: "$COPROC",
    pieces: [
      { kind: "variable", name: "COPROC", isIndirect: false, operation: "", words: [], isQuoted: true },
    ],
  },
};

function readSimple(cursor: Cursor): SimpleCommand {
  const from = cursor.at;
  const assignments: Assignment[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    const assignment = redirect === null && words.length === 0 ? readAssignment(cursor) : null;
    const next = redirect === null && assignment === null ? readWord(cursor) : null;
    if (redirect !== null) redirects.push(redirect);
    else if (assignment !== null) assignments.push(assignment);
    else if (next !== null) words.push(next);
    else break;
  }
  if (peek(cursor) === "(") throw new ShellSyntax("a bracket stands where it cannot");
  if (words.length + assignments.length + redirects.length === 0)
    throw new ShellSyntax("a command is missing");
  const text = cursor.text.slice(from, cursor.at).trim();
  return { kind: "simple", text, assignments, words, redirects };
}
