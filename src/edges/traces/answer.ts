import type { Instant } from "../../core/id.ts";

/** What a server made of a request. */
export type Outcome =
  | { readonly type: "accepted" }
  /** Some of it: how many, and why, as far as the server says. */
  | { readonly type: "partial"; readonly rejected: number; readonly why: string }
  | { readonly type: "too-large"; readonly why: string }
  /** Something in it is wrong. */
  | { readonly type: "refused"; readonly why: string }
  /** It does not read what is compressed. */
  | { readonly type: "plain-only"; readonly why: string }
  /** Nothing of it will ever be taken: keys, address. */
  | { readonly type: "denied"; readonly why: string }
  /**
   * It may be taken later. `isFault`: the server fell over it, which may be because of what was sent. `isReset`: the
   * connection broke off while it was sent, as some do with what is too large.
   */
  | {
      readonly type: "unavailable";
      readonly why: string;
      readonly waitMs: number | null;
      readonly isFault: boolean;
      readonly isReset: boolean;
    };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Its beginning. */
  readonly body: string;
  readonly isGzip: boolean;
}

/** Reads an answer by its status; `secretless` takes out of the server's words what nobody may read. */
export function outcomeOf(answer: Answer, now: Instant, secretless: (text: string) => string): Outcome {
  const { status, headers, body } = answer;
  const why = `HTTP ${status}${said(body, secretless)}`;
  if (status >= 200 && status < 300) return accepted(body, secretless);
  if (status === 401 || status === 403) return { type: "denied", why: `${why}: the keys are not taken` };
  if (status === 404 || status === 405 || (status >= 300 && status < 400))
    return { type: "denied", why: `${why}: there is nothing that takes traces at that address` };
  if (status === 413) return { type: "too-large", why };
  if (status === 415 && answer.isGzip) return { type: "plain-only", why };
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return {
      type: "unavailable",
      why,
      waitMs: waitOf(headers, now),
      isFault: status === 500,
      isReset: false,
    };
  return { type: "refused", why };
}

function accepted(body: string, secretless: (text: string) => string): Outcome {
  const partial = objectIn(objectIn(parsed(body))["partialSuccess"]);
  const rejected = Number(partial["rejectedSpans"] ?? 0);
  if (!(rejected > 0)) return { type: "accepted" };
  const message = partial["errorMessage"];
  return {
    type: "partial",
    rejected,
    why: `rejected${said(typeof message === "string" ? message : "", secretless)}`,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** A line of the server's words; a page of HTML says nothing. */
function said(body: string, secretless: (text: string) => string): string {
  if (/^\s*(<|\{\s*\}\s*$|$)/.test(body)) return "";
  const { message, error } = objectIn(parsed(body));
  const text = [message, error].find((one) => typeof one === "string") ?? body;
  const line = secretless(text.toWellFormed())
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return line === "" ? "" : ` (${line.slice(0, 160).toWellFormed()})`;
}

/** A server that asks for more is asked again after this long all the same. */
const maxWaitMs = 5 * 60 * 1000;

/** `retry-after` is a number of seconds or a date (RFC 9110, 10.2.3); null: nothing sane. */
function waitOf(headers: Headers, now: Instant): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1000, maxWaitMs);
  if (!/^[A-Za-z]{3}/.test(value)) return null;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - now), maxWaitMs);
}
