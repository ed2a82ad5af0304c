import { openaiModel } from "../../../../src/edges/models/openai.ts";
import { type Block, key, type Kit, pieces, type Said } from "./kit.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Responses API as the types of openai 7.57 describe it (`ResponseStreamEvent`). */
export const openai: Kit = {
  name: "openai",
  path: "/v1/responses",
  ends: { length: "max_output_tokens", refusal: "content_filter" },
  endFrames: 1,
  model: (url, { apiKey = key, ...rest } = {}) =>
    openaiModel({ name: "openai/gpt-x", model: "gpt-x", price: null, apiKey, baseUrl: `${url}/v1`, ...rest }),
  frames,
  errorBody: (code, message) => JSON.stringify({ error: { message, type: "some_error", param: null, code } }),
  errorFrame: (code, message) => frame({ type: "error", code, message, param: null, sequence_number: 900 }),
  thoughtPart: (thought) => ({ type: "opaque", provider: "openai", value: reasoning(thought, 0) }),
};

const frame = (event: Fields): string =>
  `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;

/** `stop` is the reason an answer is incomplete. */
function frames({ blocks, stop, usage, model = "gpt-x-2026-01-01" }: Said): readonly string[] {
  const response = {
    id: "resp_1",
    object: "response",
    model,
    status: "in_progress",
    output: [],
    usage: null,
  };
  const status = stop === undefined ? "completed" : "incomplete";
  const whole = {
    ...response,
    status,
    incomplete_details: stop === undefined ? null : { reason: stop },
    output: blocks.map(itemOf),
    usage: usage === undefined ? counted : usage,
  };
  return [
    { type: "response.created", response },
    { type: "response.in_progress", response },
    ...blocks.flatMap(itemEvents),
    { type: `response.${status}`, response: whole },
  ].map((event, sequence_number) => frame({ ...event, sequence_number }));
}

const counted = {
  input_tokens: 17,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 26,
};

function itemEvents(block: Block, output_index: number): readonly Fields[] {
  const item = itemOf(block, output_index);
  const at = { item_id: item["id"], output_index };
  return [
    { type: "response.output_item.added", output_index, item: { ...item, status: "in_progress" } },
    ...deltas(block).map((delta) => ({ ...at, ...delta })),
    { type: "response.output_item.done", output_index, item },
  ];
}

function deltas(block: Block): readonly Fields[] {
  if ("text" in block) {
    const part = { type: "output_text", text: "", annotations: [] };
    return [
      { type: "response.content_part.added", content_index: 0, part },
      ...pieces(block.text).map((delta) => ({ type: "response.output_text.delta", content_index: 0, delta })),
      { type: "response.output_text.done", content_index: 0, text: block.text },
      { type: "response.content_part.done", content_index: 0, part: { ...part, text: block.text } },
    ];
  }
  if ("tool" in block) {
    return [
      ...pieces(block.json).map((delta) => ({ type: "response.function_call_arguments.delta", delta })),
      { type: "response.function_call_arguments.done", arguments: block.json },
    ];
  }
  return [];
}

function itemOf(block: Block, index: number): Fields {
  if ("text" in block) {
    const content = [{ type: "output_text", text: block.text, annotations: [] }];
    return { id: `msg_${index}`, type: "message", role: "assistant", status: "completed", content };
  }
  if ("tool" in block) {
    const { id, tool, json } = block;
    return {
      id: `fc_${index}`,
      type: "function_call",
      call_id: id,
      name: tool,
      arguments: json,
      status: "completed",
    };
  }
  return reasoning(block.thought, index);
}

const reasoning = (encrypted_content: string, index: number): { readonly [key: string]: string | [] } => ({
  id: `rs_${index}`,
  type: "reasoning",
  summary: [],
  encrypted_content,
});
