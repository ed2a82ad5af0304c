import { createHash } from "node:crypto";
import { canonical } from "../../src/core/canonical.ts";
import { brokenLink, headOf } from "../../src/core/chain.ts";
import type { ChainHead } from "../../src/core/chain.ts";
import { readEvent } from "../../src/core/event-version.ts";
import type { Entry } from "../../src/core/event.ts";
import type { RunId } from "../../src/core/id.ts";
import { DamagedJournal, NotOwner } from "../../src/core/ports.ts";
import type { Answer, Journal, Owner, Ownership, RunRow } from "../../src/core/ports.ts";
import { misplaced, notOwner } from "../../src/edges/sqlite/group-commit.ts";

/** What outlives a process: every journal opened on it sees the same. Entries and answers are frozen. */
export interface JournalDisk {
  readonly chains: Map<RunId, Entry[]>;
  readonly answers: Map<RunId, Map<string, Answer>>;
  /** Which open journal owns which run. */
  readonly owners: Map<RunId, MemoryJournal>;
  /** Journals opened so far: the next one's pid is one more. */
  opened: number;
}

export const journalDisk = (): JournalDisk => ({
  chains: new Map(),
  answers: new Map(),
  owners: new Map(),
  opened: 0,
});

/** The disk as it is now, for another history to go on from. Nobody owns anything on it. */
export const copyJournal = (disk: JournalDisk): JournalDisk => ({
  chains: new Map([...disk.chains].map(([run, chain]) => [run, [...chain]])),
  answers: new Map([...disk.answers].map(([run, answers]) => [run, new Map(answers)])),
  owners: new Map(),
  opened: disk.opened,
});

export interface MemoryJournalOptions {
  /** Left out: an empty one. */
  readonly disk?: JournalDisk;
  /** As in `openStorage`. What it throws ends this journal as `crash` does. */
  readonly failpoint?: (at: string) => void;
  /** Reads every entry as the database does, through its text, schema and hash. Slow. */
  readonly checked?: boolean;
}

export class Crashed extends Error {
  override readonly name = "Crashed";
}

interface Batch {
  readonly run: RunId;
  readonly after: ChainHead | null;
  readonly entries: readonly Entry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export const memoryJournal = (options: MemoryJournalOptions = {}): MemoryJournal =>
  new MemoryJournal(options);

/**
 * One process's journal over a disk in memory. Batches of one synchronous stretch share a commit.
 * Schemas and hashes are not checked unless asked: a simulation folds millions of events.
 */
export class MemoryJournal implements Journal {
  readonly disk: JournalDisk;
  readonly owner: Owner;
  readonly #failpoint: (at: string) => void;
  readonly #checked: boolean;
  #waiting: Batch[] = [];
  #ended: { readonly error: unknown } | null = null;

  constructor(options: MemoryJournalOptions) {
    this.disk = options.disk ?? journalDisk();
    this.#failpoint = options.failpoint ?? (() => {});
    this.#checked = options.checked ?? false;
    this.disk.opened += 1;
    this.owner = { pid: this.disk.opened, host: "memory" };
  }

  /** The process is dead: its runs are free, what was not committed is lost, and whatever it still asks for rejects. */
  crash(error: unknown = new Crashed("the process is dead")): void {
    this.#ended ??= { error };
    for (const [run, owner] of this.disk.owners) if (owner === this) this.disk.owners.delete(run);
    const lost = this.#waiting;
    this.#waiting = [];
    for (const batch of lost) batch.reject(error);
  }

  async own(run: RunId): Promise<{ readonly owned: Ownership } | { readonly owner: Owner }> {
    this.#alive();
    const { owners } = this.disk;
    const owner = owners.get(run);
    if (owner !== undefined) return { owner: owner.owner };
    owners.set(run, this);
    const release = async (): Promise<void> => {
      if (owned && owners.get(run) === this) owners.delete(run);
      owned = false;
    };
    let owned = true;
    return { owned: { run, release } };
  }

