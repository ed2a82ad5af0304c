import type { ModelError, ModelErrorClass, Usage } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import { nothingUsed } from "./exchange.ts";
import { retryAfter } from "./retry-after.ts";
import { oneLine, textOf } from "./safe-text.ts";

export interface Failure {
  readonly error: ModelError;
  readonly usage: Usage | null;
}

/** Characters of a message: what a journal keeps of it. */
const maxMessage = 200;

/**
 * What an SDK threw, in our words. It threw for the status of the answer, for an error the provider sent inside the
 * stream, for the connection, or for bytes that are no such answer. The message never holds the key.
 */
export function failureOf(thrown: unknown, apiKey: string | null): Failure {
  const found = isObject(thrown) ? described(thrown) : { class: "network" as const, message: String(thrown) };
  const error = { status: null, retryAfterMs: null, ...found, message: clean(found.message, apiKey) };
  return { error, usage: isUnsent(thrown) ? nothingUsed : null };
}

/** A problem found in what a provider sent. */
export const problem = (kind: ModelErrorClass, message: string, apiKey: string | null): ModelError => ({
  class: kind,
  message: clean(message, apiKey),
  status: null,
  retryAfterMs: null,
});

type Found = Pick<ModelError, "class" | "message"> & Partial<ModelError>;

function described(thrown: Record<string, unknown>): Found {
  if (typeof thrown["status"] === "number") return ofStatus(thrown["status"], thrown);
  if (thrown["error"] !== undefined) return ofReport(thrown["error"]);
  if (thrown instanceof SyntaxError || thrown instanceof RangeError) {
    return { class: "protocol", message: `the answer cannot be read: ${thrown.message}` };
  }
  return ofConnection(thrown);
}

function ofStatus(status: number, thrown: Record<string, unknown>): Found {
  const report = reportOf(thrown["error"]);
  const text = report.message || textOf(thrown["message"]).replace(/^\d{3} /, "");
  return {
    class:
      report.type === "overloaded_error" ? "overloaded" : classOfStatus(status, `${report.type} ${text}`),
    message: `HTTP ${status}: ${text}`,
    status,
    retryAfterMs: thrown["headers"] instanceof Headers ? retryAfter(thrown["headers"], Date.now()) : null,
  };
}

function classOfStatus(status: number, text: string): ModelErrorClass {
  if (status === 429) return isUnpaid(text) ? "auth" : "rate-limit";
  if (status === 529) return "overloaded";
  if ([401, 402, 403].includes(status)) return "auth";
  // Timeout, conflict and "too early" pass by themselves.
  if (status >= 500 || [408, 409, 425].includes(status)) return "server";
  return isContextFull(text) ? "context-full" : "bad-request";
}

/** An error object a provider sent inside an answer that had begun with status 200. */
export function ofReport(value: unknown): Found {
  const { type, message, code } = reportOf(value);
  const shown = message || type || "the provider reported an error and did not say which";
  return { class: classOfReport(type, code, `${type} ${message}`), message: shown };
}

function classOfReport(type: string, code: number | null, text: string): ModelErrorClass {
  const named = classes.get(type);
  if (isContextFull(text)) return "context-full";
  if (named !== undefined) return named;
  return code !== null && code >= 400 && code < 600 ? classOfStatus(code, text) : "server";
}

/** `error.type` of Anthropic, `error.code` and `error.type` of OpenAI. What is not here may pass: `server`. */
const classes: ReadonlyMap<string, ModelErrorClass> = new Map([
  ["overloaded_error", "overloaded"],
  ["rate_limit_error", "rate-limit"],
  ["rate_limit_exceeded", "rate-limit"],
  ["authentication_error", "auth"],
  ["permission_error", "auth"],
  ["billing_error", "auth"],
  ["insufficient_quota", "auth"],
  ["invalid_request_error", "bad-request"],
  ["invalid_prompt", "bad-request"],
  ["not_found_error", "bad-request"],
  ["request_too_large", "bad-request"],
]);

/** Anthropic nests the report one level deeper than OpenAI; a `code` is more exact than a `type`. */
function reportOf(value: unknown): { type: string; message: string; code: number | null } {
  if (!isObject(value)) return { type: "", message: textOf(value), code: null };
  const { type, code, message } = isObject(value["error"]) ? value["error"] : value;
  return {
    type: textOf(code) || textOf(type),
    message: textOf(message),
    code: typeof code === "number" ? code : null,
  };
}

const isContextFull = (text: string): boolean =>
  /prompt is too long|context[ _](length|window|limit|size)/i.test(text);

/** OpenAI answers 429 when an account has no money left: waiting does not help. */
const isUnpaid = (text: string): boolean => /insufficient_quota/i.test(text);

function ofConnection(thrown: Record<string, unknown>): Found {
  const causes = causesOf(thrown);
  const code = codeOf(causes);
  const why = [...causes.map(({ message }) => textOf(message)).filter((text) => text !== ""), code ?? ""];
  const message = [...new Set(why)].join(": ");
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return { class: "stalled", message };
  return isUnsayable(causes, code)
    ? { class: "bad-request", message: `the request cannot be sent: ${message}` }
    : { class: "network", message: `the connection failed: ${message}` };
}

/** The error and what caused it, outermost first. */
function causesOf(thrown: unknown): readonly Record<string, unknown>[] {
  const causes: Record<string, unknown>[] = [];
  for (let at = thrown; isObject(at) && causes.length < 8; at = at["cause"]) causes.push(at);
  return causes;
}

const codeOf = (causes: readonly Record<string, unknown>[]): string | null =>
  causes.map(({ code }) => textOf(code)).find((code) => code !== "") ?? null;

/** A TypeError that no connection caused: an address or a key that HTTP cannot say. */
const isUnsayable = (causes: readonly Record<string, unknown>[], code: string | null): boolean =>
  code === null || code.startsWith("ERR_INVALID")
    ? causes.at(-1) instanceof TypeError &&
      !/fetch failed|terminated/.test(textOf(causes.at(-1)?.["message"]))
    : false;

const unsent: ReadonlySet<string | null> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const isUnsent = (thrown: unknown): boolean => unsent.has(codeOf(causesOf(thrown)));

function clean(message: string, apiKey: string | null): string {
  const open = apiKey === null || apiKey === "" ? message : message.replaceAll(apiKey, "[key]");
  return oneLine(withoutLogin(withoutMarkup(open)), maxMessage);
}

/** Gateways answer with pages: their text is kept. */
const withoutMarkup = (text: string): string =>
  /<(!doctype|html|head|body)\b/i.test(text)
    ? text.replaceAll(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ")
    : text;

/** `https://user:password@host` */
const withoutLogin = (text: string): string => text.replaceAll(/\/\/[^/@\s]+@/g, "//");
