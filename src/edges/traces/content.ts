import type { Json } from "../../core/canonical.ts";
import type { Redaction } from "../../core/redaction.ts";
import { MissingBlob } from "../../core/ports.ts";
import type { Blobs } from "../../core/ports.ts";
import type { Content } from "../../core/trace/item.ts";

/** How much of a run its traces tell: `traces.content` of `harness.yaml`. */
export type Level = "none" | "metadata" | "full";

/** Most bytes (UTF-8) of one field. */
export const fieldBytes = 256 * 1024;
/** JSON above this is not taken apart: it is cut as text. */
const parsedBytes = 8 * 1024 * 1024;

export interface ContentReader {
  /** Text of one field, safe to send; null: nothing is to be told. */
  read(content: Content | null): Promise<string | null>;
  /** As far as it may be told: all of it, or numbers and digests only. */
  metadata(values: Readonly<Record<string, Json>>): Record<string, Json>;
  /** A text of our own that may hold what others said. */
  text(text: string): string;
}

/** What of a content may be told, with no secret in it, and bounded. */
export function contentReader(
  blobs: Pick<Blobs, "getStream">,
  redaction: Redaction,
  level: Level,
): ContentReader {
  const safe = (text: string): string => wellFormed(redaction.text(text));
  return {
    read: async (content) => {
      if (content === null || level === "none") return null;
      if ("plain" in content) return cut(safe(content.plain), fieldBytes);
      if (level === "metadata") return null;
      return stored(blobs, redaction, content);
    },
    metadata: (values) =>
      level === "none" ? countsOf(values) : (redaction.jsonValue(values) as Record<string, Json>),
    text: safe,
  };
}

/** Numbers and what names content without saying it. */
const countsOf = (values: Readonly<Record<string, Json>>): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) =>
        typeof value === "number" ||
        typeof value === "boolean" ||
        (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)),
    ),
  );

async function stored(
  blobs: Pick<Blobs, "getStream">,
  redaction: Redaction,
  { digest, form }: Extract<Content, { readonly digest: string }>,
): Promise<string> {
  try {
    const { text, more } = await beginning(
      blobs,
      redaction,
      digest,
      form === "json" ? parsedBytes : fieldBytes,
    );
    if (form === "json" && more === 0) return fitJson(text);
    return cut(text, fieldBytes, more);
  } catch (error) {
    if (isGone(error)) return "(no longer stored)";
    throw error;
  }
}

/** Dropped, or damaged on a disk: as the store that is passed in says it. */
const isGone = (error: unknown): boolean =>
  error instanceof MissingBlob || (error instanceof Error && error.name === "DamagedBlob");

/**
 * The first `most` bytes, redacted, and how many bytes are left out. What may be the beginning of a secret is held back
 * at the cut, so that none is sent in part.
 */
async function beginning(
  blobs: Pick<Blobs, "getStream">,
  redaction: Redaction,
  digest: string,
  most: number,
): Promise<{ readonly text: string; readonly more: number }> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const kept = redaction.stream();
  let [text, taken, size] = ["", 0, 0];
  for await (const chunk of blobs.getStream(digest)) {
    const piece = chunk.subarray(0, Math.max(0, most - taken));
    text += kept.push(decoder.decode(piece, { stream: true }));
    taken += piece.length;
    size += chunk.length;
  }
  if (size <= taken) text += kept.push(decoder.decode()) + kept.end();
  return { text: wellFormed(text), more: size - taken };
}

/** NUL is what some servers cannot store, and refuse with all that came along. */
const wellFormed = (text: string): string => text.toWellFormed().replaceAll("\0", "\u{fffd}");

/** A text of at most `most` bytes (UTF-8) with its note. `more`: bytes that are missing at its end already. */
export function cut(text: string, most: number, more = 0): string {
  const size = Buffer.byteLength(text);
  if (size <= most && more === 0) return text;
  const room = most - noteBytes;
  const head = size <= room ? text : headOf(text, room);
  return `${head}${note(size - Buffer.byteLength(head) + more)}`;
}

const note = (bytes: number): string => `\n[cut: ${bytes} more bytes]`;
const noteBytes = 64;

/** Ends between characters. */
const headOf = (text: string, most: number): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, Math.max(0, most)), {
    stream: true,
  });

/** JSON that stays JSON: its long strings are cut, ever shorter, until all of it fits. */
export function fitJson(text: string, most = fieldBytes): string {
  if (Buffer.byteLength(text) <= most) return text;
  const value = parsed(text);
  if (value === undefined) return cut(text, most);
  for (let each = most; each >= 256; each = each >> 1) {
    const shorter = JSON.stringify(shortened(value, each));
    if (Buffer.byteLength(shorter) <= most) return shorter;
  }
  return cut(text, most);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function shortened(value: Json, most: number): Json {
  if (typeof value === "string") return cut(value, most);
  if (Array.isArray(value)) return value.map((item: Json) => shortened(item, most));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item, most)]));
}
