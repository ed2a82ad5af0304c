import type { OpenAI } from "openai";
import type { Line } from "./exchange.ts";
import type { ModelOptions } from "./streaming-model.ts";

/**
 * The SDK takes 190 ms to import: only who asks pays. Its retries and log are off: both are ours.
 * `null` keeps it from looking into the environment of the process.
 */
export async function openaiClient(options: ModelOptions, line: Line, timeoutMs: number): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    // It wants a key in any case; a server without one must not be sent a made-up one.
    apiKey: options.apiKey ?? "none",
    ...(options.apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: options.baseUrl,
    fetch: line.fetch,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: "off",
  });
}
