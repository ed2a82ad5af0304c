import type { Command, Script } from "../../core/shell.ts";
import { readCommand } from "./command.ts";
import { cursorOver, isAt, looksAt, peek, ShellSyntax, skipBlanks, step, take } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { endLine } from "./here-document.ts";

/** Longer texts are not read: nobody would read them either. */
const longest = 200_000;

/** The script a text is, by bash's grammar. What cannot be parsed says so; never throws, and takes time by its length. */
export function parseShell(text: string): Script {
  if (text.length > longest) return { text, commands: [], problem: "it is too long to be read" };
  const cursor = cursorOver(text, { effort: { left: 4 * text.length + 10_000, depth: 0 }, readList });
  try {
    const commands = readList(cursor, []);
    return { text, commands, problem: null };
  } catch (error) {
    if (error instanceof ShellSyntax) return { text, commands: [], problem: error.message };
    throw error;
  }
}

/** Commands up to one of the closing words, which stays unread; without any, all there are. */
function readList(cursor: Cursor, ends: readonly string[]): Command[] {
  const commands: Command[] = [];
  for (;;) {
    skipBlanks(cursor);
    if (peek(cursor) === "\n") endLine(cursor);
    else if (isClosed(cursor, ends)) return commands;
    else {
      commands.push(readPipeline(cursor));
      endOfCommand(cursor, ends);
    }
  }
}

function isClosed(cursor: Cursor, ends: readonly string[]): boolean {
  if (peek(cursor) === "") {
    if (ends.length > 0) throw new ShellSyntax(`${ends.join(" or ")} is missing`);
    return true;
  }
  return ends.some((end) => isAt(cursor, end) && (!/^\w/.test(end) || isWhole(cursor, end)));
}

function isWhole(cursor: Cursor, end: string): boolean {
  const after = cursor.text[cursor.at + end.length] ?? "\n";
  return /[\s;&|()<>]/.test(after);
}

/** What ends a command or joins it to the next. */
function endOfCommand(cursor: Cursor, ends: readonly string[]): void {
  skipBlanks(cursor);
  if (peek(cursor) === "\n" || isClosed(cursor, ends)) return;
  const operator = take(cursor, /&&|\|\||;(?![;&])|&(?!>)/y);
  if (operator === "&&" || operator === "||") {
    skipLines(cursor);
    if (isClosed(cursor, ends)) throw new ShellSyntax(`a command is missing after ${operator}`);
  }
  if (operator !== "") return;
  if (looksAt(cursor, /(?:then|do|done|fi|else|elif|esac|\})(?=[\s;&|()<>]|$)/y) === null) {
    throw new ShellSyntax("something stands where a command must end");
  }
}

function readPipeline(cursor: Cursor): Command {
  const from = cursor.at;
  prefixes(cursor);
  const commands = [readCommand(cursor)];
  for (;;) {
    skipBlanks(cursor);
    if (!isAt(cursor, "|") || isAt(cursor, "||")) break;
    step(cursor, isAt(cursor, "|&") ? 2 : 1);
    skipLines(cursor);
    commands.push(readCommand(cursor));
  }
  const [first] = commands;
  if (commands.length === 1 && first !== undefined) return first;
  return { kind: "pipeline", text: cursor.text.slice(from, cursor.at).trim(), commands };
}

/** `!` and `time`, any number of them. */
function prefixes(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (take(cursor, /(?:!|time(?:[ \t]+-p)?(?:[ \t]+--)?)(?=[ \t]+[^-\s]|[({])/y) === "") return;
  }
}

function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (peek(cursor) !== "\n") return;
    endLine(cursor);
  }
}
