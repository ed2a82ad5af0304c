import { apply } from "../../core/apply.ts";
import { noEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import type { Body, Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { RunId } from "../../core/id.ts";
import { effectsOf } from "../../core/inherited.ts";
import type { InheritedEffect } from "../../core/inherited.ts";
import { meant } from "../../core/nearest.ts";
import type { RunState } from "../../core/run.ts";
import type { Storage } from "../../edges/sqlite/storage.ts";
import { readJson } from "../../loop/texts.ts";
import { Refused } from "../exit.ts";

/** The run that is gone on from, as it stood at the checkpoint. */
export interface Parent {
  /** Folded up to the checkpoint. */
  readonly run: RunState;
  readonly created: Body<"run-created">;
  /** Up to the checkpoint. */
  readonly entries: readonly Entry[];
  readonly config: RunConfig;
  readonly environment: Environment;
  /** What it has begun outside by now, also after the checkpoint. */
  readonly effects: readonly InheritedEffect[];
  /** The task that was accepted there; null: the start of its work. */
  readonly at: string | null;
}

export async function parentOf(storage: Storage, id: RunId, at: string | undefined): Promise<Parent> {
  const { blobs } = storage;
  const all = await Array.fromAsync(storage.journal.read(id, 0));
  const [first] = all;
  if (first?.type !== "run-created") throw new Error(`run ${id} has no events`);
  const place = checkpoint(id, all, at);
  const entries = all.slice(0, place.seq);
  const config = await readJson<RunConfig>(blobs, first.body.config);
  const named = config.environment ?? null;
  const before = config.effects;
  return {
    run: folded(entries),
    created: first.body,
    entries,
    config,
    environment: named === null ? noEnvironment : await readJson<Environment>(blobs, named),
    effects: effectsOf(
      id,
      all,
      before === undefined ? [] : await readJson<readonly InheritedEffect[]>(blobs, before),
    ),
    at: place.task,
  };
}

function folded(entries: readonly Entry[]): RunState {
  let run: RunState | null = null;
  for (const entry of entries) run = apply(run, entry);
  if (run === null) throw new Error("a checkpoint has entries");
  return run;
}

/** Where a task was accepted; `start`: where the first plan was taken; the last acceptance if nobody says. @throws Refused */
function checkpoint(
  id: RunId,
  entries: readonly Entry[],
  at: string | undefined,
): { readonly seq: number; readonly task: string | null } {
  const accepted = entries.flatMap(({ type, seq, body }, index) =>
    // With the end of its attempt, which is of the same commit.
    type === "task-accepted"
      ? [{ seq: entries[index + 1]?.type === "attempt-ended" ? seq + 1 : seq, task: body.task }]
      : [],
  );
  const last = accepted.at(-1);
  const started = entries.find(({ type }) => type === "plan-adopted");
  const found = at === undefined ? last : accepted.findLast(({ task }) => task === at);
  if (found !== undefined) return found;
  // What it took over it had from the start.
  const had = entries.flatMap(({ type, body }) => (type === "task-inherited" ? [body.task] : []));
  if (started !== undefined && (at === undefined || at === "start" || had.includes(at)))
    return { seq: started.seq, task: null };
  if (started === undefined)
    throw new Refused(
      `run ${id} has no plan yet, so there is no checkpoint to go on from; run its goal again`,
    );
  const names = [...had, ...accepted.map(({ task }) => task), "start"];
  throw new Refused(
    `--at ${at ?? ""}: run ${id} has not accepted such a task${meant(at ?? "", names) || `; there are ${names.join(", ")}`}`,
  );
}
