import { join, relative } from "node:path";
import { canonical } from "../../core/canonical.ts";
import { meant } from "../../core/nearest.ts";
import { readJsonLine } from "../../core/registry/json-line.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { rubricNames } from "../../edges/project/resolve.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { judgeCase } from "../../evals/suite/case.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { Refused } from "../exit.ts";
import { readSuiteCases } from "../suites/suite-cases.ts";
import { readSuiteFile } from "../suites/suite-file.ts";
import { suiteNames } from "../registry/suite-folder.ts";
import { inOrder } from "./label-book.ts";
import type { LabelBook } from "./label-book.ts";
import { putLabel } from "./label-file.ts";

/** Answers of evaluations that a rubric scored: those of one suite, or of all. */
export type ReportedAnswers = (rubric: string, suite: string | null) => Promise<readonly JudgeCase[]>;

/**
 * What is to be labelled under a name: the cases of a judge suite; the answers that the rubric of another suite scored; or
 * those that a rubric scored, of whichever suite. @throws Refused, BadInput, RegistryRefused
 */
export async function openBook(dir: string, name: string, reported: ReportedAnswers): Promise<LabelBook> {
  const suites = await suiteNames(dir);
  if (suites.includes(name)) {
    const file = await readSuiteFile(dir, name);
    if (file.spec.kind === "judge") return suiteBook(dir, name);
    return rubricBook(dir, rubricOf(name, file.spec), name, reported);
  }
  const rubrics = await rubricNames(dir);
  if (rubrics.includes(name)) return rubricBook(dir, name, null, reported);
  const known = [...suites, ...rubrics];
  throw new Refused(
    `there is no suite and no rubric ${JSON.stringify(name)}${meant(name, known) || `; there are ${known.join(", ")}`}`,
  );
}

async function suiteBook(dir: string, name: string): Promise<LabelBook> {
  const { path, items, faults } = await readSuiteCases(await readSuiteFile(dir, name));
  const [fault] = faults;
  if (fault !== undefined) throw new BadInput(path, fault.line, fault.what);
  const shown = relative(dir, path);
  const cases = inOrder(items.flatMap(({ case: one }) => ("rubric" in one ? [one] : [])));
  return { shown, cases, put: async (given) => putLabel({ dir, path, shown }, given, null) };
}

/** The one rubric that answers of a suite are scored by. @throws Refused */
function rubricOf(name: string, { guards, metrics }: SuiteSpec): string {
  const named = [...Object.values(guards ?? {}), ...Object.values(metrics)].flatMap((one) =>
    "rubric" in one && one.rubric !== undefined ? [one.rubric] : [],
  );
  const [only, ...more] = [...new Set(named)];
  if (only === undefined)
    throw new Refused(
      `no rubric scores the answers of suite ${name}, so there is nothing to label; what judges agree on is labelled: a suite of kind judge, or a guard with a rubric`,
    );
  if (more.length > 0)
    throw new Refused(
      `several rubrics score the answers of suite ${name}; say which: ${[only, ...more].map((one) => `harness label ${one}`).join(", ")}`,
    );
  return only;
}

async function rubricBook(
  dir: string,
  rubric: string,
  suite: string | null,
  reported: ReportedAnswers,
): Promise<LabelBook> {
  const shown = `rubrics/${rubric}.labels.jsonl`;
  const path = join(dir, shown);
  const kept = await rowsOf(path);
  const known = new Set(kept.flatMap((one) => [one.id, saidIn(one)]));
  const fresh = new Map(
    (await reported(rubric, suite)).flatMap((one) =>
      known.has(one.id) || known.has(saidIn(one)) ? [] : [[one.id, one] as const],
    ),
  );
  return {
    shown,
    cases: inOrder([...kept, ...fresh.values()]),
    put: async (given) => putLabel({ dir, path, shown }, given, fresh.get(given.id) ?? null),
  };
}

/** What was asked and answered: whoever said it, and whenever, it is labelled once. */
const saidIn = ({ vars, answer }: JudgeCase): string => canonical([vars, answer]);

/** @throws BadInput by the line */
async function rowsOf(path: string): Promise<readonly JudgeCase[]> {
  const text = (await readFileThere(path)) ?? "";
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const read = readJsonLine(line);
    if (typeof read === "string") throw new BadInput(path, index + 1, read);
    // What a judge said of it is none of the business of who labels.
    const parsed = judgeCase.strip().safeParse(read.value);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw new BadInput(
      path,
      index + 1,
      `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "it is no case"}; put the file back from git`,
    );
  });
}
