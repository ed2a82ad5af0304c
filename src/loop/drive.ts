import PQueue from "p-queue";
import { keyOf, needsQuiet } from "../core/action.ts";
import type { Action } from "../core/action.ts";
import { apply } from "../core/apply.ts";
import { refusedBy } from "../core/budget.ts";
import { seal } from "../core/chain.ts";
import type { ChainHead } from "../core/chain.ts";
import { decide } from "../core/decide.ts";
import { harness } from "../core/event.ts";
import type { Body, Entry, RunEvent } from "../core/event.ts";
import { callParts } from "../core/id.ts";
import type { Instant } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import { waitsForPerson } from "../core/run.ts";
import type { RunState } from "../core/run.ts";
import { perform } from "./perform.ts";
import { SandboxDown } from "./slots.ts";
import { openWork } from "./work.ts";
import type { Work } from "./work.ts";

export interface DriveOptions {
  /** Aborted: drain. Nothing new begins, what is open ends, then the run stops cleanly. */
  readonly drain: AbortSignal;
  /** Aborted: outside halves are cut off as well. */
  readonly halt: AbortSignal;
  /** Sees every entry once it is durable, in order. Must not throw. */
  readonly observe: (entry: Entry, run: RunState) => void;
}

/** Why `drive` returned: the run ended, waits for a person, or was asked to stop. */
export type Stand = "ended" | "waiting" | "stopped";

/** How often answers of other processes are looked for while a person is waited for, in ms. */
const pollMs = 400;

/**
 * The loop: decide, perform side by side, append each resulting batch whole, fold, and again until nothing is left to
 * do. The caller owns the run. Rejects when the machine fails or a bug shows; the journal is then as good as after a
 * crash.
 */
export async function drive(ports: Ports, run: RunState, options: DriveOptions): Promise<Stand> {
  const given = new AbortController();
  const work = await openWork(ports, run, AbortSignal.any([options.halt, given.signal]));
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
  #landed: { readonly action: Action; readonly events: readonly RunEvent[] }[] = [];
  #failure: { readonly error: unknown } | null = null;
  /** No sandbox can be had: what is open is let end, nothing begins, and the run is stopped cleanly. */
  #down: SandboxDown | null = null;
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
    const actions = decide(run, now, answers);
    for (const action of actions) this.#launch(action);
    if (this.#landed.length > 0) return null;
    if (this.#flying.size === 0 && this.#down !== null) return this.#giveUp(this.#down);
    if (this.#flying.size === 0 && this.#options.drain.aborted) return this.#stop("signal");
    const until = actions.find((action) => action.do === "wait")?.until ?? null;
    if (this.#flying.size === 0 && until === null) return this.#stop(standsFor(run));
    await this.#rest(
      this.#flying.size > 0 && waitsForPerson(run) ? Math.min(until ?? Infinity, now + pollMs) : until,
    );
    return null;
  }

  #launch(action: Action): void {
    if (action.do === "wait") return;
    const key = keyOf(action);
    if (this.#flying.has(key) || this.#fruitless.has(key)) return;
    if (needsQuiet(action) && this.#flying.size > 0) return;
    if (this.#down !== null && action.do !== "send") return;
    if (this.#options.drain.aborted && !closes(action)) return;
    this.#flying.add(key);
    void this.#queue.add(async () => this.#fly(action));
  }

  async #fly(action: Exclude<Action, { do: "wait" }>): Promise<void> {
    try {
      const events = await perform(this.#work, action);
      this.#landed.push({ action, events });
    } catch (error) {
      if (error instanceof SandboxDown) this.#goDown(action, error);
      else this.#failure ??= { error };
    }
    this.#wake();
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
    for (const { action, events } of landed) {
      this.#flying.delete(keyOf(action));
      if (events.length === 0 && action.do !== "expire") this.#fruitless.add(keyOf(action));
      if (isStale(run, events)) continue;
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
    const event: RunEvent = { type: "run-stopped", body: { reason, by: harness } };
    this.#landed.push({ action: { do: "end", outcome: "stopped" }, events: [event] });
    await this.#commit();
    return reason === "signal" ? "stopped" : "waiting";
  }
}

const standsFor = (run: RunState): "outage" | "person" =>
  [...run.escalations.values()].some((escalation) => escalation.kind === "outage") ? "outage" : "person";

/**
 * What a batch was to begin no longer can, because something else landed first: the head moved, the thread closed, the
 * budget fell. Nothing of it has left the process, so it is thrown away and decided again.
 */
function isStale(run: RunState, [first]: readonly RunEvent[]): boolean {
  switch (first?.type) {
    case "attempt-started":
      return first.body.start !== run.head;
    case "model-started":
      return (
        !run.threads.has(first.body.thread) || refusedBy(run.budget, run.spent, first.body.reserved) !== null
      );
    case "call-judged":
      return !run.threads.has(callParts(first.body.call).thread);
    default:
      return false;
  }
}

/** While draining only the outside halves of open brackets still begin. */
const closes = (action: Action): boolean =>
  action.do === "send" || action.do === "run-call" || action.do === "integrate";

/** Resolves when `signal` aborts; listens no longer than until `forget` does. */
async function once(signal: AbortSignal, forget: AbortSignal): Promise<void> {
  if (signal.aborted) return new Promise(() => undefined);
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true, signal: forget });
  });
}
