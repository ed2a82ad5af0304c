import { anthropicModel } from "../../../../src/edges/models/anthropic.ts";
import { type Block, key, type Kit, pieces, type Said } from "./kit.ts";

/** Messages API as the types of @anthropic-ai/sdk 1.12 describe it, which asks for `anthropic-version: 2026-10-21`. */
export const anthropic: Kit = {
  name: "anthropic",
  path: "/v1/messages",
  ends: { length: "max_tokens", refusal: "refusal" },
  endFrames: 2,
  model: (url, { apiKey = key, ...rest } = {}) =>
    anthropicModel({
      name: "anthropic/claude-x",
      model: "claude-x",
      price: null,
      apiKey,
      baseUrl: url,
      ...rest,
    }),
  frames,
  errorBody: (type, message) =>
    JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" }),
  errorFrame: (type, message) => frame({ type: "error", error: { type, message } }),
  thoughtPart: (thought) => ({
    type: "opaque",
    provider: "anthropic",
    value: { type: "thinking", thinking: thought, signature: "c2lnbmVkLXRob3VnaHQ=" },
  }),
};

const frame = (event: Readonly<Record<string, unknown>>): string =>
  `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;

function frames({ blocks, stop, usage, model = "claude-x-20260101" }: Said): readonly string[] {
  const calls = blocks.some((block) => "tool" in block);
  return [
    frame({ type: "message_start", message: message(model, usage) }),
    frame({ type: "ping" }),
    ...blocks.flatMap((block, index) => blockFrames(block, index)),
    frame({
      type: "message_delta",
      delta: {
        stop_reason: stop ?? (calls ? "tool_use" : "end_turn"),
        stop_sequence: null,
        stop_details: null,
        container: null,
      },
      ...(usage === null
        ? {}
        : { usage: usage ?? { output_tokens: 9, input_tokens: null, cache_read_input_tokens: 4 } }),
    }),
    frame({ type: "message_stop" }),
  ];
}

const message = (model: string, usage: Said["usage"]): Readonly<Record<string, unknown>> => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model,
  content: [],
  container: null,
  diagnostics: null,
  stop_details: null,
  stop_reason: null,
  stop_sequence: null,
  ...(usage === null
    ? {}
    : {
        usage: {
          input_tokens: 10,
          cache_creation_input_tokens: 3,
          cache_read_input_tokens: 4,
          output_tokens: 1,
          cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 0 },
          output_tokens_details: null,
          server_tool_use: null,
          service_tier: "standard",
        },
      }),
});

function blockFrames(block: Block, index: number): readonly string[] {
  const [start, deltas] = spelled(block);
  return [
    frame({ type: "content_block_start", index, content_block: start }),
    ...deltas.map((delta) => frame({ type: "content_block_delta", index, delta })),
    frame({ type: "content_block_stop", index }),
  ];
}

function spelled(block: Block): readonly [unknown, readonly unknown[]] {
  if ("text" in block) {
    return [
      { type: "text", text: "", citations: null },
      pieces(block.text).map((text) => ({ type: "text_delta", text })),
    ];
  }
  if ("tool" in block) {
    const json = ["", ...pieces(block.json)];
    return [
      { type: "tool_use", id: block.id, name: block.tool, input: {}, caller: { type: "direct" } },
      json.map((partial_json) => ({ type: "input_json_delta", partial_json })),
    ];
  }
  return [
    { type: "thinking", thinking: "", signature: "" },
    [
      ...pieces(block.thought).map((thinking) => ({ type: "thinking_delta", thinking })),
      { type: "signature_delta", signature: "c2lnbmVkLXRob3VnaHQ=" },
    ],
  ];
}
