import { z } from "zod";

/** A sha256 in lower-case hex: 64 characters. It names a blob, a tree, a request, … by content. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be a sha256 in hex");
export type Digest = z.infer<typeof digest>;

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** `run` ids are short, lower-case and safe in a path: `7k2m`. */
export const runId = z.string().regex(/^[a-z0-9]{4,16}$/, "must be 4 to 16 of a-z and 0-9");
export type RunId = z.infer<typeof runId>;

/**
 * Ids people and models choose (tasks, criteria, checks): one path segment, so that ids built
 * from them are paths. `plan` and `goal` stay free: threads put the kind first (`task/plan/1`).
 */
export const safeId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,39}$/,
    "must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit",
  );

/**
 * One conversation with a model: `plan/1`, `task/clean/2` (task, attempt),
 * `judge/clean/2/1` (task, attempt, grading), `goal/1` (grading). A request of an evaluation bears a name that no journal
 * takes: `case/c7/2`, and of what judges its answer `verdict/c7/2` (case, sample).
 */
export const threadId = z
  .string()
  .regex(/^(plan\/\d+|task\/[a-z0-9_-]+\/\d+|judge\/[a-z0-9_-]+\/\d+\/\d+|goal\/\d+)$/, "must be a thread");
export type ThreadId = z.infer<typeof threadId>;

/** `thread/turn/index`: `task/clean/2/7/1` is the second call of turn 7. */
export const callId = z.string().regex(/^[a-z]+\/[a-z0-9_/-]+\/\d+\/\d+$/, "must be thread/turn/index");
export type CallId = z.infer<typeof callId>;

export const planThread = (version: number): ThreadId => `plan/${version}`;
export const taskThread = (task: string, attempt: number): ThreadId => `task/${task}/${attempt}`;
export const judgeThread = (task: string | null, attempt: number, grading: number): ThreadId =>
  task === null ? `goal/${grading}` : `judge/${task}/${attempt}/${grading}`;
export const callOf = (thread: ThreadId, turn: number, index: number): CallId => `${thread}/${turn}/${index}`;

export type Role = "planner" | "worker" | "evaluator";

/** What a thread is about, read off its id. */
export interface ThreadParts {
  readonly role: Role;
  /** The task of a worker or judge thread, else null. */
  readonly task: string | null;
  /** The attempt of a worker or judge thread, else 0. */
  readonly attempt: number;
  /** Plan version of a planner thread, grading of a judge or goal thread, else 0. */
  readonly number: number;
}

export function threadParts(thread: ThreadId): ThreadParts {
  const [kind, a = "", b = "", c = ""] = thread.split("/");
  switch (kind) {
    case "plan":
      return { role: "planner", task: null, attempt: 0, number: Number(a) };
    case "task":
      return { role: "worker", task: a, attempt: Number(b), number: 0 };
    case "judge":
      return { role: "evaluator", task: a, attempt: Number(b), number: Number(c) };
    default:
      return { role: "evaluator", task: null, attempt: 0, number: Number(a) };
  }
}

/** Splits a call id into its thread, turn and index. */
export function callParts(call: CallId): { thread: ThreadId; turn: number; index: number } {
  const parts = call.split("/");
  const index = Number(parts.pop());
  const turn = Number(parts.pop());
  return { thread: parts.join("/"), turn, index };
}
