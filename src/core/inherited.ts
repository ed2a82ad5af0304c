import type { Body, Entry } from "./event.ts";
import { callOf } from "./id.ts";
import type { CallId, Digest, RunId } from "./id.ts";
import type { RunState } from "./run.ts";

/** What a run did outside its sandboxes, as one that goes on from it knows it. */
export interface InheritedEffect {
  /** Which run did it. */
  readonly run: RunId;
  readonly call: CallId;
  readonly tool: string;
  readonly args: Digest;
  /** As its worker asked for it, before a person changed it. */
  readonly asked: Digest;
  /** `in-doubt`: it was begun, and nobody knows whether it happened. */
  readonly finding: "done" | "in-doubt";
  /** What came back; null: nothing is known. */
  readonly result: Digest | null;
}

/** Two calls with one key would do the same. */
export const effectKey = (tool: string, args: Digest): string => `${tool} ${args}`;

/** All that a run has begun outside and that is not known to have failed, with what it knew of others: `before`. */
export function effectsOf(
  run: RunId,
  entries: readonly Entry[],
  before: readonly InheritedEffect[],
): readonly InheritedEffect[] {
  const begun = new Map<CallId, InheritedEffect>();
  const settle = (call: CallId, change: Pick<InheritedEffect, "finding" | "result"> | null): void => {
    const effect = begun.get(call);
    if (effect === undefined) return;
    if (change === null) begun.delete(call);
    else begun.set(call, { ...effect, ...change });
  };
  const asked = new Map<CallId, Digest>();
  for (const { type, body } of entries) {
    if (type === "model-ended")
      for (const { index, args } of body.calls) asked.set(callOf(body.thread, body.turn, index), args);
    if (type === "call-started" && body.reach === "outside")
      begun.set(body.call, begunBy(run, body, asked.get(body.call) ?? body.args));
    if (type === "call-ended" && body.effect === "failed") settle(body.call, null);
    if (type === "call-ended" && body.effect === "done")
      settle(body.call, { finding: "done", result: body.result });
    if (type === "effect-settled" && body.finding === "did-not") settle(body.call, null);
    if (type === "effect-settled" && body.finding === "happened")
      settle(body.call, { finding: "done", result: body.result });
  }
  return [...before, ...begun.values()];
}

const begunBy = (run: RunId, { call, tool, args }: Body<"call-started">, asked: Digest): InheritedEffect => ({
  run,
  call,
  tool,
  args,
  asked,
  finding: "in-doubt",
  result: null,
});

/** What a run has accepted, in order, as one that goes on from there takes it over. `run`: folded from these entries. */
export function inheritance(run: RunState, entries: readonly Entry[]): readonly Body<"task-inherited">[] {
  return entries.flatMap((entry): readonly Body<"task-inherited">[] => {
    if (entry.type === "task-inherited") return [entry.body];
    if (entry.type !== "task-accepted") return [];
    const { task: id, head, handoff, by } = entry.body;
    const task = run.tasks.get(id);
    if (task === undefined) return [];
    const { spec, needs } = task;
    return [{ task: id, spec, needs: [...needs], head, handoff, by, from: { run: run.id, seq: entry.seq } }];
  });
}
