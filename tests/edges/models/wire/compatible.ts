import { compatibleModel } from "../../../../src/edges/models/openai-compatible.ts";
import { type Block, key, type Kit, pieces, type Said } from "./kit.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Chat completions as the types of openai 7.57 describe them; `reasoning_content` as vLLM and DeepSeek send it. */
export const compatible: Kit = {
  name: "openai-compatible",
  path: "/v1/chat/completions",
  ends: { length: "length", refusal: "content_filter" },
  endFrames: 3,
  model: (url, { apiKey = key, ...rest } = {}) =>
    compatibleModel({
      name: "openai-compatible/qwen",
      model: "qwen",
      price: null,
      apiKey,
      baseUrl: `${url}/v1`,
      ...rest,
    }),
  frames,
  errorBody: (code, message) => JSON.stringify({ error: { message, type: "some_error", param: null, code } }),
  errorFrame: (code, message) => frame({ error: { message, type: "some_error", param: null, code } }),
  thoughtPart: (thought) => ({
    type: "opaque",
    provider: "openai-compatible",
    value: { reasoning_content: thought },
  }),
};

const frame = (chunk: Fields): string => `data: ${JSON.stringify(chunk)}\n\n`;

function frames({ blocks, stop, usage, model = "qwen-7b" }: Said): readonly string[] {
  const chunk = (choices: readonly Fields[], rest: Fields = {}): string =>
    frame({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model,
      choices,
      usage: null,
      ...rest,
    });
  const delta = (delta: Fields, finish_reason: string | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason }]);
  const calls = blocks.filter((block) => "tool" in block);
  return [
    delta({ role: "assistant", content: "" }),
    ...blocks.flatMap((block) => deltas(block, calls.indexOf(block as never)).map((one) => delta(one))),
    delta({}, stop ?? (calls.length > 0 ? "tool_calls" : "stop")),
    usage === null ? ": no usage\n\n" : chunk([], { usage: usage ?? counted }),
    "data: [DONE]\n\n",
  ];
}

const counted = {
  prompt_tokens: 17,
  completion_tokens: 9,
  total_tokens: 26,
  prompt_tokens_details: { cached_tokens: 4 },
};

function deltas(block: Block, index: number): readonly Fields[] {
  if ("text" in block) return pieces(block.text).map((content) => ({ content }));
  if ("thought" in block) return pieces(block.thought).map((reasoning_content) => ({ reasoning_content }));
  const named = { index, id: block.id, type: "function", function: { name: block.tool, arguments: "" } };
  return [
    { tool_calls: [named] },
    ...pieces(block.json).map((text) => ({ tool_calls: [{ index, function: { arguments: text } }] })),
  ];
}
