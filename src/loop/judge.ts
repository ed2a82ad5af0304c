import type { Attempt, Grading } from "../core/attempt.ts";
import type { Criterion, CriterionResult } from "../core/criterion.ts";
import type { Body, RunEvent } from "../core/event.ts";
import type { Digest } from "../core/id.ts";
import { judgeThread } from "../core/id.ts";
import { overlay } from "../core/tree-overlay.ts";
import { criterionText } from "./describe.ts";
import { putText, putTexts, readText, textBytes } from "./texts.ts";
import { tryOne } from "./try-criteria.ts";
import { attemptOf, goalChecks, specOf } from "./work.ts";
import type { Work } from "./work.ts";

/** What a task is judged by: its own criteria, and what the goal wants to stay true. */
export async function criteriaOf(work: Work, task: string | null): Promise<readonly Criterion[]> {
  if (task === null) return goalChecks(work);
  const { criteria } = await specOf(work, task);
  return [...criteria, ...guardsBeside(work, criteria)];
}

/** The goal's guards that are not among these criteria already, under names that are free. Rubrics wait for the end. */
function guardsBeside(work: Work, criteria: readonly Criterion[]): readonly Criterion[] {
  const known = new Set(criteria.map((criterion) => criterionText(criterion)));
  const ids = new Set(criteria.map(({ id }) => id));
  return work.config.checks
    .filter((check) => check.guard === true && check.type !== "rubric" && !known.has(criterionText(check)))
    .map((check) => ({ ...check, id: freeId(check.id, ids) }));
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = `goal-${wanted}`.slice(0, 40);
  for (let number = 2; taken.has(id); number += 1) id = `goal${number}-${wanted}`.slice(0, 40);
  return id;
}

/** attempt → verdict: protected files are put back, then what is there is judged, each criterion on its own. */
export async function startJudging(work: Work, task: string | null): Promise<readonly RunEvent[]> {
  const { run } = work;
  const criteria = await criteriaOf(work, task);
  const attempt = task === null ? null : attemptOf(run, task);
  const candidate = attempt === null ? run.head : candidateOf(attempt);
  const back = attempt === null ? { tree: candidate, changed: [] } : await putBack(work, candidate, criteria);
  const restored =
    back.changed.length === 0
      ? null
      : { count: back.changed.length, list: await putText(work.ports.blobs, back.changed.join("\n")) };
  return [
    {
      type: "judging-started",
      body: {
        task,
        attempt: attempt?.attempt ?? 0,
        grading: (attempt?.gradings ?? run.gradings) + 1,
        tree: back.tree,
        restored,
        criteria: criteria.map(({ id, type }) => ({ id, type })),
        image: work.ports.sandbox.image,
      },
    },
  ];
}

function candidateOf(attempt: Attempt): Digest {
  if (attempt.candidate === null)
    throw new Error(`attempt ${attempt.attempt} of ${attempt.task} submitted nothing`);
  return attempt.candidate;
}

/**
 * Files that existed at the run's base and fit a `protect` glob are as they were there: the goal's globs in any case, so
 * that a plan may add to them and never take away.
 */
async function putBack(
  work: Work,
  candidate: Digest,
  criteria: readonly Criterion[],
): Promise<{ tree: Digest; changed: readonly string[] }> {
  const globs = protectGlobs(work, criteria);
  if (globs.length === 0) return { tree: candidate, changed: [] };
  return overlay(work.trees, candidate, work.run.base, work.ports.glob(globs));
}

export const protectGlobs = (work: Work, criteria: readonly Criterion[]): readonly string[] => [
  ...work.config.protect,
  ...criteria.flatMap((criterion) => (criterion.type === "command" ? (criterion.protect ?? []) : [])),
];

export function gradingOf(work: Work, task: string | null): Grading {
  const grading = task === null ? work.run.grading : attemptOf(work.run, task).grading;
  if (grading === null) throw new Error(`${task ?? "the goal"} is not being judged`);
  return grading;
}

/** How the events of a grading name it. */
export const at = (grading: Grading): { task: string | null; attempt: number; grading: number } => ({
  task: grading.task,
  attempt: grading.attempt,
  grading: grading.grading,
});

/** T11: one command or file, in a sandbox that no worker has touched. */
export async function judgeCriterion(
  work: Work,
  task: string | null,
  id: string,
): Promise<readonly RunEvent[]> {
  const grading = gradingOf(work, task);
  const criterion = (await criteriaOf(work, task)).find((candidate) => candidate.id === id);
  if (criterion === undefined) throw new Error(`${task ?? "the goal"} has no criterion ${id}`);
  const name = checksSlot(grading);
  const tried = await tryOne(await work.slots.use(name, grading.tree), criterion);
  if (tried.result === "invalid") await work.slots.drop(name);
  const [explanation, output] = await work.ports.blobs.put([textBytes(tried.explanation), tried.output]);
  const { result, exit } = tried;
  const body = {
    ...at(grading),
    criterion: id,
    result,
    score: null,
    exit,
    explanation: explanation as Digest,
  };
  return [{ type: "criterion-judged", body: { ...body, output: output ?? null } }];
}

const checksSlot = (grading: Grading): string =>
  `checks/${judgeThread(grading.task, grading.attempt, grading.grading)}`;

/** pass only when all pass; a failure counts before a broken check; what was not judged was not needed. */
function verdictOf(results: readonly CriterionResult[]): CriterionResult {
  if (results.includes("fail")) return "fail";
  return results.includes("invalid") ? "invalid" : "pass";
}

/** All that is to be judged has been: the verdict, and for a failed attempt its end. */
export async function giveVerdict(work: Work, task: string | null): Promise<readonly RunEvent[]> {
  const grading = gradingOf(work, task);
  await work.slots.drop(checksSlot(grading));
  await work.slots.drop(grading.thread);
  const verdict = verdictOf([...grading.results.values()]);
  const lines = await explain(work, grading);
  const [explanation, feedback] = await putTexts(work.ports.blobs, lines.all, lines.failed);
  const body: Body<"verdict-given"> = {
    ...at(grading),
    verdict,
    explanation: explanation as Digest,
    feedback: verdict === "fail" ? (feedback as Digest) : null,
  };
  const given: RunEvent = { type: "verdict-given", body };
  if (task === null || verdict !== "fail") return [given];
  return [
    given,
    {
      type: "attempt-ended",
      body: { task, attempt: grading.attempt, outcome: "rejected", feedback: body.feedback },
    },
  ];
}

async function explain(work: Work, grading: Grading): Promise<{ all: string; failed: string }> {
  const criteria = await criteriaOf(work, grading.task);
  const lines = await Promise.all(
    criteria.map(async (criterion) => {
      const result = grading.results.get(criterion.id) ?? "not judged";
      const explanation = await explanationOf(work, grading, criterion.id);
      return { result, text: `${result} ${criterion.id}: ${criterionText(criterion)}\n${explanation}` };
    }),
  );
  const failed = lines.filter((line) => line.result === "fail").map((line) => line.text);
  return {
    all: lines.map((line) => line.text).join("\n\n"),
    failed: `The last attempt was sent back. What did not hold:\n\n${failed.join("\n\n")}`,
  };
}

async function explanationOf(work: Work, grading: Grading, criterion: string): Promise<string> {
  const digest = grading.explanations.get(criterion);
  return digest === undefined ? "" : readText(work.ports.blobs, digest);
}
