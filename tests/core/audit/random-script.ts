import * as fc from "fast-check";

/** What happens in one turn: to the model call, then to its only tool call. Crashes are in a row. */
const turn = fc.record({
  crashes: fc.nat(3),
  stops: fc.boolean(),
  /** null: no failure; else how often its owner dies in the next tries. */
  fails: fc.option(fc.nat(2)),
  call: fc.constantFrom(
    ...(["write", "refused-by-policy", "unknown", "granted", "edited", "refused", "expired"] as const),
    ...(["void", "outside", "outside-crash", "outside-timeout"] as const),
  ),
  callCrashes: fc.nat(3),
});
export type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/** `end` and `integration` are of an attempt that is not, or is, the last of its task. */
const attempt = fc.record({
  turns: fc.array(turn, { maxLength: 3 }),
  invalids: fc.nat(2),
  by: fc.constantFrom("command", "rubric"),
  evaluator: turn,
  end: fc.constantFrom("rejected", "cancelled", "conflict", "regressed"),
  integration: fc.constantFrom("at-once", "invalid", "crash"),
});
export type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

const task = fc.record({
  /** Whether it needs the task before it; without that they run side by side. */
  needs: fc.boolean(),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
});

/** What may happen between two moves of the tasks. */
const between = fc.constantFrom("nothing", "note", "budget", "question", "stop", "crash");
export type Between = typeof between extends fc.Arbitrary<infer T> ? T : never;

/** `order` and `between` are repeated as long as tasks are at work. */
export const script = fc.record({
  tasks: fc.array(task, { minLength: 1, maxLength: 3 }),
  order: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
  between: fc.array(between, { minLength: 1, maxLength: 8 }),
});
export type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;
