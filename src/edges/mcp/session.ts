import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { z } from "zod";
import { startChild } from "./child.ts";
import type { Child, Start } from "./child.ts";
import { plain, plainLine } from "./plain.ts";
import { NotSent, wireTo } from "./transport.ts";
import type { Wire } from "./transport.ts";

export type CallResult = z.infer<typeof callResult>;
/** How a call ended: with the server's answer, unsent, or sent and never answered. */
export type CallEnd =
  | { readonly type: "result"; readonly result: CallResult }
  | { readonly type: "error"; readonly code: number; readonly message: string }
  | { readonly type: "not-sent"; readonly why: string }
  | { readonly type: "lost"; readonly why: string };

export interface CallRequest {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Idempotency key. */
  readonly key: string;
}

/** One life of a server. */
export interface Session {
  /** How it ended, in words; null: it lives, as far as is known. */
  ended(): string | null;
  /** The end of what it said on stderr, to be put behind a sentence; empty when it said nothing. */
  lastWords(): string;
  /** All tools it defines now, as it says them. */
  list(signal: AbortSignal): Promise<readonly unknown[] | { readonly why: string }>;
  /** Never sent twice, whatever comes of it. */
  call(request: CallRequest, signal: AbortSignal): Promise<CallEnd>;
  close(): Promise<void>;
}

/**
 * Starts a server and agrees on the protocol with it. Sampling, roots and elicitation are not offered.
 * @param timeoutMs until then they must agree
 * @param redact takes the secrets out of what it says on stderr
 */
export async function openSession(
  start: Start,
  timeoutMs: number,
  redact: (text: string) => string,
  stop: AbortSignal,
): Promise<Session | { readonly why: string }> {
  // Half a second of a core, which is no fault of the server.
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  const child = begun(start);
  if ("why" in child) return child;
  const wire = wireTo(child);
  const client = new Client({ name: "harness", version: "1" });
  const said = (): string => saidLast(redact(child.lastWords()));
  try {
    await client.connect(wire, { signal, timeout: never });
  } catch (error) {
    const why = troubleOf(error, wire, signal);
    await child.stop();
    return { why: `${why}${said()}` };
  }
  return {
    ended: () => wire.ended() ?? child.exit(),
    lastWords: said,
    list: async (signal) => listAll(client, wire, signal),
    call: async (request, signal) => call(client, wire, request, signal),
    close: async () => child.stop(),
  };
}

function begun(start: Start): Child | { readonly why: string } {
  try {
    return startChild(start);
  } catch (error) {
    // Most troubles are an event; an environment that is too large, or has a NUL, is not.
    if (!(error instanceof Error && "code" in error)) throw error;
    return { why: `it cannot be started: ${error.message}` };
  }
}

/** The library must not time out on its own: `signal` does. The longest that a timer takes. */
const never = 2 ** 31 - 1;

const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
const mostPages = 50;
const mostListed = 1000;

async function listAll(
  client: Client,
  wire: Wire,
  signal: AbortSignal,
): Promise<readonly unknown[] | { readonly why: string }> {
  const all: unknown[] = [];
  let cursor: string | undefined;
  try {
    for (let pages = 0; pages < mostPages && all.length <= mostListed; pages += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const { tools, nextCursor } = await client.request({ method: "tools/list", params }, page, {
        signal,
        timeout: never,
      });
      if (tools.length > mostListed) break;
      all.push(...tools);
      if (nextCursor === undefined) return all;
      cursor = nextCursor;
    }
  } catch (error) {
    return { why: troubleOf(error, wire, signal) };
  }
  return { why: "its list of tools has no end" };
}

const callResult = z
  .looseObject({
    content: z.array(z.unknown()).optional(),
    structuredContent: z.unknown().optional(),
    isError: z.boolean().optional(),
  })
  .refine(({ content, structuredContent }) => content !== undefined || structuredContent !== undefined);

async function call(client: Client, wire: Wire, request: CallRequest, signal: AbortSignal): Promise<CallEnd> {
  const unsent = wire.ended() ?? (signal.aborted ? "the call was stopped" : null);
  if (unsent !== null) return { type: "not-sent", why: unsent };
  const { tool, args, key } = request;
  const params = { name: tool, arguments: args, _meta: { "harness/idempotencyKey": key } };
  try {
    const result = await client.request({ method: "tools/call", params }, callResult, {
      signal,
      timeout: never,
    });
    return { type: "result", result };
  } catch (error) {
    if (error instanceof NotSent) return { type: "not-sent", why: error.message };
    const said = signal.aborted || wire.ended() !== null ? null : serverError(error);
    return said ?? { type: "lost", why: troubleOf(error, wire, signal) };
  }
}

/** An error that the server answered with; null: one of the library's own. */
function serverError(error: unknown): (CallEnd & { readonly type: "error" }) | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "number") return null;
  return { type: "error", code: error.code, message: error.message.replace(/^MCP error -?[\d.e+]+: /, "") };
}

/** Why a request came to nothing, in words. What is no trouble of a server is a bug and passes. */
function troubleOf(error: unknown, wire: Wire, signal: AbortSignal): string {
  const ended = wire.ended();
  if (ended !== null) return ended;
  if (signal.aborted)
    return `${isTimeout(signal.reason) ? "it did not answer in time" : "the call was stopped"}${noise(wire)}`;
  const said = serverError(error);
  if (said !== null) return `it answered with error ${said.code}: ${plainLine(said.message, longestWords)}`;
  if (error instanceof NotSent) return error.message;
  if (error instanceof z.core.$ZodError) return "its answer does not follow the protocol";
  if (error instanceof Error && error.message.startsWith(otherVersion)) return error.message;
  throw error;
}

/** How the library says that a server speaks a version it does not know. */
const otherVersion = "Server's protocol version is not supported";

const isTimeout = (reason: unknown): boolean =>
  reason instanceof DOMException && reason.name === "TimeoutError";

const noise = (wire: Wire): string =>
  wire.garbage() === 0 ? "" : ` (lines of its stdout that are no messages of MCP: ${wire.garbage()})`;

/** What it said last on stderr, where that may be the reason. */
function saidLast(words: string): string {
  const lines = words.trim().split("\n").slice(-mostLines).join("\n").slice(-longestWords).toWellFormed();
  return lines === "" ? "" : `; it said: ${plain(lines)}`;
}

const mostLines = 5;
const longestWords = 500;
