import type { Instant, RunId } from "../../core/id.ts";
import type { RunRow } from "../../core/ports.ts";
import type { Delivered } from "./courier.ts";
import type { Exporter, TraceSource } from "./exporter.ts";

export interface FollowOptions {
  readonly journal: TraceSource["journal"];
  readonly exporter: Pick<Exporter, "isBehind" | "send" | "forget">;
  /** Sent before all others, while it goes on. */
  readonly first: RunId;
  /** Whether another process works on a run now, and sends it itself. */
  readonly isElsewhere: (run: RunId) => boolean;
  /** The run is at its end: one more round, without waiting. */
  readonly haste: AbortSignal;
  /** No more. */
  readonly halt: AbortSignal;
  /** Between two looks at the journal. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
}

/** Sends a run while it goes on, and what earlier ones left unsent, until a last round after `haste`. */
export async function follow(options: FollowOptions): Promise<Delivered> {
  for (;;) {
    const isLast = options.haste.aborted;
    const ended = await round(options, isLast);
    if (ended.type === "denied" || isLast) return ended;
    await options.pause(options.haste);
  }
}

async function round(options: FollowOptions, isLast: boolean): Promise<Delivered> {
  const { journal, exporter, first, isElsewhere, haste, halt } = options;
  let worst: Delivered = { type: "done" };
  for (const { id, headSeq } of inOrder(await journal.runs(), first)) {
    if (halt.aborted || (haste.aborted && !isLast)) return worst;
    if (!exporter.isBehind(id, headSeq) || (id !== first && isElsewhere(id))) continue;
    const ended = await exporter.send(id, isLast || id === first ? halt : haste);
    if (id !== first) exporter.forget(id);
    if (ended.type === "denied") return ended;
    if (ended.type !== "done") worst = ended;
  }
  return worst;
}

/** The one at work, then the newest. */
export const inOrder = (rows: readonly RunRow[], first: RunId | null): readonly RunRow[] =>
  rows.toSorted((a, b) => Number(b.id === first) - Number(a.id === first) || b.createdAt - a.createdAt);

/** Runs that were made since a day. */
export const since = (rows: readonly RunRow[], day: Instant | null): readonly RunRow[] =>
  rows.filter(({ createdAt }) => day === null || createdAt >= day);
