import type { Json } from "./canonical.ts";
import type { ProbeSpec } from "./probe.ts";

/** How a tool is described to a model. `parameters` is a JSON Schema of type object. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly [key: string]: Json };
}

/** Lowest first. Which one an action has decides whether a person is asked. */
export const risks = ["read", "write", "network", "destructive", "external", "privilege"] as const;
export type Risk = (typeof risks)[number];

/** Where a call can act: only in its disposable sandbox, or outside (then it happens at most once). */
export type Reach = "sandbox" | "outside";

/** What the policy says of one exact call. */
export interface Judgement {
  readonly risk: Risk;
  readonly reach: Reach;
  readonly decision: "allow" | "ask" | "refuse";
  /** Id of the rule that decided, null when the level did. */
  readonly rule: string | null;
  /** One sentence for the card and the log. */
  readonly because: string;
  /** What it may reach, like `packages.example:443`: what is open to its sandbox, and what is opened for this call. */
  readonly hosts: readonly string[];
  /** How an effect in doubt is looked up, where a rule says it. */
  readonly probe: ProbeSpec | null;
}

/** The only ways a thread finishes, by role. They end with `call-ended` alone: what they do is repeatable. */
export const finishing = { planner: "submit_plan", worker: "submit", evaluator: "submit_verdict" } as const;
export const isFinishing = (tool: string): boolean => Object.values(finishing).some((name) => name === tool);
