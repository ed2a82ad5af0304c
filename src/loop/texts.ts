import { decodeJson, decodeText, encodeJson, encodeText } from "../core/canonical.ts";
import type { Digest } from "../core/id.ts";
import type { Blobs } from "../core/ports.ts";

/** Text as it is stored. Half a surrogate pair, which UTF-8 cannot say, becomes U+FFFD. */
export const textBytes = (text: string): Uint8Array => encodeText(text.toWellFormed());

/** Stores texts in one go; the digests in order. */
export const putTexts = async (blobs: Blobs, ...texts: readonly string[]): Promise<readonly Digest[]> =>
  blobs.put(texts.map(textBytes));

export async function putText(blobs: Blobs, text: string): Promise<Digest> {
  const [digest] = await putTexts(blobs, text);
  return digest as Digest;
}

export async function putJson(blobs: Blobs, value: unknown): Promise<Digest> {
  const [digest] = await blobs.put([encodeJson(value)]);
  return digest as Digest;
}

/** Reads what `putJson` stored; its shape is what was stored there. */
export const readJson = async <T>(blobs: Blobs, digest: Digest): Promise<T> =>
  decodeJson(await blobs.get(digest)) as T;

export const readText = async (blobs: Blobs, digest: Digest): Promise<string> =>
  decodeText(await blobs.get(digest));

/** Head and tail of a long text with what is missing said in between. `max` in characters. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const half = Math.floor(max / 2);
  return `${text.slice(0, half)}\n… ${text.length - 2 * half} characters left out …\n${text.slice(-half)}`;
}