  append(run: RunId, after: ChainHead | null, entries: readonly Entry[]): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended.error);
    const wrong = misplaced(run, after, entries);
    if (wrong !== null) return Promise.reject(new RangeError(`run ${run}: ${wrong}`));
    if (entries.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
      this.#waiting.push({ run, after, entries: entries.map(deepFreeze), resolve, reject });
    });
  }

  /** Not what is appended while it reads. */
  async *read(run: RunId, afterSeq: number): AsyncIterable<Entry> {
    this.#alive();
    const chain = this.disk.chains.get(run) ?? [];
    const end = chain.length;
    for (let n = afterSeq; n < end; n++) {
      const entry = chain[n] as Entry;
      if (this.#checked) check(chain[n - 1] ?? null, entry);
      yield entry;
    }
  }

  async runs(): Promise<readonly RunRow[]> {
    this.#alive();
    return [...this.disk.chains.values()]
      .map(rowOf)
      .toSorted((a, b) => a.createdAt - b.createdAt || compare(a.id, b.id));
  }

  async answer(answer: Answer): Promise<boolean> {
    this.#alive();
    const { run, subject } = answer;
    if (!this.disk.chains.has(run)) throw new RangeError(`there is no run ${run} to answer`);
    const answers = this.disk.answers.get(run) ?? new Map<string, Answer>();
    if (answers.has(subject)) return false;
    this.disk.answers.set(run, answers.set(subject, deepFreeze(structuredClone(answer))));
    return true;
  }

  async answers(run: RunId): Promise<readonly Answer[]> {
    this.#alive();
    return [...(this.disk.answers.get(run)?.values() ?? [])];
  }

  #alive(): void {
    if (this.#ended !== null) throw this.#ended.error;
  }

  #flush(): void {
    const batches = this.#waiting;
    this.#waiting = [];
    try {
      this.#commit(batches);
    } catch (error) {
      this.crash(error);
      for (const batch of batches) batch.reject(error);
    }
  }

  #commit(batches: readonly Batch[]): void {
    const heads = new Map<RunId, ChainHead | null>();
    const [kept, refused] = [[] as Batch[], [] as Batch[]];
    for (const batch of batches) {
      const head = heads.get(batch.run) ?? this.#head(batch.run);
      (sameHead(head, batch.after) ? kept : refused).push(batch);
      if (kept.at(-1) === batch) heads.set(batch.run, headOf(batch.entries.at(-1) as Entry));
    }
    this.#pass("before", kept);
    for (const { run, entries } of kept) {
      const chain = this.disk.chains.get(run) ?? [];
      for (const entry of entries) chain.push(entry);
      this.disk.chains.set(run, chain);
    }
    this.#pass("after", kept);
    for (const batch of kept) batch.resolve();
    for (const { run, after, reject } of refused) reject(new NotOwner(notOwner(run, after)));
  }

  #head(run: RunId): ChainHead | null {
    const last = this.disk.chains.get(run)?.at(-1);
    return last === undefined ? null : headOf(last);
  }

  #pass(moment: "before" | "after", batches: readonly Batch[]): void {
    for (const { entries } of batches) {
      for (const type of new Set(entries.map((entry) => entry.type)))
        this.#failpoint(`append/${moment}/${type}`);
    }
  }
}

const sameHead = (a: ChainHead | null, b: ChainHead | null): boolean =>
  a?.seq === b?.seq && a?.hash === b?.hash && a?.epoch === b?.epoch;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function rowOf(chain: readonly Entry[]): RunRow {
  const first = chain[0] as Entry;
  const head = headOf(chain.at(-1) as Entry);
  return { id: first.run, createdAt: first.at, epoch: head.epoch, headSeq: head.seq, headHash: head.hash };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

function check(last: Entry | null, entry: Entry): void {
  const broken = brokenLink(last, entry, (text) => createHash("sha256").update(text).digest("hex"));
  if (broken !== null) throw new DamagedJournal(`run ${entry.run} is damaged: ${broken}`);
  readEvent(entry.type, entry.v, JSON.parse(canonical(entry.body)));
}
