import PQueue from "p-queue";
import { canonical } from "../../core/canonical.ts";
import type { Digest, Instant } from "../../core/id.ts";
import type { Clock } from "../../core/ports.ts";
import type { Answered, Ask, ScoredAnswer } from "../answer.ts";
import type { Score } from "../gate/item.ts";
import type { Scorer } from "../scoring/scorer.ts";
import type { Subject } from "../subject/subject.ts";
import type { Recheck } from "./drift.ts";
import type { Purse } from "./purse.ts";
import { knownOf } from "./reuse.ts";
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
  /** Production's stored answers are not to be taken. */
  readonly isDoubted: boolean;
}

/** Why fewer answers came than were asked for. */
export type Stopped = "budget" | "time" | "outage" | "interrupted";

export interface Gathered {
  readonly answers: readonly ScoredAnswer[];
  readonly rechecks: readonly Recheck[];
  readonly stopped: Stopped | null;
}

/** `isAsked`: it was not known before. */
export type OnAnswer = (answer: ScoredAnswer, isAsked: boolean) => void;

/** So many outages one after the other, and the provider is down. */
const outagesInARow = 20;

/**
 * Answers every ask: from what is kept, else by asking, so many at once. Each answer is durable as soon as it is there;
 * outages are not kept, so they are asked again whenever the evaluation goes on.
 * @throws what the subject or the store throws; what was answered before is kept
 */
export async function gather(
  ports: GatherPorts,
  gathering: Gathering,
  asks: readonly Ask[],
  signal: AbortSignal,
  onAnswer: OnAnswer,
): Promise<Gathered> {
  const work = new Work(ports, gathering, signal, onAnswer);
  for (let at = 0; at < asks.length && work.isGoingOn(); at += chunk) {
    await work.add(asks.slice(at, at + chunk));
  }
  return work.finish();
}

/** How many keys are looked up, and jobs waiting, at a time. */
const chunk = 500;

interface Job {
  readonly ask: Ask;
  readonly key: Digest;
  readonly check: KeptAnswer | null;
}

class Work {
  readonly #ports: GatherPorts;
  readonly #gathering: Gathering;
  readonly #signal: AbortSignal;
  readonly #halt = new AbortController();
  readonly #onAnswer: OnAnswer;
  readonly #asking: PQueue;
  /** Storing and scoring do not keep the next ask waiting. */
  readonly #settling: PQueue;
  readonly #answers: ScoredAnswer[] = [];
  readonly #rechecks: Recheck[] = [];
  /** Arms may say the very same to the model: then it is asked once. */
  readonly #underWay = new Map<Digest, Promise<Answered | null>>();
  #outages = 0;
  #stopped: Stopped | null = null;
  #failed: { readonly error: unknown } | null = null;

  constructor(ports: GatherPorts, gathering: Gathering, signal: AbortSignal, onAnswer: OnAnswer) {
    this.#ports = ports;
    this.#gathering = gathering;
    this.#signal = AbortSignal.any([signal, this.#halt.signal]);
    this.#onAnswer = onAnswer;
    this.#asking = new PQueue({ concurrency: gathering.concurrency });
    this.#settling = new PQueue({ concurrency: gathering.concurrency * 2 });
  }

