import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { outcomeOf } from "./answer.ts";
import type { Outcome } from "./answer.ts";
import type { Target } from "./target.ts";

export interface Letter {
  readonly url: string;
  readonly body: Uint8Array;
  readonly isGzip: boolean;
}

const gzipped = promisify(gzip);
/** Most bytes of an answer that are read. */
const answerBytes = 64 * 1024;

/** One request to a target; never rejects. It is given up when `halt` says so, or the target's time is over. */
export async function post(
  target: Target,
  letter: Letter,
  halt: AbortSignal,
  secretless: (text: string) => string,
): Promise<Outcome> {
  const signal = AbortSignal.any([halt, AbortSignal.timeout(target.timeoutMs)]);
  try {
    const body = letter.isGzip ? await gzipped(letter.body) : letter.body;
    const response = await fetch(letter.url, {
      method: "POST",
      body: body as Uint8Array<ArrayBuffer>,
      headers: {
        ...target.headers,
        "content-type": "application/json",
        ...(letter.isGzip ? { "content-encoding": "gzip" } : {}),
      },
      redirect: "manual",
      signal,
    });
    const { status, headers } = response;
    const answer = { status, headers, body: await beginning(response), isGzip: letter.isGzip };
    return outcomeOf(answer, Date.now(), secretless);
  } catch (error) {
    const why = reason(error);
    const isReset = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(why);
    return { type: "unavailable", why: secretless(why), waitMs: null, isFault: isReset, isReset };
  }
}

async function beginning(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) return text;
    text += decoder.decode(value, { stream: true });
    size += value.length;
    if (size < answerBytes) continue;
    await reader.cancel();
    return text;
  }
}

/** `fetch` hides what happened in its causes. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  if (error.name === "AbortError") return "no answer so far";
  const { cause } = error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code === "string") return code;
  return cause instanceof Error ? cause.message : error.message;
}
