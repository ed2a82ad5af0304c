import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, Part } from "../../src/core/model.ts";
import { compacted, summaryOf } from "../../src/loop/compact.ts";
import { bytesOf } from "../../src/loop/conversation.ts";
import type { Conversation } from "../../src/loop/conversation.ts";
import { outputKey } from "../../src/loop/output-files.ts";
import { isPlaceholder } from "../../src/loop/placeholder.ts";
import { longestLines, turnLines } from "../../src/loop/turn-lines.ts";
import { turnsOf } from "../../src/loop/turns-of.ts";
import { conversationOf } from "./threads-made-up.ts";

const conversation = (messages: readonly Message[]): Conversation => ({
  system: "system",
  tools: [],
  messages,
});
const turnsIn = (messages: readonly Message[]): number => turnsOf(messages).turns.length;
/** Everything that ran has its output kept. */
const allKept = (messages: readonly Message[]): Map<string, string> =>
  new Map(
    turnsOf(messages).turns.flatMap(({ number, said }) =>
      said.parts
        .filter(({ type }) => type === "call")
        .map((_, index) => [outputKey(number, index), "0".repeat(64)]),
    ),
  );
const made = fc.tuple(conversationOf(30), fc.nat(), fc.boolean()).map(([messages, through, isKept]) => ({
  messages,
  through: turnsIn(messages) === 0 ? 0 : through % (turnsIn(messages) + 1),
  outputs: isKept ? allKept(messages) : new Map<string, string>(),
}));
const short = (messages: readonly Message[], through: number, outputs: Map<string, string>): Conversation =>
  compacted(conversation(messages), { compactedThrough: through, outputs });
const ids = (messages: readonly Message[], type: "call" | "result"): string[] =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === type ? [part.id] : [])));
const isSummary = (part: Part): boolean => part.type === "text" && part.text.startsWith("[Turns 1 to ");
const texts = (messages: readonly Message[]): string => JSON.stringify(messages);

describe("a compacted conversation", () => {
  test("has system, tools, first message and the newest turns as they were", () => {
    fc.assert(
      fc.property(made, ({ messages, through, outputs }) => {
        const after = short(messages, through, outputs);
        expect([after.system, after.tools, after.messages[0]]).toEqual(["system", [], messages[0]]);
        const newest = 2 * (turnsIn(messages) - through);
        if (newest > 0) expect(after.messages.slice(-newest)).toEqual(messages.slice(-newest));
      }),
    );
  });

  test("is one that providers take: roles alternate, each call has its result, what is signed stays", () => {
    fc.assert(
      fc.property(made, ({ messages, through, outputs }) => {
        const after = short(messages, through, outputs).messages;
        expect(after.every(({ role }, at) => role === (at % 2 === 0 ? "user" : "assistant"))).toBe(true);
        expect(ids(after, "result")).toEqual(ids(after, "call"));
        const signed = (all: readonly Message[]): Part[] =>
          all.flatMap(({ parts }) => parts.filter(({ type }) => type === "opaque"));
        expect(signed(after)).toEqual(signed(messages).slice(-signed(after).length || Infinity));
      }),
    );
  });

  test("does not change between two compactions but at its end", () => {
    fc.assert(
      fc.property(made, fc.nat({ max: 5 }), ({ messages, through, outputs }, more) => {
        const before = messages.slice(0, 1 + 2 * Math.max(through, turnsIn(messages) - more));
        const known = short(before, through, outputs).messages;
        expect(short(messages, through, outputs).messages.slice(0, known.length)).toEqual(known);
      }),
    );
  });

  test("has a bound, whatever was in the old turns", () => {
    const longest: Readonly<Record<Part["type"], number>> = {
      result: 1000,
      call: 20_000,
      text: 2100,
      opaque: 100,
    };
    fc.assert(
      fc.property(conversationOf(30), (messages) => {
        const after = short(messages, turnsIn(messages), allKept(messages)).messages.slice(1);
        const parts = after.flatMap((message) => message.parts).filter((part) => !isSummary(part));
        expect(parts.filter((part) => JSON.stringify(part).length > longest[part.type] + 100)).toEqual([]);
        expect(after.filter(({ role }) => role === "assistant").length).toBeLessThanOrEqual(20);
      }),
    );
  });

  test("keeps every word of a person, however old", () => {
    fc.assert(
      fc.property(made, ({ messages, through, outputs }) => {
        const count = (all: readonly Message[]): number =>
          texts(all).split("A person says: mind the gap").length;
        expect(count(short(messages, through, outputs).messages)).toBeGreaterThanOrEqual(count(messages));
      }),
    );
  });

  test("keeps what a person said in a turn of which nothing else is left", () => {
    const messages: Message[] = Array.from({ length: 30 }, (_, n): Message[] => [
      {
        role: "assistant",
        parts: [{ type: "call", id: `${n}`, tool: "bash", args: { command: `step ${n}` } }],
      },
      {
        role: "user",
        parts: [
          { type: "result", id: `${n}`, text: "ok", error: false },
          { type: "text", text: n === 2 ? "A person says: leave raw/ alone" : "go on" },
        ],
      },
    ]).flat();
    const first: Message = { role: "user", parts: [{ type: "text", text: "goal" }] };
    const after = short([first, ...messages], 28, new Map()).messages;
    expect(after.length).toBe(1 + 2 * 22);
    expect(texts(after)).not.toContain('"command":"step 2"');
    expect(texts(after)).toContain("in turn 4: A person says: leave raw/ alone");
    expect(texts(after)).toContain("turn 3: bash step 2");
  });

  test("names the file of what it leaves out only where there is one, and keeps how it ended", () => {
    const long = `${"x\n".repeat(400)}[exit 1]\n[changed: a.txt]`;
    const messages: Message[] = [
      { role: "user", parts: [{ type: "text", text: "go" }] },
      {
        role: "assistant",
        parts: [
          { type: "call", id: "1", tool: "bash", args: { command: "npm test" } },
          { type: "call", id: "2", tool: "none", args: { x: 1 } },
          {
            type: "call",
            id: "3",
            tool: "write_file",
            args: { path: "src/x.ts", content: "y".repeat(12_345) },
          },
          {
            type: "call",
            id: "4",
            tool: "write_file",
            args: { path: "src/z.ts", content: "y".repeat(3000) },
          },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "result", id: "1", text: long, error: true },
          { type: "result", id: "2", text: "z".repeat(800), error: true },
          { type: "result", id: "3", text: "wrote src/x.ts, 12345 characters", error: false },
          { type: "result", id: "4", text: "src/z.ts cannot be written", error: true },
        ],
      },
    ];
    const outputs = new Map([
      [outputKey(1, 0), "a"],
      [outputKey(1, 2), "b"],
    ]);
    const [, said, told] = short(messages, 1, outputs).messages;
    const results = told?.parts.flatMap((part) => (part.type === "result" ? [part.text] : []));
    expect(results?.[0]).toBe(
      "[799 characters left out to save room; all of it is in .harness/output/turn-1-1.txt]\n[exit 1]\n[changed: a.txt]",
    );
    expect(results?.[1]).toContain("400 characters left out");
    expect(results?.[2]).toBe("wrote src/x.ts, 12345 characters");
    const contents = said?.parts.flatMap((part) => (part.type === "call" ? [JSON.stringify(part.args)] : []));
    expect(contents?.[2]).toBe('{"path":"src/x.ts","content":"[12,345 characters, as written to src/x.ts]"}');
    expect(contents?.[3]).toContain("[3,000 characters, not written to src/z.ts]");
    expect(told?.parts.at(-1)).toEqual({
      type: "text",
      text: expect.stringMatching(
        /^\[Turns 1 to 1 were shortened[^\n]*\nturn 1: bash npm test → exit 1, changed: a\.txt; none → failed; write_file src\/x\.ts \(12,345 characters\); write_file src\/z\.ts \(3,000 characters\) → failed$/,
      ),
    });
    expect(bytesOf(short(messages, 1, outputs))).toBeLessThan(bytesOf(conversation(messages)) / 4);
  });
});

