import type { By } from "../event.ts";
import { judgeThread, threadParts } from "../id.ts";
import type { Digest, ThreadId } from "../id.ts";
import type { Content } from "./item.ts";
import { rootKey } from "./spans.ts";

export const planningKey = (version: number): string => `planning ${version}`;
export const reviewKey = (version: number): string => `review ${version}`;
export const taskKey = (task: string): string => `task ${task}`;
export const attemptKey = (task: string, attempt: number): string => `attempt ${task}/${attempt}`;

/** What is judged: an attempt, or the run itself. */
export const judgedKey = (task: string | null, attempt: number): string =>
  task === null ? rootKey : attemptKey(task, attempt);

export const judgingKey = (task: string | null, attempt: number, grading: number): string =>
  `judging ${judgeThread(task, attempt, grading)}`;

/** The span a thread works in. */
export function ownerKey(thread: ThreadId): string {
  const { role, task, attempt, number } = threadParts(thread);
  if (role === "planner") return planningKey(number);
  return role === "worker" && task !== null ? attemptKey(task, attempt) : judgingKey(task, attempt, number);
}

/** Who did it, without their terminal. */
export function who(by: By): string {
  switch (by.type) {
    case "person":
      return `person ${by.user}`;
    case "rule":
      return `rule ${by.id}`;
    case "harness":
      return "harness";
  }
}

export const text = (digest: Digest | null): Content | null =>
  digest === null ? null : { digest, form: "text" };
export const json = (digest: Digest | null): Content | null =>
  digest === null ? null : { digest, form: "json" };
