import type { Json } from "../../core/canonical.ts";
import { safeText } from "./safe-text.ts";

export type Arguments = { readonly args: Json } | { readonly args: null; readonly raw: string };

/** Levels of nesting; what is deeper would break readers that recurse. */
const maxDepth = 64;
const maxRaw = 20_000;

/**
 * The arguments of a call as its provider sent them. What is no JSON object, is nested too deep or holds a number
 * JSON cannot say again (1e999) becomes `args: null` and `raw`, the text, cut at 20,000 characters.
 * `__proto__` members are dropped: they mean nothing to a tool and could change an object that is assigned from them.
 */
export function argumentsOf(text: string): Arguments {
  const value = depthOf(text) > maxDepth ? undefined : parsed(text);
  const args = isObject(value) ? cleaned(value) : undefined;
  return args === undefined ? { args: null, raw: rawOf(text) } : { args };
}

export const rawOf = (text: string): string => safeText(text.slice(0, maxRaw));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a call without usable arguments is shown as to a model: an object, since providers take nothing else. */
export const unusable = (raw: string | undefined): { readonly [key: string]: Json } => ({
  INVALID_JSON: raw ?? "",
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** How deep the brackets of JSON text nest, without recursion and without parsing it. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") deepest = Math.max(deepest, ++depth);
    else if (char === "}" || char === "]") depth -= 1;
  }
  return deepest;
}

/** A copy that is safe to store and to send on; undefined when something in it cannot be said in JSON. */
function cleaned(value: unknown): Json | undefined {
  if (typeof value === "string") return safeText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return cleanedList(value);
  return isObject(value) ? cleanedObject(value) : undefined;
}

function cleanedList(list: readonly unknown[]): Json | undefined {
  const items = list.map(cleaned);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function cleanedObject(value: Record<string, unknown>): Json | undefined {
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const item = cleaned(value[key]);
    if (item === undefined) return undefined;
    const name = safeText(key);
    if (name !== "__proto__") result[name] = item;
  }
  return result;
}

/** Whether a value from a provider, kept as it is, nests no deeper than what may be stored. */
export function isShallow(value: unknown, levels = maxDepth): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1));
}
