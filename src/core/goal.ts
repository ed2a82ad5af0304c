import { z } from "zod";
import type { Criterion } from "./criterion.ts";
import type { Experience } from "./forecast.ts";
import { duration } from "./duration.ts";
import { safeId } from "./id.ts";
import { hostSpec, hostText } from "./host.ts";
import type { OpenHost } from "./host.ts";
import type { Digest } from "./id.ts";
import type { RunFacts } from "./manifest/facts.ts";
import { mcpSpec } from "./mcp.ts";
import { ruleSpec } from "./rule.ts";
import { secretsSpec } from "./secret.ts";
import { risks } from "./tool.ts";

/** A check as people write it: `type` follows from the field that is there. */
export const check = z.strictObject({
  id: safeId.optional(),
  run: z.string().min(1).optional(),
  exit: z.int().min(0).max(255).optional(),
  timeout_s: z.number().positive().max(7200).optional(),
  protect: z.array(z.string()).optional(),
  path: z.string().min(1).optional(),
  schema: z.record(z.string(), z.json()).optional(),
  rubric: z.string().min(1).optional(),
  threshold: z.number().min(0).max(1).optional(),
  guard: z.boolean().optional(),
});
export type CheckSpec = z.infer<typeof check>;

const ceilings = {
  money: z.number().positive().min(0.000_001).max(1e9).optional().describe("US dollars"),
  tokens: z.int().positive().optional(),
  wall: duration.optional().describe("time at work, like 2h"),
  turns: z.int().positive().optional(),
  attempts: z.int().positive().optional(),
};

const budgetSpec = z.strictObject({
  ...ceilings,
  task: z
    .strictObject({
      ...ceilings,
      turns: z.int().positive().max(500).optional().describe("of one attempt"),
      attempts: z.int().positive().max(20).optional().describe("before it is replanned or escalated"),
    })
    .optional()
    .describe("ceilings of each single task"),
});
export type BudgetSpec = z.infer<typeof budgetSpec>;

const modelsSpec = z.strictObject({
  planner: z.string().optional(),
  worker: z.string().optional(),
  evaluator: z.string().optional(),
  fallback: z.string().optional().describe("asked while the model of a role does not answer"),
});

const sandboxSpec = z.strictObject({
  kind: z.enum(["embedded", "docker"]).optional(),
  image: z
    .string()
    .regex(/^[a-z0-9][\w.:/@-]*$/i, "must be the name of an image, like node:24-bookworm")
    .optional()
    .describe("pulled where it is not there"),
  dockerfile: z.string().min(1).optional().describe("built with its own directory as the context"),
  memory: z
    .string()
    .regex(/^[1-9]\d*(m|g)$/, "must be like 512m or 4g")
    .optional()
    .describe("most memory of one container"),
  disk: z
    .string()
    .regex(/^[1-9]\d*(m|g)$/, "must be like 512m or 8g")
    .optional()
    .describe("most bytes of one workspace; takes the right to mount"),
  cpus: z.number().positive().max(1024).optional().describe("most processors of one container"),
  setup: z
    .strictObject({
      run: z.string().min(1).describe("run once, before the tasks: what it adds every slot has"),
      network: z.array(hostText).default([]).describe("hosts it may reach, like packages.example"),
      key: z.array(z.string()).default([]).describe("files it depends on; it runs again when one changes"),
    })
    .optional(),
});
export type SandboxSpec = z.infer<typeof sandboxSpec>;

const shared = {
  model: z.string().optional().describe("one model for all roles, like anthropic/<model>"),
  models: modelsSpec.optional(),
  budget: budgetSpec.optional(),
  sandbox: sandboxSpec.optional(),
  network: z
    .strictObject({ allow: z.array(hostSpec).describe("hosts that commands may reach; none if empty") })
    .optional(),
  concurrency: z.int().min(1).max(64).optional().describe("attempts at work at once"),
  attempts: z
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe("attempts of a task before it is replanned or escalated"),
  outage: duration
    .optional()
    .describe("how long a model that does not answer is waited for before the run stops, like 2h"),
};

/** Front matter of a goal file. All of it is optional. */
export const goalSpec = z.strictObject({
  workspace: z
    .string()
    .optional()
    .describe("the directory to work on, relative to the goal file; its own if left out"),
  checks: z.array(check).optional().describe("what must hold for the goal to be met"),
  plan: z.string().min(1).optional().describe("a plan of your own (YAML), instead of the planner's"),
  ...shared,
});
export type GoalSpec = z.infer<typeof goalSpec>;

