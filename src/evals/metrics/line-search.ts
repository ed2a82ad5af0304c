/**
 * A step along a line that lowers a function enough and flattens its slope enough: Moré and Thuente, Line search
 * algorithms with guaranteed sufficient decrease, ACM TOMS 20 (1994). The variant and constants of MINPACK-2's `dcsrch`
 * as L-BFGS-B (SciPy, and so scikit-learn) uses it: the same steps, so that a fit stops where theirs stops.
 */

/** The function along the line: its value and slope at a step. */
export interface Point {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** The best step so far, the other end, and whether a minimum lies between. */
interface Interval {
  readonly best: Point;
  readonly other: Point;
  readonly isBracket: boolean;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

const enoughDecrease = 1e-3;
const enoughFlatness = 0.9;
const narrow = 0.1;
const largest = 1e10;
const mostTries = 50;

/** @param evaluate reads the function at a step; its slope at 0 is below 0. @returns the last point read */
export function searchLine(start: Point, first: number, evaluate: (step: number) => Point): Point {
  const decrease = enoughDecrease * start.slope;
  let interval: Interval = { best: start, other: start, isBracket: false };
  let bounds: Bounds = { low: 0, high: 5 * first };
  let widths: readonly [number, number] = [largest, 2 * largest];
  let isFirstStage = true;
  let step = first;
  for (let tries = 1; ; tries++) {
    const point = evaluate(step);
    const isLow = point.value <= start.value + step * decrease;
    if (isFirstStage && isLow && point.slope >= 0) isFirstStage = false;
    const isDone = isLow && Math.abs(point.slope) <= enoughFlatness * -start.slope;
    if (isDone || isStuck(interval, bounds, step) || tries === mostTries) return point;
    const isHigh = isFirstStage && point.value <= interval.best.value && !isLow;
    [interval, step] = isHigh ? tilted(interval, point, bounds, decrease) : narrowed(interval, point, bounds);
    if (interval.isBracket) [step, widths] = halved(interval, step, widths);
    bounds = boundsOf(interval, step);
    step = Math.min(Math.max(step, 0), largest);
    if (isStuck(interval, bounds, step)) step = interval.best.step;
  }
}

const isStuck = ({ isBracket }: Interval, { low, high }: Bounds, step: number): boolean =>
  isBracket && (step <= low || step >= high || high - low <= narrow * high);

function boundsOf({ best, other, isBracket }: Interval, step: number): Bounds {
  return isBracket
    ? { low: Math.min(best.step, other.step), high: Math.max(best.step, other.step) }
    : { low: step + 1.1 * (step - best.step), high: step + 4 * (step - best.step) };
}

/** Where two rounds narrowed a bracket by less than a third: its middle. */
function halved(
  { best, other }: Interval,
  step: number,
  [last, beforeLast]: readonly [number, number],
): readonly [number, readonly [number, number]] {
  const width = Math.abs(other.step - best.step);
  const middle = best.step + 0.5 * (other.step - best.step);
  return [width >= 0.66 * beforeLast ? middle : step, [width, last]];
}

/** The same round on the function less the decrease it owes. */
function tilted(
  { best, other, isBracket }: Interval,
  point: Point,
  bounds: Bounds,
  slope: number,
): readonly [Interval, number] {
  const lean = (by: number, one: Point): Point => ({
    step: one.step,
    value: one.value - by * one.step,
    slope: one.slope - by,
  });
  const [found, step] = narrowed(
    { best: lean(slope, best), other: lean(slope, other), isBracket },
    lean(slope, point),
    bounds,
  );
  return [{ ...found, best: lean(-slope, found.best), other: lean(-slope, found.other) }, step];
}

/** `dcstep`: the interval with one more point in it, and the step to try next. */
function narrowed(interval: Interval, point: Point, bounds: Bounds): readonly [Interval, number] {
  const { best } = interval;
  const isTurned = Math.sign(point.slope) * Math.sign(best.slope) < 0;
  const [step, isBracket] = nextStep(interval, point, bounds, isTurned);
  if (point.value > best.value) return [{ best, other: point, isBracket }, step];
  return [{ best: point, other: isTurned ? best : interval.other, isBracket }, step];
}

function nextStep(
  interval: Interval,
  point: Point,
  bounds: Bounds,
  isTurned: boolean,
): readonly [step: number, isBracket: boolean] {
  const { best, isBracket } = interval;
  if (point.value > best.value) return [afterHigher(best, point), true];
  if (isTurned) return [farther(point, cubicStep(best, point), secantStep(best, point)), true];
  if (Math.abs(point.slope) < Math.abs(best.slope)) return [afterFlatter(interval, point, bounds), isBracket];
  if (isBracket) return [cubicStep(interval.other, point), true];
  return [point.step > best.step ? bounds.high : bounds.low, false];
}

function afterHigher(best: Point, point: Point): number {
  const length = point.step - best.step;
  const { theta, gamma } = cubic(best, point, Math.sign(length));
  const p = gamma - best.slope + theta;
  const q = gamma - best.slope + gamma + point.slope;
  const ofCubic = best.step + (p / q) * length;
  const ofParabola =
    best.step + (best.slope / ((best.value - point.value) / length + best.slope) / 2) * length;
  return Math.abs(ofCubic - best.step) < Math.abs(ofParabola - best.step)
    ? ofCubic
    : ofCubic + (ofParabola - ofCubic) / 2;
}

function afterFlatter({ best, other, isBracket }: Interval, point: Point, { low, high }: Bounds): number {
  const length = best.step - point.step;
  const { theta, gamma } = cubic(best, point, Math.sign(length));
  const r = (gamma - point.slope + theta) / (gamma + (best.slope - point.slope) + gamma);
  const beyond = length < 0 ? high : low;
  const ofCubic = r < 0 && gamma !== 0 ? point.step + r * length : beyond;
  const ofSecant = secantStep(best, point);
  if (!isBracket) return Math.min(Math.max(farther(point, ofCubic, ofSecant), low), high);
  const isCubicNearer = Math.abs(ofCubic - point.step) < Math.abs(ofSecant - point.step);
  const nearer = isCubicNearer ? ofCubic : ofSecant;
  const limit = point.step + 0.66 * (other.step - point.step);
  return length < 0 ? Math.min(limit, nearer) : Math.max(limit, nearer);
}

const farther = ({ step }: Point, a: number, b: number): number =>
  Math.abs(a - step) > Math.abs(b - step) ? a : b;

const secantStep = (from: Point, { step, slope }: Point): number =>
  step + (slope / (slope - from.slope)) * (from.step - step);

/** The minimum, seen from `point`, of the cubic through both. */
function cubicStep(from: Point, point: Point): number {
  const length = from.step - point.step;
  const { theta, gamma } = cubic(from, point, Math.sign(length));
  const p = gamma - point.slope + theta;
  const q = gamma - point.slope + gamma + from.slope;
  return point.step + (p / q) * length;
}

function cubic(from: Point, to: Point, sign: number): { readonly theta: number; readonly gamma: number } {
  const theta = (3 * (from.value - to.value)) / (to.step - from.step) + from.slope + to.slope;
  const s = Math.max(Math.abs(theta), Math.abs(from.slope), Math.abs(to.slope));
  const inside = (theta / s) ** 2 - (from.slope / s) * (to.slope / s);
  return { theta, gamma: sign * s * Math.sqrt(Math.max(0, inside)) };
}
