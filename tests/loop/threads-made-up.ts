import * as fc from "fast-check";
import type { Json } from "../../src/core/canonical.ts";
import type { Message, Part } from "../../src/core/model.ts";
import { character } from "./characters.ts";

/** One made-up turn: calls with their results, and what is said around them. */
interface MadeTurn {
  readonly text: string;
  readonly calls: readonly {
    readonly tool: string;
    readonly args: Json;
    readonly result: string;
    readonly error: boolean;
  }[];
  readonly told: readonly string[];
}

const text = fc.oneof(
  fc.string({ unit: character, maxLength: 30 }).map((some) => some.toWellFormed()),
  fc.integer({ min: 300, max: 9000 }).map((length) => "long ".repeat(length / 5)),
);
const result = fc
  .tuple(text, fc.constantFrom("", "\n[exit 0]", "\n[exit 1]\n[changed: a.txt]", "\n[killed: out of memory]"))
  .map(([said, note]) => said + note);
const args: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ command: text }),
  fc.record({ path: fc.constantFrom("a.txt", "src/b.ts"), content: text }),
  fc.record({ path: text, offset: fc.nat() }),
  fc.record({ pattern: fc.constant("x"), deep: fc.record({ list: fc.array(text, { maxLength: 2 }) }) }),
  fc.constant(null),
);
const call = fc.record({
  tool: fc.constantFrom("bash", "write_file", "read_file", "search", "no such\ntool"),
  args,
  result,
  error: fc.boolean(),
});
const turn: fc.Arbitrary<MadeTurn> = fc.record({
  text,
  calls: fc.array(call, { maxLength: 4 }),
  told: fc.array(
    fc.constantFrom("[turn 2 of at most 60]", "A person says: mind the gap", "nothing happened"),
    { minLength: 1, maxLength: 2 },
  ),
});

/** Conversations of any number of turns, the first message first. */
export const conversationOf = (most: number): fc.Arbitrary<readonly Message[]> =>
  fc
    .array(turn, { maxLength: most })
    .map((turns) => [
      { role: "user", parts: [{ type: "text", text: "goal, task and criteria" }] },
      ...turns.flatMap(messagesOf),
    ]);

function messagesOf({ text: said, calls, told }: MadeTurn, at: number): Message[] {
  const called = calls.map(({ tool, args: given }, n): Part => ({
    type: "call",
    id: `${at}-${n}`,
    tool,
    args: given,
  }));
  const results = calls.map(({ result: shown, error }, n): Part => ({
    type: "result",
    id: `${at}-${n}`,
    text: shown,
    error,
  }));
  const opaque: Part = { type: "opaque", provider: "x", value: { signed: at } };
  return [
    { role: "assistant", parts: [opaque, { type: "text", text: said }, ...called] },
    { role: "user", parts: [...results, ...told.map((words) => ({ type: "text", text: words }) as const)] },
  ];
}
