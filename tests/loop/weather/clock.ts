import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../src/core/ports.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Between two requests; a run that sleeps oftener goes in circles. Two hours in steps of 0.4 s are 18,000. */
const mostNaps = 25_000;

/**
 * Real time, and what was slept on top of it: a sleep takes no time as soon as nothing is under way outside. The tests
 * make it the time of the whole process (`Date.now`), so that loop, edges and provider read one clock.
 */
export class SkewedClock implements Clock {
  readonly #real: () => number;
  readonly #sleepers = new Set<Sleeper>();
  #skew = 0;
  #busy = 0;
  #idle = Promise.withResolvers<undefined>();
  #isPassing = false;
  #naps = 0;

  constructor(real: () => number) {
    this.#real = real;
    this.#idle.resolve(undefined);
  }

  now(): number {
    return this.#real() + this.#skew;
  }

  /** A person comes back later. */
  skip(ms: number): void {
    this.#skew += ms;
  }

  /** Somebody is asked: the run goes on. */
  goesOn(): void {
    this.#naps = 0;
  }

  /** Time does not pass by itself while this is under way. */
  async during<T>(work: Promise<T>): Promise<T> {
    if (this.#busy === 0) this.#idle = Promise.withResolvers<undefined>();
    this.#busy += 1;
    try {
      return await work;
    } finally {
      this.#busy -= 1;
      if (this.#busy === 0) this.#idle.resolve(undefined);
    }
  }

  async sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#naps += 1;
    if (this.#naps > mostNaps) throw new Error(`a run slept ${mostNaps} times and asked nobody`);
    const awake = new AbortController();
    const slept = new Promise<void>((resolve) => {
      const sleeper: Sleeper = { until, wake: resolve };
      this.#sleepers.add(sleeper);
      const early = (): void => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      signal.addEventListener("abort", early, { once: true, signal: awake.signal });
    });
    if (!this.#isPassing) void this.#pass();
    await slept;
    awake.abort();
  }

  async #pass(): Promise<void> {
    this.#isPassing = true;
    for (;;) {
      // What can be done without waiting is done in microtasks; what waits for the outside is `during`.
      await setImmediate();
      if (this.#sleepers.size === 0) break;
      if (this.#busy > 0) await this.#idle.promise;
      else this.#wakeFirst();
    }
    this.#isPassing = false;
  }

  #wakeFirst(): void {
    const first = [...this.#sleepers].reduce((a, b) => (b.until < a.until ? b : a));
    this.#sleepers.delete(first);
    this.#skew += Math.max(0, first.until - this.now());
    first.wake();
  }
}
