import { argOf, holdsUnknown } from "../arg.ts";
import type { Arg } from "../arg.ts";
import { ownCode, unknownCode } from "../finding.ts";
import type { Finding, Inner } from "../finding.ts";
import { judgePath } from "../path.ts";

/** What a program for awk does besides printing: it may run commands, write files and open connections. */
export function awkFindings(program: Arg, cwd: string | null): (Finding | Inner)[] {
  const text = program.shape;
  if (text.length > 20_000) return [unknownCode("the program is too long to be read")];
  if (holdsUnknown(program)) return mayRun(text);
  const { bare, strings } = withoutTexts(text);
  return [
    ...(runs(text, bare) ? running(text, bare, strings) : []),
    ...writesOf(bare, strings, cwd),
    ...readsOf(text, cwd),
  ];
}

/** A program of which a part is unknown is taken as told only where that part is within a string or a pattern. */
function mayRun(text: string): Finding[] {
  const { bare, strings } = withoutTexts(text);
  const isInside =
    !bare.includes("\uE000") && !strings.some((string) => string.includes("\uE000") && /["\\]/.test(string));
  if (isInside && !runs(text, bare) && !/[>]/.test(bare)) return [];
  return /^\s*\{\s*print\s+\$\uE000\s*\}\s*$/.test(text)
    ? []
    : [unknownCode("what awk runs is not known before")];
}

/** Commands that are written out are as their texts are; what awk puts together nobody knows. */
function running(text: string, bare: string, strings: readonly string[]): (Finding | Inner)[] {
  const others = bare
    .replaceAll(/\bsystem\s*\(\s*""\s*\)/g, "")
    .replaceAll(/\|\s*""\s*(?=[;}\n]|$)/g, "")
    .replaceAll(/(^|[({;\n])\s*""\s*\|\s*getline/g, "$1");
  if (others === bare || runs("", others) || /\/inet/.test(text)) return [unknownCode("awk runs a command")];
  return [
    ownCode("awk runs a command"),
    ...strings.map((string) => ({ shell: argOf(string), input: "pipe" as const })),
  ];
}

const runs = (text: string, bare: string): boolean =>
  /\bsystem\b|\|\s*&|(?<!\|)\|(?!\|)|@(?:load|include|[\w])|\/inet/.test(bare) ||
  /\/inet[46]?\/|\|\s*&?\s*"|"\s*\|\s*&?\s*getline/.test(text);

interface Bare {
  readonly bare: string;
  readonly strings: readonly string[];
}

/** The program with each string as `""` and each pattern as `//`. */
function withoutTexts(text: string): Bare {
  const strings: string[] = [];
  let bare = "";
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, bare);
    if (token.startsWith('"')) strings.push(token.slice(1, -1));
    bare += token.startsWith('"')
      ? '""'
      : token.length > 1 && token.startsWith("/")
        ? "//"
        : token.startsWith("#")
          ? ""
          : token;
    at += token.length;
  }
  return { bare, strings };
}

function tokenAt(text: string, at: number, before: string): string {
  const next = text[at] ?? "";
  if (next === '"') return match(/"(?:[^"\\]|\\[\s\S])*"?/y, text, at);
  if (next === "#") return match(/#[^\n]*/y, text, at);
  if (next === "/" && /(?:^|[(,~!{;&|\n}])\s*$/.test(before.slice(-20)))
    return match(/\/(?:[^/\\\n]|\\.)*\/?/y, text, at);
  return next;
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? text[at] ?? "";
}

/** `print > "file"`. */
function writesOf(bare: string, strings: readonly string[], cwd: string | null): Finding[] {
  const flat = withoutBrackets(bare);
  if (!/\bprintf?\b[^;}\n]*>/.test(flat)) return [];
  const isNamed = [...flat.matchAll(/>{1,2}\s*(""|[^\s""])/g)].every(([, target]) => target === '""');
  if (!isNamed)
    return [{ risk: "privilege", because: "awk writes to files whose names are not known before it runs" }];
  const named = strings
    .filter((string) => /^[\w./~-]+$/.test(string))
    .flatMap((string) => judgePath(argOf(string), "write", cwd) ?? []);
  const isEmptying =
    /^\s*BEGIN\s*\{/.test(bare) &&
    !/\}\s*\S/.test(bare) &&
    !/\bprintf?\b\s*(?!"")[^>;}\s]/.test(flat) &&
    strings.includes("");
  const emptied = isEmptying
    ? strings
        .filter((string) => /^[\w./~-]+$/.test(string))
        .flatMap((string) => judgePath(argOf(string), "empty", cwd) ?? [])
    : [];
  return [{ risk: "write", because: "awk writes a file" }, ...named, ...emptied];
}

function withoutBrackets(bare: string): string {
  let depth = 0;
  let flat = "";
  for (const character of bare) {
    if (character === "(") depth += 1;
    else if (character === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) flat += character;
  }
  return flat;
}

const readsOf = (text: string, cwd: string | null): Finding[] =>
  [...text.matchAll(/getline[^;}]*<\s*"([^"]*)"/g)].flatMap(
    ([, name]) => judgePath(argOf(name ?? ""), "read", cwd) ?? [],
  );
