import type { Scale } from "../gate/spec.ts";
import type { Dimension } from "./dimensions.ts";

/** A number made of all answers at once, for each arm, and how the candidate's differs. It never decides anything. */
export interface Whole extends Pick<Dimension, "group" | "cases" | "clusters" | "arms" | "against"> {
  readonly name: string;
  readonly scale: Scale;
  /** Of several under one name which: `macro`, `micro`, `weighted`, or `class …`; null: it is the only one. */
  readonly part: string | null;
  /** Why there is none, of no arm; null: there is one. */
  readonly why: string | null;
}

/** From 0 to 1, higher is better. */
export const wholeScale = (name: string) => ({
  kind: "score" as const,
  metric: name,
  better: "higher" as const,
  range: [0, 1] as [number, number],
});

/** One that is not defined. */
export const undefinedWhole = (name: string, cases: number, why: string): Whole => ({
  name,
  part: null,
  scale: wholeScale(name),
  group: null,
  cases,
  clusters: 0,
  arms: { candidate: null, baseline: null, best: null },
  against: { baseline: null, best: null },
  why,
});
