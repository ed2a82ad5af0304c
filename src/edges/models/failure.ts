import type { ModelError, ModelErrorClass, Usage } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import { isUnsent, ofConnection } from "./connection-failure.ts";
import { isContextFull } from "./context-full.ts";
import { nothingUsed } from "./exchange.ts";
import { retryAfter } from "./retry-after.ts";
import { oneLine, textOf } from "./safe-text.ts";
import type { Wrong } from "./whole.ts";

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
  const headers = thrown["headers"] instanceof Headers ? thrown["headers"] : new Headers();
  const report = reportOf(thrown["error"]);
  const text = report.message || wordsOf(thrown) || "it came without a word";
  return {
    class:
      report.type === "overloaded_error" ? "overloaded" : classOfStatus(status, `${report.type} ${text}`),
    message: `HTTP ${status}: ${redirection(status, headers) ?? text}`,
    status,
    retryAfterMs: retryAfter(headers, Date.now()),
  };
}

/** What an SDK says of an answer that reports nothing: its status and its body. */
const wordsOf = ({ message }: Record<string, unknown>): string =>
  textOf(message).replace(/^\d{3} (status code \(no body\))?/, "");

function redirection(status: number, headers: Headers): string | null {
  const to = status >= 300 && status < 400 ? headers.get("location") : null;
  return to === null
    ? null
    : `the address of the provider leads to ${to}, where no key is sent; set the address that is meant`;
}

function classOfStatus(status: number, text: string): ModelErrorClass {
  if (isUnpaid(text)) return "auth";
  if (status === 429) return isContextFull(text) ? "context-full" : "rate-limit";
  if (status === 529) return "overloaded";
  if ([401, 402, 403].includes(status)) return "auth";
  // Only a smaller request can pass.
  if (status === 413) return "context-full";
  // Timeout, conflict and "too early" pass by themselves.
  if (status >= 500 || [408, 409, 425].includes(status)) return "server";
  return isContextFull(text) ? "context-full" : "bad-request";
}

/** An error object a provider sent inside an answer that had begun with status 200. */
export function reported(value: unknown): Wrong {
  const { class: wrong, message } = ofReport(value);
  return { wrong, message };
}

function ofReport(value: unknown): Found {
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
  ["invalid_api_key", "auth"],
  ["model_not_found", "bad-request"],
  ["invalid_request_error", "bad-request"],
  ["invalid_prompt", "bad-request"],
  ["not_found_error", "bad-request"],
  ["request_too_large", "context-full"],
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

/** An account has no money left: OpenAI answers 429 then, Anthropic 400. Waiting does not help. */
const isUnpaid = (text: string): boolean =>
  /insufficient_quota|billing_hard_limit|credit balance is too low/i.test(text);

function clean(message: string, apiKey: string | null): string {
  const open = apiKey === null || apiKey === "" ? message : message.replaceAll(apiKey, "[key]");
  return oneLine(withoutLogin(withoutMarkup(open)), maxMessage);
}

/** Gateways answer with pages: their text is kept. What is not closed goes on to the end, so no text takes long. */
const withoutMarkup = (text: string): string =>
  /<(!doctype|html|head|body)\b/i.test(text)
    ? text.replaceAll(/<(style|script)\b[\s\S]*?(<\/\1>|$)|<[^>]*(>|$)/gi, " ")
    : text;

/** `https://user:password@host` */
const withoutLogin = (text: string): string => text.replaceAll(/\/\/[^/@\s]+@/g, "//");
