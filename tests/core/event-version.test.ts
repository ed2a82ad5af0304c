import { describe, expect, it } from "vitest";
import { readEvent, UnreadableEvent, versionOf } from "../../src/core/event-version.ts";
import { eventTypes } from "../../src/core/event.ts";
import { alice } from "./audit/chain-builder.ts";
import { createRun, limits, noBudget, plan } from "./audit/moves.ts";

const none = { micros: null, tokens: null, wallMs: null };

/** As version 0.1.0 wrote it. */
function createdV1(): Record<string, unknown> {
  const { plan: _plan, ...body } = createRun().body("run-created");
  const { stale: _stale, breaker: _breaker, outageMs: _outage, task: _task, ...old } = body.limits;
  const { fallback: _fallback, ...models } = body.pins.models;
  return { ...body, limits: old, pins: { ...body.pins, models } };
}

describe("an event of an older version", () => {
  it("run-created gets limits of its time, no fallback and no plan of its own", () => {
    const { body } = readEvent("run-created", 1, createdV1());
    expect(body).toMatchObject({
      limits: { tries: limits.tries, stale: 8, breaker: 5, outageMs: 7_200_000, task: none },
      pins: { models: { worker: "scripted/w", fallback: null } },
      plan: null,
    });
  });

  it("plan-proposed gets tasks without ceilings, no forecast, and is the planner's", () => {
    const {
      forecast: _forecast,
      by: _by,
      ...body
    } = plan(createRun(), 1, { a: [], b: ["a"] }).body("plan-proposed");
    const old = { ...body, tasks: body.tasks.map(({ budget: _budget, ...task }) => task) };
    expect(readEvent("plan-proposed", 1, old).body).toMatchObject({
      tasks: [
        { id: "a", budget: none },
        { id: "b", needs: ["a"], budget: none },
      ],
      forecast: null,
      by: { type: "harness" },
    });
  });

  it("budget-changed is about the run", () => {
    expect(readEvent("budget-changed", 1, { budget: noBudget, by: alice }).body).toEqual({
      task: null,
      budget: noBudget,
      by: alice,
    });
  });

  it("is not changed by being read", () => {
    const old = createdV1();
    const before = JSON.stringify(old);
    readEvent("run-created", 1, old);
    expect(JSON.stringify(old)).toBe(before);
  });

  it.each([
    null,
    7,
    "text",
    [],
    {},
    { limits: null },
    { pins: 1, limits: {} },
    { tasks: 3 },
    { tasks: [null] },
  ])("that is no body at all is refused in words: %j", (body) => {
    for (const type of ["run-created", "plan-proposed", "budget-changed"])
      expect(() => readEvent(type, 1, body)).toThrow(UnreadableEvent);
  });
});

describe("an event of this version", () => {
  it("is read as it is", () => {
    const body = createRun().body("run-created");
    expect(readEvent("run-created", versionOf("run-created"), body).body).toEqual(body);
  });

  it("in the form of an older one is refused", () => {
    expect(() => readEvent("run-created", versionOf("run-created"), createdV1())).toThrow(UnreadableEvent);
  });

  it("newer than this harness is refused, and says what to do", () => {
    for (const type of eventTypes) {
      const next = versionOf(type) + 1;
      expect(() => readEvent(type, next, {})).toThrow(`${type} v${next} is newer than this harness reads`);
    }
  });

  it("of no known type is refused", () => {
    expect(() => readEvent("run-forgotten", 1, {})).toThrow('event type "run-forgotten" is not known');
  });
});
