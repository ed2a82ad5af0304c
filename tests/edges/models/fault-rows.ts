import type { Json } from "../../../src/core/canonical.ts";
import type { ModelErrorClass, Part, Stop, Usage } from "../../../src/core/model.ts";
import { type Block, type Kit, type Said, usual } from "./wire/kit.ts";
import { type Reply, streaming } from "./wire/server.ts";

/** One fault of a provider, and what becomes of the call. */
export interface Row {
  readonly fault: string;
  /** What follows, in words: the named behaviour. */
  readonly does: string;
  readonly reply: Reply;
  readonly expect: Failed | Complete;
  readonly idleMs?: number;
  /** Milliseconds from now at which the call is given up. */
  readonly deadlineMs?: number;
  /** Too much work to be done beside other rows, whose time it would take. */
  readonly isHeavy?: boolean;
  /** Where the call goes instead of to the server, which then hears nothing. */
  readonly elsewhere?: (url: string) => string | Promise<string>;
}

export interface Failed {
  readonly failed: ModelErrorClass;
  readonly says: string | RegExp;
  /** Of HTTP, where that is what failed. */
  readonly status?: number;
  /** A matcher where the clock decides. */
  readonly retryAfterMs?: unknown;
  /** Left out: unknown. */
  readonly usage?: Usage;
}

export interface Complete {
  readonly stop: Stop;
  readonly parts: readonly Part[];
  /** Left out: what the kit says by default. */
  readonly usage?: Usage | null;
  /** Left out: a dated version of what was asked. */
  readonly served?: string;
}

/** What is done with a class of failure, in words. */
export const again = "asked again, with a reservation of its own";
export const later = "asked again after the wait it names, by every run of the key";
export const parked = "the run is parked with the reason";
export const smaller = "the context is made smaller, then asked again";
export const told = "the model is told that its arguments are none";
export const kept = "an answer like any other";

export const nothingUsed: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export const usualUsage = (kit: Kit): Usage => ({ ...usual, cacheWrite: kit.name === "anthropic" ? 3 : 0 });

/** What the kits say they served. */
export const servedBy: Readonly<Record<string, string>> = {
  anthropic: "claude-x-20260101",
  openai: "gpt-x-2026-01-01",
  "openai-compatible": "qwen-7b",
};

export const ok: Said = { blocks: [{ text: "All rows are clean now." }] };
export const text = (text: string): Part => ({ type: "text", text });
export const okParts: readonly Part[] = [text("All rows are clean now.")];

export const args = '{"path":"notes/table.csv"}';
export const path: Json = { path: "notes/table.csv" };

export const block = (json: string, id = "c1", tool = "read_file"): Block => ({ id, tool, json });
export const calling = (json: string, tool = "read_file", id = "c1"): Said => ({
  blocks: [block(json, id, tool)],
});

/** A call as the loop sees it. */
export const call = (args: Json, id = "c1", tool = "read_file"): Part => ({ type: "call", id, tool, args });
export const rawCall = (raw: string, id = "c1"): Part => ({
  type: "call",
  id,
  tool: "read_file",
  args: null,
  raw,
});

export const saying = (kit: Kit, said: Said): Reply => streaming(kit.frames(said));

type Event = Record<string, unknown>;

/** The event that a frame spells, changed. Frames without an event stay. */
export function edited(frame: string, change: (event: Event) => unknown): string {
  const data = /^data: (\{.*\})$/m.exec(frame)?.[1];
  return data === undefined
    ? frame
    : frame.replace(data, () => JSON.stringify(change(JSON.parse(data) as Event)));
}

/** A frame of an event by its type, as Anthropic and OpenAI send them. */
export const eventFrame = (event: Event): string =>
  `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;

/** The index of the first frame in which a text stands. */
export function frameWith(frames: readonly string[], text: string): number {
  const index = frames.findIndex((frame) => frame.includes(text));
  if (index === -1) throw new Error(`no frame holds ${text}`);
  return index;
}
