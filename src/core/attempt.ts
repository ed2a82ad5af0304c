import type { CriterionResult } from "./criterion.ts";
import type { Digest, ThreadId } from "./id.ts";

/** One grading of a result (state). `task` null: the goal itself. */
export interface Grading {
  readonly task: string | null;
  readonly attempt: number;
  readonly grading: number;
  readonly thread: ThreadId;
  /** What is judged: the candidate with protected files put back. */
  readonly tree: Digest;
  readonly criteria: readonly { readonly id: string; readonly type: "command" | "file" | "rubric" }[];
  readonly results: Map<string, CriterionResult>;
  readonly explanations: Map<string, Digest>;
}

type AttemptStatus = "preparing" | "working" | "submitted" | "judging" | "judged" | "integrating";

/** One try at a task (state). An ended attempt leaves the state; what is needed later is in `LastAttempt`. */
export interface Attempt {
  readonly task: string;
  readonly attempt: number;
  readonly start: Digest;
  readonly alone: boolean;
  status: AttemptStatus;
  /** Criteria on the starting tree, as far as they can be run without a model. */
  baseline: ReadonlyMap<string, CriterionResult>;
  submission: Digest | null;
  /** The workspace as submitted; null before. */
  candidate: Digest | null;
  /** Gradings so far, and how many of them were invalid. */
  gradings: number;
  invalids: number;
  grading: Grading | null;
  /** Lists the protected files that were put back for the last grading. */
  restored: Digest | null;
  /** The tree the last verdict was about, null without one. */
  judged: Digest | null;
  verdict: CriterionResult | null;
}

/** What stays of the last attempt that ended: a person may accept it as it is. */
export interface LastAttempt {
  readonly attempt: number;
  readonly start: Digest;
  readonly candidate: Digest | null;
  readonly submission: Digest | null;
  readonly outcome: string;
}

/** Criteria not yet judged, in order. */
export const unjudged = (grading: Grading): Grading["criteria"] =>
  grading.criteria.filter((criterion) => !grading.results.has(criterion.id));
