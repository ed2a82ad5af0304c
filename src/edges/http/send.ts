import { httpFault, readUrl } from "../../core/http-call.ts";
import type { HttpArgs } from "../../core/http-call.ts";
import type { Answered } from "./answer-text.ts";
import { connect } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";
import { exchange } from "./exchange.ts";
import { fill } from "./fill.ts";
import type { Filling } from "./fill.ts";

export interface SendOptions extends ConnectOptions, Filling {}

/** `failed`: no byte of it has left; `unknown`: something may have, and no status line came back. */
export type Sent =
  | { readonly outcome: "done"; readonly answered: Answered }
  | { readonly outcome: "failed" | "unknown"; readonly why: string };

/** One request; nothing is followed. */
export async function send(
  args: HttpArgs,
  key: string,
  signal: AbortSignal,
  options: SendOptions,
): Promise<Sent> {
  const url = readUrl(args.url);
  const fault = httpFault(args);
  if (typeof url === "string" || fault !== null) return { outcome: "failed", why: fault ?? String(url) };
  const outgoing = fill(args, url, key, options);
  if (typeof outgoing === "string") return { outcome: "failed", why: outgoing };
  const found = await connect(args.method, url, options, signal);
  if ("why" in found) return { outcome: "failed", why: found.why };
  const answer = await exchange(found.socket, outgoing, options.redaction, signal);
  return answer.status === null
    ? { outcome: "unknown", why: answer.why }
    : { outcome: "done", answered: { method: args.method, url, answer } };
}

/** Ends what is under way when its time is up, as `signal` does. */
export async function within<T>(
  seconds: number,
  signal: AbortSignal,
  work: (ends: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const stop = (): void => ending.abort(new Error("the run was stopped"));
  const timer = setTimeout(() => ending.abort(new Error(`${seconds} s were up`)), seconds * 1000);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
