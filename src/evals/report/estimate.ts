import { contrastOf } from "../gate/fitting.ts";
import type { Compared } from "../gate/fitting.ts";
import { scoreOfLoss, worstOf } from "../gate/losses.ts";
import type { Scale } from "../gate/spec.ts";

/**
 * A number with the interval, at 95 %, in which the truth plausibly lies; in units of the metric. A difference is own less
 * theirs; of a ratio own by theirs. null: without bound.
 */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Of each side of the interval. */
const level = 0.025;

/** By the same tests as the gate's, so that what the gate decides is what people see. null: there is no item. */
export function estimateOf(scale: Scale, compared: Compared): Estimate | null {
  if (compared.own.length === 0) return null;
  const contrast = contrastOf(scale, compared);
  const least = contrastOf(scale, mirrored(scale, compared)).upper(level);
  const isAlone = compared.theirs === null;
  const lowest = isAlone && scale.kind !== "ratio" ? worstOf(scale) - least : -least;
  return inUnits(scale, isAlone, [contrast.estimate, lowest, contrast.upper(level)]);
}

/** The same seen from the other end, where the least loss is the greatest. */
function mirrored(scale: Scale, { own, theirs, ...rest }: Compared): Compared {
  if (theirs !== null) return { own: theirs, theirs: own, ...rest };
  const width = scale.kind === "ratio" ? 0 : worstOf(scale);
  return { own: own.map((loss) => width - loss), theirs, ...rest };
}

function inUnits(
  scale: Scale,
  isAlone: boolean,
  [value, least, most]: readonly [number, number, number],
): Estimate {
  const unit = (loss: number): number => {
    if (isAlone || scale.kind === "ratio") return scoreOfLoss(scale, loss);
    return scale.better === "higher" ? 0 - loss : loss;
  };
  const [one, other] = [unit(least), unit(most)];
  return {
    value: finite(unit(value)),
    low: finite(Math.min(one, other)),
    high: finite(Math.max(one, other)),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
