import PQueue from "p-queue";
import type { Digest, Instant } from "../../core/id.ts";
import type { Clock } from "../../core/ports.ts";
import type { Answered, Ask, ScoredAnswer } from "../answer.ts";
import type { Scored, Scorer } from "../scoring/scorer.ts";
import type { Subject } from "../subject/subject.ts";
import { numbersOf } from "./drift.ts";
import type { Recheck } from "./drift.ts";
import { NoMoneyLeft } from "./purse.ts";
import type { Purse } from "./purse.ts";
import { keyOf, knownOf } from "./reuse.ts";
import type { AnswerStore, KeptAnswer } from "./store.ts";

export interface GatherPorts {
  readonly subject: Subject;
  readonly scorer: Pick<Scorer, "score">;
  readonly store: AnswerStore;
  readonly clock: Clock;
  readonly sha256: (text: string) => Digest;
  readonly purse: Purse;
}

export interface Gathering {
  readonly evaluation: string;
  readonly concurrency: number;
  readonly freshMs: number;
  /** When no more is asked; null: never. */
  readonly until: Instant | null;
  /** Answers of earlier evaluations are not to be taken. */
  readonly isDoubted: boolean;
  /** Keys whose answers the purse has counted already; grows. */
  readonly paid: Set<Digest>;
}

/** Why fewer answers came than were asked for. */
export type Stopped = "budget" | "time" | "outage" | "scoring" | "interrupted";

export interface Gathered {
  readonly answers: readonly ScoredAnswer[];
  readonly rechecks: readonly Recheck[];
  readonly stopped: Stopped | null;
  /** Why answers could not be scored, where that ended it. */
  readonly unscored: string | null;
}

/** `isAsked`: it was not known before. */
export type OnAnswer = (answer: ScoredAnswer, isAsked: boolean) => void;

/** So many outages one after the other, and the provider is down, or nobody can score. */
const outagesInARow = 20;
/** How often an ask is sent whose outages cost something: each time with money of its own. */
const dearTries = 3;

/**
 * Answers every ask: from what is kept, else by asking, so many at once. Each answer is durable as soon as it is there;
 * outages are not kept, so they are asked again whenever the evaluation goes on.
 * @throws what the subject, the store or the scorer throws, once nothing is under way; what was answered is kept
 */
export async function gather(
  ports: GatherPorts,
  gathering: Gathering,
  asks: readonly Ask[],
  signal: AbortSignal,
  onAnswer: OnAnswer,
): Promise<Gathered> {
  const work = new Work(ports, gathering, signal, onAnswer);
  await work.addAll(asks);
  return work.finish();
}

/** How many answers may wait to be scored before more is looked up. */
const mostUnscored = 500;

interface Job {
  readonly ask: Ask;
  readonly key: Digest;
  readonly check: KeptAnswer | null;
}

interface Arrived {
  readonly answered: Answered;
  /** Resolves when it is durable. */
  readonly kept: Promise<void>;
}

class Work {
  readonly #ports: GatherPorts;
  readonly #gathering: Gathering;
  readonly #signal: AbortSignal;
  readonly #halt = new AbortController();
  readonly #onAnswer: OnAnswer;
  readonly #asking: PQueue;
  /** Scoring does not keep the next ask waiting. */
  readonly #settling: PQueue;
  readonly #answers: ScoredAnswer[] = [];
  readonly #rechecks: Recheck[] = [];
  /** Arms may say the very same to the model: then it is asked once. */
  readonly #underWay = new Map<Digest, Promise<Arrived | null>>();
  /** How many are looked up at a time: few enough that they do not hold up the answers that come meanwhile. */
  readonly #room: number;
  #outages = 0;
  #unscored = 0;
  #whyUnscored: string | null = null;
  #stopped: Stopped | null = null;
  #failed: { readonly error: unknown } | null = null;

