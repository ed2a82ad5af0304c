import type { Digest } from "../../core/id.ts";
import { MissingBlob } from "../../core/ports.ts";
import type { Blobs } from "../../core/ports.ts";
import { DamagedBlob } from "../../edges/sqlite/refused.ts";
import { readJson, readText, shorten } from "../../loop/texts.ts";
import { visibleLines } from "../view/visible.ts";

/** Most characters of one text of a model, a tool or a person. */
const most = 20_000;

/** A stored text, safe for a terminal and bounded; what gc dropped, or a disk lost, is said to be so. */
export async function storedText(blobs: Blobs, digest: Digest): Promise<string> {
  return (await unlessGone(async () => safe(await readText(blobs, digest)))) ?? "(no longer stored)";
}

/** As `readJson`; null for what is no longer stored. */
export const storedJson = async <T>(blobs: Blobs, digest: Digest): Promise<T | null> =>
  unlessGone(async () => readJson<T>(blobs, digest));

/** What `read` comes to; null where something it reads is no longer stored. */
export async function unlessGone<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MissingBlob || error instanceof DamagedBlob) return null;
    throw error;
  }
}

/** Text of others, safe for a terminal and bounded. */
export const safe = (text: string): string => visibleLines(shorten(text.toWellFormed().trim(), most));

/** Set apart, so that nothing in it passes for a word of the harness. */
export const quoted = (text: string): string =>
  text
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");

/** `2026-11-28 04:06:00` in UTC. */
export const timeText = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");
