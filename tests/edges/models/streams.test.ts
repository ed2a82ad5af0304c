import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import * as anthropicResponse from "../../../src/edges/models/anthropic-response.ts";
import * as compatibleResponse from "../../../src/edges/models/openai-compatible-response.ts";
import * as openaiResponse from "../../../src/edges/models/openai-response.ts";
import type { Whole, Wrong } from "../../../src/edges/models/whole.ts";
import { anthropic } from "./wire/anthropic.ts";
import { compatible } from "./wire/compatible.ts";
import { asking, type Block, type Kit, type Said } from "./wire/kit.ts";
import { openai } from "./wire/openai.ts";
import { serve, streaming } from "./wire/server.ts";

type Read = (events: readonly unknown[]) => Whole | Wrong;
type Event = Record<string, unknown>;

const readers: readonly { readonly name: string; readonly kit: Kit; readonly read: Read }[] = [
  { name: "anthropic", kit: anthropic, read: anthropicResponse.read },
  { name: "openai", kit: openai, read: openaiResponse.read },
  { name: "openai-compatible", kit: compatible, read: compatibleResponse.read },
];

/** The events of frames, without those an SDK keeps to itself. */
const eventsOf = (frames: readonly string[]): Event[] =>
  frames.flatMap((frame) => {
    const data = /^data: (\{.*\})$/m.exec(frame)?.[1];
    return data === undefined ? [] : [JSON.parse(data) as Event];
  });

const both: Said = {
  blocks: [{ thought: "Hm." }, { text: "I look." }, { id: "c1", tool: "read_file", json: '{"a":1}' }],
};

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ text: fc.string({ unit: "grapheme", minLength: 1 }) }),
  fc.record({
    id: fc.constantFrom("c1", "c2", "c3"),
    tool: fc.constantFrom("read_file", "bash"),
    json: fc.json(),
  }),
  fc.record({ thought: fc.string({ minLength: 1 }) }),
);

describe.each(readers)("$name", ({ kit, read }) => {
  test("a message is whole or none: no beginning of a stream is a message", () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), (blocks) => {
        const events = eventsOf(kit.frames({ blocks }));
        const whole = read(events);
        expect(whole).not.toHaveProperty("wrong");
        for (let length = 0; length < events.length; length++) {
          const part = read(events.slice(0, length));
          // Only the usage may be missing where it follows the end.
          if (!("wrong" in part)) expect({ ...part, usage: null }).toEqual({ ...whole, usage: null });
        }
        const beforeEnd = events.slice(0, -Math.min(kit.endFrames, 2));
        expect(read(beforeEnd)).toMatchObject({ wrong: "network" });
      }),
      { numRuns: 60 },
    );
  });

  test("over the wire, a stream cut after any byte is no half message", async () => {
    const bytes = Buffer.from(kit.frames(both).join(""));
    const signal = new AbortController().signal;
    const askFor = async (end: number): Promise<unknown> => {
      await using server = await serve(streaming([bytes.subarray(0, end).toString("latin1")]));
      const response = await kit.model(server.url).respond(asking(), signal);
      return response.outcome === "failed" ? "failed" : response.parts;
    };
    const whole = await askFor(bytes.length);
    expect(whole).toHaveLength(3);
    const cuts = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(cuts, async (end) => {
        expect(["failed", whole]).toContainEqual(await askFor(end));
      }),
      { numRuns: 40 },
    );
  });

  test("no field of any event, however deep or odd, makes reading or storing throw", () => {
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const events = eventsOf(kit.frames(both));
    // As JSON can say it: an object that cannot be made into text.
    const hostile = [deep, { toString: 1, valueOf: 1 }, null, [], {}, -1, 1.5, ""];
    for (const [index, event] of events.entries()) {
      for (const path of pathsOf(event)) {
        for (const value of hostile) {
          // What is read can be stored, too.
          expect(canonical(read(events.with(index, replaced(event, path, value))))).toBeTypeOf("string");
        }
      }
    }
  });

  test("nothing a server sends makes reading throw", () => {
    const mess = fc.anything({ maxDepth: 3, withNullPrototype: true });
    const events = eventsOf(kit.frames(both));
    const disturbed = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...events) },
        { weight: 1, arbitrary: mess },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom(...events), fc.constantFrom(...new Set(events.flatMap(Object.keys))), mess)
            .map(([event, name, value]) => ({ ...event, [name]: value })),
        },
      ),
    );
    fc.assert(
      fc.property(disturbed, (list) => {
        expect(read(list)).toBeTypeOf("object");
      }),
      { numRuns: 500 },
    );
  });
});