  constructor(ports: GatherPorts, gathering: Gathering, signal: AbortSignal, onAnswer: OnAnswer) {
    this.#ports = ports;
    this.#gathering = gathering;
    this.#signal = AbortSignal.any([signal, this.#halt.signal]);
    this.#onAnswer = onAnswer;
    this.#room = Math.max(32, gathering.concurrency);
    this.#asking = new PQueue({ concurrency: gathering.concurrency });
    this.#settling = new PQueue({ concurrency: gathering.concurrency * 2 });
  }

  async addAll(asks: readonly Ask[]): Promise<void> {
    try {
      for (let at = 0; at < asks.length && this.#isGoingOn(); at += this.#room)
        await this.#add(asks.slice(at, at + this.#room));
    } catch (error) {
      this.#fail(error);
    }
  }

  #isGoingOn(): boolean {
    if (this.#failed === null && this.#signal.aborted) this.#stop("interrupted");
    return this.#stopped === null && this.#failed === null;
  }

  /** Settles what is known, and has the rest asked; returns when there is room for more. */
  async #add(asks: readonly Ask[]): Promise<void> {
    const { evaluation, freshMs, isDoubted } = this.#gathering;
    const { store, clock, sha256 } = this.#ports;
    const keys: Digest[] = [];
    for (const ask of asks) keys.push(await this.#keyOf(ask));
    const found = await store.find(keys);
    const now = clock.now();
    for (const [index, ask] of asks.entries()) {
      const key = keys[index] ?? "";
      const known = knownOf(sha256, ask.arm, found.get(key) ?? [], { evaluation, now, freshMs, isDoubted });
      const job = { ask, key, check: known.check };
      if (known.use === null) this.#ask(job);
      else this.#use(job, known.use, known.isOwn);
    }
    // What was known may be much: it is scored before more is read.
    await this.#settling.onSizeLessThan(mostUnscored);
    // So many wait always that no lane does, while more are looked up.
    await this.#asking.onSizeLessThan(2 * this.#room);
  }

  async finish(): Promise<Gathered> {
    await this.#asking.onIdle();
    await this.#settling.onIdle();
    if (this.#failed !== null) throw this.#failed.error;
    return {
      answers: this.#answers,
      rechecks: this.#rechecks,
      stopped: this.#stopped,
      unscored: this.#whyUnscored,
    };
  }

  async #keyOf(ask: Ask): Promise<Digest> {
    return keyOf(this.#ports.sha256, ask.sample, await this.#ports.subject.identity(ask));
  }

  #use(job: Job, { answered }: KeptAnswer, isOwn: boolean): void {
    this.#run(this.#settling, async () => {
      if (isOwn) await this.#count(job, answered);
      await this.#scored(job, answered, isOwn ? "own" : "reused");
    });
  }

  /** What was paid before this process was there. */
  async #count({ ask, key }: Job, answered: Answered): Promise<void> {
    if (this.#gathering.paid.has(key)) return;
    this.#gathering.paid.add(key);
    const { subject, purse } = this.#ports;
    purse.charge(chargeOf(answered, answered.micros === null ? await subject.ceiling(ask) : null));
  }

  #ask(job: Job): void {
    this.#run(this.#asking, async () => {
      if (!this.#isGoingOn()) return;
      const arriving = this.#underWay.get(job.key) ?? this.#arrive(job);
      this.#underWay.set(job.key, arriving);
      const arrived = await arriving;
      if (arrived === null) return;
      this.#run(this.#settling, async () => {
        await arrived.kept;
        await this.#scored(job, arrived.answered, "asked");
      });
    });
  }

  /** It is given to the store as soon as it is there, however long others are being scored. */
  async #arrive(job: Job): Promise<Arrived | null> {
    const answered = await this.#answer(job);
    if (answered === null) return null;
    const kept = this.#keep(job.key, answered);
    kept.catch((error: unknown) => this.#fail(error));
    return { answered, kept };
  }

  /** null: it was not asked, or cut off. */
  async #answer(job: Job): Promise<Answered | null> {
    let charged = 0;
    for (let attempt = 1; ; attempt += 1) {
      const once = await this.#answerOnce(job);
      if (once === null) return null;
      const answered = { ...once, micros: once.micros === null ? null : once.micros + charged };
      charged = answered.micros ?? charged;
      const isLost = answered.outcome === "outage" && charged > 0;
      if (!isLost || attempt === dearTries || !this.#isGoingOn()) return answered;
    }
  }

  async #answerOnce({ ask, key }: Job): Promise<Answered | null> {
    const { subject, purse, clock } = this.#ports;
    const { until, paid } = this.#gathering;
    const ceiling = await subject.ceiling(ask);
    const reserved = await purse.reserve(ceiling ?? 0);
    if (reserved === null) return this.#stop("budget");
    try {
      if (!this.#isGoingOn()) return null;
      if (until !== null && clock.now() >= until) return this.#stop("time");
      const answered = await subject.answer(ask, this.#signal);
      reserved.settle(chargeOf(answered, ceiling));
      paid.add(key);
      if (this.#signal.aborted && answered.outcome !== "complete") return this.#stop("interrupted");
      this.#outages = answered.outcome === "outage" ? this.#outages + 1 : 0;
      if (this.#outages >= outagesInARow) this.#stop("outage");
      return answered;
    } finally {
      reserved.settle(0);
    }
  }

  async #keep(key: Digest, answered: Answered): Promise<void> {
    const { store, clock } = this.#ports;
    const { evaluation } = this.#gathering;
    if (answered.outcome !== "outage") await store.put({ key, evaluation, at: clock.now(), answered });
  }

  async #scored(
    { ask, key, check }: Job,
    answered: Answered,
    from: "asked" | "own" | "reused",
  ): Promise<void> {
    const found = await this.#score(ask, answered);
    if (found === null) return;
    const { scores, whys } = found;
    if (answered.outcome === "complete") this.#heedUnscored(found);
    const { arm, sample, form } = ask;
    const more = Object.keys(whys).length === 0 ? {} : { whys };
    const of = { case: ask.item.case.id, arm, sample, form, key };
    const scored = { ...of, reused: from === "reused", answered, scores, ...more };
    if (check !== null && answered.outcome !== "outage") await this.#recheck(ask, check, scored);
    this.#answers.push(scored);
    this.#onAnswer(scored, from === "asked");
  }

  /** null: it was not scored, as money ended or it was cut off; its answer is kept, and scored when it goes on. */
  async #score(ask: Ask, answered: Answered): Promise<Scored | null> {
    try {
      return await this.#ports.scorer.score(ask, answered, this.#signal);
    } catch (error) {
      if (error instanceof NoMoneyLeft) return this.#stop("budget");
      if (this.#signal.aborted && this.#failed === null) return this.#stop("interrupted");
      throw error;
    }
  }

  /** A judge or a command that fails on everything would only cost money. */
  #heedUnscored({ scores, whys }: Scored): void {
    const lost = Object.keys(scores).find((name) => scores[name] === "outage");
    this.#unscored = lost === undefined ? 0 : this.#unscored + 1;
    if (lost === undefined || this.#unscored < outagesInARow) return;
    this.#whyUnscored = `${lost}: ${whys[lost] ?? "nobody says why"}`;
    this.#stop("scoring");
  }

  async #recheck(ask: Ask, { answered }: KeptAnswer, now: ScoredAnswer): Promise<void> {
    const before = await this.#score(ask, answered);
    if (before === null) return;
    this.#rechecks.push({
      case: now.case,
      before: numbersOf(answered, before.scores),
      now: numbersOf(now.answered, now.scores),
      servedBefore: answered.served,
      servedNow: now.answered.served,
    });
  }

  #run(queue: PQueue, job: () => Promise<unknown>): void {
    queue.add(job).catch((error: unknown) => this.#fail(error));
  }

  /** Jobs that wait see it when their turn comes. */
  #stop(why: Stopped): null {
    this.#stopped ??= why;
    return null;
  }

  #fail(error: unknown): void {
    this.#failed ??= { error };
    this.#halt.abort();
  }
}

/** What an answer counts for where the provider did not say what it used: all that it may have cost. */
const chargeOf = ({ outcome, micros }: Answered, ceiling: number | null): number =>
  micros ?? (outcome === "outage" ? 0 : (ceiling ?? 0));
