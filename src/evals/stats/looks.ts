import { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
import { rootOf } from "./root.ts";

/**
 * What one look of several may decide at: the one-sided level of each, so that a difference just at the margin passes at
 * any look with the chance spent by then, no more (K. Lan and D. DeMets, Discrete sequential boundaries for clinical
 * trials, 1983).
 *
 * `spent`: the chance spent up to each look, increasing. `correlations`: of each look's statistic with the one before
 * (one fewer). Rounded down to twentieths, which only makes levels stricter, so that they do not hang on last digits.
 */
export function levelsOf(spent: readonly number[], correlations: readonly number[]): number[] {
  const levels: number[] = [];
  let before: Passed | null = null;
  for (const [look, chance] of spent.entries()) {
    const correlation = before === null ? 0 : rounded(correlations[look - 1] ?? 0);
    const bound = boundOf(before, correlation, chance - (spent[look - 1] ?? 0));
    levels.push(normalCdf(-bound));
    if (look + 1 < spent.length) before = belowBound(before, correlation, bound);
  }
  return levels;
}

/** Past 0.95 the looks are one: a step of the grid would no longer see the difference. */
const rounded = (correlation: number): number =>
  Math.min(0.95, Math.max(0, Math.floor(correlation * 20 + 1e-9) / 20));

/** How statistics are spread that have passed no bound yet: density at the points of a grid, times the grid's weights. */
interface Passed {
  readonly points: Float64Array;
  readonly masses: Float64Array;
}

/** The bound that a chance of `spend` lies above, among what has not passed before. */
function boundOf(before: Passed | null, correlation: number, spend: number): number {
  if (before === null) return normalQuantile(1 - spend);
  return rootOf((bound) => spend - above(before, correlation, bound), -8, 9);
}

function above({ points, masses }: Passed, correlation: number, bound: number): number {
  const rest = Math.sqrt(1 - correlation * correlation);
  let sum = 0;
  for (let i = 0; i < points.length; i += 1) {
    sum += (masses[i] ?? 0) * normalCdf((correlation * (points[i] ?? 0) - bound) / rest);
  }
  return sum;
}

const steps = 64;
const lowest = -7;

/** By Simpson's rule from −7 to the bound. */
function belowBound(before: Passed | null, correlation: number, bound: number): Passed {
  const step = (bound - lowest) / steps;
  const points = new Float64Array(steps + 1);
  const masses = new Float64Array(steps + 1);
  for (let i = 0; i <= steps; i += 1) {
    const point = lowest + i * step;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    points[i] = point;
    masses[i] = ((weight * step) / 3) * densityAt(before, correlation, point);
  }
  return { points, masses };
}

function densityAt(before: Passed | null, correlation: number, at: number): number {
  if (before === null) return normalDensity(at);
  const rest = Math.sqrt(1 - correlation * correlation);
  let sum = 0;
  for (let i = 0; i < before.points.length; i += 1) {
    sum += (before.masses[i] ?? 0) * normalDensity((at - correlation * (before.points[i] ?? 0)) / rest);
  }
  return sum / rest;
}
