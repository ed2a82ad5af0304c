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
  readonly #needed: ReadonlySet<string>;
  /** Of each arm since its last answer. */
  readonly #outages = new Map<Arm, number>();
  #unscored = 0;
  #erring: Arm[] = [];

  /** @param arms of the evaluation @param needed metrics without which nothing is decided */
  constructor(arms: readonly Arm[], needed: ReadonlySet<string>) {
    this.#arms = new Set(arms).size;
    this.#needed = needed;
  }

  /** What was asked, after its last try. Arms may ask different providers: one may be down while the others answer. */
  asked(arm: Arm, { outcome, why }: Answered): End | null {
    this.#outages.set(arm, outcome === "outage" ? (this.#outages.get(arm) ?? 0) + 1 : 0);
    if (this.outages < inARow) return null;
    const isOfAll = [...this.#outages.values()].every((row) => row > 0);
    return { stopped: "outage", why: isOfAll ? why : `none to the ${arm}: ${why ?? "nobody says why"}` };
  }

  /** How many outages there were since the last answer: of all arms, where none answers; else of the worst. */
  get outages(): number {
    const rows = [...this.#outages.values()];
    const isOfAll = rows.every((row) => row > 0);
    return isOfAll ? rows.reduce((sum, row) => sum + row, 0) : Math.max(...rows);
  }

  /** `isAsked`: it was not known before. An error of before may be mended by now. */
  scored(arm: Arm, answered: Answered, scored: Scored, isAsked: boolean): End | null {
    if (answered.outcome === "complete") return this.#unscorable(scored);
    return isAsked ? this.#errors(arm, answered) : null;
  }

  /** What cannot be scored though something is decided by it. */
  lostIn({ scores }: Scored): string | null {
    return Object.keys(scores).find((name) => this.#needed.has(name) && scores[name] === "outage") ?? null;
  }

  /** A judge or a command that fails on everything. */
  #unscorable(scored: Scored): End | null {
    this.#erring = [];
    const lost = this.lostIn(scored);
    this.#unscored = lost === null ? 0 : this.#unscored + 1;
    if (lost === null || this.#unscored < inARow) return null;
    return { stopped: "scoring", why: `${lost}: ${scored.whys[lost] ?? "nobody says why"}` };
  }

  /** What every arm fails at says nothing of any: equal errors must not pass for answers that are equally good. */
  #errors(arm: Arm, { outcome, why }: Answered): End | null {
    if (outcome === "error") this.#erring.push(arm);
    const isOfAll = new Set(this.#erring).size === this.#arms;
    return this.#erring.length >= inARow && isOfAll ? { stopped: "errors", why } : null;
  }
}
