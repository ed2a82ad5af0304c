import type { HttpArgs } from "../../core/http-call.ts";
import { isHeaderValue, isSafe, secretFault } from "../../core/http-call.ts";
import type { Redaction } from "../../core/redaction.ts";
import { filled } from "../../core/secret.ts";
import type { Secret } from "../../core/secret.ts";
import type { Outgoing } from "./exchange.ts";

export interface Filling {
  readonly secrets: readonly Secret[];
  readonly redaction: Redaction;
  /** The header by which a host knows a request again. */
  readonly keyHeader?: string;
}

/** The request with its secrets filled in, or a sentence that says why it is not sent. It never holds a value. */
export function fill(args: HttpArgs, url: URL, key: string, filling: Filling): Outgoing | string {
  const fault = valueFault(args, filling) ?? secretFault(args, url, filling.secrets);
  if (fault !== null) return fault;
  const valueOf = (name: string): string => filling.secrets.find((one) => one.name === name)?.value ?? "";
  const given = Object.entries(args.headers ?? {});
  const keyHeader = filling.keyHeader ?? "Idempotency-Key";
  const headers = given
    .filter(([name]) => isSafe(args.method) || name.toLowerCase() !== keyHeader.toLowerCase())
    .map(([name, value]): [string, string] => [name, filled(value, valueOf)]);
  if (!isSafe(args.method)) headers.push([keyHeader, key]);
  const wrong = headers.find(([, value]) => !isHeaderValue(value));
  if (wrong !== undefined)
    return `the value of the header ${wrong[0]} has line breaks or characters that no header may have`;
  const inBody = spelling(given);
  const body = filled(args.body ?? "", (name) => inBody(valueOf(name)));
  return { method: args.method, url, headers, body };
}

function valueFault(args: HttpArgs, { redaction }: Filling): string | null {
  const written = JSON.stringify([args.url, args.headers ?? {}, args.body ?? ""]);
  return redaction.text(written) === written
    ? null
    : "the request holds the value of a secret itself; write {{secret:NAME}} in its place";
}

/** A value must stay one value: a quote in it would end a string of JSON, an ampersand a field of a form. */
function spelling(headers: readonly (readonly [name: string, value: string])[]): (value: string) => string {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (/^[^;]*\bjson\b/i.test(type)) return (value) => JSON.stringify(value).slice(1, -1);
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? encodeURIComponent : (value) => value;
}
