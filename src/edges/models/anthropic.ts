import type { MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages";
import type { Model } from "../../core/model.ts";
import { toRequest } from "./anthropic-request.ts";
import { read } from "./anthropic-response.ts";
import { isObject } from "./arguments.ts";
import type { Line } from "./exchange.ts";
import { type Answer, type ModelOptions, streamingModel } from "./streaming-model.ts";

/** A model of Anthropic's Messages API. */
export const anthropicModel = (options: ModelOptions & { readonly apiKey: string }): Model =>
  streamingModel<MessageCreateParamsStreaming>(options, {
    tellsLogprobs: false,
    namesModels: true,
    toRequest,
    send: (body, line, timeoutMs) => send(options, body, line, timeoutMs),
    isLast: (event) => isObject(event) && event["type"] === "message_stop",
    isToken: (event) => isObject(event) && event["type"] === "content_block_delta",
    read,
  });

/** The SDK takes 185 ms to import: only who asks pays. Its retries, log and spans are off: all three are ours. */
async function send(
  { apiKey, baseUrl }: ModelOptions,
  body: MessageCreateParamsStreaming,
  line: Line,
  timeoutMs: number,
): Promise<Answer> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl,
    fetch: line.fetch,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: "off",
    openTelemetry: false,
  });
  const { data, response } = await client.messages.create(body, { signal: line.signal }).withResponse();
  return { events: data, response };
}