  isGoingOn(): boolean {
    if (this.#signal.aborted) this.#stop("interrupted");
    return this.#stopped === null && this.#failed === null;
  }

  /** Settles what is known, and has the rest asked; returns when there is room for more. */
  async add(asks: readonly Ask[]): Promise<void> {
    const { evaluation, freshMs, isDoubted } = this.#gathering;
    const { store, clock, sha256 } = this.#ports;
    const keys = await Promise.all(asks.map(async (ask) => this.#keyOf(ask)));
    const found = await store.find(keys);
    const now = clock.now();
    for (const [index, ask] of asks.entries()) {
      const key = keys[index] ?? "";
      const known = knownOf(sha256, ask.arm, found.get(key) ?? [], { evaluation, now, freshMs, isDoubted });
      const job = { ask, key, check: known.check };
      if (known.use === null) this.#ask(job);
      else this.#use(job, known.use, known.isOwn);
    }
    await this.#asking.onSizeLessThan(chunk / 2);
  }

  async finish(): Promise<Gathered> {
    await this.#asking.onIdle();
    await this.#settling.onIdle();
    if (this.#failed !== null) throw this.#failed.error;
    return { answers: this.#answers, rechecks: this.#rechecks, stopped: this.#stopped };
  }

  async #keyOf(ask: Ask): Promise<Digest> {
    return this.#ports.sha256(
      canonical({ v: 1, sample: ask.sample, is: await this.#ports.subject.identity(ask) }),
    );
  }

  #use(job: Job, { answered }: KeptAnswer, isOwn: boolean): void {
    if (isOwn) this.#ports.purse.charge(answered.micros ?? 0);
    this.#settle(async () => this.#scored(job, answered, isOwn ? "own" : "reused"));
  }

  #ask(job: Job): void {
    this.#run(this.#asking, async () => {
      if (!this.isGoingOn()) return;
      const open = this.#underWay.get(job.key);
      const asking = open ?? this.#answer(job.ask);
      this.#underWay.set(job.key, asking);
      const answered = await asking;
      if (answered !== null) this.#settle(async () => this.#keep(job, answered));
    });
  }

  /** null: it was not asked any more. */
  async #answer(ask: Ask): Promise<Answered | null> {
    const { subject, purse, clock } = this.#ports;
    const { until } = this.#gathering;
    if (until !== null && clock.now() >= until) return this.#stop("time");
    const reserved = await purse.reserve((await subject.ceiling(ask)) ?? 0);
    if (reserved === null) return this.#stop("budget");
    try {
      const answered = await subject.answer(ask, this.#signal);
      reserved.settle(answered.micros ?? 0);
      this.#outages = answered.outcome === "outage" ? this.#outages + 1 : 0;
      if (this.#outages >= outagesInARow) this.#stop("outage");
      return this.#signal.aborted && answered.outcome !== "complete" ? this.#stop("interrupted") : answered;
    } finally {
      reserved.settle(0);
    }
  }

  async #keep(job: Job, answered: Answered): Promise<void> {
    const { store, clock } = this.#ports;
    const { evaluation } = this.#gathering;
    const kept = { key: job.key, evaluation, at: clock.now(), answered };
    if (answered.outcome !== "outage") await store.put(kept);
    await this.#scored(job, answered, "asked");
  }

  async #scored(
    { ask, key, check }: Job,
    answered: Answered,
    from: "asked" | "own" | "reused",
  ): Promise<void> {
    const { scores, whys } = await this.#ports.scorer.score(ask, answered, this.#signal);
    const { arm, sample, form } = ask;
    const more = Object.keys(whys).length === 0 ? {} : { whys };
    const of = { case: ask.item.case.id, arm, sample, form, key };
    const scored = { ...of, reused: from === "reused", answered, scores, ...more };
    if (check !== null && answered.outcome !== "outage") await this.#recheck(ask, check, scored);
    this.#answers.push(scored);
    this.#onAnswer(scored, from === "asked");
  }

  async #recheck(ask: Ask, { answered }: KeptAnswer, now: ScoredAnswer): Promise<void> {
    const before = await this.#ports.scorer.score(ask, answered, this.#signal);
    this.#rechecks.push({
      case: now.case,
      before: numbersOf(before.scores),
      now: numbersOf(now.scores),
      servedBefore: answered.served,
      servedNow: now.answered.served,
    });
  }

  #settle(job: () => Promise<unknown>): void {
    this.#run(this.#settling, job);
  }

  #run(queue: PQueue, job: () => Promise<unknown>): void {
    queue.add(job).catch((error: unknown) => this.#fail(error));
  }

  #stop(why: Stopped): null {
    this.#stopped ??= why;
    return null;
  }

  #fail(error: unknown): void {
    this.#failed ??= { error };
    this.#halt.abort();
  }
}

const numbersOf = (scores: Readonly<Record<string, Score>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(scores).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  );
