import { z } from "zod";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Sha256 } from "../../core/chain.ts";
import type { RubricSpec } from "../../core/goal.ts";
import type { Digest } from "../../core/id.ts";
import { specOfTool } from "../../loop/tools.ts";

/** What a judge said of one answer, as it is stored under `verdictKey`. */
export const verdict = z.strictObject({
  scores: z.array(
    z.strictObject({ criterion: z.string(), score: z.number().min(0).max(1), explanation: z.string() }),
  ),
  explanation: z.string(),
  /** The model id the provider says it served. */
  served: z.string(),
  /** Of all its calls; null: unknown. */
  micros: z.int().min(0).nullable(),
});
export type Verdict = z.infer<typeof verdict>;

interface KeptVerdict {
  readonly verdict: Verdict;
  /** It was asked for by whoever asks now, also before an interruption. */
  readonly isOwn: boolean;
}

/** Verdicts that are there, durable when `put` resolves. */
export interface Verdicts {
  get(key: Digest): Promise<KeptVerdict | null>;
  put(key: Digest, verdict: Verdict): Promise<void>;
}

/** A rubric as it is judged by; `digest` is that of its closure. */
export interface JudgeRubric {
  readonly spec: RubricSpec;
  readonly digest: Digest;
}

/** Who judges, and how. */
export interface Judge {
  /** As it is configured. */
  readonly model: string;
  /** What besides its name determines what the model says: of a scripted one the digest of its script; null: nothing. */
  readonly identity: Json;
  /** One call of it may take so long, in milliseconds. */
  readonly timeoutMs: number;
  /** `prompts/judge.prompt`, or a version of it; `digest` is that of its closure. */
  readonly prompt: { readonly source: string; readonly digest: Digest };
  readonly maxOutputTokens: number;
  /** By name. */
  readonly rubrics: Readonly<Record<string, JudgeRubric>>;
}

/** What is judged. Nothing in it tells whose answer it is. */
export interface Judged {
  readonly vars: Readonly<Record<string, Json>>;
  /** Answers that are known to be right. */
  readonly references: readonly string[];
  readonly text: string;
  readonly output: Json;
}

/** Of all that decides what the judge of an evaluation says: the same for all arms, or their scores do not compare. */
export const judgeDigest = (judge: Judge, sha256: Sha256): Digest =>
  sha256(
    canonical({
      ...howAsked(judge),
      rubrics: Object.fromEntries(Object.entries(judge.rubrics).map(([name, { digest }]) => [name, digest])),
    }),
  );

/** The same of one of its rubrics: what labels of that rubric name, whatever else a suite is judged by. */
export const rubricJudgeDigest = (judge: Judge, name: string, sha256: Sha256): Digest =>
  judgeDigest(
    { ...judge, rubrics: Object.fromEntries(Object.entries(judge.rubrics).filter(([one]) => one === name)) },
    sha256,
  );

/** Of all that decides one verdict: equal answers share it, whoever gave them. */
export const verdictKey = (
  judge: Judge,
  { digest }: JudgeRubric,
  judged: Judged,
  sha256: Sha256,
  draw = 1,
): Digest =>
  sha256(canonical({ ...howAsked(judge), rubric: digest, judged, ...(draw === 1 ? {} : { draw }) }));

const howAsked = ({ model, identity, prompt, maxOutputTokens }: Judge): object => ({
  judge: 1,
  model,
  ...(identity === null ? {} : { identity }),
  prompt: prompt.digest,
  maxOutputTokens,
  tool: specOfTool("submit_verdict"),
});

/** The weighted mean of a verdict's scores, from 0 to 1; 0 where one is below its `must`. */
export function rubricScore({ criteria }: RubricSpec, { scores }: Verdict): number {
  const by = new Map(scores.map(({ criterion, score }) => [criterion, score]));
  const scoreOf = (id: string): number => by.get(id) ?? 0;
  if (criteria.some(({ id, must }) => must !== undefined && scoreOf(id) < must)) return 0;
  const weights = criteria.reduce((sum, { weight }) => sum + weight, 0);
  const mean = criteria.reduce((sum, { id, weight }) => sum + weight * scoreOf(id), 0) / weights;
  return Math.round(mean * 1e6) / 1e6;
}

/** Whether the answer passes the rubric: its threshold, and each `must`. */
export const isPass = (spec: RubricSpec, given: Verdict): boolean => {
  const by = new Map(given.scores.map(({ criterion, score }) => [criterion, score]));
  const holds = spec.criteria.every(({ id, must = 0 }) => (by.get(id) ?? 0) >= must);
  return holds && rubricScore(spec, given) >= spec.threshold;
};
