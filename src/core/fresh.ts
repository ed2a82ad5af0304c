import { canonical } from "./canonical.ts";
import type { Criterion } from "./criterion.ts";
import type { Body, Entry } from "./event.ts";
import type { Digest, RunId } from "./id.ts";
import type { TaskSpec } from "./plan.ts";

/** What a result depends on besides its task and its inputs. Equal texts and digests: nothing changed. */
export interface World {
  /** The goal's prose, which every worker reads. */
  readonly goal: string;
  /** Guards of the goal, which judge every task. */
  readonly guards: readonly Criterion[];
  readonly prompts: Readonly<Record<string, Digest>>;
  readonly models: Readonly<Record<"worker" | "evaluator", string>>;
  readonly rubrics: Readonly<Record<string, Digest>>;
  /** Image, hardening and what the setup made. */
  readonly sandbox: string;
}

/** A result that an earlier run accepted. */
export interface EarlierResult {
  readonly run: RunId;
  /** Of the acceptance. */
  readonly seq: number;
  readonly spec: TaskSpec;
  readonly world: World;
  /** The tree it was begun on, and the one that was judged. */
  readonly start: Digest;
  readonly result: Digest;
  readonly handoff: Digest;
  readonly by: "verdict" | "person";
}

/** What of a task and its world is other than it was, a few words each; empty: nothing. Its inputs are files: see loop/fresh.ts. */
export function changesSince(earlier: EarlierResult, spec: TaskSpec, world: World): readonly string[] {
  const { spec: before, world: then } = earlier;
  const isJudgedByModel = spec.criteria.some(({ type }) => type === "rubric");
  const rubrics = spec.criteria.flatMap((one) => (one.type === "rubric" ? [one.rubric] : []));
  return [
    differs("its instructions", [before.title, before.instructions], [spec.title, spec.instructions]),
    differs("its criteria", before.criteria, spec.criteria),
    differs("its tools", before.tools, spec.tools),
    differs("what it needs", before.needs, spec.needs),
    differs("what it names as inputs", before.inputs ?? null, spec.inputs ?? null),
    differs("the goal's text", then.goal, world.goal),
    differs("a guard of the goal", then.guards, world.guards),
    differs("the worker's prompt", then.prompts["worker"] ?? null, world.prompts["worker"] ?? null),
    differs("the worker's model", then.models.worker, world.models.worker),
    ...(isJudgedByModel
      ? [
          differs(
            "the evaluator's prompt",
            then.prompts["evaluator"] ?? null,
            world.prompts["evaluator"] ?? null,
          ),
          differs("the evaluator's model", then.models.evaluator, world.models.evaluator),
        ]
      : []),
    ...rubrics.map((name) =>
      differs(`the rubric ${name}`, then.rubrics[name] ?? null, world.rubrics[name] ?? null),
    ),
    differs("its sandbox", then.sandbox, world.sandbox),
  ].flatMap((what) => what ?? []);
}

const differs = (what: string, before: unknown, after: unknown): string | null =>
  canonical(before) === canonical(after) ? null : `${what} changed`;

/** What an attempt of a run came to, as its journal tells. */
export interface Acceptance {
  readonly task: string;
  readonly seq: number;
  readonly start: Digest;
  readonly result: Digest;
  readonly handoff: Digest;
  readonly by: "verdict" | "person";
}

/** All that a run accepted by its own work, in order. */
export function acceptances(entries: Iterable<Entry>): readonly Acceptance[] {
  const trees = new Map<string, { start: Digest; result: Digest | null }>();
  const found: Acceptance[] = [];
  for (const entry of entries) {
    if (entry.type === "attempt-started")
      trees.set(keyOf(entry.body), { start: entry.body.start, result: null });
    if (entry.type === "attempt-submitted") setResult(trees, entry.body, entry.body.candidate);
    if (entry.type === "judging-started" && entry.body.task !== null)
      setResult(trees, { task: entry.body.task, attempt: entry.body.attempt }, entry.body.tree);
    if (entry.type === "task-accepted") found.push(...accepted(trees, entry.seq, entry.body));
  }
  return found;
}

type Trees = Map<string, { readonly start: Digest; result: Digest | null }>;

const keyOf = ({ task, attempt }: { readonly task: string; readonly attempt: number }): string =>
  `${task}/${attempt}`;

function setResult(
  trees: Trees,
  of: { readonly task: string; readonly attempt: number },
  tree: Digest,
): void {
  const known = trees.get(keyOf(of));
  if (known !== undefined) known.result = tree;
}

function accepted(trees: Trees, seq: number, body: Body<"task-accepted">): readonly Acceptance[] {
  const { start, result } = trees.get(keyOf(body)) ?? { start: null, result: null };
  if (start === null || result === null) return [];
  return [{ task: body.task, seq, start, result, handoff: body.handoff, by: body.by }];
}
