import type { RunId } from "../../core/id.ts";
import type { Cursors, DeadLetter } from "./cursor.ts";
import type { Outcome } from "./answer.ts";
import { pauseFor } from "./pause.ts";
import { post } from "./post.ts";
import type { Outgoing } from "./spans.ts";
import type { Target } from "./target.ts";
import type { WireSpan } from "./wire-span.ts";

/** How a delivery ended. */
export type Delivered =
  /** Each item was accepted, or is a dead letter. */
  | { readonly type: "done" }
  /** The server will take nothing until a person changes something. */
  | { readonly type: "denied"; readonly why: string }
  /** Nobody waits for it any more; `why`: what kept it. */
  | { readonly type: "given-up"; readonly why: string };

export interface CourierOptions {
  readonly target: Target;
  readonly cursors: Cursors;
  readonly serialize: (spans: readonly WireSpan[]) => Uint8Array;
  readonly secretless: (text: string) => string;
  /** A line for people. */
  readonly say: (line: string) => void;
  /** From then on nothing is waited for: what a try does not bring is given up. */
  readonly haste: AbortSignal;
  /** From then on no request goes on. */
  readonly halt: AbortSignal;
  /** Failures in a row after which it is given up. */
  readonly patience: number;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

/** Times one item is tried over which a server falls, before the server is looked at. */
const faults = 4;
/** Times a connection breaks off over some before fewer are sent: nothing is lost by that. */
const breaks = 3;
/** About a quarter of a minute. */
const triesUntilTold = 5;
/** Scores under way at once: each is a request. */
const scoresAtOnce = 6;
/** ms */
const [firstPause, longestPause] = [1000, 60_000];

/**
 * Brings items to a server, at least once each. What fails for a while is tried again; what is refused is halved until
 * single items are left, and one of these that is refused for good is a dead letter. A server that refuses whatever it
 * is sent is not believed: then nothing is given up, and a person is told.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #pause;
  readonly #random;
  readonly #told = new Set<string>();
  #isGzip: boolean;
  /** Known to be good, of either kind: they go to different addresses. */
  readonly #lastAccepted = new Map<Outgoing["type"], Outgoing>();
  /** Single items of this delivery that were refused, and whether the server is to be believed is not known yet. */
  #refused: { readonly item: Outgoing; readonly why: string }[] = [];
  /** Ids of dead letters. */
  readonly #dead: Set<string>;
  #accepted = 0;
  #inTrouble: boolean;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#pause = options.pause ?? pauseFor;
    this.#random = options.random ?? Math.random;
    this.#isGzip = options.target.isGzip;
    this.#inTrouble = options.cursors.trouble(options.target.key) !== null;
    this.#dead = new Set(options.cursors.dead(options.target.key).map(({ id }) => id));
  }

  /** Items accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  async deliver(run: RunId, items: readonly Outgoing[]): Promise<Delivered> {
    this.#refused = [];
    const ended = await this.#all(run, items);
    return this.#ended(ended.type === "done" ? await this.#buryRefused(run) : ended);
  }

  async #all(run: RunId, items: readonly Outgoing[]): Promise<Delivered> {
    const spans = items.filter(({ type }) => type === "span");
    const ended = spans.length === 0 ? done : await this.#part(run, spans);
    if (ended.type !== "done") return ended;
    const scores = items.filter(({ type }) => type === "score");
    for (let at = 0; at < scores.length; at += scoresAtOnce) {
      const some = scores.slice(at, at + scoresAtOnce);
      const all = await Promise.all(some.map(async (score) => this.#part(run, [score])));
      const wrong = all.find(({ type }) => type !== "done");
      if (wrong !== undefined) return wrong;
    }
    return done;
  }

  /** Spans in one request, or one score. */
  async #part(run: RunId, items: readonly Outgoing[]): Promise<Delivered> {
    let tries = 0;
    let [fallen, broken] = [0, 0];
    for (;;) {
      const outcome = await this.#send(items);
      switch (outcome.type) {
        case "accepted":
          this.#isAccepted(items);
          return done;
        case "denied":
          return outcome;
        case "plain-only":
          this.#isGzip = false;
          continue;
        case "partial":
        case "too-large":
          return items.length > 1 ? this.#halves(run, items) : this.#isRefused(items, outcome.why);
        case "refused": {
          if (this.#isGzip && this.#accepted === 0 && items[0]?.type === "span") {
            // Some servers say so of what they cannot unpack.
            this.#isGzip = false;
            continue;
          }
          return items.length > 1 ? this.#halves(run, items) : this.#isRefused(items, outcome.why);
        }
        case "unavailable":
          break;
      }
      tries += 1;
      if (outcome.isFault) fallen += 1;
      if (outcome.isReset) broken += 1;
      if (broken >= breaks && items.length > 1) return this.#halves(run, items);
      if (fallen >= faults && (await this.#isSane(items[0]?.type ?? "span")))
        return items.length > 1 ? this.#halves(run, items) : this.#isRefused(items, outcome.why);
      const { haste, patience } = this.#options;
      this.#isTroubled(outcome.why, tries);
      if (haste.aborted || tries >= patience) return { type: "given-up", why: outcome.why };
      await this.#pause(this.#pauseBefore(tries, outcome.waitMs), haste);
    }
  }

  async #halves(run: RunId, items: readonly Outgoing[]): Promise<Delivered> {
    const middle = items.length >> 1;
    const first = await this.#part(run, items.slice(0, middle));
    return first.type === "done" ? this.#part(run, items.slice(middle)) : first;
  }

  async #send(items: readonly Outgoing[]): Promise<Outcome> {
    const { target, serialize, halt, secretless } = this.#options;
    const spans = items.flatMap((item) => (item.type === "span" ? [item.span] : []));
    const score = items.find((item) => item.type === "score");
    const letter =
      score === undefined || target.scoresUrl === null
        ? { url: target.tracesUrl, body: serialize(spans), isGzip: this.#isGzip }
        : {
            url: target.scoresUrl,
            body: Buffer.from(JSON.stringify(score.score)),
            // Documented for traces alone.
            isGzip: false,
          };
    return post(target, letter, halt, secretless);
  }

  /** Whether the server takes now what it took before; not when it never took any. */
  async #isSane(kind: Outgoing["type"]): Promise<boolean> {
    const last = this.#lastAccepted.get(kind);
    return last !== undefined && (await this.#send([last])).type === "accepted";
  }

  /** Exponential with jitter, and not before the server wishes. */
  #pauseBefore(tries: number, waitMs: number | null): number {
    const most = Math.min(longestPause, firstPause * 2 ** Math.min(tries - 1, 10));
    const jittered = most / 2 + (most / 2) * this.#random();
    return waitMs === null ? jittered : Math.max(jittered, waitMs * (1 + this.#random() / 10));
  }

  #isAccepted(items: readonly Outgoing[]): void {
    this.#accepted += items.length;
    for (const item of items.slice(-1)) this.#lastAccepted.set(item.type, item);
    const again = items.filter(({ id }) => this.#dead.delete(id)).map(({ id }) => id);
    if (again.length > 0) this.#options.cursors.unbury(this.#options.target.key, again);
    if (!this.#inTrouble) return;
    this.#inTrouble = false;
    this.#options.cursors.setTrouble(this.#options.target.key, null);
  }

  #isTroubled(why: string, tries: number): void {
    const { target, cursors } = this.#options;
    this.#inTrouble = true;
    cursors.setTrouble(target.key, { why, at: Date.now() });
    // A server that starts anew is no news.
    if (tries === triesUntilTold)
      this.#sayOnce("away", `${target.name} does not take them: ${why}; they wait and are sent later`);
  }

  #isRefused(items: readonly Outgoing[], why: string): Delivered {
    for (const item of items) this.#refused.push({ item, why });
    return done;
  }

  /** Only a server that takes others is believed to refuse these for good. */
  async #buryRefused(run: RunId): Promise<Delivered> {
    const [first] = this.#refused;
    if (first === undefined) return done;
    for (const kind of new Set(this.#refused.map(({ item }) => item.type)))
      if (!(await this.#isSane(kind)))
        return { type: "denied", why: `${first.why}, and so whatever else it is sent` };
    const { target, cursors } = this.#options;
    const at = Date.now();
    cursors.bury(
      target.key,
      this.#refused.map(({ item, why }): DeadLetter => ({ run, id: item.id, why, at })),
    );
    for (const { item } of this.#refused) this.#dead.add(item.id);
    this.#sayOnce("dead", `${target.name} refuses some for good: ${first.why}; see harness traces status`);
    return done;
  }

  #ended(ended: Delivered): Delivered {
    if (ended.type !== "denied") return ended;
    const { target, cursors } = this.#options;
    this.#inTrouble = true;
    cursors.setTrouble(target.key, { why: ended.why, at: Date.now() });
    this.#sayOnce("denied", `${target.name} takes none: ${ended.why}; they wait for harness traces push`);
    return ended;
  }

  #sayOnce(what: string, line: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#options.say(line);
  }
}

const done: Delivered = { type: "done" };
