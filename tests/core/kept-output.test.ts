import { array, assert, integer, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { keepOutput } from "../../src/core/kept-output.ts";

test("head and tail of whatever comes, in whatever pieces, and how much is between", () => {
  const pieces = array(uint8Array({ maxLength: 40 }), { maxLength: 30 });
  assert(
    property(pieces, integer({ min: 0, max: 60 }), (parts, limit) => {
      const kept = keepOutput(limit);
      for (const part of parts) kept.add(part);
      const whole = parts.flatMap((part) => [...part]);
      const head = Math.floor(limit / 2);
      const wanted =
        whole.length <= limit
          ? whole
          : [...whole.slice(0, head), ...whole.slice(whole.length - (limit - head))];
      const { output, dropped } = kept.end();
      expect([...output]).toEqual(wanted);
      expect(dropped).toBe(whole.length - wanted.length);
      expect(kept.total()).toBe(whole.length);
    }),
    { numRuns: 2000 },
  );
});
