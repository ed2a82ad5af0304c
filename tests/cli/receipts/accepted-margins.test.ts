import * as fc from "fast-check";
import { expect, test } from "vitest";
import { acceptedMargins, acceptText } from "../../../src/cli/receipts/accepted-margins.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";

const gate = gateSpec.parse({
  guards: {
    quality: { kind: "score", metric: "a", better: "higher", margin: 0.05 },
    refusals: { kind: "rate", metric: "b", better: "lower", margin: 0.02 },
    cost: { kind: "ratio", metric: "c", better: "lower", ratio: 1.15 },
    grade: { kind: "score", metric: "d", better: "lower", range: [1, 6], margin: 0.5 },
  },
});

test.each([
  ["quality=-6", { quality: 0.06 }],
  ["quality=−6 pts", { quality: 0.06 }],
  ["quality=6.5", { quality: 0.065 }],
  ["refusals=+3", { refusals: 0.03 }],
  ["cost=1.3", { cost: 1.3 }],
  ["grade=+.75", { grade: 0.75 }],
  ["quality=-6,cost=1.3", { quality: 0.06, cost: 1.3 }],
])("%s", (typed, margins) => {
  expect(acceptedMargins(gate, [typed], false)).toEqual(margins);
});

test.each([
  "",
  "quality",
  "quality=",
  "quality=--6",
  "quality=6%",
  "quality=1e3",
  "=5",
  "quality=-6 cost=1.3",
  "__proto__=5",
])("%j is refused", (typed) => {
  expect(() => acceptedMargins(gate, [typed], false)).toThrow(/^--accept /);
});

test("what is printed can be typed, and says the same", () => {
  const names = fc.constantFrom(...Object.keys(gate.guards));
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 9999 }), fc.boolean(), (name, hundredths, isFirst) => {
      const guard = gate.guards[name];
      if (guard === undefined) throw new Error(name);
      const value = Number((hundredths / 10_000).toPrecision(12));
      const typed = `${name}=${acceptText(guard, value, isFirst)}`;
      expect(acceptedMargins(gate, [typed], isFirst)).toEqual({ [name]: value });
    }),
  );
});
