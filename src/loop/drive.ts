import PQueue from "p-queue";
import { closes, keyOf, needsQuiet, taskOf } from "../core/action.ts";
import type { Action } from "../core/action.ts";
import { apply } from "../core/apply.ts";
import { seal } from "../core/chain.ts";
import type { ChainHead } from "../core/chain.ts";
import { nextCeiling, taskWorkEnds, workEnds } from "../core/decide/budgets.ts";
import { decide } from "../core/decide.ts";
import { harness } from "../core/event.ts";
import type { Body, By, Entry, RunEvent } from "../core/event.ts";
import { callParts } from "../core/id.ts";
import type { Instant } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import { cutCall, cutIntegration } from "../core/recover.ts";
import type { RunState } from "../core/run.ts";
import { boundedSandbox, TimeUp, workUntil } from "./bounded.ts";
import { perform } from "./perform.ts";
import { SandboxDown } from "./slots.ts";
import { isStale } from "./stale.ts";
import { openWork } from "./work.ts";
import type { Work } from "./work.ts";

export interface DriveOptions {
  /** Aborted: drain. Nothing new begins, what is open ends, then the run stops cleanly. */
  readonly drain: AbortSignal;
  /** Aborted: outside halves are cut off as well. */
  readonly halt: AbortSignal;
  /** Sees every entry once it is durable, in order. Must not throw. */
  readonly observe: (entry: Entry, run: RunState) => void;
  /** Whether somebody is at hand to answer what the run stands at: then it is waited for. Nobody, if left out. */
  readonly isAttended?: (run: RunState) => boolean;
  /** How many were asked of owners before: done with. All that lie there, if left out. */
  readonly stopsBefore?: number;
}

/** Why `drive` returned: the run ended, waits for a person, or was asked to stop. */
export type Stand = "ended" | "waiting" | "stopped";

/** How often it is looked for what other processes say: answers, notes, that the run is to stop. In ms. */
const pollMs = 400;

/**
 * The loop: decide, perform side by side, append each resulting batch whole, fold, and again until nothing is left to
 * do. The caller owns the run. Rejects when the machine fails or a bug shows; the journal is then as good as after a
 * crash.
 */
export async function drive(ports: Ports, run: RunState, options: DriveOptions): Promise<Stand> {
  const given = new AbortController();
  const bounded = { ...ports, sandbox: boundedSandbox(ports.sandbox, ports.clock) };
  const work = await openWork(bounded, run, AbortSignal.any([options.halt, given.signal]));
  try {
    const stand = await new Loop(work, options).turn();
    given.abort();
    await work.slots.dropAll();
    return stand;
  } catch (error) {
    // Others may still be at work: they are cut off, and whoever resumes finds their brackets open.
    given.abort();
    // What keeps a slot from being removed is what failed, or comes of it; who takes the run over sweeps them.
    await work.slots.dropAll().catch(() => undefined);
    throw error;
  }
}

class Loop {
  readonly #work: Work;
  readonly #options: DriveOptions;
  readonly #queue: PQueue;
  /** Keys of what is being performed, until its batch is folded. */
  readonly #flying = new Set<string>();
  /** Keys that came back with no events: not tried again before something else has landed. */
  readonly #fruitless = new Set<string>();
  #landed: { readonly action: Action; readonly events: readonly RunEvent[]; readonly isCut?: true }[] = [];
  #failure: { readonly error: unknown } | null = null;
  /** No sandbox can be had: what is open is let end, nothing begins, and the run is stopped cleanly. */
  #down: SandboxDown | null = null;
  #stopsBefore: number | null = null;
  /** Who asked for a stop from another terminal. */
  #asked: By | null = null;
  #wake: () => void = () => undefined;

  constructor(work: Work, options: DriveOptions) {
    this.#work = work;
    this.#options = options;
    this.#queue = new PQueue({ concurrency: 2 * work.run.limits.concurrency + 4 });
  }

