import { describe, expect, test } from "vitest";
import type { Message, Part } from "../../../src/core/model.ts";
import * as anthropic from "../../../src/edges/models/anthropic-request.ts";
import * as compatible from "../../../src/edges/models/openai-compatible-request.ts";
import * as openai from "../../../src/edges/models/openai-request.ts";
import { turnsOf } from "../../../src/edges/models/turns.ts";
import { asking } from "./wire/kit.ts";

const text = (text: string): Part => ({ type: "text", text });
const user = (...parts: Part[]): Message => ({ role: "user", parts });
const assistant = (...parts: Part[]): Message => ({ role: "assistant", parts });
const result = (text: string): Part => ({ type: "result", id: "c1", text, error: false });
const thought = (provider: string): Part => ({ type: "opaque", provider, value: { type: "thinking" } });
const called = (tool: string): Part => ({ type: "call", id: "c1", tool, args: {} });

describe("turns", () => {
  test.each<[string, readonly Message[], readonly Message[]]>([
    ["neighbours of one role are one", [user(text("a")), user(text("b"))], [user(text("a"), text("b"))]],
    ["results come first", [user(text("a"), result("r"))], [user(result("r"), text("a"))]],
    ["blank text is left out", [user(text("a"), text(" \n"), text(""))], [user(text("a"))]],
    ["a message of blanks says so", [assistant(text(" "))], [assistant(text("(empty)"))]],
    ["a message of nothing says so", [assistant()], [assistant(text("(empty)"))]],
    ["a blank result says so", [user(result(" "))], [user(result("(empty)"))]],
    ["a thought is no end", [assistant(thought("us"))], [assistant(thought("us"), text("(empty)"))]],
    ["thoughts of others are left out", [assistant(thought("them"), text("a"))], [assistant(text("a"))]],
    [
      "halves and NUL are made good",
      [user(text("a\ud800\0"), result("\udc00"))],
      [user(result("\ufffd"), text("a\ufffd"))],
    ],
    ["a tool's name is made plain", [assistant(called("a b/ü"))], [assistant(called("a_b__"))]],
    ["a tool without a name has one", [assistant(called(""))], [assistant(called("unnamed"))]],
  ])("%s", (_, messages, expected) => {
    expect(turnsOf(messages, "us")).toEqual(expected);
  });
});

const talk = (turns: number): Message[] =>
  Array.from({ length: turns }, () => [user(text("q")), assistant(text("a"))]).flat();

describe("anthropic", () => {
  test.each([
    [1, [0, 2]],
    [2, [0, 2, 4]],
    [5, [0, 8, 10]],
  ])("after %i turns the system prompt is cached, and of the user's messages %j", (turns, places) => {
    const body = anthropic.toRequest(asking({ messages: [...talk(turns), user(result("r"))] }), "claude-x");
    const count = (value: unknown): number => JSON.stringify(value).split("cache_control").length - 1;
    expect([count(body.tools), count(body.system), count(body)]).toEqual([0, 1, 1 + places.length]);
    expect(body.messages.flatMap((message, index) => (count(message) === 1 ? [index] : []))).toEqual(places);
  });

  test("without a system prompt the tools are cached", () => {
    const body = anthropic.toRequest(asking({ system: "" }), "claude-x");
    expect(body.tools?.at(-1)).toHaveProperty("cache_control");
  });

  test("without system and tools neither is sent", () => {
    const body = anthropic.toRequest(asking({ system: " ", tools: [] }), "claude-x");
    expect(Object.keys(body).toSorted()).toEqual(["max_tokens", "messages", "model", "stream"]);
  });

  test("the request it is given is not changed", () => {
    const request = asking({ messages: [...talk(2), user(text("q"))] });
    const before = structuredClone(request);
    anthropic.toRequest(request, "claude-x");
    expect(request).toEqual(before);
  });
});

describe("openai", () => {
  test.each([
    ["gpt-5.2", true],
    ["o4-mini", true],
    ["gpt-6", true],
    ["gpt-4.1", false],
    ["gpt-4o-mini", false],
    ["ft:gpt-4.1:team::id", false],
    ["gpt-5-chat-latest", false],
    ["gpt-5.2-chat", false],
  ])("%s is asked for its reasoning: %s", (model, asked) => {
    expect("include" in openai.toRequest(asking(), model)).toBe(asked);
  });

  test("a phase goes with the text after it", () => {
    const phase: Part = { type: "opaque", provider: "openai", value: { type: "phase", phase: "commentary" } };
    const { input } = openai.toRequest(
      asking({ messages: [assistant(phase, text("a"), text("b"))] }),
      "gpt-x",
    );
    expect(input).toEqual([
      { type: "message", role: "assistant", content: "a", phase: "commentary" },
      { type: "message", role: "assistant", content: "b" },
    ]);
  });

  test("without system and tools neither is sent", () => {
    const body = openai.toRequest(asking({ system: "", tools: [] }), "gpt-4.1");
    expect(Object.keys(body).toSorted()).toEqual([
      "input",
      "max_output_tokens",
      "model",
      "prompt_cache_key",
      "store",
      "stream",
    ]);
  });
});

describe("openai-compatible", () => {
  const thinking: Part = {
    type: "opaque",
    provider: "openai-compatible",
    value: { reasoning_content: "hm" },
  };

  test("reasoning is not given back once the answer was given", () => {
    const { messages } = compatible.toRequest(
      asking({ system: "", messages: [assistant(thinking, text("a"))] }),
      "m",
    );
    expect(messages).toEqual([{ role: "assistant", content: "a" }]);
  });

  test("a call without text has null content, as the format wants it", () => {
    const { messages } = compatible.toRequest(
      asking({ system: "", messages: [assistant(called("t"))] }),
      "m",
    );
    expect(messages).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "t", arguments: "{}" } }],
      },
    ]);
  });

  test("without system and tools neither is sent", () => {
    const body = compatible.toRequest(asking({ system: "", tools: [] }), "m");
    expect(Object.keys(body).toSorted()).toEqual([
      "max_tokens",
      "messages",
      "model",
      "stream",
      "stream_options",
    ]);
  });
});
