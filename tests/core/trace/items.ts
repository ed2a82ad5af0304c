import type { Entry } from "../../../src/core/event.ts";
import { traceFold } from "../../../src/core/trace/fold.ts";
import type { TraceItem, TraceScore, TraceSpan } from "../../../src/core/trace/item.ts";
import { sha256 } from "../audit/chain-builder.ts";

export function itemsOf(entries: readonly Entry[]): readonly TraceItem[] {
  const fold = traceFold(sha256);
  return entries.flatMap((entry) => fold.see(entry));
}

export const spansOf = (items: readonly TraceItem[]): readonly TraceSpan[] =>
  items.filter((item) => item.type === "span");

/** Spans as they ended. */
export const ended = (entries: readonly Entry[]): readonly TraceSpan[] =>
  spansOf(itemsOf(entries)).filter(({ isOpen }) => !isOpen);

export const named = (entries: readonly Entry[], name: string): readonly TraceSpan[] =>
  ended(entries).filter((span) => span.name === name);

export const scoresOf = (entries: readonly Entry[]): readonly TraceScore[] =>
  itemsOf(entries).filter((item) => item.type === "score");

/** What a server would hold after all items: of each id the last. */
export const held = (items: readonly TraceItem[]): readonly TraceSpan[] => [
  ...new Map(spansOf(items).map((span) => [span.id, span])).values(),
];