/** `harness.yaml` of a project. What a goal file says wins. */
export const projectSpec = z.strictObject({
  ...shared,
  workspace: z
    .strictObject({ exclude: z.array(z.string()).optional(), scratch: z.array(z.string()).optional() })
    .optional(),
  base_urls: z
    .strictObject({
      anthropic: z.string().optional(),
      openai: z.string().optional(),
      "openai-compatible": z.string().optional(),
    })
    .optional(),
  prices: z
    .record(
      z.string(),
      z.strictObject({
        input: z.number().min(0),
        output: z.number().min(0),
        cache_read: z.number().min(0).optional(),
        cache_write: z.number().min(0).optional(),
      }),
    )
    .optional()
    .describe("US dollars per million tokens, by model name"),
  approvals: z
    .strictObject({
      ask_from: z.enum(risks).optional(),
      notify: z
        .string()
        .min(1)
        .optional()
        .describe("a command that is told, as JSON on stdin, when a person is needed or a run ends"),
      rules: z.array(ruleSpec).optional().describe("in order: the first that fits decides"),
      expire: duration
        .optional()
        .describe("how long a request waits for its answer, like 12h; for ever if left out"),
    })
    .optional(),
  secrets: secretsSpec.optional().describe("values that only the harness knows, by name"),
  mcp: mcpSpec.optional().describe("MCP servers whose tools workers may use"),
  traces: z
    .strictObject({ content: z.enum(["none", "metadata", "full"]) })
    .optional()
    .describe("what traces tell where the environment names a server: no words, those of harness, or all"),
});
export type ProjectSpec = z.infer<typeof projectSpec>;

/** A rubric file. `must`: a score below it fails the whole rubric. Scores are 0 to 1; weights default to 1. */
export const rubricSpec = z.strictObject({
  rubric: safeId,
  threshold: z.number().min(0).max(1),
  criteria: z
    .array(
      z.strictObject({
        id: safeId,
        weight: z.number().positive().default(1),
        ask: z.string().min(1),
        levels: z.record(z.string(), z.string()).optional(),
        must: z.number().min(0).max(1).optional(),
      }),
    )
    .min(1),
});
export type RubricSpec = z.infer<typeof rubricSpec>;

/** Everything that configures one run, resolved: stored as a blob at its start and never read from files again. */
export interface RunConfig {
  readonly title: string;
  /** The goal's prose. */
  readonly text: string;
  readonly checks: readonly Criterion[];
  /** Globs of files a worker cannot change for its verdict, where a criterion does not say its own. */
  readonly protect: readonly string[];
  /** Patterns of paths that stay in an attempt: no part of a result. */
  readonly scratch: readonly string[];
  /** Bytes and processors of a container; not there in runs of an older version, which were all embedded. */
  readonly sandbox?: {
    readonly kind: "embedded" | "docker";
    readonly memory: number | null;
    readonly cpus: number | null;
    /** Bytes of one workspace. */
    readonly disk?: number | null;
  };
  /** What every slot holds besides its tree, see core/environment.ts; null: nothing. */
  readonly environment: Digest | null;
  /** Sentences a worker must know of this workspace, besides those of its sandbox. */
  readonly notes?: readonly string[];
  readonly askFrom: (typeof risks)[number];
  /** What sandboxes may reach; not there in runs of an older version: nothing. */
  readonly network?: readonly OpenHost[];
  /** How long a request waits for its answer; not there or null: for ever. */
  readonly expireMs?: number | null;
  /** Absolute; where `export --branch` and `diff` find the user's directory. Not shown to models. */
  readonly workspace: string;
  readonly git: { readonly commit: string | null; readonly dirty: number } | null;
  readonly leftOut: readonly string[];
  /** What tasks of earlier runs of this project took; none in runs of an older version. */
  readonly experience?: Experience | null;
  /** Versions of prompts it uses, like `worker@5`, by role; a role that is not there used the file as it was. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Versions of models it uses, like `my-ft@2`, by role; one that is not there was named as its provider does. */
  readonly models?: Readonly<Record<string, string>>;
  /** Versions of rubrics, like `helpful@2`, by name; one that is not there was a file. */
  readonly rubrics?: Readonly<Record<string, string>>;
  /** Those of them that were in production by a person's word alone, without a receipt. */
  readonly unproven?: readonly string[];
  /** A blob: what runs it goes on from did outside, see core/inherited.ts. */
  readonly effects?: Digest;
  /** Where it began; not there in runs of an older version. */
  readonly facts?: RunFacts;
}

/** `4g` → bytes. The text must match `memory`. */
export const bytesOf = (text: string): number =>
  Number(text.slice(0, -1)) * { m: 2 ** 20, g: 2 ** 30 }[text.at(-1) as "m" | "g"];

/** @returns the criterion a check means, or one sentence that says why it means none. */
export function settleCheck(spec: CheckSpec, index: number): Criterion | string {
  const id = spec.id ?? `c${index + 1}`;
  const { run, path, rubric } = spec;
  const kinds = [run, path, rubric].filter((field) => field !== undefined).length;
  if (kinds !== 1) return `check "${id}" must have exactly one of run, path and rubric`;
  const guard = spec.guard === undefined ? {} : { guard: spec.guard };
  if (run !== undefined)
    return { id, type: "command", run, ...optional(spec, ["exit", "timeout_s", "protect"]), ...guard };
  if (path !== undefined) return { id, type: "file", path, ...optional(spec, ["schema"]), ...guard };
  return { id, type: "rubric", rubric: rubric ?? "", ...optional(spec, ["threshold"]), ...guard };
}

function optional<K extends keyof CheckSpec>(
  spec: CheckSpec,
  keys: readonly K[],
): { [P in K]?: NonNullable<CheckSpec[P]> } {
  const given: { [P in K]?: NonNullable<CheckSpec[P]> } = {};
  for (const key of keys) {
    const value = spec[key];
    if (value !== undefined && value !== null) given[key] = value;
  }
  return given;
}
