import type { Answered, Arm } from "../answer.ts";
import type { Scored } from "../scoring/scorer.ts";
import type { Stopped } from "./ending.ts";

export interface End {
  readonly stopped: Stopped;
  /** What was said last by whoever ended it. */
  readonly why: string | null;
}

/** So many one after the other are no chance. */
const inARow = 20;

/** What comes one after the other, and ends it: more of it would only cost money. */
export class Rows {
  readonly #arms: number;
  #outages = 0;
  #unscored = 0;
  #erring: Arm[] = [];

  /** @param arms whose answers are asked for */
  constructor(arms: readonly Arm[]) {
    this.#arms = new Set(arms).size;
  }

  /** Whether the provider does not answer, after this answer of it. */
  isDown({ outcome }: Answered): boolean {
    this.#outages = outcome === "outage" ? this.#outages + 1 : 0;
    return this.#outages >= inARow;
  }

  endedBy(arm: Arm, answered: Answered, scored: Scored): End | null {
    return answered.outcome === "complete" ? this.#unscorable(scored) : this.#errors(arm, answered);
  }

  /** A judge or a command that fails on everything. */
  #unscorable({ scores, whys }: Scored): End | null {
    this.#erring = [];
    const lost = Object.keys(scores).find((name) => scores[name] === "outage");
    this.#unscored = lost === undefined ? 0 : this.#unscored + 1;
    if (lost === undefined || this.#unscored < inARow) return null;
    return { stopped: "scoring", why: `${lost}: ${whys[lost] ?? "nobody says why"}` };
  }

  /** What every arm fails at says nothing of any: equal errors must not pass for answers that are equally good. */
  #errors(arm: Arm, { outcome, why }: Answered): End | null {
    if (outcome === "error") this.#erring.push(arm);
    const isOfAll = new Set(this.#erring).size === this.#arms;
    return this.#erring.length >= inARow && isOfAll ? { stopped: "errors", why } : null;
  }
}
