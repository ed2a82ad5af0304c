import { argOf } from "../arg.ts";
import { ownCode, unknownCode } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { pathsFindings } from "../spec.ts";

/** What the commands of `ed` do besides changing text. Text that is put in ends at a line with one dot. */
export function edFindings(script: string, cwd: string | null): Outcome {
  const outcome: Outcome[number][] = [];
  // After a line that does not exist nothing is put in: what looks like a command of the shell is one in any case.
  let isText = false;
  for (const line of script.split("\n")) {
    if (isText && !/^\S*\s*!/.test(line)) isText = line !== ".";
    else {
      outcome.push(...command(line, cwd));
      isText = /^[aic]\s*$/.test(line.replace(range, ""));
    }
  }
  return outcome;
}

/** What commands of `ex` and Vim do, a line each or behind a `|`. */
export function exFindings(lines: readonly string[], cwd: string | null): Outcome {
  return lines
    .flatMap((line) => (/^\s*:*\s*[^a-zA-Z\s]*!/.test(line) ? [line] : line.split(/(?<!\\)\|/)))
    .flatMap((line) => command(line.replace(/^[\s:]+/, ""), cwd));
}

/** Lines before which a command stands for: numbers, patterns, marks. */
const range = /^(?:\s|\d+|[.$%,;+-]|'[a-z<>]|\/(?:[^/\\\n]|\\.)*\/|\?(?:[^?\\\n]|\\.)*\?)*/;

const unclear = unknownCode("an editor's commands may run anything");

function command(line: string, cwd: string | null): Outcome {
  if (!/^[^\p{Cc}]*$/u.test(line.replaceAll("\t", ""))) return [unclear];
  const rest = line.replace(range, "");
  const run = /^(?:r(?:ead)?\s*|w(?:rite)?\s*|e(?:dit)?\s*)?!(.*)$/.exec(rest);
  if (run !== null) return started(run[1] ?? "");
  const global = /^(?:g(?:lobal)?!?|v(?:global)?|V|G)\s*([/,#@+;])((?:(?!\1)[^\\]|\\.)*)(?:\1(.*))?$/.exec(
    rest,
  );
  if (global !== null) return command(global[3] ?? "", cwd);
  const file = /^(?:(w|write|up|update|sav|saveas|W)|(r|read|e|E|edit|f|file))!?\s+(\S+)$/.exec(rest);
  if (file !== null)
    return /[%#`$*]|:\/\//.test(file[3] ?? "")
      ? [unclear]
      : pathsFindings([argOf(file[3] ?? "")], file[1] === undefined ? "read" : "write", cwd);
  return isHarmless(rest) ? [] : [unclear];
}

/** `!COMMAND`: `%` stands for the file, `!` for the command before. */
const started = (text: string): Outcome =>
  /[!#]/.test(text) || text.trim() === ""
    ? [unclear]
    : [ownCode("an editor runs a command"), { shell: argOf(text.replaceAll("%", "tame")), input: "pipe" }];

function isHarmless(rest: string): boolean {
  const substitution = /^(?:s(?:ubstitute)?|~|&&?)\s*([^\w\s"|\\])?/.exec(rest);
  if (substitution !== null && /^(?:s(?:ubstitute)?)?\s*[^\w\s"|\\]/.test(rest)) return isSubstitution(rest);
  return simple.test(rest) || settings.test(rest) || /^norm(?:al)?!?\s[^:!@|=Q]*$/.test(rest);
}

/** `\=` makes the new text by an expression. */
const isSubstitution = (rest: string): boolean =>
  !/\\=|\\[0-9]?\{=/.test(rest) && /^(?:s(?:ubstitute)?)?\s*([^\w\s"|\\])(?:[^\\]|\\.)*$/.test(rest);

/** Commands that change, move, show, write and leave, with registers, marks and counts. */
const simple =
  /^(?:$|(?:[aicdjJklnpPuqQwxzHh=<>&#]|d(?:e(?:l(?:ete)?)?)?|j(?:oin)?|m(?:ove)?|t|co(?:py)?|pu(?:t)?|y(?:ank)?|k[a-z]|ka?|ma(?:rk)?|nu(?:mber)?|p(?:rint)?|l(?:ist)?|u(?:ndo)?|red(?:o)?|noh\w*|sor(?:t)?|ret(?:ab)?|w(?:rite)?|wq|wqa(?:ll)?|wa(?:ll)?|wn|x(?:it)?|xa(?:ll)?|q(?:uit)?|qa(?:ll)?|up(?:date)?|e(?:dit)?|n(?:ext)?|bn(?:ext)?|syntax off|sil(?:ent)?!?)!?\s*(?:[.$+\d-]*|[a-z]|[iurnxo]{1,3}))$/;

const settings =
  /^set?(?:local)?\s+(?:(?:no)?(?:ff|fileformat|et|expandtab|ts|tabstop|sw|shiftwidth|sts|softtabstop|modeline|ml|backup|bk|swapfile|swf|nu|number|ic|ignorecase|magic|wrapscan|ws|eol|endofline|fixeol|fixendofline|bomb|fenc|fileencoding|enc|encoding|tw|textwidth|cp|compatible|nocp|hls|hlsearch|gdefault|gd|report|verbose|binary|bin|wb|writebackup|undofile|udf|ro|readonly|more)(?:=[\w-]*)?(?:\s+|$))+$/;

/** All lines are deleted, and the file is written. */
export const deletesAll = (lines: readonly string[]): boolean =>
  lines.some((line) => /^[\s:]*(?:%|,|1,\$|0,\$|g\/\^?(?:\.\*)?\/)\s*d\w*\s*(?:\||$)/.test(line));
