import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBroken, isOut, modelFor, noteAnswer } from "../../src/core/circuit.ts";
import type { Body } from "../../src/core/event.ts";
import { fold } from "../../src/core/apply.ts";
import type { RunState } from "../../src/core/run.ts";
import { createRun, limits } from "./audit/moves.ts";

const own = "scripted/w";
const other = "scripted/fallback";
const minute = 60_000;

function freshRun(fallback: string | null = null): RunState {
  const chain = createRun({ limits: { ...limits, breaker: 3, outageMs: 60 * minute } });
  const { pins } = chain.body("run-created");
  return fold(
    chain.change("run-created", { pins: { ...pins, models: { ...pins.models, fallback } } }).entries(),
  );
}

const ended = (error: string | null, retryAt: number | null = null): Body<"model-ended"> => ({
  thread: "task/a/1",
  turn: 1,
  try: 1,
  outcome: error === null ? "complete" : "failed",
  response: null,
  stop: null,
  servedModel: null,
  usage: null,
  charged: { micros: 0, input: 0, output: 0 },
  error: error === null ? null : { class: error, message: error },
  retryAt,
  firstTokenMs: null,
  calls: [],
});

const fail = (run: RunState, at: number, error = "overloaded", model = own): void =>
  noteAnswer(run, model, ended(error), at);

describe("the circuit of a model", () => {
  it("opens after so many failures in a row, and closes with one answer", () => {
    const run = freshRun();
    fail(run, 0);
    fail(run, 10);
    expect(isBroken(run, own, 11)).toBe(false);
    fail(run, 20);
    expect(isBroken(run, own, 21)).toBe(true);
    noteAnswer(run, own, ended(null), 30);
    expect([isBroken(run, own, 31), run.circuits.size]).toEqual([false, 0]);
    fail(run, 40);
    expect(isBroken(run, own, 41)).toBe(false);
  });

  it("leaves the model alone ever longer, at most ten minutes at a time, and never less than it asks for", () => {
    const run = freshRun();
    const pauses: number[] = [];
    for (let at = 0, count = 0; count < 12; count += 1) {
      fail(run, at);
      const until = run.circuits.get(own)?.until ?? at;
      if (count >= 2) pauses.push((until - at) / minute);
      at = until;
    }
    expect(pauses.slice(0, 6)).toEqual([0.5, 1, 2, 4, 8, 10]);
    expect(pauses.at(-1)).toBe(10);
    const asks = freshRun();
    for (const at of [0, 1, 2]) noteAnswer(asks, own, ended("rate-limit", 45 * minute), at);
    expect(isBroken(asks, own, 44 * minute)).toBe(true);
    expect(isBroken(asks, own, 45 * minute)).toBe(false);
  });

  it("opens at once for a key that is not taken", () => {
    const run = freshRun();
    fail(run, 0, "auth");
    expect(isBroken(run, own, 1)).toBe(true);
  });

  it.each(["bad-request", "protocol", "context-full", "missing-script"])(
    "does not count %s: that is one request's",
    (error) => {
      const run = freshRun();
      for (let at = 0; at < 9; at += 1) fail(run, at, error);
      expect(run.circuits.size).toBe(0);
    },
  );

  it("that is not asked is neither broken nor out, whatever others do", () => {
    const run = freshRun(other);
    for (let at = 0; at < 9; at += 1) fail(run, at, "server", "someone/else");
    expect([isBroken(run, own, 10), modelFor(run, "worker", 10), isOut(run, "worker", 99 * minute)]).toEqual([
      false,
      own,
      false,
    ]);
  });
});

describe("the model of a role", () => {
  it("is its fallback exactly while its own is left alone and the fallback is not", () => {
    const answers = fc.array(
      fc.record({
        model: fc.constantFrom(own, other),
        error: fc.constantFrom("overloaded", "server", null),
        after: fc.integer({ min: 0, max: 3 * minute }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(answers, (given) => {
        const run = freshRun(other);
        let at = 0;
        for (const { model, error, after } of given) {
          at += after;
          noteAnswer(run, model, ended(error), at);
          const isOther = isBroken(run, own, at) && !isBroken(run, other, at);
          expect(modelFor(run, "worker", at)).toBe(isOther ? other : own);
        }
      }),
    );
  });

  it("is out when neither it nor its fallback has answered for as long as the run waits", () => {
    const run = freshRun(other);
    fail(run, 0);
    expect(isOut(run, "worker", 61 * minute)).toBe(false);
    fail(run, 5 * minute, "server", other);
    expect(isOut(run, "worker", 64 * minute)).toBe(false);
    expect(isOut(run, "worker", 65 * minute)).toBe(true);
    noteAnswer(run, other, ended(null), 65 * minute);
    expect(isOut(run, "worker", 65 * minute)).toBe(false);
    const alone = freshRun();
    fail(alone, 0);
    expect([isOut(alone, "worker", 60 * minute - 1), isOut(alone, "worker", 60 * minute)]).toEqual([
      false,
      true,
    ]);
  });
});
