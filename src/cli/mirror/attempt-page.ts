import { cells } from "../view/cells.ts";
import { clock, dollars, plural } from "../view/words.ts";
import type { AttemptTale, CallTale, GradingTale, TurnTale } from "./attempt-tale.ts";
import { quoted, timeText } from "./texts.ts";

/** Of the turns of one attempt so many lines are shown from its beginning and as many from its end. */
const halfLines = 500;

/** `attempt-N.md`. */
export function attemptPage(tale: AttemptTale): string {
  const { task, attempt, outcome, told, satisfied, turns, gradings, integrations, feedback } = tale;
  const lines = [
    `# ${task}, attempt ${attempt}: ${outcome ?? "open"}\n`,
    ...head(tale),
    ...(satisfied ? ["\nits criteria held before any work: nobody was asked to do it"] : []),
    ...(told === "" ? [] : ["\n## What it was told\n", quoted(told)]),
    ...(turns.length === 0 ? [] : ["\n## Turns\n", ...bounded(turns.flatMap(turnLines))]),
    ...gradings.flatMap(gradingLines),
    ...(integrations.length === 0 ? [] : ["\n## Together with other work\n", ...integrations.map(item)]),
    ...(feedback === "" ? [] : ["\n## Feedback\n", quoted(feedback)]),
  ];
  return `${lines.join("\n")}\n`;
}

const item = (line: string): string => `- ${line}`;

function head({ startedAt, startedAfter, alone, endedAt, turns, money, tokens }: AttemptTale): string[] {
  const { work, judging, unpriced } = money;
  const took = endedAt === null ? [] : [`took ${clock(endedAt - startedAt)}`];
  const costs = [
    `${dollars(work)} for work`,
    ...(judging === 0 ? [] : [`${dollars(judging)} for judging`]),
    ...(unpriced === 0 ? [] : [`${plural(unpriced, "call")} of unknown price`]),
    `${tokens.input} tokens in`,
    `${tokens.output} out`,
  ];
  return [
    `started ${timeText(startedAt)} UTC, ${clock(startedAfter)} into the run${alone ? ", alone" : ""}  `,
    [...took, plural(turns.length, "turn"), ...costs].join(" · "),
  ];
}

function turnLines({ turn, calls, trouble }: TurnTale): string[] {
  const number = String(turn).padStart(3);
  if (calls.length === 0) return [`    ${number}  ${trouble === "" ? "called no tool" : `! ${trouble}`}`];
  return calls.map((call, index) => `    ${index === 0 ? number : "   "}  ${callText(call)}`);
}

function callText({ tool, words, ended }: CallTale): string {
  const said = words === "" ? tool : `${tool}  ${words}`;
  return `${said}${" ".repeat(Math.max(2, 60 - cells(said)))}${ended ?? "…"}`;
}

function bounded(lines: readonly string[]): readonly string[] {
  const left = lines.length - 2 * halfLines;
  if (left <= 0) return lines;
  return [...lines.slice(0, halfLines), `    … ${left} more lines …`, ...lines.slice(-halfLines)];
}

function gradingLines({ grading, restored, results, verdict }: GradingTale): string[] {
  const back = restored === 0 ? "" : `; ${plural(restored, "protected file")} put back before`;
  return [
    `\n## Judged${grading === 1 ? "" : `, time ${grading}`}: ${verdict ?? "under way"}${back}\n`,
    ...results.flatMap(({ criterion, result, score, explanation }) => [
      `- ${result} ${criterion}${score === null ? "" : ` (${score.toFixed(2)})`}`,
      ...(explanation === "" ? [] : ["", quoted(explanation).replaceAll(/^/gm, "  "), ""]),
    ]),
  ];
}
