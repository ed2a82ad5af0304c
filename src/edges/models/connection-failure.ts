import type { ModelError } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import { textOf } from "./safe-text.ts";

/** What an SDK threw because there was no answer, or its bytes were none. */
export function ofConnection(thrown: Record<string, unknown>): Pick<ModelError, "class" | "message"> {
  const causes = causesOf(thrown);
  const code = codeOf(causes);
  const message = messageOf(causes, code);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return { class: "stalled", message };
  if (isGarbage(causes, code)) return { class: "protocol", message: `the answer cannot be read: ${message}` };
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

/** What the SDKs and fetch say around every cause. */
const frames: ReadonlySet<string> = new Set(["", "Connection error.", "fetch failed", "terminated"]);

function messageOf(causes: readonly Record<string, unknown>[], code: string | null): string {
  const said = causes.map(({ message }) => withoutLibrary(textOf(message)));
  const why = [...said.filter((text) => !frames.has(text)), code ?? ""].filter((text) => text !== "");
  return [...new Set(why)].join(": ") || said.findLast((text) => text !== "") || "without a word";
}

/** `40CD26…:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/…` */
const withoutLibrary = (text: string): string =>
  text.replace(/^[0-9A-F]+:error:[^:]*:SSL routines:[^:]*:([^:]*):[\s\S]*$/, "TLS: $1");

/** Bytes that are no HTTP, or no compression. */
const isGarbage = (causes: readonly Record<string, unknown>[], code: string | null): boolean =>
  causes.some(({ name }) => name === "HTTPParserError") ||
  ["Z_DATA_ERROR", "UND_ERR_HEADERS_OVERFLOW"].includes(code ?? "");

/** A TypeError that no connection caused: an address or a key that HTTP cannot say. */
const isUnsayable = (causes: readonly Record<string, unknown>[], code: string | null): boolean =>
  code === null || code.startsWith("ERR_INVALID")
    ? causes.at(-1) instanceof TypeError &&
      !/fetch failed|terminated/.test(textOf(causes.at(-1)?.["message"]))
    : false;

const unsent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const noTls = /^(ERR_(SSL|TLS)_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** There was no connection, or none that was safe to speak over. */
export function isUnsent(thrown: unknown): boolean {
  const causes = causesOf(thrown);
  const code = codeOf(causes) ?? "";
  return unsent.has(code) || noTls.test(code) || causes.some(({ syscall }) => syscall === "connect");
}
