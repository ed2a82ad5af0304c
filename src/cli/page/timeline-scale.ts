import type { Instant } from "../../core/id.ts";
import type { Stretch } from "./timeline-lanes.ts";

/** A part of the scale. Where it is cut short, time passes in it faster than elsewhere. */
interface Part extends Stretch {
  readonly x: number;
  readonly width: number;
  readonly isShort: boolean;
}

/** Where times stand, from 0 to `width`. */
export interface Scale {
  readonly parts: readonly Part[];
  readonly ticks: readonly Instant[];
  readonly at: (time: Instant) => number;
}

/** Width of a part that is cut short. */
const shortWidth = 54;
/** How many are, at most, and from which share of all the time that something was done. */
const mostShort = 6;
const shortFrom = { share: 0.08, ms: 2_000 };

/** A scale on which hours in which nothing was done take little room, so that minutes of work can be seen. */
export function scaleOf(all: Stretch, busy: readonly Stretch[], width: number): Scale {
  const quiet = longQuiet(all, busy);
  const span = Math.max(1, all.to - all.from);
  const left = span - quiet.reduce((sum, { from, to }) => sum + (to - from), 0);
  const perMs = (width - quiet.length * shortWidth) / Math.max(1, left);
  const parts: Part[] = [];
  let [time, x] = [all.from, 0];
  const add = (to: Instant, isShort: boolean): void => {
    const wide = isShort ? shortWidth : (to - time) * perMs;
    if (to > time) parts.push({ from: time, to, x, width: wide, isShort });
    x += to > time ? wide : 0;
    time = Math.max(time, to);
  };
  for (const { from, to } of quiet) {
    add(from, false);
    add(to, true);
  }
  add(Math.max(all.to, all.from + 1), false);
  return { parts, ticks: ticksOf(parts, all.from, left), at: (at) => place(parts, at) };
}

function place(parts: readonly Part[], time: Instant): number {
  const part = parts.find(({ to }) => time <= to) ?? parts.at(-1);
  if (part === undefined) return 0;
  const share = (time - part.from) / (part.to - part.from);
  return part.x + part.width * Math.max(0, Math.min(1, share));
}

/** The longest times in which nothing was done, in their order; none where nothing was done at all. */
function longQuiet(all: Stretch, busy: readonly Stretch[]): readonly Stretch[] {
  const quiet = between(all, busy);
  const done = all.to - all.from - quiet.reduce((sum, { from, to }) => sum + (to - from), 0);
  if (done <= 0) return [];
  const least = Math.max(shortFrom.ms, shortFrom.share * done);
  return quiet
    .filter(({ from, to }) => to - from >= least)
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, mostShort)
    .toSorted((a, b) => a.from - b.from);
}

/** What of a stretch lies in none of the others. */
function between(all: Stretch, others: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let time = all.from;
  for (const { from, to } of others.toSorted((a, b) => a.from - b.from)) {
    if (from > time) found.push({ from: time, to: Math.min(from, all.to) });
    time = Math.max(time, to);
    if (time >= all.to) return found;
  }
  return [...found, { from: time, to: all.to }];
}

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 168].map((count) => count * hour),
];
const mostTicks = 8;
/** So far ticks are apart at least, or their words would meet. */
const apart = 60;

/** Round times since the start, where time passes evenly. */
function ticksOf(parts: readonly Part[], start: Instant, ms: number): readonly Instant[] {
  const step = steps.find((one) => ms / one <= mostTicks) ?? Math.ceil(ms / mostTicks);
  const ticks: Instant[] = [];
  let free = 0;
  for (const { from, to, isShort } of parts) {
    if (isShort) continue;
    for (let at = start + Math.ceil((from - start) / step) * step; at <= to; at += step) {
      const x = place(parts, at);
      if (x < free) continue;
      ticks.push(at);
      free = x + apart;
    }
  }
  return ticks;
}
