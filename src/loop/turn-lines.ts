import type { Json } from "../core/canonical.ts";
import { grouped } from "./excerpt.ts";
import { callsOf, notesOf, resultsOf } from "./turns-of.ts";
import type { CallPart, ResultPart, Turn } from "./turns-of.ts";

/** No more characters than these for all lines, and for one. */
export const longestLines = 8000;
const longestLine = 240;
const argSize = 90;

/**
 * What happened in these turns, made without a model: a line for each turn with tools, paths or commands, how they ended
 * and what they changed. Where that is too much, the oldest lines go and are counted.
 */
export function turnLines(turns: readonly Turn[], most = longestLines): readonly string[] {
  const lines: string[] = [];
  let room = most - gapLine(turns.length).length - 1;
  for (const turn of turns.toReversed()) {
    const line = turnLine(turn);
    room -= line.length + 1;
    if (room < 0) return [gapLine(turns.length - lines.length), ...lines.toReversed()];
    lines.push(line);
  }
  return lines.toReversed();
}

const gapLine = (count: number): string => `(${count} earlier turns are not listed)`;

function turnLine(turn: Turn): string {
  const results = resultsOf(turn);
  const calls = callsOf(turn).map((call, index) => callText(call, results[index]));
  const text = calls.length === 0 ? "no call" : calls.join("; ");
  return cut(`turn ${turn.number}: ${text}`, longestLine);
}

function callText({ tool, args }: CallPart, result: ResultPart | undefined): string {
  const what = subject(args);
  return `${oneLine(tool).slice(0, 64)}${what === null ? "" : ` ${cut(oneLine(what), argSize)}`}${ending(result)}`;
}

/** The argument that tells calls of a tool apart. */
export function subject(args: Json): string | null {
  if (args === null || typeof args !== "object" || Array.isArray(args)) return null;
  const named = ["command", "path", "pattern"].flatMap((name) => {
    const value = (args as Readonly<Record<string, Json>>)[name];
    return typeof value === "string" ? [value] : [];
  });
  const content = (args as Readonly<Record<string, Json>>)["content"];
  const size = typeof content === "string" ? ` (${grouped(content.length)} characters)` : "";
  return named.length === 0 ? null : (named[0] ?? "") + size;
}

function ending(result: ResultPart | undefined): string {
  if (result === undefined) return "";
  const notes = notesOf(result.text).map((note) => note.slice(1, -1));
  const ended = notes.find((note) => /^(exit|killed)\b/.test(note)) ?? (result.error ? "failed" : null);
  const changed = notes.find((note) => note.startsWith("changed: "));
  const said = [ended, changed].filter((part) => part != null).map((part) => cut(oneLine(part), 80));
  return said.length === 0 ? "" : ` → ${said.join(", ")}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
