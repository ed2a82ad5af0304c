import type { RunState } from "./run.ts";

/**
 * Who is asked too often says yes to everything. A run that asks about a third of its calls or more, over a while,
 * stands at that question instead of asking on.
 */
const looked = 30;
const tooMany = 10;

/** Notes whether a call that was just judged is asked about. */
export function noteAsked(run: RunState, isAsked: boolean): void {
  run.asked.push(isAsked);
  if (run.asked.length > looked) run.asked.shift();
}

export const asksTooOften = (run: RunState): boolean => askedLately(run) >= tooMany;

/** How many of the latest calls a person was asked about. */
export const askedLately = ({ asked }: Pick<RunState, "asked">): number => asked.filter(Boolean).length;
