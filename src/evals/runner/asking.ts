import type { Digest, Instant } from "../../core/id.ts";
import type { Clock } from "../../core/ports.ts";
import type { Answered, Ask } from "../answer.ts";
import type { Subject } from "../subject/subject.ts";
import type { Ending } from "./ending.ts";
import type { Purse } from "./purse.ts";
import type { Rows } from "./rows.ts";
import type { AnswerStore, KeptAnswer } from "./store.ts";

export interface AskingPorts {
  readonly subject: Subject;
  readonly store: AnswerStore;
  readonly clock: Clock;
  readonly purse: Purse;
}

export interface AskingTerms {
  readonly evaluation: string;
  /** When no more is asked; null: never. */
  readonly until: Instant | null;
  /** Keys whose answers the purse has counted already; grows. */
  readonly paid: Set<Digest>;
}

/** An ask under the digest of all that determines its answer. */
export interface Job {
  readonly ask: Ask;
  readonly key: Digest;
  /** The answer of earlier with which this one is compared; null: none. */
  readonly check: KeptAnswer | null;
}

export interface Arrived {
  readonly answered: Answered;
  /** Resolves when it is durable. */
  readonly kept: Promise<void>;
}

/** How often an ask is sent whose outages cost something: each time with money of its own. */
const dearTries = 3;

/** Asks, pays and keeps. */
export class Asking {
  readonly #ports: AskingPorts;
  readonly #terms: AskingTerms;
  readonly #ending: Ending;
  /** Arms may say the very same to the model: then it is asked once. */
  readonly #underWay = new Map<Digest, Promise<Arrived | null>>();
  readonly #rows: Rows | null;
  /** Errors before anything was answered: they may be nobody's, so they are kept only when it is known that they are. */
  #held: KeptAnswer[] = [];
  #isAnswered = false;
  #repeated = 0;

  constructor(ports: AskingPorts, terms: AskingTerms, ending: Ending, rows: Rows | null) {
    this.#ports = ports;
    this.#terms = terms;
    this.#ending = ending;
    this.#rows = rows;
  }

  /** Outages that were asked again, each with money of its own. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Errors that are not kept, as nothing else came. */
  get held(): readonly KeptAnswer[] {
    return this.#held;
  }

  /** The answer, given to the store as soon as it is there; null: it was not asked, or cut off. */
  async arrived(job: Job): Promise<Arrived | null> {
    const arriving = this.#underWay.get(job.key) ?? this.#arrive(job);
    this.#underWay.set(job.key, arriving);
    return arriving;
  }

  /** Counts what was paid before this process was there. */
  async countOwn({ ask, key }: Job, answered: Answered): Promise<void> {
    if (this.#terms.paid.has(key)) return;
    this.#terms.paid.add(key);
    const { subject, purse } = this.#ports;
    purse.charge(chargeOf(answered, answered.micros === null ? await subject.ceiling(ask) : null));
  }

  async #arrive(job: Job): Promise<Arrived | null> {
    const answered = await this.#answer(job);
    if (answered === null) return null;
    const end = this.#rows?.asked(job.ask.arm, answered) ?? null;
    if (end !== null) this.#ending.stop(end.stopped, end.why);
    const kept = this.#keep(job.key, answered);
    kept.catch((error: unknown) => this.#ending.fail(error));
    return { answered, kept };
  }

  async #answer(job: Job): Promise<Answered | null> {
    const { clock } = this.#ports;
    let charged = 0;
    for (let attempt = 1; ; attempt += 1) {
      const once = await this.#answerOnce(job, attempt);
      if (once === null) return null;
      const answered = { ...once, micros: once.micros === null ? null : once.micros + charged };
      charged = answered.micros ?? charged;
      const isLost = answered.outcome === "outage" && answered.micros !== 0;
      if (!isLost || attempt === dearTries || !this.#ending.isGoingOn()) return answered;
      this.#repeated += 1;
      await clock.sleepUntil(clock.now() + 500 * 2 ** (attempt - 1), this.#ending.signal);
    }
  }

  async #answerOnce({ ask, key }: Job, attempt: number): Promise<Answered | null> {
    const { subject, purse, clock } = this.#ports;
    const { until, paid } = this.#terms;
    const ceiling = await subject.ceiling(ask);
    const reserved = await purse.reserve(ceiling ?? 0);
    if (reserved === null) return this.#ending.stop("budget");
    try {
      if (!this.#ending.isGoingOn()) return null;
      if (until !== null && clock.now() >= until) return this.#ending.stop("time");
      const answered = await subject.answer(ask, this.#ending.signal, attempt);
      reserved.settle(chargeOf(answered, ceiling));
      paid.add(key);
      const isCutOff = this.#ending.signal.aborted && answered.outcome !== "complete";
      return isCutOff ? this.#ending.stop("interrupted") : answered;
    } finally {
      reserved.settle(0);
    }
  }

  async #keep(key: Digest, answered: Answered): Promise<void> {
    if (answered.outcome === "outage") return;
    const { store, clock } = this.#ports;
    const one = { key, evaluation: this.#terms.evaluation, at: clock.now(), answered };
    if (answered.outcome === "complete") this.#isAnswered = true;
    const kept = this.#isAnswered ? [...this.#held, one] : [];
    this.#held = this.#isAnswered ? [] : [...this.#held, one];
    await Promise.all(kept.map(async (answer) => store.put(answer)));
  }
}

/** What an answer counts for where the provider did not say what it used: all that it may have cost. */
const chargeOf = ({ micros }: Answered, ceiling: number | null): number => micros ?? ceiling ?? 0;
