/** Anything JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * One spelling per value, after RFC 8785 (JCS): keys sorted by UTF-16 code units, no white space,
 * numbers as ECMAScript prints them. `undefined` members are left out, as JSON does.
 *
 * Recursive: values come from our own schemas and from tool arguments whose depth is bounded on arrival.
 * @throws TypeError for what JSON cannot say (NaN, functions, bigint).
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`canonical: ${typeof value} is not JSON`);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`canonical: ${value} is not JSON`);
  return JSON.stringify(value);
}

function canonicalObject(value: Record<string, unknown>): string {
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Canonical JSON as UTF-8 bytes: the form in which structured blobs are stored. */
export const encodeJson = (value: unknown): Uint8Array => encoder.encode(canonical(value));

/** Reads what `encodeJson` wrote. @throws SyntaxError or TypeError when it is not UTF-8 JSON. */
export const decodeJson = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** Text of bytes that may not be UTF-8: what cannot be read becomes U+FFFD. A byte order mark stays. */
export const decodeText = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
