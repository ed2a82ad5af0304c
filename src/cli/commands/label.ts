import type { Readable } from "node:stream";
import type { RubricSpec } from "../../core/goal.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { readEvaluations } from "../evaluation/read-evaluations.ts";
import { reportHeads, readReport } from "../evaluation/stored-reports.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { labelAtTerminal } from "../labelling/at-terminal.ts";
import { labelFromLines } from "../labelling/from-lines.ts";
import type { LabelBook } from "../labelling/label-book.ts";
import { openBook } from "../labelling/open-book.ts";
import type { ReportedAnswers } from "../labelling/open-book.ts";
import { progressText } from "../labelling/progress.ts";
import { reportedAnswers } from "../labelling/reported-answers.ts";
import { openedAt } from "../registry/open-registry.ts";
import { runRubrics } from "../registry/run-rubrics.ts";
import { jsonLine } from "../view/json-line.ts";
import { plural } from "../view/words.ts";

export interface LabelOptions {
  readonly json?: boolean;
}

/** `harness label NAME`: a person's verdicts, one key each; from JSON lines where nobody sits at a terminal. */
export async function label(
  io: Io,
  name: string,
  options: LabelOptions,
  input: Readable = process.stdin,
): Promise<number> {
  const { dir } = await readProject(io.cwd);
  const book = await openBook(dir, name, answersIn(dir));
  if (book.cases.length === 0)
    throw new Refused(`${book.shown}: there is no answer to label yet; evaluate first: harness eval ${name}`);
  if (options.json === true) return list(io, book);
  const count =
    io.keyboard === null
      ? await labelFromLines(book, input)
      : await labelAtTerminal(io, io.keyboard, book, await rubricWords(dir));
  const now = await openBook(dir, name, answersIn(dir));
  const progress = progressText(now.cases.map((one) => one.label ?? null));
  io.err(` ${plural(count, "label")} given, in ${book.shown} · ${progress}\n`);
  return exit.ok;
}

/** Those without a label, in the order in which a person would meet them. */
function list(io: Io, { cases }: LabelBook): number {
  for (const { label: given, by: _by, ...one } of cases) if (given === undefined) io.out(jsonLine(one));
  return exit.ok;
}

const answersIn =
  (dir: string): ReportedAnswers =>
  async (rubric, suite): Promise<readonly JudgeCase[]> =>
    (await readEvaluations(dir, async (evaluations) => {
      const heads = reportHeads(evaluations).filter((one) => suite === null || one.suite === suite);
      const kept = await Promise.all(heads.map(async ({ id }) => readReport(evaluations, id)));
      return reportedAnswers(
        kept.flatMap((one) => one?.report ?? []),
        rubric,
      );
    })) ?? [];

async function rubricWords(dir: string): Promise<(rubric: string) => readonly string[]> {
  const { of } = await runRubrics(await openedAt(dir), []);
  const known = new Map(of.map((rubric) => [rubric.rubric, wordsOf(rubric)]));
  return (rubric) => known.get(rubric) ?? [];
}

const wordsOf = ({ criteria, threshold }: RubricSpec): readonly string[] => [
  ...criteria.map(({ ask, must }) => `- ${ask}${must === undefined ? "" : ` (must reach ${must})`}`),
  `pass: the weighted mean reaches ${threshold}`,
];
