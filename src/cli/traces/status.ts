import type { Instant, RunId } from "../../core/id.ts";
import type { RunRow } from "../../core/ports.ts";
import { waitingOf } from "../../edges/traces/exporter.ts";
import { isUnreadable } from "../../edges/traces/exporter.ts";
import type { TraceSource } from "../../edges/traces/exporter.ts";
import type { Cursors, DeadLetter } from "../../edges/traces/cursor.ts";
import type { Target } from "../../edges/traces/target.ts";
import { textOf } from "../view/rows.ts";
import { age, oneLine, plural } from "../view/words.ts";

/** How one target stands. */
export interface TargetStatus {
  readonly kind: Target["kind"];
  readonly name: string;
  readonly runs: readonly RunStatus[];
  /** Refused for good. */
  readonly dead: readonly DeadLetter[];
  readonly trouble: { readonly why: string; readonly at: Instant } | null;
}

interface RunStatus {
  readonly run: RunId;
  /** Of its journal. */
  readonly events: number;
  /** How many of these the target has all of. */
  readonly sent: number;
  /** Spans and scores that it lacks; null: the run cannot be read. */
  readonly waiting: number | null;
}

/** `cursors`: null where none was ever moved. */
export async function statusOf(
  target: Target,
  rows: readonly RunRow[],
  source: Pick<TraceSource, "journal" | "fold">,
  cursors: Cursors | null,
): Promise<TargetStatus> {
  const runs: RunStatus[] = [];
  for (const { id, headSeq } of rows) {
    const sent = cursors?.sent(target.key, id) ?? 0;
    const waiting = sent >= headSeq ? 0 : await waitingIn(source, id, sent, target);
    runs.push({ run: id, events: headSeq, sent: Math.min(sent, headSeq), waiting });
  }
  const { kind, name, key } = target;
  return { kind, name, runs, dead: cursors?.dead(key) ?? [], trouble: cursors?.trouble(key) ?? null };
}

async function waitingIn(
  source: Pick<TraceSource, "journal" | "fold">,
  run: RunId,
  sent: number,
  { kind }: Target,
): Promise<number | null> {
  try {
    return await waitingOf(source, run, sent, kind);
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

/** Most runs and dead letters that are listed. */
const listed = 12;

export function statusText(
  { name, runs, dead, trouble }: TargetStatus,
  now: Instant,
  columns: number,
): string {
  const behind = runs.filter(({ waiting }) => waiting !== 0);
  const done = runs.length - behind.length;
  const waiting = behind.reduce((sum, one) => sum + (one.waiting ?? 0), 0);
  return textOf(
    [
      ["target", name],
      ["sent", `${done} of ${plural(runs.length, "run")} in full`],
      ...behind.slice(0, listed).map((one): [string, string] => ["behind", behindText(one)]),
      ...more(behind.length, "run"),
      ...dead.slice(-listed).map((one): [string, string] => ["refused", deadText(one)]),
      ...more(dead.length, "span"),
      ...(trouble === null
        ? []
        : [["trouble", `${oneLine(trouble.why, 200)}, ${age(now - trouble.at)} ago`] as const]),
      ...(waiting === 0 ? [] : [["send them", "harness traces push"] as const]),
      ...(dead.length === 0 ? [] : [["try again", "harness traces push --again"] as const]),
    ],
    columns,
  );
}

const behindText = ({ run, events, sent, waiting }: RunStatus): string =>
  waiting === null
    ? `run ${run} cannot be read; see harness audit ${run}`
    : `run ${run}: ${plural(waiting, "span")} ${waiting === 1 ? "waits" : "wait"}, sent up to event ${sent} of ${events}`;

const deadText = ({ run, id, why }: DeadLetter): string => `${id} of run ${run}: ${oneLine(why, 200)}`;

const more = (count: number, what: string): readonly (readonly [string, string])[] =>
  count > listed ? [["", `and ${plural(count - listed, `more ${what}`)}`]] : [];
