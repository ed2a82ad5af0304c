import type { Finding, Mark } from "../../evals/suite/check/finding.ts";
import type { Io } from "../io.ts";
import { pad } from "../view/cells.ts";
import { colourMark } from "../view/colour.ts";
import { jsonLine } from "../view/json-line.ts";
import { stillVisible } from "../view/visible.ts";
import { plural } from "../view/words.ts";

const marks: Readonly<Record<Mark, string>> = { holds: "✓", fails: "✗", unknown: "–", warns: "!" };

/** One line for each check: what was found, where, and what to do. @param path of the cases, as people know it */
export function checkText(io: Io, path: string, findings: readonly Finding[]): string {
  const onOut = { ...io, isTerminal: io.isOutTerminal };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, mark, found, lines: at, todo }) => {
    const where = at.length === 0 ? "" : ` (${path}:${placesText(at)})`;
    const words = stillVisible(`${found}${where}${todo === null ? "" : `; ${todo}`}`.replaceAll(/\s+/g, " "));
    return colourMark(` ${marks[mark]} ${pad(check, width)}  ${words}`, onOut);
  });
  return [...lines, summaryOf(findings)].map((line) => `${line}\n`).join("");
}

const shown = 8;

const placesText = (lines: readonly number[]): string =>
  lines.length <= shown ? lines.join(", ") : `${lines.slice(0, shown).join(", ")}, …`;

function summaryOf(findings: readonly Finding[]): string {
  const count = (mark: Mark): number => findings.filter((one) => one.mark === mark).length;
  const warned = count("warns") === 0 ? "" : ` · ${plural(count("warns"), "warning")}`;
  const open = `${count("unknown") === 0 ? "" : ` · ${count("unknown")} not known`}${warned}`;
  if (count("fails") === 0) return ` ok  ${plural(count("holds"), "check holds", "checks hold")}${open}`;
  return ` ${plural(count("fails"), "check fails", "checks fail")}${open}`;
}

/** One object for each check. */
export const checkJson = (suite: string, findings: readonly Finding[]): string =>
  findings.map((one) => jsonLine({ suite, ...one })).join("");
