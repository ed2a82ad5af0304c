import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { diskTrouble } from "../disk-trouble.ts";
import { oneLine } from "../view/words.ts";
import { MirrorFiles } from "./files.ts";
import { firstPages, pagesOf, runPages } from "./pages.ts";
import { beginTale, note, noteWaiting } from "./tale.ts";
import type { Tale } from "./tale.ts";

/** A run's story as plain files, kept up while the run goes on. */
export interface Mirror {
  see(entry: Entry, state: RunState): void;
  /** Resolves when the files are as the journal is, or cannot be made so. Never rejects. */
  close(): Promise<void>;
}

/** Where what people read of a run lies. */
export const runDir = (stateDir: string, run: RunId): string => join(stateDir, "runs", run);

/** How often files are written at most, in ms. */
const betweenMs = 250;
/** So many entries are read at a time before others have their turn. */
const atOnce = 64;

/**
 * Brings `dir` up to date from the whole journal, then follows: what it writes follows from the journal alone. It never
 * stops a run: what cannot be written is told once, by `say`, and tried again with the next change.
 */
export function mirror(
  dir: string,
  ports: Pick<Ports, "journal" | "blobs">,
  id: RunId,
  say: (line: string) => void,
): Mirror {
  return new Following(dir, ports, id, say);
}

class Following implements Mirror {
  readonly #dir: string;
  readonly #ports: Pick<Ports, "journal" | "blobs">;
  readonly #say: (line: string) => void;
  readonly #files: MirrorFiles;
  #tale: Tale | null = null;
  #queue: Entry[] = [];
  /** Tasks and attempts whose pages are to be written. */
  #dirty = new Set<string>();
  #work: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #hasTold = false;
  /** It closed, or cannot go on. */
  #isOver = false;

  constructor(dir: string, ports: Pick<Ports, "journal" | "blobs">, id: RunId, say: (line: string) => void) {
    this.#dir = dir;
    this.#ports = ports;
    this.#say = say;
    this.#files = new MirrorFiles(dir);
    this.#work = this.#guarded(async () => this.#catchUp(id));
  }

  see(entry: Entry): void {
    if (this.#isOver) return;
    this.#queue.push(entry);
    this.#timer ??= setTimeout(() => this.#next(), betweenMs).unref();
  }

  async close(): Promise<void> {
    this.#next();
    await this.#work;
    this.#isOver = true;
  }

  #next(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#work = this.#work.then(async () => this.#guarded(async () => this.#follow()));
  }

  /** A reader is no reason to stop a run, whatever goes wrong in it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#isOver) return;
    try {
      await work();
    } catch (error) {
      this.#isOver = !isOfDisk(error);
      if (!this.#hasTold) this.#say(this.#failure(error));
      this.#hasTold = true;
    }
  }

  async #catchUp(id: RunId): Promise<void> {
    for await (const entry of this.#ports.journal.read(id, 0)) {
      await this.#take(entry);
      if (entry.seq % atOnce === 0) await setImmediate();
    }
    await this.#files.sweep();
    await this.#write();
  }

  async #follow(): Promise<void> {
    const entries = this.#queue;
    this.#queue = [];
    for (const entry of entries) await this.#take(entry);
    await this.#write();
  }

  /** What was read from the journal already may come again. */
  async #take(entry: Entry): Promise<void> {
    if (this.#tale === null) this.#tale = await beginTale(entry, this.#ports.blobs);
    if (entry.seq <= this.#tale.run.seq) return;
    for (const key of await note(this.#tale, entry, this.#ports.blobs)) this.#dirty.add(key);
  }

  async #write(): Promise<void> {
    const tale = this.#tale;
    if (tale === null) return;
    await noteWaiting(tale, this.#ports.blobs);
    for (const page of [...firstPages(tale), ...runPages(tale)]) await this.#files.write(page);
    for (const key of this.#dirty) {
      for (const page of pagesOf(tale, key)) await this.#files.write(page);
      this.#dirty.delete(key);
    }
    await this.#files.log(tale.log);
  }

  #failure(error: unknown): string {
    const trouble = diskTrouble(error);
    const why = trouble === null ? oneLine((error as Error).message, 200) : `the disk ${trouble.does}`;
    return ` mirror     ${this.#dir} is not kept up: ${why}; the run goes on, and harness show tells its story`;
  }
}

/** Of a system call that failed: the next one may not. */
const isOfDisk = (error: unknown): boolean => error instanceof Error && "syscall" in error;