  async turn(): Promise<Stand> {
    const { run } = this.#work;
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#landed.length > 0) await this.#commit();
      if (run.phase === "ended") return "ended";
      const stand = await this.#begin();
      if (stand !== null) return stand;
    }
  }

  /** Starts what may begin and waits until something lands. @returns how the run stands when nothing is left. */
  async #begin(): Promise<Stand | null> {
    const { run, ports } = this.#work;
    const answers = await ports.journal.answers(run.id);
    const now = ports.clock.now();
    const stops = answers.filter(({ value }) => value.type === "stop");
    this.#stopsBefore ??= this.#options.stopsBefore ?? stops.length;
    this.#asked ??= stops[this.#stopsBefore]?.by ?? null;
    const actions = decide(run, now, answers);
    for (const action of actions) this.#launch(action);
    if (this.#landed.length > 0) return null;
    if (this.#flying.size === 0 && this.#down !== null) return this.#giveUp(this.#down);
    if (this.#flying.size === 0 && this.#isDraining())
      return this.#stop(this.#asked === null ? "signal" : "asked");
    const until = actions.find((action) => action.do === "wait")?.until ?? null;
    if (this.#flying.size === 0 && until === null && !this.#isAttended()) return this.#stop(standsFor(run));
    await this.#rest(Math.min(until ?? Infinity, nextCeiling(run, now) ?? Infinity, now + pollMs));
    return null;
  }

  #isAttended(): boolean {
    return this.#options.isAttended?.(this.#work.run) === true;
  }

  #isDraining(): boolean {
    return this.#options.drain.aborted || this.#asked !== null;
  }

  #launch(action: Action): void {
    if (action.do === "wait") return;
    const key = keyOf(action);
    if (this.#flying.has(key) || this.#fruitless.has(key)) return;
    if (needsQuiet(action) && this.#flying.size > 0) return;
    if (this.#down !== null && action.do !== "send") return;
    if (this.#isDraining() && !closes(action) && !isTimeQuestion(action)) return;
    this.#flying.add(key);
    void this.#queue.add(async () => this.#fly(action));
  }

  async #fly(action: Exclude<Action, { do: "wait" }>): Promise<void> {
    try {
      const events = await perform(workUntil(this.#work, this.#endOf(action)), action);
      this.#landed.push({ action, events });
    } catch (error) {
      await this.#failed(action, error);
    }
    this.#wake();
  }

  async #failed(action: Exclude<Action, { do: "wait" }>, error: unknown): Promise<void> {
    try {
      if (!(error instanceof TimeUp)) throw error;
      const events = await cutShort(this.#work, action);
      this.#landed.push({ action, events, isCut: true });
    } catch (worse) {
      if (worse instanceof SandboxDown) this.#goDown(action, worse);
      else this.#failure ??= { error: worse };
    }
  }

  /** When a ceiling of time of the run, or of the task an action works for, must find it ended. */
  #endOf(action: Action): Instant | null {
    const { run } = this.#work;
    // While a plan is reviewed no time is counted, also not that of trying what a person made of it.
    if (run.phase === "reviewing") return null;
    const task = run.tasks.get(taskOf(action) ?? "");
    const ends = [workEnds(run), task === undefined ? null : taskWorkEnds(run, task)].flatMap(
      (end) => end ?? [],
    );
    return ends.length === 0 ? null : Math.min(...ends);
  }

  #goDown(action: Exclude<Action, { do: "wait" }>, error: SandboxDown): void {
    this.#down ??= error;
    this.#flying.delete(keyOf(action));
  }

  /** A clean stop, so that no call that was open is charged with a crash. @throws SandboxDown */
  async #giveUp(down: SandboxDown): Promise<never> {
    await this.#stop("sandbox");
    throw down;
  }

  /** All batches that have landed, each whole, in one commit. The fold comes first: an illegal event is never written. */
  async #commit(): Promise<void> {
    const { run, ports } = this.#work;
    const landed = this.#landed;
    this.#landed = [];
    const after: ChainHead = { seq: run.seq, hash: run.hash, epoch: run.epoch };
    const at = this.#now();
    const entries: Entry[] = [];
    for (const { action, events, isCut } of landed) {
      this.#flying.delete(keyOf(action));
      // What a ceiling of time cut is wanted again as soon as there is more.
      if (events.length === 0 && isCut !== true) this.#fruitless.add(keyOf(action));
      if (isStale(run, events, at)) continue;
      const sealed = seal(
        run.id,
        { seq: run.seq, hash: run.hash, epoch: run.epoch },
        run.epoch,
        at,
        events,
        ports.sha256,
      );
      for (const entry of sealed) apply(run, entry);
      entries.push(...sealed);
    }
    if (entries.length === 0) return;
    this.#fruitless.clear();
    await ports.journal.append(run.id, after, entries);
    for (const entry of entries) this.#options.observe(entry, run);
  }

  /** The journal's time never runs backwards. */
  #now(): Instant {
    return Math.max(this.#work.run.at, this.#work.ports.clock.now());
  }

  #isIdleDown(): boolean {
    return this.#down !== null && this.#flying.size === 0;
  }

  async #rest(until: Instant | null): Promise<void> {
    const nap = new AbortController();
    const landed = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const drained = once(this.#options.drain, nap.signal);
    if (this.#landed.length > 0 || this.#failure !== null || this.#isIdleDown()) return nap.abort("no rest");
    const asleep = until === null ? [] : [this.#work.ports.clock.sleepUntil(until, nap.signal)];
    await Promise.race([landed, drained, ...asleep]);
    nap.abort("awake");
  }

  /** A clean stop: whoever takes the run over next knows that nothing died here. */
  async #stop(reason: Body<"run-stopped">["reason"]): Promise<Stand> {
    const by = reason === "asked" ? (this.#asked ?? harness) : harness;
    const event: RunEvent = { type: "run-stopped", body: { reason, by } };
    this.#landed.push({ action: { do: "end", outcome: "stopped" }, events: [event] });
    await this.#commit();
    return reason === "signal" || reason === "asked" ? "stopped" : "waiting";
  }
}

const standsFor = (run: RunState): "outage" | "person" =>
  [...run.escalations.values()].some((escalation) => escalation.kind === "outage") ? "outage" : "person";

/** What a command that was cut by a ceiling of time leaves: a bracket to be closed, or nothing. */
async function cutShort(work: Work, action: Action): Promise<readonly RunEvent[]> {
  if (action.do === "integrate")
    return work.run.integration === null ? [] : [cutIntegration(work.run.integration)];
  if (action.do !== "run-call") return [];
  const { thread: id, index } = callParts(action.call);
  await work.slots.drop(id);
  const call = work.run.threads.get(id)?.calls[index];
  if (call === undefined) return [];
  return call.reach === "outside"
    ? [{ type: "effect-doubted", body: { call: action.call, why: "timeout" } }]
    : [cutCall(action.call, call.try)];
}

/** A task's time goes on while others drain. */
const isTimeQuestion = (action: Action): boolean =>
  action.do === "escalate" && action.kind === "budget" && action.task !== null;

/** Resolves when `signal` aborts; listens no longer than until `forget` does. */
async function once(signal: AbortSignal, forget: AbortSignal): Promise<void> {
  if (signal.aborted) return new Promise(() => undefined);
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true, signal: forget });
  });
}
