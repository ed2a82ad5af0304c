import type { Arm } from "../answer.ts";
import type { Stopped } from "./ending.ts";
import type { Gathered } from "./gather.ts";

/** Fewer than this may all be errors by chance. */
const leastTelling = 8;

/** Where nothing was answered there is nothing to compare: equal outages and errors are no equal answers. */
export function withoutAnswers(gathered: Gathered, arms: readonly Arm[]): Gathered {
  const { answers, stopped } = gathered;
  const [first] = answers;
  if (stopped !== null || first === undefined) return gathered;
  if (answers.some(({ answered }) => answered.outcome === "complete")) return gathered;
  const error = answers.find(({ answered }) => answered.outcome === "error");
  if (error === undefined) return { ...gathered, stopped: "outage", why: first.answered.why };
  const isOfAll = new Set(answers.map(({ arm }) => arm)).size === arms.length;
  return isOfAll && answers.length >= leastTelling
    ? { ...gathered, stopped: "errors", why: error.answered.why }
    : gathered;
}

/**
 * The last that were asked were outages, and so was all that was asked once more: the provider went down on the way. Fewer
 * may be cases that never answer.
 */
export function withoutProvider(first: Gathered, again: Gathered): Gathered {
  const last = again.answers.at(-1);
  const isDown =
    first.outagesAtEnd >= leastTelling &&
    again.answers.every(({ answered }) => answered.outcome === "outage");
  return isDown && again.stopped === null && last !== undefined
    ? { ...again, stopped: "outage", why: last.answered.why }
    : again;
}

const whatEnded: Readonly<Partial<Record<Stopped, string>>> = {
  outage: "no answers come",
  errors: "no version gets an answer",
  scoring: "answers cannot be scored",
};

/** `no answers come: overloaded: HTTP 529: Overloaded`. */
export const endText = ({ stopped, why }: Pick<Gathered, "stopped" | "why">): string =>
  `${whatEnded[stopped ?? "outage"] ?? stopped}: ${why}`;
