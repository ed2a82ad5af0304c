import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Message, Part } from "../../../src/core/model.ts";
import { withOwnIds } from "../../../src/edges/models/call-ids.ts";

const callWith = (id: string): Part => ({ type: "call", id, tool: "t", args: {} });
const idsOf = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => (part.type === "call" ? [part.id] : []));

test.each([
  ["ids of their own stay", ["a", "b"], [], ["a", "b"]],
  ["one id twice", ["a", "a", "a"], [], ["a", "a-2", "a-3"]],
  ["one id as in an earlier turn", ["a"], ["a", "a-2"], ["a-3"]],
  ["an id that is taken by the number", ["a-2", "a", "a"], [], ["a-2", "a", "a-3"]],
  ["no id", ["", ""], [], ["call", "call-2"]],
  ["characters nobody takes", ["a:b c"], [], ["a_b_c"]],
  ["too long", ["x".repeat(100)], [], ["x".repeat(56)]],
])("%s", (_, ids, before, expected) => {
  const messages: readonly Message[] = [{ role: "assistant", parts: before.map(callWith) }];
  expect(idsOf(withOwnIds(ids.map(callWith), messages))).toEqual(expected);
});

test("whatever ids come, each is its own, takeable and the same the next time", () => {
  const ids = fc.array(fc.oneof(fc.constantFrom("", "a", "a-2", "call"), fc.string({ maxLength: 80 })));
  fc.assert(
    fc.property(ids, ids, (earlier, now) => {
      const before: readonly Message[] = [
        { role: "assistant", parts: withOwnIds(earlier.map(callWith), []) },
      ];
      const given = idsOf(withOwnIds(now.map(callWith), before));
      const all = [...idsOf(before[0]?.parts ?? []), ...given];
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((id) => /^[a-zA-Z0-9_-]{1,64}$/.test(id))).toBe(true);
      expect(idsOf(withOwnIds(now.map(callWith), before))).toEqual(given);
    }),
  );
});
