import type { Digest } from "../../src/core/id.ts";
import type { AnswerStore, KeptAnswer } from "../../src/evals/runner/store.ts";

/** What outlives a process: answers by key and evaluation, as text. */
export type AnswerDisk = Map<string, string>;

export interface MemoryAnswersOptions {
  /** Left out: an empty one. */
  readonly disk?: AnswerDisk;
  /** As in `openEvaluations`. What it throws ends this store as `crash` does. */
  readonly failpoint?: (at: string) => void;
}

/** One process's answers over a disk in memory. What is given in one synchronous stretch shares a commit. */
export class MemoryAnswers implements AnswerStore {
  readonly disk: AnswerDisk;
  readonly #failpoint: (at: string) => void;
  #waiting: { readonly answer: KeptAnswer; readonly resolve: () => void; readonly reject: Reject }[] = [];
  #ended: { readonly error: unknown } | null = null;

  constructor(options: MemoryAnswersOptions = {}) {
    this.disk = options.disk ?? new Map();
    this.#failpoint = options.failpoint ?? (() => {});
  }

  /** The process is dead: what was not committed is lost, and whatever it still asks for rejects. */
  crash(error: unknown = new Error("the process is dead")): void {
    this.#ended ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async find(keys: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly KeptAnswer[]>> {
    if (this.#ended !== null) throw this.#ended.error;
    const found = new Map<Digest, KeptAnswer[]>();
    const wanted = new Set(keys);
    for (const text of this.disk.values()) {
      const kept = JSON.parse(text) as KeptAnswer;
      if (wanted.has(kept.key)) found.set(kept.key, [...(found.get(kept.key) ?? []), kept]);
    }
    for (const list of found.values())
      list.sort((a, b) => b.at - a.at || (a.evaluation < b.evaluation ? -1 : 1));
    return found;
  }

  put(answer: KeptAnswer): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended.error);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
      this.#waiting.push({ answer, resolve, reject });
    });
  }

  #flush(): void {
    const given = this.#waiting.splice(0);
    if (given.length === 0) return;
    try {
      this.#failpoint("answers/before");
      for (const { answer } of given)
        this.disk.set(`${answer.key} ${answer.evaluation}`, JSON.stringify(answer));
      this.#failpoint("answers/after");
    } catch (error) {
      this.crash(error);
      for (const { reject } of given) reject(error);
      return;
    }
    for (const { resolve } of given) resolve();
  }
}

type Reject = (error: unknown) => void;
