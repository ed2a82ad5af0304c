import type { Action } from "../core/action.ts";
import { apply } from "../core/apply.ts";
import { decide as decideNow } from "../core/decide.ts";
import type { Entry, RunEvent } from "../core/event.ts";
import type { Instant, Role } from "../core/id.ts";
import type { Answer, Ports } from "../core/ports.ts";
import { mayBegin } from "../core/replay/match.ts";
import { takenAs } from "../core/replay/taken.ts";
import type { Taken } from "../core/replay/taken.ts";
import type { RunState } from "../core/run.ts";
import { boundedSandbox } from "./bounded.ts";
import { perform } from "./perform.ts";
import { isSame } from "./same.ts";
import { openWork } from "./work.ts";
import type { Work } from "./work.ts";

/** What a run did, and who answered it. */
export interface Recorded {
  readonly entries: readonly Entry[];
  readonly answers: readonly Answer[];
}

/** An event that comes out otherwise. null: nothing like it was recorded, or is done now. */
export interface Deviation {
  readonly seq: number;
  readonly recorded: Entry | null;
  readonly found: RunEvent | null;
  /** What the harness would do now instead, where it would not do what was recorded. */
  readonly instead: readonly Action[];
}

export interface Replayed {
  /** How many events were done again, and came out as they were. */
  readonly same: number;
  /** How many were taken as they were recorded, by why. */
  readonly taken: Readonly<Partial<Record<Taken, number>>>;
  /** In the order of the run; the first is the one that matters. */
  readonly deviations: readonly Deviation[];
  /** Whether the rest could not be compared, because the run would have gone another way from there. */
  readonly isCutShort: boolean;
}

export interface ReplayOptions {
  /** Prompts in place of the pinned ones. */
  readonly prompts?: Readonly<Partial<Record<Role, string>>>;
  readonly decide?: (run: RunState, now: Instant, answers: readonly Answer[]) => readonly Action[];
  /** Sees each entry once it is behind, with what decides and when: before it, for the time, and after it, for the rest. */
  readonly onTime: (now: Instant) => void;
  readonly onPast: (entry: Entry) => Promise<void>;
  readonly signal: AbortSignal;
}

/** More than these nobody reads. */
const mostDeviations = 50;

/**
 * Does a run again, event by event: what its state decides is done, on the recorded answers of models and people, with
 * tools that really run, and what comes of it is compared with what was recorded. What was recorded is what the run goes on
 * from, so that one difference is told once and not in all that follows from it. `ports` must answer as recorded (models)
 * and reach nothing outside. @throws SandboxDown
 */
export async function replay(ports: Ports, recorded: Recorded, options: ReplayOptions): Promise<Replayed> {
  const [first, ...rest] = recorded.entries;
  if (first === undefined) throw new Error("there is nothing to replay");
  const run = apply(null, first);
  const bounded = { ...ports, sandbox: boundedSandbox(ports.sandbox, ports.clock) };
  const pinned = await openWork(bounded, run, options.signal);
  const work = { ...pinned, prompts: { ...pinned.prompts, ...options.prompts } };
  const tally: Tally = { decided: [], same: 1, taken: {}, deviations: [], isCutShort: false };
  try {
    for (let at = 0; at < rest.length && !tally.isCutShort;) {
      options.signal.throwIfAborted();
      const next = rest.slice(at, at + mostOfBatch);
      const passed = await step(work, recorded.answers, next, { options, tally });
      for (const entry of next.slice(0, passed)) {
        apply(run, entry);
        await options.onPast(entry);
      }
      at += passed;
    }
  } finally {
    await work.slots.dropAll();
  }
  const { same, taken, deviations, isCutShort } = tally;
  return { same, taken, deviations, isCutShort };
}

/** No batch has more events. */
const mostOfBatch = 128;

/** Work side by side lands this many decisions later, at the most that is looked for. */
const mostDecided = 200;

interface Tally {
  /** Lately, the newest first: what was decided may land when it would no longer be, since others landed meanwhile. */
  decided: readonly Action[];
  same: number;
  readonly taken: Partial<Record<Taken, number>>;
  readonly deviations: Deviation[];
  isCutShort: boolean;
}

interface Telling {
  readonly options: ReplayOptions;
  readonly tally: Tally;
}

/** One batch. @returns how many of the recorded entries it was */
async function step(
  work: Work,
  answers: readonly Answer[],
  next: readonly Entry[],
  { options, tally }: Telling,
): Promise<number> {
  const [entry] = next as readonly [Entry, ...Entry[]];
  const taken = takenAs(work.run, entry);
  if (taken !== null) {
    tally.taken[taken] = (tally.taken[taken] ?? 0) + 1;
    return 1;
  }
  options.onTime(entry.at);
  const given = answers.filter(({ at }) => at <= entry.at);
  const actions = (options.decide ?? decideNow)(work.run, entry.at, given);
  const events = (await redone(work, actions, next)) ?? (await redone(work, tally.decided, next));
  tally.decided = [...actions, ...tally.decided].slice(0, mostDecided);
  if (events === null) {
    tally.deviations.push({ seq: entry.seq, recorded: entry, found: null, instead: actions });
    tally.isCutShort = true;
    return 1;
  }
  return compared(work, events, next, tally);
}

/** What comes of the action that made these entries; the first that fits, where several may have. null: none is decided. */
async function redone(
  work: Work,
  actions: readonly Action[],
  next: readonly Entry[],
): Promise<readonly RunEvent[] | null> {
  const [entry] = next as readonly [Entry, ...Entry[]];
  let best: readonly RunEvent[] | null = null;
  for (const action of actions) {
    if (action.do === "wait" || !mayBegin(action, entry)) continue;
    // Where there is no network nobody is denied one.
    const events = (await perform(work, action)).filter(({ type }) => type !== "egress-denied");
    const [first] = events;
    if (first !== undefined && (await isSame(work, entry, first))) return events;
    if (first !== undefined) best ??= events;
  }
  return best;
}

async function compared(
  work: Work,
  events: readonly RunEvent[],
  next: readonly Entry[],
  tally: Tally,
): Promise<number> {
  const before = tally.deviations.length;
  for (const [index, found] of events.entries()) {
    const recorded = next[index] ?? null;
    if (recorded !== null && (await isSame(work, recorded, found))) {
      tally.same += 1;
      continue;
    }
    const seq = recorded?.seq ?? (next[0]?.seq ?? 0) + index;
    // From here on it is another story; where the batch began otherwise, that is told already.
    tally.isCutShort = recorded?.type !== found.type;
    const isTold = tally.isCutShort && tally.deviations.length > before;
    if (!isTold && tally.deviations.length < mostDeviations)
      tally.deviations.push({ seq, recorded, found, instead: [] });
    if (tally.isCutShort) return index + 1;
  }
  return events.length;
}
