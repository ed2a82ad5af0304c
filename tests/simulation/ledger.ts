import type { Body, Entry, Reservation } from "../../src/core/event.ts";

/** What the ceilings of a run or task are about. */
export const units = ["micros", "tokens", "wallMs", "turns", "attempts"] as const;
type Unit = (typeof units)[number];
type Amounts = Record<Unit, number>;
type Ceilings = Readonly<Record<Unit, number | null>>;

/** More was used than was allowed. */
export interface Overshoot {
  readonly seq: number;
  /** `run`, or a task. */
  readonly of: string;
  readonly unit: Unit;
  readonly used: number;
  readonly allowed: number;
}

/** What one run or task may use, has used, and has reserved. */
interface Account {
  ceilings: Ceilings;
  readonly used: Amounts;
  readonly reserved: Amounts;
  /** What a person who lowered a ceiling found used already, or a provider charged beyond: no more than that from then on. */
  readonly excused: Amounts;
  /** What is under way when a person gives less time was promised what there was. */
  promisedMs: number;
}

const nothing = (): Amounts => ({ micros: 0, tokens: 0, wallMs: 0, turns: 0, attempts: 0 });
const free: Ceilings = { micros: null, tokens: null, wallMs: null, turns: null, attempts: null };
const open = (ceilings: Ceilings): Account => ({
  ceilings,
  used: nothing(),
  reserved: nothing(),
  excused: nothing(),
  promisedMs: 0,
});

const amountOf = ({ micros, input, output }: Reservation): Pick<Amounts, "micros" | "tokens"> => ({
  micros: micros ?? 0,
  tokens: input + output,
});

/**
 * Books what a run and its tasks use, from the journal alone and by nobody else's code: after every event, what is spent
 * and reserved must be within every ceiling.
 */
export class Ledger {
  readonly run = open(free);
  readonly tasks = new Map<string, Account>();
  readonly overshoots: Overshoot[] = [];
  readonly #reserved = new Map<string, Reservation>();
  /** Tasks with an open attempt, and those about which somebody is asked, by the question. */
  readonly #atWork = new Set<string>();
  readonly #asked = new Map<string, string>();
  #proposal: Body<"plan-proposed"> | null = null;
  #isReviewed = false;
  /** A person stops the run: what is open ends, and nobody is asked about the time of tasks any more. */
  #isStopping = false;
  #last: Entry | null = null;

  constructor(entries: Iterable<Entry>) {
    for (const entry of entries) {
      this.#pass(entry);
      this.#book(entry);
      this.#last = entry;
      this.#check(entry.seq, "run", this.run);
      for (const [id, task] of this.tasks) this.#check(entry.seq, id, task);
    }
  }

