import type { Attempt, LastAttempt } from "./attempt.ts";
import type { TaskSpending } from "./budget.ts";
import type { TaskBudget } from "./event.ts";
import type { Digest } from "./id.ts";

export type TaskStatus = "pending" | "active" | "accepted" | "stuck" | "dropped";

/** A task of the adopted plan (state). Its instructions and criteria are in the blob `spec`. */
export interface Task {
  readonly id: string;
  spec: Digest;
  needs: readonly string[];
  /** Tasks that need this one. */
  dependants: string[];
  /** Needs not yet accepted. */
  waitingFor: number;
  status: TaskStatus;
  /** Attempts started: numbers the next one. */
  attempts: number;
  /** Attempts that count, and how many may. */
  used: number;
  allowed: number;
  /** Turns of one attempt. */
  turns: number;
  budget: TaskBudget;
  readonly spent: TaskSpending;
  /** Conflicts and regressions in a row: after some, it runs alone. */
  collisions: number;
  /** What the next attempt is told about the last. */
  feedback: Digest | null;
  handoff: Digest | null;
  acceptedBy: "verdict" | "person" | null;
  attempt: Attempt | null;
  last: LastAttempt | null;
}
