import type { Json } from "../../core/canonical.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { fit } from "../view/cells.ts";
import { fold, foldWords } from "../view/fold.ts";
import { inFrame } from "../view/visible.ts";

/**
 * A case as lines for the person who labels it: what was asked, what was answered, what to judge by. Nothing of what a judge
 * said, and nothing that a terminal obeys. @param ask the rubric's own words
 */
export function labelLines(
  { id, vars, answer, rubric, note }: JudgeCase,
  ask: readonly string[],
  columns: number,
): readonly string[] {
  const { files, ...asked } = vars;
  const part = (name: string, text: string): readonly string[] => [
    fit(`  ${name}`, columns),
    ...indented(text, columns),
  ];
  return [
    fit(`─ case ${inFrame(id)} ${"─".repeat(Math.max(2, 60 - id.length))}`, columns),
    ...Object.entries(asked).flatMap(([name, value]) => part(inFrame(name), textOf(value))),
    ...(files === undefined ? [] : filesPart("before", files, columns)),
    ...(typeof answer === "string" ? part("answer", answer) : filesPart("answer", answer, columns)),
    ...part("judge by", [rubric, ...ask].filter((line, index) => index === 0 || line !== rubric).join("\n")),
    ...(note === undefined ? [] : part("your note", note)),
  ];
}

function filesPart(
  name: string,
  files: Json | Readonly<Record<string, string>>,
  columns: number,
): readonly string[] {
  if (typeof files !== "object" || files === null || Array.isArray(files))
    return [`  ${name}`, ...indented(textOf(files), columns)];
  return Object.entries(files).flatMap(([path, content]) => [
    fit(`  ${name}: ${inFrame(path)}`, columns),
    ...indented(textOf(content), columns),
  ]);
}

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Each line of the text by itself, folded to the terminal. */
const indented = (text: string, columns: number): readonly string[] =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .flatMap((line) => folded(inFrame(line), Math.max(20, columns - 4)).map((piece) => `    ${piece}`));

/** Between words, unless blanks mean something in it, as in code. */
const folded = (line: string, width: number): readonly string[] =>
  /^ | {2}/.test(line) ? fold(line, width) : foldWords(line, width);
