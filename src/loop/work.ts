import { defaultThreshold } from "../core/criterion.ts";
import type { Criterion } from "../core/criterion.ts";
import type { RubricSpec, RunConfig } from "../core/goal.ts";
import type { OpenHost } from "../core/host.ts";
import { effectKey } from "../core/inherited.ts";
import type { InheritedEffect } from "../core/inherited.ts";
import { threadParts } from "../core/id.ts";
import type { CallId, Digest, Instant, Role, ThreadId } from "../core/id.ts";
import type { PlanRecord, TaskSpec } from "../core/plan.ts";
import type { Price } from "../core/model.ts";
import type { Blobs, Ports } from "../core/ports.ts";
import type { Capabilities } from "../core/sandbox.ts";
import type { RunState } from "../core/run.ts";
import type { TreeStore } from "../core/tree.ts";
import { treeStore } from "../core/tree-store.ts";
import type { Conversations } from "./conversation.ts";
import { conversations } from "./conversation.ts";
import type { Slots } from "./slots.ts";
import { slots } from "./slots.ts";
import { readJson, readText } from "./texts.ts";

/** Where every command begins, whichever sandbox it runs in. */
export const cwd = "/workspace";

/** What one living process knows of a run besides its state: all of it can be read again from blobs. */
export interface Work {
  readonly ports: Ports;
  /** Only read here: events change it. */
  readonly run: RunState;
  readonly config: RunConfig;
  readonly prompts: Readonly<Record<Role, string>>;
  readonly rubrics: ReadonlyMap<string, RubricSpec>;
  readonly capabilities: Capabilities;
  /** By the full name of a model; null and not there: unknown. */
  readonly prices: ReadonlyMap<string, Price | null>;
  readonly slots: Slots;
  readonly conversations: Conversations;
  readonly trees: TreeStore;
  readonly specs: Map<Digest, TaskSpec>;
  /** Guards of the goal and of accepted tasks by their text; filled when first needed. */
  /** What the sandboxes of this run may reach in any case. */
  readonly open: readonly OpenHost[];
  /** What runs before this one did outside, by `effectKey`. */
  readonly inherited: ReadonlyMap<string, InheritedEffect>;
  /** Effects in doubt that this process has looked up. */
  readonly probed: Set<CallId>;
  readonly guards: { isRead: boolean; readonly found: Map<string, Criterion> };
  /** When what is done now must have ended, so that a ceiling of time is kept; null: there is none. */
  readonly until: Instant | null;
  /** Aborts outside halves when the process is told to stop at once. */
  readonly signal: AbortSignal;
}

/** Reads what the run pinned. */
export async function openWork(ports: Ports, run: RunState, signal: AbortSignal): Promise<Work> {
  const { blobs } = ports;
  // One after the other: a promise nobody waits for yet would end the process, were its blob damaged.
  const rubrics = new Map<string, RubricSpec>();
  for (const [name, digest] of Object.entries(run.pins.rubrics))
    rubrics.set(name, await readJson<RubricSpec>(blobs, digest));
  const config = await readJson<RunConfig>(blobs, run.config);
  return {
    ports,
    run,
    signal,
    until: null,
    config,
    open: config.network ?? [],
    inherited: await inheritedEffects(blobs, config.effects),
    probed: new Set(),
    prompts: {
      planner: await readText(blobs, pinnedPrompt(run, "planner")),
      worker: await readText(blobs, pinnedPrompt(run, "worker")),
      evaluator: await readText(blobs, pinnedPrompt(run, "evaluator")),
    },
    rubrics,
    capabilities: await readJson<Capabilities>(blobs, run.pins.capabilities),
    prices: new Map(Object.entries(await readJson<Record<string, Price | null>>(blobs, run.pins.prices))),
    slots: slots(ports, run.id, hostsOf(config.network ?? [])),
    conversations: conversations(blobs),
    trees: treeStore(blobs),
    specs: new Map(),
    guards: { isRead: false, found: new Map() },
  };
}

async function inheritedEffects(
  blobs: Blobs,
  digest: Digest | undefined,
): Promise<ReadonlyMap<string, InheritedEffect>> {
  if (digest === undefined) return new Map();
  const effects = await readJson<readonly InheritedEffect[]>(blobs, digest);
  return new Map(
    effects.flatMap((effect) =>
      [effect.args, effect.asked].map((args) => [effectKey(effect.tool, args), effect] as const),
    ),
  );
}

/**
 * What the sandbox of a thread may reach. Only a worker's acts outside: what plans or judges may be done again, so it
 * reaches only where that does no harm.
 */
export const openTo = (open: readonly OpenHost[], thread: ThreadId): readonly OpenHost[] =>
  threadParts(thread).role === "worker" ? open : open.filter(({ repeat }) => repeat);

/** The same for every slot by its name: those of threads are called after them. */
const hostsOf =
  (open: readonly OpenHost[]) =>
  (slot: string): readonly string[] =>
    (slot.startsWith("task/") ? open : open.filter(({ repeat }) => repeat)).map(({ host }) => host);

function pinnedPrompt(run: RunState, role: Role): Digest {
  const digest = run.pins.prompts[role];
  if (digest === undefined) throw new Error(`run ${run.id} pins no prompt for the ${role}`);
  return digest;
}

/** The spec of a task of the plan in force. */
export async function specOf(work: Work, id: string): Promise<TaskSpec> {
  const digest = taskOf(work.run, id).spec;
  const known = work.specs.get(digest);
  if (known !== undefined) return known;
  const spec = await readJson<TaskSpec>(work.ports.blobs, digest);
  work.specs.set(digest, spec);
  return spec;
}

export function taskOf(run: RunState, id: string): NonNullable<ReturnType<RunState["tasks"]["get"]>> {
  const task = run.tasks.get(id);
  if (task === undefined) throw new Error(`run ${run.id} has no task ${id}`);
  return task;
}

export function attemptOf(run: RunState, id: string): NonNullable<ReturnType<typeof taskOf>["attempt"]> {
  const { attempt } = taskOf(run, id);
  if (attempt === null) throw new Error(`task ${id} has no open attempt`);
  return attempt;
}

export function threadOf(run: RunState, id: string): NonNullable<ReturnType<RunState["threads"]["get"]>> {
  const thread = run.threads.get(id);
  if (thread === undefined) throw new Error(`thread ${id} is not open`);
  return thread;
}

/** The goal's checks: the goal file's, else those of the plan, else one rubric over the whole. */
export async function goalChecks(work: Work): Promise<readonly Criterion[]> {
  if (work.config.checks.length > 0) return work.config.checks;
  const plan = work.run.plan === null ? null : await readJson<PlanRecord>(work.ports.blobs, work.run.plan);
  if (plan !== null && plan.checks.length > 0) return plan.checks;
  return [
    {
      id: "goal",
      type: "rubric",
      rubric: "Is everything the goal asks for there, complete and correct?",
      threshold: defaultThreshold,
    },
  ];
}
