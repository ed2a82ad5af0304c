import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Model } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import type { Line } from "./exchange.ts";
import { openaiClient } from "./openai-client.ts";
import { toRequest } from "./openai-request.ts";
import { read } from "./openai-response.ts";
import { lastTypes } from "./openai-stream.ts";
import { type Answer, type ModelOptions, streamingModel } from "./streaming-model.ts";

/** A model of OpenAI's Responses API. */
export const openaiModel = (options: ModelOptions & { readonly apiKey: string }): Model =>
  streamingModel<ResponseCreateParamsStreaming>(options, {
    tellsLogprobs: true,
    namesModels: true,
    toRequest,
    send: (body, line, timeoutMs) => send(options, body, line, timeoutMs),
    isLast: (event) => isObject(event) && lastTypes.has(event["type"]),
    isToken: (event) =>
      isObject(event) && typeof event["type"] === "string" && event["type"].endsWith(".delta"),
    read,
  });

async function send(
  options: ModelOptions,
  body: ResponseCreateParamsStreaming,
  line: Line,
  timeoutMs: number,
): Promise<Answer> {
  const client = await openaiClient(options, line, timeoutMs);
  const { data, response } = await client.responses.create(body, { signal: line.signal }).withResponse();
  return { events: data, response };
}
