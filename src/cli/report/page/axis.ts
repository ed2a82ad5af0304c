/** Where values stand in a picture, in CSS pixels from its beginning. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** What lies beyond an end stands at it. */
  readonly at: (value: number) => number;
}

/** Of values that are all there; room is left at both ends, within `bounds`. */
export function linearAxis(
  values: readonly number[],
  [from, to]: readonly [number, number],
  bounds: readonly [number, number] = [-Infinity, Infinity],
  most = 5,
): Axis {
  const [least, greatest] = extent(values, [0, 1]);
  const room = greatest > least ? 0.05 * (greatest - least) : Math.max(Math.abs(least) * 0.1, 1e-3);
  const low = Math.max(bounds[0], least - room);
  const high = Math.min(bounds[1], greatest + room);
  return axisOf(low, high, [from, to], linearTicks(low, high, most), (value) => value);
}

/** Of values above 0; each step is a factor. */
export function logAxis(values: readonly number[], [from, to]: readonly [number, number], most = 6): Axis {
  const [least, greatest] = extent(
    values.filter((value) => value > 0),
    [1, 10],
  );
  const [low, high] = greatest > least ? [least / 1.1, greatest * 1.1] : [least / 2, least * 2];
  return axisOf(low, high, [from, to], logTicks(low, high, most), Math.log);
}

/** Of all values from one to another. */
export const fixedAxis = (
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  ticks: readonly number[],
): Axis => axisOf(low, high, [from, to], ticks, (value) => value);

function axisOf(
  low: number,
  high: number,
  [from, to]: readonly [number, number],
  ticks: readonly number[],
  scale: (value: number) => number,
): Axis {
  const [first, last] = [scale(low), scale(high)];
  const at = (value: number): number => {
    const share = (scale(Math.min(high, Math.max(low, value))) - first) / (last - first);
    return px(from + share * (to - from));
  };
  return { low, high, ticks: ticks.filter((tick) => tick >= low && tick <= high), at };
}

/** Tenths of a pixel are enough, and say the same on every machine. */
export const px = (value: number): number => Math.round(value * 10) / 10;

function extent(values: readonly number[], otherwise: readonly [number, number]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : otherwise;
}

/** Round numbers, `most` of them at most. */
function linearTicks(low: number, high: number, most: number): readonly number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function logTicks(low: number, high: number, most: number): readonly number[] {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, index) => from + index);
  const within = (steps: readonly number[]): number[] =>
    powers
      .flatMap((power) => steps.map((step) => Number((step * 10 ** power).toPrecision(12))))
      .filter((tick) => tick >= low && tick <= high);
  const found = [[1, 2, 5], [1, 3], [1]].map(within).find((ticks) => ticks.length <= most);
  return found ?? within([1]).filter((_, index, all) => index % Math.ceil(all.length / most) === 0);
}
