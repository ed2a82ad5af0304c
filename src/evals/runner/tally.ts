import type { ScoredAnswer } from "../answer.ts";
import type { Outlook } from "./outlook.ts";

/** Where an evaluation stands, after each answer. */
export interface Progress {
  /** Answers to each case at the look that is under way, and how many looks there may be. */
  readonly samples: number;
  readonly done: number;
  readonly total: number;
  /** Of those that are done: the others were known. */
  readonly asked: number;
  /** About how many of this look are still to be asked for. */
  readonly toAsk: number;
  readonly reused: number;
  readonly micros: number;
  readonly errors: number;
  readonly outages: number;
}

/** Counts the answers of the look that is under way. */
export class Tally {
  readonly #outlook: readonly Outlook[];
  #total = 0;
  #asked = 0;
  #count = none();

  /** @param outlook what must be asked by each look, as far as was known before */
  constructor(outlook: readonly Outlook[]) {
    this.#outlook = outlook;
  }

  /** How many were asked for since the evaluation began or went on. */
  get asked(): number {
    return this.#asked;
  }

  begin(total: number): void {
    this.#total = total;
    this.#count = none();
  }

  add(answer: ScoredAnswer, isAsked: boolean): void {
    this.#asked += isAsked ? 1 : 0;
    this.#change([answer], 1);
  }

  /** They are asked for once more. */
  remove(answers: readonly ScoredAnswer[]): void {
    this.#change(answers, -1);
  }

  /** @param isDoubted all that was taken from earlier is asked again, which no outlook knew */
  progress(samples: number, micros: number, isDoubted: boolean): Progress {
    const [total, asked] = [this.#total, this.#asked];
    return { samples, total, asked, toAsk: this.#toAsk(samples, isDoubted), micros, ...this.#count };
  }

  /** What is not done is all that is known of what is asked once more: after outages, or where answers do not hold. */
  #toAsk(samples: number, isDoubted: boolean): number {
    const open = this.#total - this.#count.done;
    const wanted = this.#outlook.find((one) => one.samples === samples)?.toAsk ?? Infinity;
    const left = wanted - this.#asked;
    return isDoubted || left <= 0 ? open : Math.min(open, left);
  }

  #change(answers: readonly ScoredAnswer[], by: 1 | -1): void {
    for (const { reused, answered } of answers) {
      this.#count.done += by;
      if (reused) this.#count.reused += by;
      if (answered.outcome === "error") this.#count.errors += by;
      if (answered.outcome === "outage") this.#count.outages += by;
    }
  }
}

const none = (): { done: number; reused: number; errors: number; outages: number } => ({
  done: 0,
  reused: 0,
  errors: 0,
  outages: 0,
});