/** The paths of all members of a value. */
const pathsOf = (value: unknown): readonly (readonly string[])[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [
        [name],
        ...pathsOf(inner).map((path) => [name, ...path]),
      ])
    : [];

function replaced(event: Event, path: readonly string[], value: unknown): Event {
  const copy = structuredClone(event);
  const holder = path.slice(0, -1).reduce<Event>((at, name) => at[name] as Event, copy);
  holder[path.at(-1) ?? ""] = value;
  return copy;
}

const without = (events: readonly Event[], type: string): Event[] => {
  const at = events.findIndex((event) => event["type"] === type);
  return events.toSpliced(at, 1);
};
const doubled = (events: readonly Event[], type: string): Event[] => {
  const at = events.findIndex((event) => event["type"] === type);
  return events.toSpliced(at, 0, ...events.slice(at, at + 1));
};
const swapped = (events: readonly Event[], first: string, second: string): Event[] => {
  const [a, b] = [first, second].map((type) => events.findIndex((event) => event["type"] === type));
  return events.map(
    (event, index) => (index === a ? events[b ?? 0] : index === b ? events[a ?? 0] : event) as Event,
  );
};

describe("anthropic, out of order", () => {
  const events = eventsOf(anthropic.frames(both));
  const start = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
  const delta = (index: number, delta: unknown): Event => ({ type: "content_block_delta", index, delta });
  test.each<[string, readonly unknown[], string]>([
    ["two starts", doubled(events, "message_start"), "began twice"],
    ["no start", without(events, "message_start"), "before the message"],
    ["a block twice", doubled(events, "content_block_start"), "inside another"],
    [
      "a block of a number that was",
      events.map((event) => (event["index"] === 1 ? { ...event, index: 0 } : event)),
      "block 0 began where 1 was due",
    ],
    ["a block that left one out", events.filter(({ index }) => index !== 1), "block 2 began where 1 was due"],
    [
      "a delta before its block",
      swapped(events, "content_block_start", "content_block_delta"),
      "which is not open",
    ],
    ["a block that did not end", without(events, "content_block_stop"), "inside another"],
    ["a block that ended twice", doubled(events, "content_block_stop"), "which is not open"],
    ["no end", without(events, "message_delta"), "without a reason"],
    ["the end within a block", [events[0], start, events.at(-2), events.at(-1)], "ended inside a block"],
    ["the stop within a block", [events[0], start, events.at(-1)], "stopped inside a block"],
    ["a block after the end", [events[0], events.at(-2), start, events.at(-1)], "after the end"],
    [
      "JSON in a text",
      [events[0], start, delta(0, { type: "input_json_delta", partial_json: "{" })],
      "in a block of type text",
    ],
    ["a delta nobody knows", [events[0], start, delta(0, { type: "song_delta", song: "la" })], "song_delta"],
    ["text that is none", [events[0], start, delta(0, { type: "text_delta", text: 7 })], "without text"],
    [
      "no reason",
      events.map((event) => (event["type"] === "message_delta" ? { ...event, delta: {} } : event)),
      "without a reason",
    ],
    ["null", [null], "no object"],
  ])("%s", (_, list, why) => {
    expect(anthropicResponse.read(list)).toEqual({
      wrong: "protocol",
      message: expect.stringContaining(why),
    });
  });

  test("events that are not known are passed over", () => {
    expect(anthropicResponse.read([{ type: "weather" }, ...events])).toEqual(anthropicResponse.read(events));
  });

  test.each([
    ["end_turn", "end"],
    ["stop_sequence", "end"],
    ["tool_use", "end"],
    ["max_tokens", "length"],
    ["refusal", "refusal"],
    ["pause_turn", "pause"],
    ["model_context_window_exceeded", "context-full"],
    ["something_new", "end"],
  ])("stop reason %s without a call is %s", (stop, expected) => {
    expect(
      anthropicResponse.read(eventsOf(anthropic.frames({ blocks: [{ text: "a" }], stop }))),
    ).toMatchObject({ stop: expected });
  });

  test("a call cut off before its arguments is not a call without arguments", () => {
    const blocks = [{ id: "c1", tool: "submit", json: "" }];
    const read = (stop: string): unknown =>
      anthropicResponse.read(eventsOf(anthropic.frames({ blocks, stop })));
    expect(read("tool_use")).toMatchObject({ parts: [{ args: {} }] });
    expect(read("max_tokens")).toMatchObject({ parts: [{ args: null, raw: "" }] });
  });

  test.each(["novel", "tool_use"])("a block of type %s that nests too deep to be stored is none", (type) => {
    let input: unknown = {};
    for (let level = 0; level < 100_000; level++) input = [input];
    const block = { ...start, content_block: { type, input } };
    const list = [events[0], block, { type: "content_block_stop", index: 0 }, ...events.slice(-2)];
    expect(anthropicResponse.read(list)).toMatchObject({ wrong: "protocol" });
  });

  test("a thought without a signature is left out; redacted thinking and blocks that are new are kept as they are", () => {
    const redacted = { type: "redacted_thinking", data: "x" };
    const list = [
      events[0],
      ...[{ type: "thinking", thinking: "a", signature: "" }, redacted, { type: "novel", a: [1] }].flatMap(
        (content_block, index) => [
          { type: "content_block_start", index, content_block },
          { type: "content_block_stop", index },
        ],
      ),
      ...events.slice(-2),
    ];
    expect(anthropicResponse.read(list)).toMatchObject({
      parts: [redacted, { type: "novel", a: [1] }].map((value) => ({
        type: "opaque",
        provider: "anthropic",
        value,
      })),
    });
  });
});

