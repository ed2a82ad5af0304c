import { anything, argOf, tame } from "../arg.ts";
import type { Arg } from "../arg.ts";
import { ownCode, unknownCode } from "../finding.ts";
import type { Finding, Inner } from "../finding.ts";
import { judgePath } from "../path.ts";

interface Reader {
  readonly text: string;
  at: number;
  readonly found: (Finding | Inner)[];
  readonly cwd: string | null;
}

/** What a script for sed does besides printing: it may write files (`w`) and run commands (`e`). */
export function sedFindings(script: Arg, cwd: string | null): (Finding | Inner)[] {
  const reader: Reader = { text: script.shape, at: 0, found: [], cwd };
  while (reader.at < reader.text.length) readCommand(reader);
  return reader.found;
}

const take = (reader: Reader, sticky: RegExp): string => {
  sticky.lastIndex = reader.at;
  const text = sticky.exec(reader.text)?.[0] ?? "";
  reader.at += text.length;
  return text;
};

function readCommand(reader: Reader): void {
  take(reader, /[\s;{}]+/y);
  const from = reader.at;
  readAddress(reader);
  if (take(reader, /[\s,]*,\s*/y) !== "") readAddress(reader);
  take(reader, /[\s!]+/y);
  const command = reader.text[reader.at];
  if (command === undefined && /[\uE000\uE001]/.test(reader.text.slice(from))) reader.found.push(unknown());
  if (command === undefined || command === "{" || command === "}" || command === ";") return;
  reader.at += 1;
  act(reader, command);
}

function readAddress(reader: Reader): void {
  if (take(reader, /(?:[\d$~+\uE000\uE001\s]|[~+]\d)+/y) !== "") return;
  if (reader.text[reader.at] === "/") readDelimited(reader);
  else if (reader.text[reader.at] === "\\") {
    reader.at += 1;
    readDelimited(reader);
  } else return;
  take(reader, /[IM]*/y);
}

/** From one delimiter over the next, which is left before the reader: the second part begins with it. */
function readDelimited(reader: Reader, isKept = false): void {
  const delimiter = reader.text[reader.at] ?? "/";
  reader.at += 1;
  while (reader.at < reader.text.length && reader.text[reader.at] !== delimiter) {
    reader.at += reader.text[reader.at] === "\\" ? 2 : 1;
  }
  if (!isKept) reader.at += 1;
}

function act(reader: Reader, command: string): void {
  if (command === "s") return substitute(reader);
  if (command === "y") {
    readDelimited(reader, true);
    return readDelimited(reader);
  }
  if ("wW".includes(command)) return writeFile(reader);
  if (command === "e") return run(reader);
  if ("rR".includes(command)) return readFile(reader);
  if ("aic".includes(command)) return void take(reader, /(?:[^\n\\]|\\[\s\S])*/y);
  if (":btTv".includes(command)) return void take(reader, /[^\n;}]*/y);
  if ("dDgGhHnNpPxz=FlLqQ".includes(command)) return void take(reader, /[ \t]*\d*/y);
  if (command === "#") return void take(reader, /[^\n]*/y);
  if (command === "}" || command === "{") return;
  reader.found.push(command === anything || command === tame ? unknown() : unclear());
}

const unknown = (): Finding => unknownCode("what sed does is not known before it runs");
const unclear = (): Finding => ({
  risk: "network",
  because: "the script for sed cannot be read",
  isOpaque: true,
});

function substitute(reader: Reader): void {
  const from = reader.at;
  readDelimited(reader, true);
  readDelimited(reader);
  const flags = take(reader, /[gpiImM0-9eE]*/y);
  if (flags.includes("e") || flags.includes("E"))
    reader.found.push(...evaluated(reader.text.slice(from, reader.at)));
  const next = reader.text[reader.at];
  if (next === "w") {
    reader.at += 1;
    writeFile(reader);
  } else if (next !== undefined && !/[\s;}#]/.test(next))
    reader.found.push(next === anything ? unknown() : unclear());
}

/** What stands for the whole line is the command; else the line holds more of it. */
function evaluated(text: string): (Finding | Inner)[] {
  const [, pattern = "", made = ""] = text.split(text[0] ?? "/");
  const isWhole = /^\^?\.\*\$?$/.test(pattern) && !/[&\\]/.test(made);
  return isWhole
    ? [ownCode("sed s///e runs a command"), { shell: argOf(made) }]
    : [unknownCode("sed s///e runs what it made as a command")];
}

function writeFile(reader: Reader): void {
  const name = take(reader, /[^\n]*/y).trim();
  const finding = judgePath(argOf(name), "write", reader.cwd);
  if (finding !== null) reader.found.push(finding);
}

function readFile(reader: Reader): void {
  const name = take(reader, /[^\n]*/y).trim();
  const finding = judgePath(argOf(name), "read", reader.cwd);
  if (finding !== null) reader.found.push(finding);
}

function run(reader: Reader): void {
  const text = take(reader, /[^\n]*/y).trim();
  if (text === "") reader.found.push(unknownCode("sed e runs what it reads"));
  else reader.found.push(ownCode("sed e runs a command"), { shell: argOf(text) });
}
