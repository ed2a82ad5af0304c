import { canonical } from "../core/canonical.ts";
import type { Body } from "../core/event.ts";
import { changesSince } from "../core/fresh.ts";
import type { EarlierResult, World } from "../core/fresh.ts";
import type { Digest, RunId } from "../core/id.ts";
import type { TaskSpec } from "../core/plan.ts";
import type { Ports } from "../core/ports.ts";
import { listTree } from "../core/tree-diff.ts";
import { mergeTrees } from "../core/tree-merge.ts";
import { treeStore } from "../core/tree-store.ts";
import type { TreeStore } from "../core/tree.ts";
import { slots } from "./slots.ts";
import { putJson } from "./texts.ts";
import { tryOn } from "./try-criteria.ts";

/** Whether a task of a plan need not run again. */
export interface Freshness {
  readonly task: string;
  /** What it takes over; null: it is stale, and runs. */
  readonly kept: Body<"task-inherited"> | null;
  /** Why it is stale, a few words each; empty: it is fresh. */
  readonly because: readonly string[];
}

export interface Freshening {
  readonly tasks: readonly TaskSpec[];
  /** The workspace as it is now. */
  readonly tree: Digest;
  readonly world: World;
  /** What earlier runs accepted under the name of a task, the newest first. */
  readonly earlier: (task: string) => Promise<readonly EarlierResult[]>;
  /** Which of the criteria that need no model does not hold on this tree; null: all do. */
  readonly broken: (spec: TaskSpec, tree: Digest) => Promise<string | null>;
}

/** Criteria tried in sandboxes that no worker touches. `hosts`: what those may reach. Ends with `close`. */
export function criteriaTrial(
  ports: Pick<Ports, "workspaces" | "sandbox">,
  run: RunId,
  hosts: readonly string[],
): { readonly broken: Freshening["broken"]; readonly close: () => Promise<void> } {
  const own = slots(ports, run, () => hosts, 0);
  return {
    broken: async (spec, tree) => {
      const tried = await tryOn({ slots: own }, `try/kept/${spec.id}`, tree, spec.criteria);
      return [...tried].find(([, { result }]) => result !== "pass")?.[0] ?? null;
    },
    close: async () => own.dropAll(),
  };
}

/**
 * Of each task, in an order in which what it needs comes before it, whether an earlier result still holds: none of its
 * inputs changed, nor its task, prompt, model, criteria or sandbox, what it needs is fresh too, and its criteria hold on the
 * files as they are now, which may hold another check. The results of fresh
 * tasks are merged into the workspace one after the other, so that the next one is looked at with them.
 */
export async function freshness(
  ports: Pick<Ports, "blobs" | "glob">,
  { tasks, tree, world, earlier, broken }: Freshening,
): Promise<readonly Freshness[]> {
  const store = treeStore(ports.blobs);
  const told = new Map<string, Freshness>();
  let head = tree;
  for (const spec of inOrder(tasks)) {
    const fresh = await lookAt({ ...ports, store }, spec, { head, world, told, earlier, broken });
    told.set(spec.id, fresh);
    head = fresh.kept?.head ?? head;
  }
  return [...told.values()];
}

/** Each after what it needs. A plan that goes in circles is told elsewhere; what is on a circle comes last. */
function inOrder(tasks: readonly TaskSpec[]): readonly TaskSpec[] {
  const left = new Set(tasks);
  const done = new Set<string>();
  const known = new Set(tasks.map(({ id }) => id));
  const order: TaskSpec[] = [];
  for (let before = -1; before !== order.length;) {
    before = order.length;
    for (const task of left) {
      if (task.needs.some((need) => known.has(need) && !done.has(need))) continue;
      left.delete(task);
      done.add(task.id);
      order.push(task);
    }
  }
  return [...order, ...left];
}

interface Looking {
  readonly head: Digest;
  readonly world: World;
  readonly told: ReadonlyMap<string, Freshness>;
  readonly earlier: Freshening["earlier"];
  readonly broken: Freshening["broken"];
}

type Places = Pick<Ports, "blobs" | "glob"> & { readonly store: TreeStore };

async function lookAt(places: Places, spec: TaskSpec, looking: Looking): Promise<Freshness> {
  const stale = (because: readonly string[]): Freshness => ({ task: spec.id, kept: null, because });
  if (spec.inputs === undefined) return stale(["it names no inputs, so it runs each time"]);
  const again = spec.needs.filter((need) => looking.told.get(need)?.kept == null);
  if (again.length > 0) return stale(again.map((need) => `${need}, which it needs, runs again`));
  let newest: readonly string[] | null = null;
  for (const result of await looking.earlier(spec.id)) {
    const found = await taken(places, spec, result, looking);
    if (!Array.isArray(found)) return { task: spec.id, kept: found as Body<"task-inherited">, because: [] };
    newest ??= found;
  }
  return stale(newest ?? ["no earlier run accepted it"]);
}

/** What is taken over of an earlier result, or why it does not hold any more. */
async function taken(
  { blobs, glob, store }: Places,
  spec: TaskSpec,
  earlier: EarlierResult,
  { head, world, broken }: Looking,
): Promise<Body<"task-inherited"> | readonly string[]> {
  const { start, result, handoff, by, run, seq } = earlier;
  if ((await blobs.missing([start, result, handoff])).length > 0)
    return [`the result of run ${run} is no longer kept`];
  const changed = [
    ...changesSince(earlier, spec, world),
    ...(await changedInputs(store, glob(spec.inputs ?? []), { start, result, head })),
  ];
  if (changed.length > 0) return changed;
  const merged = await mergeTrees(store, start, head, result);
  const [conflict] = merged.conflicts;
  if (conflict !== undefined) return [`its result does not fit ${conflict} as it is now`];
  const failing = await broken(spec, merged.tree);
  if (failing !== null) return [`its criterion ${failing} does not hold any more`];
  return {
    task: spec.id,
    spec: await putJson(blobs, spec),
    needs: [...spec.needs],
    head: merged.tree,
    handoff,
    by,
    from: { run, seq },
  };
}

/** How many changed inputs are named. */
const mostNamed = 3;

/** Inputs that are neither as when the work began nor as it left them. */
async function changedInputs(
  store: TreeStore,
  isInput: (path: string) => boolean,
  trees: { readonly start: Digest; readonly result: Digest; readonly head: Digest },
): Promise<readonly string[]> {
  const [before, left, now] = [
    await filesIn(store, trees.start, isInput),
    await filesIn(store, trees.result, isInput),
    await filesIn(store, trees.head, isInput),
  ];
  const paths = new Set([...before.keys(), ...now.keys()]);
  if (paths.size === 0) return ["its inputs fit no file"];
  const changed = [...paths].filter(
    (path) => now.get(path) !== before.get(path) && now.get(path) !== left.get(path),
  );
  const more = changed.length - mostNamed;
  const words = changed.slice(0, mostNamed).map((path) => {
    if (!now.has(path)) return `its input ${path} is gone`;
    return before.has(path) ? `its input ${path} changed` : `its input ${path} is new`;
  });
  return more > 0 ? [...words, `${more} more of its inputs changed`] : words;
}

/** Files and links that fit, and what they are. */
async function filesIn(
  store: TreeStore,
  tree: Digest,
  isInput: (path: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { path, entry } of listTree(store, tree))
    if (entry.type !== "dir" && isInput(path)) found.set(path, canonical(entry));
  return found;
}
