import type { Digest, Instant } from "../../core/id.ts";
import type { Answered } from "../answer.ts";

/** An answer as it is kept: under the digest of all that determined it, by the evaluation that asked. */
export interface KeptAnswer {
  readonly key: Digest;
  readonly evaluation: string;
  readonly at: Instant;
  readonly answered: Answered;
}

/** Answers of all evaluations of a project. */
export interface AnswerStore {
  /** All answers under each of these keys, newest first; keys without one are not there. */
  find(keys: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly KeptAnswer[]>>;
  /** Durable when it resolves. An evaluation has one answer under a key: a later one takes its place. */
  put(answer: KeptAnswer): Promise<void>;
}
