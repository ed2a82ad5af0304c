import { betaQuantile } from "../../stats/beta.ts";
import { binomialCdf } from "../../stats/binomial.ts";
import { normalCdf } from "../../stats/normal.ts";
import { lossOf, worstOf } from "../losses.ts";
import type { GuardSpec } from "../spec.ts";
import type { Assumption, Cases, Level } from "./assumption.ts";
import { medianVarianceOf, ofMeans, ofSigns } from "./power.ts";
import type { Power } from "./power.ts";
import { countChances, itemChances, nodes, varianceOf } from "./spread.ts";
import type { Spread } from "./spread.ts";

/** A first version as it is thought to be, and the floor that it is held against. */
export interface Floored {
  readonly guard: GuardSpec;
  readonly assumed: Assumption;
  readonly level: Level;
}

/** The floor of a guard as a loss, which must not be reached. @throws Error where it has none */
export function floorLoss(guard: GuardSpec): number {
  if (guard.floor === undefined) throw new Error(`${guard.metric}: it has no floor to be held against`);
  return lossOf(guard, guard.floor);
}

/** The loss a first version is thought to have: what is said it gains is gained on what is assumed. */
export function lossAssumed({ guard, assumed, level }: Floored): number {
  if (assumed.kind === "ratio") return level.loss - assumed.gain;
  const loss = assumed.kind === "rate" ? lossOf(guard, assumed.rate) : level.loss;
  return Math.min(worstOf(guard), Math.max(0, loss - assumed.gain));
}

/** How a floor fares at one look. `against`: how often it is found not to be reached. */
export function floorPowerAt(floored: Floored, cases: Cases, answers: number, against: boolean): Power {
  const { guard, assumed, level } = floored;
  const [loss, margin] = [lossAssumed(floored), floorLoss(guard)];
  if (assumed.kind === "ratio") {
    const sd = Math.hypot(level.between, assumed.sd * Math.sqrt(medianVarianceOf(answers)));
    const away = against ? loss - margin : margin - loss;
    return { ...ofSigns(normalCdf(away / sd), cases), sd };
  }
  const width = worstOf(guard);
  const spread =
    assumed.kind === "rate"
      ? spreadOfRate(loss, assumed.discordance, answers)
      : spreadOfScore(loss, Math.hypot(level.between, assumed.sd / Math.sqrt(answers)), width);
  const [from, limit] = against ? [mirrored(spread, width), width - margin] : [spread, margin];
  const isCount = assumed.kind === "rate" && answers === 1 && cases.clusters === cases.items;
  if (isCount) return ofCounts(against ? 1 - loss : loss, limit, cases.items);
  return ofMeans(from, limit, [0, width], cases);
}

const mirrored = ({ values, chances }: Spread, width: number): Spread => ({
  values: values.map((value) => width - value),
  chances,
});

/** Of the share of an item's answers that lose. */
function spreadOfRate(loss: number, discordance: number, answers: number): Spread {
  const chances = new Float64Array(answers + 1);
  const most = 2 * loss * (1 - loss);
  const each = most === 0 ? [loss] : itemChances(1 - loss, Math.min(discordance, most));
  for (const chance of each)
    for (const [count, one] of countChances(chance, answers).entries())
      chances[count] = (chances[count] ?? 0) + one / each.length;
  return { values: Float64Array.from(chances, (_, count) => count / answers), chances };
}

/** Of means of scores, which no range cuts: a beta distribution of this mean and standard deviation. */
function spreadOfScore(loss: number, sd: number, width: number): Spread {
  const mean = loss / width;
  const strength = (mean * (1 - mean) * width * width) / (sd * sd) - 1;
  if (!(strength > 0)) return { values: Float64Array.of(0, width), chances: Float64Array.of(1 - mean, mean) };
  const values = Float64Array.from(
    { length: nodes },
    (_, index) => width * betaQuantile((index + 0.5) / nodes, mean * strength, (1 - mean) * strength),
  );
  return { values, chances: new Float64Array(nodes).fill(1 / nodes) };
}

/** The chance of as few losses as the exact test of a count asks for. */
function ofCounts(loss: number, margin: number, n: number): Power {
  const chance = (level: number): number => {
    if (binomialCdf(0, n, margin) > level) return 0;
    let [low, high] = [0, n];
    while (low < high) {
      const at = Math.ceil((low + high) / 2);
      if (binomialCdf(at, n, margin) <= level) low = at;
      else high = at - 1;
    }
    return binomialCdf(low, n, loss);
  };
  const spread = { values: Float64Array.of(0, 1), chances: Float64Array.of(1 - loss, loss) };
  return { chance, sd: Math.sqrt(varianceOf(spread)) };
}
