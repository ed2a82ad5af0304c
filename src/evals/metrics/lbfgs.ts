import { searchLine } from "./line-search.ts";

export type Vector = readonly number[];

/** A function of a vector, and its gradient there. */
export interface Height {
  readonly value: number;
  readonly gradient: Vector;
}

export interface Stops {
  /** The largest part of a gradient that counts as flat. */
  readonly flat: number;
  /** The smallest relative descent worth another round. */
  readonly descent: number;
  readonly rounds: number;
}

/** A step taken and how the gradient changed over it. */
interface Pair {
  readonly step: Vector;
  readonly change: Vector;
}

const remembered = 10;

/**
 * The minimum of a smooth function by limited-memory BFGS, as L-BFGS-B does it without bounds: Byrd, Lu, Nocedal and Zhu,
 * A limited memory algorithm for bound constrained optimization, SIAM J. Sci. Comput. 16 (1995).
 */
export function minimize(heightAt: (at: Vector) => Height, start: Vector, stops: Stops): Vector {
  let at = start;
  let here = heightAt(at);
  let pairs: readonly Pair[] = [];
  for (let round = 0; round < stops.rounds && !isFlat(here, stops); round++) {
    const way = downhill(here.gradient, pairs);
    const first = round === 0 ? 1 / Math.sqrt(dot(way, way)) : 1;
    const next = walk(heightAt, at, here, way, first);
    const isLevel = here.value - next.height.value <= stops.descent * scaleOf(here, next.height);
    const pair = { step: minus(next.at, at), change: minus(next.height.gradient, here.gradient) };
    if (dot(pair.step, pair.change) > 0) pairs = [...pairs, pair].slice(-remembered);
    at = next.at;
    here = next.height;
    if (isLevel) break;
  }
  return at;
}

const isFlat = ({ gradient }: Height, { flat }: Stops): boolean =>
  gradient.every((part) => Math.abs(part) <= flat);

const scaleOf = (a: Height, b: Height): number => Math.max(Math.abs(a.value), Math.abs(b.value), 1);

function walk(
  heightAt: (at: Vector) => Height,
  from: Vector,
  here: Height,
  way: Vector,
  first: number,
): { readonly at: Vector; readonly height: Height } {
  let [at, height] = [from, here];
  searchLine({ step: 0, value: here.value, slope: dot(here.gradient, way) }, first, (step) => {
    at = plus(from, step, way);
    height = heightAt(at);
    return { step, value: height.value, slope: dot(height.gradient, way) };
  });
  return { at, height };
}

/** Against the gradient, bent by what the last steps told of the curvature (the two-loop recursion). */
function downhill(gradient: Vector, pairs: readonly Pair[]): Vector {
  let way = gradient.map((part) => -part);
  const shares = new Map<Pair, number>();
  for (const pair of pairs.toReversed()) {
    const share = dot(pair.step, way) / dot(pair.step, pair.change);
    shares.set(pair, share);
    way = plus(way, -share, pair.change);
  }
  const last = pairs.at(-1);
  const scale = last === undefined ? 1 : dot(last.step, last.change) / dot(last.change, last.change);
  way = way.map((part) => scale * part);
  for (const pair of pairs) {
    const back = dot(pair.change, way) / dot(pair.step, pair.change);
    way = plus(way, (shares.get(pair) ?? 0) - back, pair.step);
  }
  return way;
}

const dot = (a: Vector, b: Vector): number => a.reduce((sum, part, at) => sum + part * (b[at] ?? 0), 0);

const plus = (a: Vector, times: number, b: Vector): number[] =>
  a.map((part, at) => part + times * (b[at] ?? 0));

const minus = (a: Vector, b: Vector): Vector => plus(a, -1, b);