describe("openai, out of order", () => {
  const events = eventsOf(openai.frames(both));
  const unnumbered = events.map((event) => ({ ...event, sequence_number: undefined }));
  const last = events.at(-1) as Event;
  const ending = (type: string, response: unknown): Event[] => [
    ...events.slice(0, -1),
    { ...last, type, response },
  ];
  test.each<[string, readonly unknown[], string]>([
    ["an event twice", doubled(events, "response.output_text.delta"), "came after event"],
    [
      "two events swapped",
      swapped(events, "response.output_text.delta", "response.output_text.done"),
      "came after event",
    ],
    ["two starts", doubled(unnumbered, "response.created"), "began twice"],
    ["no start", without(unnumbered, "response.created"), "it began with"],
    ["an item twice", doubled(unnumbered, "response.output_item.added"), "where 1 was due"],
    ["an item never announced", without(unnumbered, "response.output_item.added"), "which never began"],
    ["an item done twice", doubled(unnumbered, "response.output_item.done"), "done twice"],
    ["an end without a response", ending("response.completed", null), "no response"],
    [
      "an end that lost items",
      ending("response.completed", { ...(last["response"] as Event), output: [{ type: "message" }] }),
      "3 items began and 1 came",
    ],
    ["items that are none", ending("response.completed", { output: [1, 2, 3] }), "no object"],
    ["an event without a type", [...events.slice(0, 2), {}], "no type"],
  ])("%s", (_, list, why) => {
    expect(openaiResponse.read(list)).toEqual({ wrong: "protocol", message: expect.stringContaining(why) });
  });

  test("a gateway that leaves the items out of the end: those that were done count", () => {
    const response = { ...(last["response"] as Event), output: [] };
    expect(openaiResponse.read(ending("response.completed", response))).toEqual(openaiResponse.read(events));
  });

  test.each([
    ["server_error", "server"],
    ["rate_limit_exceeded", "rate-limit"],
    ["invalid_prompt", "bad-request"],
    ["context_length_exceeded", "context-full"],
  ])("response.failed with %s is %s", (code, wrong) => {
    const list = ending("response.failed", { status: "failed", error: { code, message: "Why." } });
    expect(openaiResponse.read(list)).toEqual({ wrong, message: "Why." });
  });

  test("a cancelled response is no answer", () => {
    expect(openaiResponse.read(ending("response.cancelled", {}))).toMatchObject({ wrong: "server" });
  });

  test("a refusal is one, a phase is kept before its text, a cut call has no arguments", () => {
    const message = { type: "message", phase: "commentary", content: [{ type: "refusal", refusal: "No." }] };
    const cut = {
      type: "function_call",
      call_id: "c1",
      name: "submit",
      arguments: "{}",
      status: "incomplete",
    };
    const response = openaiResponse.fromResponse({ response: { model: "m" }, items: [message, cut] });
    expect(response).toEqual({
      stop: "refusal",
      servedModel: "m",
      usage: null,
      parts: [
        { type: "opaque", provider: "openai", value: { type: "phase", phase: "commentary" } },
        { type: "text", text: "No." },
        { type: "call", id: "c1", tool: "submit", args: null, raw: "{}" },
      ],
    });
  });
});

