import type { Io } from "../io.ts";
import { pad, wrap } from "../view/cells.ts";
import { colourMark } from "../view/colour.ts";
import { stillVisible } from "../view/visible.ts";
import { plural } from "../view/words.ts";
import type { Finding, Mark } from "./finding.ts";

const marks: Readonly<Record<Mark, string>> = { ok: "✓", warns: "!", wrong: "✗" };
const nameWidth = 12;
/** Cells before what was found: a space, the mark, a space, the name, a space. */
const margin = 3 + nameWidth + 1;

/** A group of findings under its name, what to do below each that is not ok. */
export function groupText(title: string, findings: readonly Finding[], io: Io): string {
  const onOut = { ...io, isTerminal: io.isOutTerminal };
  const width = Math.max(20, io.columns - 1 - margin);
  const lines = findings.flatMap(({ name, mark, found, todo }) => [
    ...wrapped(found, width).map((line, index) =>
      index === 0
        ? colourMark(` ${marks[mark]} ${pad(stillVisible(name), nameWidth)} ${line}`, onOut)
        : " ".repeat(margin) + line,
    ),
    ...(todo === null ? [] : wrapped(todo, width - 2)).map(
      (line, index) => `${" ".repeat(margin)}${index === 0 ? "→" : " "} ${line}`,
    ),
  ]);
  return [` ${title}`, ...lines].map((line) => `${line.trimEnd()}\n`).join("");
}

const wrapped = (text: string, width: number): readonly string[] =>
  wrap(
    stillVisible(
      text
        .trim()
        .replaceAll(/\s*\n\s*/g, " · ")
        .replaceAll("\t", " "),
    ),
    width,
  );

/** The last line: whether a run can start. */
export function verdictText(findings: readonly Finding[]): string {
  const count = (mark: Mark): number => findings.filter((finding) => finding.mark === mark).length;
  const [bad, doubts] = [count("wrong"), count("warns")];
  const besides = doubts === 0 ? "" : ` · ${plural(doubts, "warning")}`;
  if (bad === 0) return ` ready${besides}\n`;
  return ` ${plural(bad, "thing is", "things are")} in the way${besides}\n`;
}

/** One object for each check. */
export const jsonText = (group: string, findings: readonly Finding[]): string =>
  findings
    .map(({ name, mark, found, todo }) => `${JSON.stringify({ group, check: name, mark, found, todo })}\n`)
    .join("");
