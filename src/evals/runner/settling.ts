import type { Answered, Ask, ScoredAnswer } from "../answer.ts";
import type { Scored, Scorer } from "../scoring/scorer.ts";
import type { Job } from "./asking.ts";
import { numbersOf } from "./drift.ts";
import type { Recheck } from "./drift.ts";
import type { Ending } from "./ending.ts";
import { NoMoneyLeft } from "./purse.ts";
import type { Rows } from "./rows.ts";
import type { KeptAnswer } from "./store.ts";

/** `isAsked`: it was not known before. */
export type OnAnswer = (answer: ScoredAnswer, isAsked: boolean) => void;

/** Scores answers, and compares those that were asked anew with what was kept. */
export class Settling {
  readonly answers: ScoredAnswer[] = [];
  readonly rechecks: Recheck[] = [];
  /** Resolves when an answer could be scored: whoever scores is able to. */
  readonly able: Promise<void>;
  isAble = false;
  readonly #proven: () => void;
  readonly #scorer: Pick<Scorer, "score">;
  readonly #ending: Ending;
  readonly #rows: Rows;
  readonly #onAnswer: OnAnswer;

  constructor(scorer: Pick<Scorer, "score">, ending: Ending, rows: Rows, onAnswer: OnAnswer) {
    const { promise, resolve } = Promise.withResolvers<void>();
    [this.able, this.#proven] = [promise, resolve];
    this.#scorer = scorer;
    this.#ending = ending;
    this.#rows = rows;
    this.#onAnswer = onAnswer;
  }

  async settle(
    { ask, key, check }: Job,
    answered: Answered,
    from: "asked" | "own" | "reused",
  ): Promise<void> {
    const found = await this.#score(ask, answered);
    if (found === null) return;
    const { scores, whys } = found;
    const end = this.#rows.scored(ask.arm, answered, found, from === "asked");
    if (end !== null) this.#ending.stop(end.stopped, end.why);
    if (answered.outcome === "complete" && this.#rows.lostIn(found) === null) this.#prove();
    const { arm, sample, form } = ask;
    const more = Object.keys(whys).length === 0 ? {} : { whys };
    const of = { case: ask.item.case.id, arm, sample, form, key };
    const scored = { ...of, reused: from === "reused", answered, scores, ...more };
    if (check !== null && answered.outcome !== "outage") await this.#recheck(ask, check, scored);
    this.answers.push(scored);
    this.#onAnswer(scored, from === "asked");
  }

  #prove(): void {
    this.isAble = true;
    this.#proven();
  }

  /** null: it was not scored, as money ended or it was cut off; its answer is kept, and scored when it goes on. */
  async #score(ask: Ask, answered: Answered): Promise<Scored | null> {
    try {
      return await this.#scorer.score(ask, answered, this.#ending.signal);
    } catch (error) {
      if (error instanceof NoMoneyLeft) return this.#ending.stop("budget");
      if (this.#ending.isCutOff()) return this.#ending.stop("interrupted");
      throw error;
    }
  }

  async #recheck(ask: Ask, { answered }: KeptAnswer, now: ScoredAnswer): Promise<void> {
    const before = await this.#score(ask, answered);
    if (before === null) return;
    this.rechecks.push({
      case: now.case,
      before: numbersOf(answered, before.scores),
      now: numbersOf(now.answered, now.scores),
      servedBefore: answered.served,
      servedNow: now.answered.served,
    });
  }
}
