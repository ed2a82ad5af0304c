import type { Entry } from "../core/event.ts";
import type { Blobs, Journal } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { waitingList } from "./waiting.ts";
import type { Waiting } from "./waiting.ts";

/** Whether an event may ask a person something. */
export const asks = ({ type }: Entry): boolean =>
  type === "approval-requested" ||
  type === "escalation-raised" ||
  type === "effect-doubted" ||
  type === "plan-proposed";

/**
 * What still waits of these events: for those who follow a run, so that its journal is not read again at each question.
 * `run`: the state now.
 */
export const waitingOf = async (
  asking: readonly Entry[],
  run: RunState,
  blobs: Blobs,
): Promise<readonly Waiting[]> => waitingList({ journal: journalOf(asking), blobs }, run);

function journalOf(entries: readonly Entry[]): Journal {
  const refuse = async (): Promise<never> => {
    throw new Error("these are only some entries of a journal");
  };
  return {
    read: async function* read() {
      yield* entries;
    },
    runs: refuse,
    answers: refuse,
    own: refuse,
    append: refuse,
    answer: refuse,
  };
}
