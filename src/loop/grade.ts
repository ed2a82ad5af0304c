import type { Grading } from "../core/attempt.ts";
import { defaultThreshold } from "../core/criterion.ts";
import type { Criterion } from "../core/criterion.ts";
import type { RunEvent } from "../core/event.ts";
import type { RubricSpec } from "../core/goal.ts";
import { callParts } from "../core/id.ts";
import type { CallId } from "../core/id.ts";
import { unrun } from "../core/thread.ts";
import { at, criteriaOf, gradingOf } from "./judge.ts";
import { putText, readJson } from "./texts.ts";
import { parseArgs } from "./tools.ts";
import type { Args } from "./tools.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** The evaluator's submission: a score per rubric, or what is missing, all at once. */
export async function finishVerdict(work: Work, id: CallId): Promise<readonly RunEvent[]> {
  const { thread: threadId, index } = callParts(id);
  const thread = threadOf(work.run, threadId);
  const call = thread.calls[index];
  if (call === undefined) throw new Error(`${id} is no call of the open turn`);
  const grading = gradingOf(work, thread.task);
  const verdict = parseArgs("submit_verdict", await readJson<unknown>(work.ports.blobs, call.args));
  const asked = await rubricsAsked(work, thread.task);
  const missing = asked
    .flatMap((one) => one.keys)
    .filter((key) => !verdict.scores.some((score) => score.criterion === key));
  if (missing.length > 0) {
    const text = await putText(
      work.ports.blobs,
      `Scores are missing for: ${missing.join(", ")}. Submit all of them again.`,
    );
    return [{ type: "call-ended", body: { ...unrun(id, call.try), outcome: "error", result: text } }];
  }
  const result = await putText(work.ports.blobs, "The verdict is taken.");
  const judged = await Promise.all(asked.map(async (one) => scored(work, grading, one, verdict)));
  return [{ type: "call-ended", body: { ...unrun(id, call.try), result } }, ...judged];
}

/** A rubric criterion with the keys under which the evaluator scores it. */
export interface Asked {
  readonly criterion: Extract<Criterion, { type: "rubric" }>;
  readonly rubric: RubricSpec | null;
  readonly keys: readonly string[];
}

export async function rubricsAsked(work: Work, task: string | null): Promise<readonly Asked[]> {
  const criteria = await criteriaOf(work, task);
  return criteria.flatMap((criterion) => {
    if (criterion.type !== "rubric") return [];
    const rubric = work.rubrics.get(criterion.rubric) ?? null;
    const keys =
      rubric === null ? [criterion.id] : rubric.criteria.map((part) => `${criterion.id}.${part.id}`);
    return [{ criterion, rubric, keys }];
  });
}

async function scored(
  work: Work,
  grading: Grading,
  asked: Asked,
  verdict: Args<"submit_verdict">,
): Promise<RunEvent> {
  const scores = asked.keys.map((key) => verdict.scores.find((one) => one.criterion === key));
  const { score, isMet } = weigh(
    asked,
    scores.map((one) => one?.score ?? 0),
  );
  const explanation = scores.map((one) => `${one?.criterion} ${one?.score}: ${one?.explanation}`).join("\n");
  return {
    type: "criterion-judged",
    body: {
      ...at(grading),
      criterion: asked.criterion.id,
      result: isMet ? "pass" : "fail",
      score,
      exit: null,
      explanation: await putText(work.ports.blobs, explanation),
      output: null,
    },
  };
}

/** Weighted mean of the scores against the threshold (default `defaultThreshold`); any score below its `must` fails. */
function weigh(asked: Asked, scores: readonly number[]): { score: number; isMet: boolean } {
  const parts = asked.rubric?.criteria ?? [{ weight: 1, must: undefined }];
  const weights = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = parts.reduce((sum, part, index) => sum + part.weight * (scores[index] ?? 0), 0) / weights;
  const threshold = asked.criterion.threshold ?? asked.rubric?.threshold ?? defaultThreshold;
  const musts = parts.every((part, index) => part.must === undefined || (scores[index] ?? 0) >= part.must);
  const score = Math.round(mean * 1e6) / 1e6;
  return { score, isMet: musts && score >= threshold };
}

/** The evaluator did not come to a verdict: that says nothing of the work. */
export async function giveUpJudging(
  work: Work,
  task: string | null,
  why: string,
): Promise<readonly RunEvent[]> {
  const grading = gradingOf(work, task);
  const explanation = await putText(work.ports.blobs, `the evaluator gave no verdict: ${why}`);
  const left = grading.criteria.filter((criterion) => !grading.results.has(criterion.id));
  return left.map(({ id }) => ({
    type: "criterion-judged",
    body: {
      ...at(grading),
      criterion: id,
      result: "invalid",
      score: null,
      exit: null,
      explanation,
      output: null,
    },
  }));
}
