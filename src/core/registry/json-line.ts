import { canonical } from "../canonical.ts";
import type { Json } from "../canonical.ts";

/** A line of JSONL. */
export interface JsonLine {
  readonly value: Json;
  /** One spelling per value: order of keys, white space and escapes change nothing. */
  readonly canonical: string;
}

const deepest = 500;

/**
 * Reads one value. Integers beyond 2^53, which doubles would make the same, stay what they are, as strings that begin with U+0001;
 * other numbers are doubles, as every reader takes them.
 * @returns what is wrong, as the end of a sentence: also a key given twice, of which readers take the one or the other
 */
export function readJsonLine(text: string): JsonLine | string {
  const parsed = parse(text);
  if (typeof parsed === "string") return parsed;
  const { members, depth, exact } = scan(text);
  if (depth > deepest) return `it is nested deeper than ${deepest} levels; write it flatter`;
  const value = exact === text ? parsed.value : (JSON.parse(exact) as Json);
  if (membersOf(value) !== members) return "a key is given twice in one object; keep one";
  return { value, canonical: canonical(value) };
}

function parse(text: string): { readonly value: Json } | string {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `it is no JSON (${error.message}); write one value a line`;
  }
}

interface Scanned {
  /** Of all objects, those given twice counted twice. */
  readonly members: number;
  readonly depth: number;
  /** The text, with integers that a double would change as strings. */
  readonly exact: string;
}

/** Of valid JSON. */
function scan(text: string): Scanned {
  let [members, open, depth, kept, exact] = [0, 0, 0, 0, ""];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') at = endOfString(text, at);
    else if (character === ":") members++;
    else if (character === "{" || character === "[") depth = Math.max(depth, ++open);
    else if (character === "}" || character === "]") open--;
    else if (character === "-" || isDigit(character)) {
      const number = numberAt(text, at);
      const digits = digitsOf(number);
      if (digits !== null) {
        exact += `${text.slice(kept, at)}"\\u0001${digits}"`;
        kept = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return { members, depth, exact: kept === 0 ? text : exact + text.slice(kept) };
}

/** Where the string that opens at `start` closes. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at;
  }
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";

function numberAt(text: string, start: number): string {
  let end = start + 1;
  while (end < text.length && /[\d.eE+-]/.test(text[end] ?? "")) end++;
  return text.slice(start, end);
}

/** The digits of a number that a double need not hold as it is written; null: a double does. */
function digitsOf(number: string): string | null {
  const double = Number(number);
  if (!Number.isFinite(double)) return number;
  if (Math.abs(double) <= Number.MAX_SAFE_INTEGER) return null;
  if (/^-?\d+$/.test(number)) return number;
  // As JSON.stringify writes it, so that writing it again changes nothing.
  return Math.abs(double) < 1e21 ? String(double) : null;
}

function membersOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + membersOf(one as Json), 0);
  const inner = Object.values(value) as readonly Json[];
  return inner.reduce<number>((sum, one) => sum + membersOf(one), inner.length);
}
