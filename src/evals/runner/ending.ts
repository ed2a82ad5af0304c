/** Why fewer answers came than were asked for. */
export type Stopped = "budget" | "time" | "outage" | "scoring" | "interrupted";

/** The end of many jobs: the first reason counts, an error before all. Jobs that wait see it when their turn comes. */
export class Ending {
  /** Aborted by whoever called, and when a job fails: what is under way would come to nothing. */
  readonly signal: AbortSignal;
  readonly #halt = new AbortController();
  #stopped: Stopped | null = null;
  #failed: { readonly error: unknown } | null = null;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#halt.signal]);
  }

  isGoingOn(): boolean {
    if (this.isCutOff()) this.stop("interrupted");
    return this.#stopped === null && this.#failed === null;
  }

  /** The caller wants no more; nothing is at fault. */
  isCutOff(): boolean {
    return this.signal.aborted && this.#failed === null;
  }

  /** null is what a job has then. */
  stop(why: Stopped): null {
    this.#stopped ??= why;
    return null;
  }

  fail(error: unknown): void {
    this.#failed ??= { error };
    this.#halt.abort();
  }

  /** @throws what failed first */
  why(): Stopped | null {
    if (this.#failed !== null) throw this.#failed.error;
    return this.#stopped;
  }
}
