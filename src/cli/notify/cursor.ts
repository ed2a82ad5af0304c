import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { statThere } from "../there.ts";

/**
 * How far a person was told of a run: a file that holds the position of the event up to which all was told (or needed
 * no telling any more), and after it those beyond that were told out of turn. Durable, so that what a crash kept from
 * being told is told later, and nothing else again.
 */
export class Cursor {
  readonly #path: string;
  #through: number;
  readonly #beyond: Set<number>;
  /** Being told. */
  readonly #open = new Set<number>();
  #written = Promise.resolve();

  private constructor(path: string, through: number, beyond: readonly number[]) {
    this.#path = path;
    this.#through = through;
    this.#beyond = new Set(beyond);
  }

  /** A file that is not there, or is none of ours, tells of nothing. */
  static async open(path: string): Promise<Cursor> {
    const text = (await statThere(path)) === null ? "" : await readFile(path, "utf8");
    const [through = 0, ...beyond] = /^\d+( \d+)*\n$/.test(text) ? text.trim().split(" ").map(Number) : [];
    return new Cursor(path, through, beyond);
  }

  get through(): number {
    return this.#through;
  }

  /** Whether this event is still to be told; from then on it holds the cursor back until it is settled. */
  take(seq: number): boolean {
    if (seq <= this.#through || this.#beyond.has(seq) || this.#open.has(seq)) return false;
    this.#open.add(seq);
    return true;
  }

  /** It was told, or needs no telling. Durable when it resolves. */
  async settle(seq: number): Promise<void> {
    this.#open.delete(seq);
    this.#beyond.add(seq);
    const end = Math.min(...this.#open);
    for (const told of [...this.#beyond].toSorted((a, b) => a - b)) {
      if (told >= end) break;
      this.#through = Math.max(this.#through, told);
      this.#beyond.delete(told);
    }
    this.#written = this.#written.then(
      async () => this.#write(),
      async () => this.#write(),
    );
    await this.#written;
  }

  async #write(): Promise<void> {
    const part = `${this.#path}.part`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const text = `${[this.#through, ...[...this.#beyond].toSorted((a, b) => a - b)].join(" ")}\n`;
    await writeFile(part, text, { mode: 0o600, flush: true });
    await rename(part, this.#path);
  }
}
