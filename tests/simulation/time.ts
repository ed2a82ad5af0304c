import { setImmediate } from "node:timers/promises";

/** When every simulated run begins. */
export const startAt = 1_000_000;

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
  readonly fail: (error: unknown) => void;
}

/** More than any run takes: one that sleeps oftener goes in circles. */
const mostWakings = 100_000;

/** Time of one life. It passes only when nothing else can happen, to the next moment somebody waits for. */
export class VirtualTime {
  readonly #disk: { now: number };
  readonly #tick: () => Promise<void>;
  readonly #sleepers = new Set<Sleeper>();
  #isPassing = false;
  #isOver = false;
  #wakings = 0;

  /** `tick`: what others do before time passes. */
  constructor(disk: { now: number }, tick: () => Promise<void>) {
    this.#disk = disk;
    this.#tick = tick;
  }

  now(): number {
    return (this.#disk.now += 1);
  }

  /** Resolves then, or as soon as `signal` aborts. Rejects only for a run that goes in circles. */
  async sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (this.#isOver) return new Promise(() => undefined);
    const awake = new AbortController();
    const slept = new Promise<void>((resolve, reject) => {
      const sleeper: Sleeper = { until, wake: resolve, fail: reject };
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

  /** Whoever sleeps now or later never wakes: the process is dead. */
  end(): void {
    this.#isOver = true;
    this.#sleepers.clear();
  }

  async #pass(): Promise<void> {
    this.#isPassing = true;
    try {
      for (;;) {
        // All that can be done without waiting is done in microtasks.
        await setImmediate();
        if (this.#sleepers.size === 0) break;
        await this.#tick();
        this.#wakeFirst();
      }
    } catch (error) {
      for (const sleeper of this.#sleepers) sleeper.fail(error);
      this.#sleepers.clear();
    }
    this.#isPassing = false;
  }

  #wakeFirst(): void {
    this.#wakings += 1;
    if (this.#wakings > mostWakings) throw new Error(`one life slept ${mostWakings} times`);
    let first: Sleeper | null = null;
    for (const one of this.#sleepers) if (first === null || one.until < first.until) first = one;
    if (first === null) return;
    this.#sleepers.delete(first);
    this.#disk.now = Math.max(this.#disk.now, first.until);
    first.wake();
  }
}
