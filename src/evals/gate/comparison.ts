import { lossOf } from "./losses.ts";
import { againstBest } from "./spec.ts";
import type { GateSpec, GuardSpec } from "./spec.ts";

/** What the candidate is held against: production, the best version ever, or (a first version) a fixed score. */
export type Against = "baseline" | "best" | "floor";

/** One test of one guard, settled before anything is looked at. */
export interface Comparison {
  readonly name: string;
  readonly guard: GuardSpec;
  readonly against: Against;
  /** The loss, or difference of losses, that must not be reached; of a ratio its logarithm. */
  readonly margin: number;
  /** A person signed for a margin wider than the suite's. */
  readonly accepted: boolean;
  /** The chance, over all looks, to hold it for kept where it is just not. */
  readonly alpha: number;
}

/** `accepted`: margins (or ratios) by guard that a person signed for. */
export function comparisonsOf(
  spec: GateSpec,
  has: { readonly baseline: boolean; readonly best: boolean },
  accepted: Readonly<Record<string, number>>,
): Comparison[] {
  const against = (which: Against, alpha: number) => (name: string) => {
    const guard = spec.guards[name];
    const margin = guard === undefined ? null : marginOf(guard, which, accepted[name]);
    if (guard === undefined || margin === null) return [];
    return [{ name, guard, against: which, margin, alpha, accepted: accepted[name] !== undefined }];
  };
  const names = Object.keys(spec.guards).toSorted();
  if (!has.baseline) return names.flatMap(against("floor", spec.alpha));
  return [
    ...names.flatMap(against("baseline", spec.alpha)),
    ...(has.best ? againstBest(spec).toSorted().flatMap(against("best", spec.best_ever.alpha)) : []),
  ];
}

function marginOf(guard: GuardSpec, against: Against, accepted: number | undefined): number | null {
  if (against === "floor") return guard.floor === undefined ? null : lossOf(guard, accepted ?? guard.floor);
  return guard.kind === "ratio" ? Math.log(accepted ?? guard.ratio) : (accepted ?? guard.margin);
}

/** The test that a named primary metric got better, if the suite asks for it and there is something to be better than. */
export function primaryOf(spec: GateSpec, has: { readonly baseline: boolean }): Comparison | null {
  const { primary, alpha } = spec;
  const guard = primary === undefined ? undefined : spec.guards[primary.guard];
  if (primary === undefined || guard === undefined || !has.baseline) return null;
  const margin = guard.kind === "ratio" ? -Math.log(1 + primary.by) : -primary.by;
  return { name: primary.guard, guard, against: "baseline", margin, alpha, accepted: false };
}
