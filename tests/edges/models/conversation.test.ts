import { describe, expect, test } from "vitest";
import type { Message, ModelRequest, ModelResponse } from "../../../src/core/model.ts";
import { asking, type Kit, tool } from "./wire/kit.ts";
import { anthropic } from "./wire/anthropic.ts";
import { compatible } from "./wire/compatible.ts";
import { openai } from "./wire/openai.ts";
import { type Seen, serve, streaming } from "./wire/server.ts";

/** Two turns: the model thinks and calls twice with one id; it is given the results, the second one an error. */
async function converse(kit: Kit): Promise<readonly Seen[]> {
  const json = '{"path":"a.csv"}';
  await using server = await serve(
    streaming(
      kit.frames({
        blocks: [
          { thought: "Look first." },
          { text: "I will look." },
          { id: "c1", tool: tool.name, json },
          { id: "c1", tool: "no such tool", json: "{" },
        ],
      }),
    ),
    streaming(kit.frames({ blocks: [{ text: "Done." }] })),
  );
  const model = kit.model(server.url);
  const first = asking();
  const answer = await model.respond(first, new AbortController().signal);
  const last = await model.respond(nextRequest(first, answer), new AbortController().signal);
  expect(last).toMatchObject({ outcome: "complete", stop: "end" });
  return server.requests;
}

function nextRequest(request: ModelRequest, answer: ModelResponse): ModelRequest {
  if (answer.outcome === "failed") throw new Error(answer.error.message);
  const ids = answer.parts.flatMap((part) => (part.type === "call" ? [part.id] : []));
  expect(ids).toEqual(["c1", "c1-2"]);
  const user: Message = {
    role: "user",
    parts: [
      { type: "text", text: "[turn 2 of at most 40]" },
      { type: "result", id: "c1", text: "x,y", error: false },
      { type: "result", id: "c1-2", text: "There is no such tool.", error: true },
    ],
  };
  return {
    ...request,
    turn: 2,
    messages: [...request.messages, { role: "assistant", parts: answer.parts }, user],
  };
}

const ephemeral = { cache_control: { type: "ephemeral" } };

describe("what a provider receives in two turns", () => {
  test("anthropic: cached system, first and last user messages; thinking with its signature", async () => {
    const [first, second] = await converse(anthropic);
    const head = {
      model: "claude-x",
      max_tokens: 1000,
      stream: true,
      system: [{ type: "text", text: "You are a worker.", ...ephemeral }],
      tools: [{ name: tool.name, description: tool.description, input_schema: tool.parameters }],
    };
    const question = { role: "user", content: [{ type: "text", text: "Clean the table.", ...ephemeral }] };
    expect(first?.body).toEqual({ ...head, messages: [question] });
    expect(second?.body).toEqual({
      ...head,
      messages: [
        question,
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Look first.", signature: "c2lnbmVkLXRob3VnaHQ=" },
            { type: "text", text: "I will look." },
            { type: "tool_use", id: "c1", name: "read_file", input: { path: "a.csv" } },
            { type: "tool_use", id: "c1-2", name: "no_such_tool", input: { INVALID_JSON: "{" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "c1", content: "x,y" },
            { type: "tool_result", tool_use_id: "c1-2", content: "There is no such tool.", is_error: true },
            { type: "text", text: "[turn 2 of at most 40]", ...ephemeral },
          ],
        },
      ],
    });
    // The SDK chooses it. Where it changes, tests/edges/models/wire/anthropic.ts must be read against the new types.
    expect(second?.headers["anthropic-version"]).toBe("2026-10-21");
  });

  test("openai: nothing stored, reasoning given back as it came", async () => {
    const [first, second] = await converse(openai);
    const head = {
      model: "gpt-x",
      instructions: "You are a worker.",
      tools: [{ type: "function", ...tool, strict: false }],
      max_output_tokens: 1000,
      stream: true,
      store: false,
      prompt_cache_key: "task/clean/1",
      include: ["reasoning.encrypted_content"],
    };
    const question = { type: "message", role: "user", content: "Clean the table." };
    expect(first?.body).toEqual({ ...head, input: [question] });
    expect(second?.body).toEqual({
      ...head,
      input: [
        question,
        { id: "rs_0", type: "reasoning", summary: [], encrypted_content: "Look first." },
        { type: "message", role: "assistant", content: "I will look." },
        { type: "function_call", call_id: "c1", name: "read_file", arguments: '{"path":"a.csv"}' },
        { type: "function_call", call_id: "c1-2", name: "no_such_tool", arguments: '{"INVALID_JSON":"{"}' },
        { type: "function_call_output", call_id: "c1", output: "x,y" },
        { type: "function_call_output", call_id: "c1-2", output: "Error: There is no such tool." },
        { type: "message", role: "user", content: "[turn 2 of at most 40]" },
      ],
    });
  });

  test("openai-compatible: results as messages of their own, reasoning while tools are at work", async () => {
    const [first, second] = await converse(compatible);
    const { name, description, parameters } = tool;
    const head = {
      model: "qwen",
      tools: [{ type: "function", function: { name, description, parameters } }],
      max_tokens: 1000,
      stream: true,
      stream_options: { include_usage: true },
    };
    const opening = [
      { role: "system", content: "You are a worker." },
      { role: "user", content: "Clean the table." },
    ];
    expect(first?.body).toEqual({ ...head, messages: opening });
    expect(second?.body).toEqual({
      ...head,
      messages: [
        ...opening,
        {
          role: "assistant",
          content: "I will look.",
          reasoning_content: "Look first.",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "read_file", arguments: '{"path":"a.csv"}' } },
            {
              id: "c1-2",
              type: "function",
              function: { name: "no_such_tool", arguments: '{"INVALID_JSON":"{"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "x,y" },
        { role: "tool", tool_call_id: "c1-2", content: "Error: There is no such tool." },
        { role: "user", content: "[turn 2 of at most 40]" },
      ],
    });
  });
});
