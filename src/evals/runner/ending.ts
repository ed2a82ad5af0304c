/** Why fewer answers came than were asked for. */
export type Stopped = "budget" | "time" | "outage" | "errors" | "scoring" | "interrupted";

/** The end of many jobs: the first reason counts, an error before all. Jobs that wait see it when their turn comes. */
export class Ending {
  /** Aborted by whoever called, and when a job fails: what is under way would come to nothing. */
  readonly signal: AbortSignal;
  readonly #halt = new AbortController();
  #stopped: Stopped | null = null;
  #why: string | null = null;
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

  /** null is what a job has then. @param why what was said by whoever ended it */
  stop(stopped: Stopped, why: string | null = null): null {
    if (this.#stopped === null) [this.#stopped, this.#why] = [stopped, why];
    return null;
  }

  fail(error: unknown): void {
    this.#failed ??= { error };
    this.#halt.abort();
  }

  /** What it was, once nothing is under way. @throws what failed first */
  told(): { readonly stopped: Stopped | null; readonly why: string | null } {
    if (this.#failed !== null) throw this.#failed.error;
    return { stopped: this.#stopped, why: this.#why };
  }
}
