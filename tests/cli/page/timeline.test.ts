import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lanesOf } from "../../../src/cli/page/timeline-lanes.ts";
import type { Away, Stretch } from "../../../src/cli/page/timeline-lanes.ts";
import { scaleOf } from "../../../src/cli/page/timeline-scale.ts";
import { eventfulRun } from "../../core/trace/eventful-run.ts";
import { held, itemsOf } from "../../core/trace/items.ts";

const hour = 3_600_000;

const stretches: fc.Arbitrary<readonly Stretch[]> = fc.array(
  fc.tuple(fc.nat(20 * hour), fc.nat(hour)).map(([from, ms]) => ({ from, to: from + ms })),
  { maxLength: 30 },
);

describe("the scale", () => {
  test("goes forward, from one side to the other, with its parts side by side", () => {
    fc.assert(
      fc.property(stretches, fc.nat(21 * hour), (busy, to) => {
        const { parts, at, ticks } = scaleOf({ from: 0, to }, busy, 944);
        expect(at(0)).toBe(0);
        expect(at(Math.max(1, to))).toBeCloseTo(944, 3);
        for (const [index, part] of parts.entries()) {
          const before = parts[index - 1];
          expect(part.from).toBe(before?.to ?? 0);
          expect(part.x).toBeCloseTo(before === undefined ? 0 : before.x + before.width, 6);
          expect(part.width).toBeGreaterThan(0);
        }
        const xs = ticks.map(at);
        for (const [index, x] of xs.entries()) expect(x - (xs[index - 1] ?? -60)).toBeGreaterThanOrEqual(60);
        const times = busy.flatMap(({ from, to: end }) => [from, end]).toSorted((a, b) => a - b);
        const places = times.map(at);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  test("a night in which nothing was done takes little of it, and is the only part that is cut", () => {
    const busy = [
      { from: 0, to: 60_000 },
      { from: 10 * hour, to: 10 * hour + 60_000 },
    ];
    const { parts, at } = scaleOf({ from: 0, to: 10 * hour + 60_000 }, busy, 944);
    expect(parts.map(({ isShort }) => isShort)).toEqual([false, true, false]);
    expect(at(60_000)).toBeCloseTo((944 - 54) / 2, 6);
    expect(at(10 * hour)).toBeCloseTo((944 + 54) / 2, 6);
  });

  test("work is never cut, however long", () => {
    const { parts } = scaleOf({ from: 0, to: 10 * hour }, [{ from: 0, to: 10 * hour }], 944);
    expect(parts.map(({ isShort }) => isShort)).toEqual([false]);
  });
});

describe("lanes", () => {
  const spans = held(itemsOf(eventfulRun().entries()));
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end));
  const lanes = (away: readonly Away[]) => lanesOf(spans, away, { start: from, worked: to, now: to });

  test("a run in which much happens: who worked, what was judged, who was asked", () => {
    const told = lanes([]);
    const words = told.lanes.flatMap(({ name, task, bars }) =>
      bars.map(({ kind, word }) => [task ?? `(${name})`, kind, word].join(" ")),
    );
    expect(told.lanes.map(({ task }) => task)).toEqual(expect.arrayContaining([null]));
    for (const kind of ["planning", "attempt", "judging", "waiting"])
      expect([kind, words.some((word) => word.includes(` ${kind} `))]).toEqual([kind, true]);
    const attempts = spans.filter(({ kind, name }) => kind === "agent" && name.startsWith("attempt "));
    expect(words.filter((word) => word.includes(" attempt ")).length).toBe(attempts.length);
  });

  test("nobody works on an attempt while nobody is there, and no other time of it is lost", () => {
    const within = fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }));
    fc.assert(
      fc.property(within, ([a, b]) => {
        const gap = { from: Math.min(a, b), to: Math.max(a, b), why: "crash" };
        const told = lanes([gap]).lanes.flatMap(({ bars }) => bars);
        const worked = told.filter(({ kind }) => kind === "attempt");
        expect(worked.filter((bar) => bar.from < gap.to && bar.to > gap.from)).toEqual([]);
        const sum = (bars: readonly Stretch[]): number => bars.reduce((ms, bar) => ms + bar.to - bar.from, 0);
        const whole = lanes([]).lanes.flatMap(({ bars }) => bars.filter(({ kind }) => kind === "attempt"));
        const inGap = whole.map((bar) => ({
          from: Math.max(bar.from, gap.from),
          to: Math.max(Math.max(bar.from, gap.from), Math.min(bar.to, gap.to)),
        }));
        expect(sum(worked)).toBe(sum(whole) - sum(inGap));
        expect(told.filter(({ kind }) => kind === "away").map(({ word }) => word)).toEqual(["crashed"]);
      }),
    );
  });

  test("of an open run, questions wait until now, and work ends with the last that was heard", () => {
    const open = spans.map((span) => ({ ...span, isOpen: true }));
    const now = to + hour;
    const bars = lanesOf(open, [], { start: from, worked: to, now }).lanes.flatMap((lane) => lane.bars);
    expect(new Set(bars.filter(({ kind }) => kind === "waiting").map((bar) => bar.to))).toEqual(
      new Set([now]),
    );
    expect(new Set(bars.filter(({ kind }) => kind === "attempt").map((bar) => bar.to))).toEqual(
      new Set([to]),
    );
  });
});
