import PQueue from "p-queue";
import type { Digest } from "../../core/id.ts";
import type { Arm, Ask, ScoredAnswer } from "../answer.ts";
import type { Scorer } from "../scoring/scorer.ts";
import { Asking } from "./asking.ts";
import type { AskingPorts, AskingTerms, Job } from "./asking.ts";
import type { Recheck } from "./drift.ts";
import { Ending } from "./ending.ts";
import type { Stopped } from "./ending.ts";
import { keyOf, knownOf } from "./reuse.ts";
import { Rows } from "./rows.ts";
import { Settling } from "./settling.ts";
import type { OnAnswer } from "./settling.ts";
import type { KeptAnswer } from "./store.ts";

export interface GatherPorts extends AskingPorts {
  readonly scorer: Pick<Scorer, "score">;
  readonly sha256: (text: string) => Digest;
}

export interface Gathering extends AskingTerms {
  /** Of the evaluation, also where some of them are not asked this time. */
  readonly arms: readonly Arm[];
  /** Metrics without which nothing is decided. */
  readonly needed: ReadonlySet<string>;
  /** Only what was an outage is asked again, so outages in a row say nothing. */
  readonly isRepeat: boolean;
  readonly concurrency: number;
  readonly freshMs: number;
  /** Answers of earlier evaluations are not to be taken. */
  readonly isDoubted: boolean;
}

export interface Gathered {
  readonly answers: readonly ScoredAnswer[];
  readonly rechecks: readonly Recheck[];
  readonly stopped: Stopped | null;
  /** What was said last by whoever ended it: the provider, or who scores. */
  readonly why: string | null;
  /** Outages that were asked again, each with money of its own. */
  readonly repeated: number;
  /** How many outages came last, in a row. */
  readonly outagesAtEnd: number;
  /** Errors that are not kept yet, as nothing else came: to be kept where they count. */
  readonly held: readonly KeptAnswer[];
}

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
  const rows = new Rows(gathering.arms, gathering.needed);
  const work = new Work(ports, gathering, new Ending(signal), rows, onAnswer);
  await work.addAll(asks);
  return work.finish();
}

/** How many answers may wait to be scored before more is looked up. */
const mostUnscored = 500;

class Work {
  readonly #ports: GatherPorts;
  readonly #gathering: Gathering;
  readonly #ending: Ending;
  readonly #rows: Rows;
  readonly #asking: Asking;
  readonly #settling: Settling;
  readonly #lanes: PQueue;
  /** Scoring does not keep the next ask waiting. */
  readonly #scoring: PQueue;
  /** Arms of which an earlier answer is compared with one of now. */
  readonly #checked = new Set<Arm>();
  /** How many are looked up at a time: few enough that they do not hold up the answers that come meanwhile. */
  readonly #room: number;

  constructor(ports: GatherPorts, gathering: Gathering, ending: Ending, rows: Rows, onAnswer: OnAnswer) {
    this.#ports = ports;
    this.#gathering = gathering;
    this.#ending = ending;
    this.#rows = rows;
    this.#asking = new Asking(ports, gathering, ending, gathering.isRepeat ? null : rows);
    this.#settling = new Settling(ports.scorer, ending, rows, onAnswer);
    this.#room = Math.max(32, gathering.concurrency);
    this.#lanes = new PQueue({ concurrency: gathering.concurrency });
    this.#scoring = new PQueue({ concurrency: gathering.concurrency * 2 });
  }

  async addAll(asks: readonly Ask[]): Promise<void> {
    try {
      for (let at = 0; at < asks.length && this.#ending.isGoingOn(); at += this.#room)
        await this.#add(asks.slice(at, at + this.#room));
    } catch (error) {
      this.#ending.fail(error);
    }
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
      const kept = found.get(key) ?? [];
      const mustCheck = !this.#checked.has(ask.arm);
      const known = knownOf(sha256, ask.arm, kept, { evaluation, now, freshMs, isDoubted, mustCheck });
      if (known.check !== null) this.#checked.add(ask.arm);
      const job = { ask, key, check: known.check };
      if (known.use === null) this.#ask(job);
      else this.#use(job, known.use, known.isOwn);
    }
    // Nothing more is paid for before it is known that answers can be scored.
    if (!this.#settling.isAble) await Promise.race([this.#settling.able, this.#idle()]);
    // What was known may be much: it is scored before more is read.
    await this.#scoring.onSizeLessThan(mostUnscored);
    // So many wait always that no lane does, while more are looked up.
    await this.#lanes.onSizeLessThan(2 * this.#room);
  }

  async #keyOf(ask: Ask): Promise<Digest> {
    return keyOf(this.#ports.sha256, ask.sample, await this.#ports.subject.identity(ask));
  }

  #use(job: Job, { answered }: KeptAnswer, isOwn: boolean): void {
    this.#run(this.#scoring, async () => {
      if (isOwn) await this.#asking.countOwn(job, answered);
      await this.#settling.settle(job, answered, isOwn ? "own" : "reused");
    });
  }

  #ask(job: Job): void {
    this.#run(this.#lanes, async () => {
      if (!this.#ending.isGoingOn()) return;
      const arrived = await this.#asking.arrived(job);
      if (arrived === null) return;
      this.#run(this.#scoring, async () => {
        await arrived.kept;
        await this.#settling.settle(job, arrived.answered, "asked");
      });
    });
  }

  #run(queue: PQueue, job: () => Promise<unknown>): void {
    queue.add(job).catch((error: unknown) => this.#ending.fail(error));
  }

  async #idle(): Promise<void> {
    await this.#lanes.onIdle();
    await this.#scoring.onIdle();
  }

  async finish(): Promise<Gathered> {
    await this.#idle();
    const { answers, rechecks } = this.#settling;
    const { repeated, held } = this.#asking;
    return { answers, rechecks, repeated, held, outagesAtEnd: this.#rows.outages, ...this.#ending.told() };
  }
}