  /**
   * Time between two events of one owner: the run's, and that of each task at work about which nobody is asked. A person
   * who reviews a plan takes their time.
   */
  #pass(entry: Entry): void {
    if (this.#last === null || this.#last.epoch !== entry.epoch || entry.type === "blobs-dropped") return;
    if (this.#isReviewed) return;
    const ms = Math.max(0, entry.at - this.#last.at);
    this.run.used.wallMs += ms;
    const waiting = new Set(this.#asked.values());
    for (const id of this.#atWork) if (!waiting.has(id)) this.#task(id).used.wallMs += ms;
  }

  #task(id: string): Account {
    const known = this.tasks.get(id) ?? open(free);
    this.tasks.set(id, known);
    return known;
  }

  /** The run, and the task that a thread works for. */
  #accounts(thread: string): Account[] {
    const [kind, task = ""] = thread.split("/");
    return kind === "task" || kind === "judge" ? [this.run, this.#task(task)] : [this.run];
  }

  #book(entry: Entry): void {
    switch (entry.type) {
      case "run-created":
        this.run.ceilings = entry.body.budget;
        return;
      case "budget-changed":
        return this.#change(entry.body);
      case "plan-proposed":
        this.#proposal = entry.body;
        this.#isReviewed = true;
        return;
      case "plan-rejected":
        this.#isReviewed = false;
        return;
      case "plan-adopted":
        this.#isReviewed = false;
        return this.#adopt([...entry.body.added, ...entry.body.changed]);
      case "attempt-started":
        this.#atWork.add(entry.body.task);
        this.run.used.attempts += 1;
        return;
      case "attempt-ended":
        this.#atWork.delete(entry.body.task);
        return;
      case "escalation-raised":
        if (entry.body.task !== null) this.#asked.set(entry.body.escalation, entry.body.task);
        return;
      case "escalation-answered":
        if (entry.body.choice === "stop") this.#isStopping = true;
        else this.#asked.delete(entry.body.escalation);
        return;
      case "task-accepted":
      case "task-dropped":
        return this.#forget(entry.body.task);
      case "model-started":
        return this.#reserve(entry.body);
      case "model-ended":
        return this.#charge(entry.body);
      default:
        return;
    }
  }

  #change({ task, budget }: Body<"budget-changed">): void {
    const account = task === null ? this.run : this.#task(task);
    this.#setCeilings(account, task === null ? budget : { ...free, ...onlyTask(budget) });
  }

  #adopt(ids: readonly string[]): void {
    for (const id of ids) {
      const planned = this.#proposal?.tasks.find((one) => one.id === id);
      const known = this.tasks.get(id);
      // What a person gave a task stays with it.
      if (planned !== undefined)
        this.#setCeilings(
          this.#task(id),
          known === undefined
            ? { ...free, ...planned.budget }
            : higher(known.ceilings, { ...free, ...planned.budget }),
        );
      this.#forget(id);
    }
  }

  /** Whatever was asked about a task that is planned anew or ended is moot. */
  #forget(task: string): void {
    for (const [question, of] of this.#asked) if (of === task) this.#asked.delete(question);
  }

  #setCeilings(account: Account, ceilings: Ceilings): void {
    const before = account.ceilings.wallMs ?? 0;
    account.promisedMs = before > (ceilings.wallMs ?? Infinity) ? Math.max(account.promisedMs, before) : 0;
    account.ceilings = ceilings;
    for (const unit of units) excuse(account, unit);
  }

  #reserve({ thread, reserved }: Body<"model-started">): void {
    this.#reserved.set(thread, reserved);
    this.run.used.turns += 1;
    for (const account of this.#accounts(thread)) move(account.reserved, amountOf(reserved), 1);
  }

  #charge({ thread, charged }: Body<"model-ended">): void {
    const reserved = amountOf(this.#reserved.get(thread) ?? { micros: 0, input: 0, output: 0 });
    const cost = amountOf(charged);
    this.#reserved.delete(thread);
    for (const account of this.#accounts(thread)) {
      move(account.reserved, reserved, -1);
      move(account.used, cost, 1);
      if (cost.micros > reserved.micros) excuse(account, "micros");
      if (cost.tokens > reserved.tokens) excuse(account, "tokens");
    }
  }

  #check(seq: number, of: string, account: Account): void {
    for (const unit of units) {
      if (unit === "wallMs" && this.#isStopping && account !== this.run) continue;
      const used = account.used[unit] + account.reserved[unit];
      account.excused[unit] = Math.min(account.excused[unit], used);
      const promised = unit === "wallMs" ? account.promisedMs : 0;
      const allowed = Math.max(account.ceilings[unit] ?? Infinity, account.excused[unit], promised);
      if (used > allowed) this.overshoots.push({ seq, of, unit, used, allowed });
    }
  }
}

const higher = (a: Ceilings, b: Ceilings): Ceilings => {
  const of = (unit: Unit): number | null => {
    const [one, other] = [a[unit], b[unit]];
    return one === null || other === null ? null : Math.max(one, other);
  };
  return { ...free, micros: of("micros"), tokens: of("tokens"), wallMs: of("wallMs") };
};

const onlyTask = ({ micros, tokens, wallMs }: Ceilings): Pick<Ceilings, "micros" | "tokens" | "wallMs"> => ({
  micros,
  tokens,
  wallMs,
});

function move(amounts: Amounts, by: Pick<Amounts, "micros" | "tokens">, sign: 1 | -1): void {
  amounts.micros += sign * by.micros;
  amounts.tokens += sign * by.tokens;
}

/** What is used and reserved by now is nobody's fault. */
function excuse({ ceilings, used, reserved, excused }: Account, unit: Unit): void {
  const all = used[unit] + reserved[unit];
  excused[unit] = all > (ceilings[unit] ?? Infinity) ? all : 0;
}