describe("the lines of old turns", () => {
  test("are one for each turn, newest last, never longer than they may be", () => {
    fc.assert(
      fc.property(conversationOf(30), fc.integer({ min: 60, max: 3000 }), (messages, most) => {
        const { turns } = turnsOf(messages);
        const lines = turnLines(turns, most);
        expect(lines.join("\n").length).toBeLessThanOrEqual(most);
        const listed = lines.filter((line) => line.startsWith("turn "));
        expect(listed.map((line) => Number(/^turn (\d+): /.exec(line)?.[1]))).toEqual(
          turns.map(({ number }) => number).slice(turns.length - listed.length),
        );
        if (listed.length < turns.length)
          expect(lines[0]).toBe(`(${turns.length - listed.length} earlier turns are not listed)`);
        expect(lines.every((line) => !line.includes("\n"))).toBe(true);
      }),
    );
  });

  test("have room for all turns of an ordinary thread", () => {
    const messages: Message[] = Array.from({ length: 60 }, (_, n): Message[] => [
      {
        role: "assistant",
        parts: [
          {
            type: "call",
            id: `${n}`,
            tool: "bash",
            args: { command: "npx vitest run tests/loop/compact.test.ts" },
          },
        ],
      },
      { role: "user", parts: [{ type: "result", id: `${n}`, text: "ok\n[exit 0]", error: false }] },
    ]).flat();
    const summary = summaryOf(turnsOf(messages).turns, 60);
    expect(summary.split("\n").length).toBe(61);
    expect(summary.length).toBeLessThan(longestLines);
  });
});

test("a note for a text is known again, and a text is no note", () => {
  fc.assert(fc.property(fc.string(), (text) => !isPlaceholder(text)));
  expect(isPlaceholder("[12,345 characters, as written to src/x.ts]")).toBe(true);
  expect(isPlaceholder("[3,000 characters, not written to src/z.ts]\n")).toBe(true);
  expect(isPlaceholder("# Title\n[12,345 characters, as written to src/x.ts]")).toBe(false);
});