describe("openai-compatible, as servers differ", () => {
  const chunk = (delta: unknown, finish_reason: string | null = null): Event => ({
    model: "m",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = (...list: unknown[]): Event => chunk({ tool_calls: list });
  const named = (id: string | undefined, args: unknown, index?: number): unknown => ({
    id,
    index,
    function: { name: "t", arguments: args },
  });
  const more = (args: string, index?: number): unknown => ({ index, function: { arguments: args } });
  const part = (id: string, args: unknown): unknown => ({ type: "call", id, tool: "t", args });

  test.each<[string, readonly unknown[], readonly unknown[]]>([
    [
      "calls without an index",
      [calls(named("a", '{"x":')), calls(more("1}")), calls(named("b", "{}"))],
      [part("a", { x: 1 }), part("b", {})],
    ],
    [
      "calls side by side",
      [calls(named("a", "", 0), named("b", "", 1)), calls(more('{"y":2}', 1), more("{}", 0))],
      [part("a", {}), part("b", { y: 2 })],
    ],
    [
      "the name again in every delta",
      [calls(named("a", "{", 0)), calls(named("a", "}", 0))],
      [part("a", {})],
    ],
    ["arguments as an object", [calls(named("a", { x: 1 }, 0))], [part("a", { x: 1 })]],
    ["no arguments at all", [calls({ index: 0, id: "a", function: { name: "t" } })], [part("a", {})]],
    ["no id", [calls(named(undefined, "{}", 0))], [part("", {})]],
  ])("%s", (_, chunks, parts) => {
    expect(compatibleResponse.read([...chunks, chunk({}, "stop")])).toMatchObject({ stop: "calls", parts });
  });

  test.each<[string, readonly unknown[], string]>([
    ["a call without a name", [calls(more("{}", 0))], "without a name"],
    ["a call with two ids", [calls(named("a", "", 0)), calls(named("b", "", 0))], "two ids"],
    ["calls that are no list", [chunk({ tool_calls: {} })], "no list"],
    ["a call that is none", [calls(7)], "no call"],
    ["text that is none", [chunk({ content: { a: 1 } })], "no text"],
    ["text after the end", [chunk({}, "stop"), chunk({ content: "more" })], "after its end"],
    ["two ends", [chunk({}, "stop"), chunk({}, "length")], "ended twice"],
    ["a number", [7], "no object"],
  ])("%s", (_, chunks, why) => {
    expect(compatibleResponse.read(chunks)).toEqual({
      wrong: "protocol",
      message: expect.stringContaining(why),
    });
  });

  test.each([
    ["stop", "end"],
    ["tool_calls", "end"],
    ["length", "length"],
    ["content_filter", "refusal"],
    ["eos", "end"],
  ])("finish reason %s without a call is %s", (finish, stop) => {
    expect(compatibleResponse.read([chunk({ content: "a" }, finish)])).toMatchObject({ stop });
  });

  test("a call cut off before its arguments is not a call without arguments", () => {
    expect(compatibleResponse.read([calls(named("a", "", 0)), chunk({}, "length")])).toMatchObject({
      parts: [{ args: null, raw: "" }],
    });
  });

  test("a refusal is one, whatever the reason says", () => {
    expect(compatibleResponse.read([chunk({ refusal: "No." }, "stop")])).toMatchObject({
      stop: "refusal",
      parts: [{ text: "No." }],
    });
  });
});
