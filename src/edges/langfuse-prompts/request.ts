import { setTimeout as delay } from "node:timers/promises";
import { LangfuseRefused } from "./refused.ts";

/** A project on a Langfuse server. */
export interface Server {
  /** Without a slash at the end. */
  readonly base: string;
  readonly authorization: string;
  /** Of one request, in ms. */
  readonly timeoutMs: number;
  /** Takes keys out of what the server says. */
  readonly secretless: (text: string) => string;
}

export interface Request {
  readonly method: "GET" | "POST" | "PATCH";
  /** After the address of the server. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * One request, and what came back as JSON; null: there is no such thing (404). What may be done twice (GET, PATCH) is tried
 * again when the server is busy or away; a POST never is, for nobody knows whether it was done. The official client repeats
 * that, too, and a version would be there twice. @throws LangfuseRefused
 */
export async function request(server: Server, asked: Request): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const answer = await once(server, asked);
    if (!("isUncertain" in answer)) return answer.value;
    if (!answer.isUncertain || asked.method === "POST" || tries === mostTries)
      throw new LangfuseRefused(`Langfuse at ${server.base}: ${answer.why}`, answer.isUncertain);
    await delay(answer.waitMs ?? 500 * 2 ** (tries - 1));
  }
}

const mostTries = 4;
const longestWaitMs = 30_000;
/** Most bytes of an answer that are read: a prompt is at most a few MiB. */
const mostBytes = 32 * 1024 * 1024;

type Answer =
  | { readonly value: unknown }
  | { readonly isUncertain: boolean; readonly why: string; readonly waitMs: number | null };

async function once(server: Server, { method, path, body }: Request): Promise<Answer> {
  try {
    const response = await fetch(`${server.base}${path}`, {
      method,
      headers: { authorization: server.authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(server.timeoutMs),
    });
    return answerOf(response, await textOf(response), server);
  } catch (error) {
    return { isUncertain: true, why: server.secretless(`${reason(error)}; try again later`), waitMs: null };
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > mostBytes) throw new Error("the answer is longer than 32 MiB");
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString();
}

function answerOf({ status, headers }: Response, text: string, { secretless }: Server): Answer {
  const value = parsed(text);
  const no = (what: string): Answer => ({
    isUncertain: false,
    why: `HTTP ${status}${secretless(said(value))}: ${what}`,
    waitMs: null,
  });
  if (status >= 200 && status < 300)
    return value === undefined ? no("no JSON came back; check LANGFUSE_BASE_URL") : { value };
  if (status === 401 || status === 403)
    return no("the keys are not taken; check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY");
  if (status === 404 && value !== undefined) return { value: null };
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    return no("nothing there takes prompts; check LANGFUSE_BASE_URL");
  if (status !== 408 && status !== 425 && status !== 429 && status < 500)
    return no("it does not take what was sent; mend that, then push again");
  const why = `HTTP ${status}${secretless(said(value))}; try again later`;
  return { isUncertain: true, why, waitMs: waitOf(headers) };
}

/** undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A line of the server's words. */
function said(value: unknown): string {
  const { message, error } = (value ?? {}) as { readonly message?: unknown; readonly error?: unknown };
  const text = [message, error].find((one) => typeof one === "string") ?? "";
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim();
  return line === "" ? "" : ` (${line.slice(0, 200)})`;
}

/** `retry-after` in seconds; null: none that is sane. */
function waitOf(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  return /^\d{1,6}$/.test(value) ? Math.min(Number(value) * 1000, longestWaitMs) : null;
}

/** `fetch` hides what happened in its causes. */
function reason(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return "no answer in time";
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (typeof code === "string") return code;
  return cause instanceof Error ? cause.message : message;
}
