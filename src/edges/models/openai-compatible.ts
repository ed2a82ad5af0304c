import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Model } from "../../core/model.ts";
import type { Line } from "./exchange.ts";
import { openaiClient } from "./openai-client.ts";
import { toRequest } from "./openai-compatible-request.ts";
import { read } from "./openai-compatible-response.ts";
import { bringsText } from "./openai-compatible-stream.ts";
import { type Answer, type ModelOptions, streamingModel } from "./streaming-model.ts";

/** A model behind any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp, a gateway. */
export const compatibleModel = (options: ModelOptions): Model =>
  streamingModel<ChatCompletionCreateParamsStreaming>(options, {
    tellsLogprobs: true,
    // Servers name models as they like.
    namesModels: false,
    toRequest,
    send: (body, line, timeoutMs) => send(options, body, line, timeoutMs),
    // `[DONE]` ends the stream, and the SDK keeps it to itself.
    isLast: () => false,
    isToken: bringsText,
    read,
  });

async function send(
  options: ModelOptions,
  body: ChatCompletionCreateParamsStreaming,
  line: Line,
  timeoutMs: number,
): Promise<Answer> {
  const client = await openaiClient(options, line, timeoutMs);
  const { data, response } = await client.chat.completions
    .create(body, { signal: line.signal })
    .withResponse();
  return { events: data, response };
}
