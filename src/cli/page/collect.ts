import { chargeFold } from "../../core/cost/charge.ts";
import { planOutcomeFold } from "../../core/cost/plan-outcome.ts";
import type { Entry } from "../../core/event.ts";
import type { Instant, RunId } from "../../core/id.ts";
import type { Owner, Ports } from "../../core/ports.ts";
import { traceFold } from "../../core/trace/fold.ts";
import type { TraceItem, TraceSpan } from "../../core/trace/item.ts";
import { beginTale, note, noteWaiting } from "../mirror/tale.ts";
import type { Tale } from "../mirror/tale.ts";
import { sha256 } from "../sha256.ts";
import { changesBetween } from "./changes.ts";
import type { Changes } from "./changes.ts";
import type { Paid } from "./cost-section.ts";
import { decidedIn } from "./decisions.ts";
import type { Decided } from "./decisions.ts";
import { pageTasks } from "./tasks.ts";
import type { PageTask } from "./tasks.ts";
import { lanesOf } from "./timeline-lanes.ts";
import type { Away, Timeline } from "./timeline-lanes.ts";

/** Everything a page shows of a run. */
export interface Collected {
  readonly tale: Tale;
  /** Who works on it now. */
  readonly owner: Owner | null;
  /** When it ended; of an open run, when the page was made. */
  readonly asOf: Instant;
  readonly tasks: readonly PageTask[];
  readonly away: readonly Away[];
  readonly timeline: Timeline;
  readonly decided: Decided;
  readonly paid: Paid;
  readonly changes: Changes;
}

export interface Collecting {
  readonly owner: Owner | null;
  readonly now: Instant;
  /** Takes out of the text of files what must not be shown; all other text was stored without it. */
  readonly redact: (text: string) => string;
}

/** Reads a run once, and what its texts and files are. @throws Error for a run that is not there */
export async function collect(
  storage: Pick<Ports, "journal" | "blobs">,
  id: RunId,
  { owner, now, redact }: Collecting,
): Promise<Collected> {
  const { journal, blobs } = storage;
  const folds = newFolds();
  let tale: Tale | null = null;
  for await (const entry of journal.read(id, 0)) {
    if (tale === null) tale = await beginTale(entry, blobs);
    else await note(tale, entry, blobs);
    see(folds, entry);
  }
  if (tale === null) throw new Error(`run ${id} has no events`);
  await noteWaiting(tale, blobs);
  const { run } = tale;
  const asOf = run.phase === "ended" ? run.at : Math.max(run.at, now);
  const away = owner === null ? awayUntil(folds, asOf) : folds.away;
  const ends = { start: run.created, worked: owner === null ? run.at : asOf, now: asOf };
  const spans = [...folds.spans.values()];
  return {
    tale,
    owner,
    asOf,
    tasks: pageTasks(tale, ends.worked),
    away,
    timeline: lanesOf(spans, away, ends),
    decided: await decidedIn(spans, blobs),
    paid: { ...folds.charges.told(), plans: folds.plans.told() },
    changes: await changesBetween(storage, [run.base, run.head], redact),
  };
}

interface Folds {
  readonly charges: ReturnType<typeof chargeFold>;
  readonly plans: ReturnType<typeof planOutcomeFold>;
  readonly trace: { see(entry: Entry): readonly TraceItem[] };
  /** By id, each as it was told last. */
  readonly spans: Map<string, TraceSpan>;
  readonly away: Away[];
  last: Entry | null;
}

const newFolds = (): Folds => ({
  charges: chargeFold(),
  plans: planOutcomeFold(),
  trace: traceFold(sha256),
  spans: new Map(),
  away: [],
  last: null,
});

function see(folds: Folds, entry: Entry): void {
  folds.charges.see(entry);
  folds.plans.see(entry);
  for (const item of folds.trace.see(entry)) if (item.type === "span") folds.spans.set(item.id, item);
  const { last } = folds;
  if (entry.type === "run-owned" && last !== null && last.type !== "run-created")
    folds.away.push(awayAfter(last, entry.at));
  folds.last = entry;
}

/** Between the last word of one owner and the first of the next. A clock may have been set back. */
const awayAfter = (last: Entry, to: Instant): Away => ({
  from: last.at,
  to: Math.max(last.at, to),
  why: last.type === "run-stopped" ? last.body.reason : "crash",
});

/** Nobody works on it now either. */
function awayUntil({ away, last }: Folds, now: Instant): readonly Away[] {
  return last === null || last.type === "run-ended" ? away : [...away, awayAfter(last, now)];
}
