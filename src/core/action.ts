import type { Body, EscalationKind } from "./event.ts";
import { callParts, threadParts } from "./id.ts";
import type { CallId, Digest, Instant, ThreadId } from "./id.ts";
import type { Answer } from "./ports.ts";

/** Why a thread is given up. */
export type GiveUp = "turns" | "silence" | "repeats" | "stale" | "context-full";

/** Open work as a value: what `decide` wants and `perform` does. */
export type Action =
  | { readonly do: "import"; readonly answer: Answer }
  | { readonly do: "expire"; readonly approval: string }
  /** What was asked under another policy can no longer be used. */
  | { readonly do: "withdraw"; readonly call: CallId; readonly approval: string }
  | {
      readonly do: "start-planning";
      readonly reason: Body<"planning-started">["reason"];
      readonly feedback: Digest | null;
    }
  | { readonly do: "ask"; readonly thread: ThreadId }
  | { readonly do: "send"; readonly thread: ThreadId }
  /** A person's own plan, in place of the planner's turns. */
  | { readonly do: "propose"; readonly thread: ThreadId }
  /** `kept`: newest turns that keep their tool output. */
  | { readonly do: "compact"; readonly thread: ThreadId; readonly kept: number }
  | { readonly do: "give-up"; readonly thread: ThreadId; readonly why: GiveUp }
  | { readonly do: "quarantine"; readonly thread: ThreadId }
  | { readonly do: "judge-call"; readonly call: CallId }
  | { readonly do: "use-approval"; readonly call: CallId }
  | { readonly do: "run-call"; readonly call: CallId }
  /** An effect in doubt is looked up. */
  | { readonly do: "probe"; readonly call: CallId }
  | { readonly do: "finish"; readonly call: CallId }
  | { readonly do: "start-attempt"; readonly task: string; readonly alone: boolean }
  | { readonly do: "prepare"; readonly task: string }
  /** `task` null: the goal. */
  | { readonly do: "start-judging"; readonly task: string | null }
  | { readonly do: "judge-criterion"; readonly task: string | null; readonly criterion: string }
  | { readonly do: "give-verdict"; readonly task: string | null }
  | { readonly do: "start-integration"; readonly task: string }
  | { readonly do: "integrate"; readonly task: string }
  | { readonly do: "escalate"; readonly kind: EscalationKind; readonly task: string | null }
  | { readonly do: "end"; readonly outcome: "met" | "unmet" | "stopped" }
  | { readonly do: "wait"; readonly until: Instant };

/**
 * The key under which an action never runs twice at once. All `ask` share one, so that each reservation sees
 * the one before; all that move the head share one.
 */
export function keyOf(action: Action): string {
  switch (action.do) {
    case "import":
      return `import/${action.answer.subject}`;
    case "expire":
      return `expire/${action.approval}`;
    case "ask":
      return "ask";
    case "send":
    case "propose":
    case "compact":
    case "give-up":
    case "quarantine":
      return action.thread;
    case "judge-call":
    case "use-approval":
    case "withdraw":
    case "run-call":
    case "finish":
      return action.call;
    case "probe":
      return `probe/${action.call}`;
    case "start-attempt":
    case "prepare":
      return `attempt/${action.task}`;
    case "start-judging":
    case "judge-criterion":
    case "give-verdict":
      return `judging/${action.task ?? ""}`;
    case "start-integration":
    case "integrate":
      return "head";
    case "escalate":
      return `escalate/${action.kind}/${action.task ?? ""}`;
    case "start-planning":
    case "end":
      return action.do;
    case "wait":
      return "wait";
  }
}

/** The task an action works for; null: none, or the goal. */
export function taskOf(action: Action): string | null {
  switch (action.do) {
    case "ask":
    case "send":
    case "propose":
    case "compact":
    case "give-up":
    case "quarantine":
      return threadParts(action.thread).task;
    case "judge-call":
    case "use-approval":
    case "withdraw":
    case "run-call":
    case "finish":
    case "probe":
      return threadParts(callParts(action.call).thread).task;
    case "start-attempt":
    case "prepare":
    case "start-judging":
    case "judge-criterion":
    case "give-verdict":
    case "start-integration":
    case "integrate":
      return action.task;
    case "import":
    case "expire":
    case "start-planning":
    case "escalate":
    case "end":
    case "wait":
      return null;
  }
}

/** Whether it closes an open bracket: the outside half of what was begun. Also while a run drains or winds down. */
export const closes = (action: Action): boolean =>
  action.do === "send" || action.do === "run-call" || action.do === "integrate";

/** Actions that begin only when nothing else is being performed: they close or reopen the whole run. */
export const needsQuiet = (action: Action): boolean => action.do === "start-planning" || action.do === "end";
