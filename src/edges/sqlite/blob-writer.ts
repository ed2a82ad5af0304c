import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Digest } from "../../core/id.ts";
import type { BlobWork } from "./blob-store.ts";
import type { BlobReply, BlobRequest, BlobWorkerData } from "./blob-worker.ts";

interface Pending {
  readonly resolve: (digests: readonly Digest[]) => void;
  readonly reject: (error: Error) => void;
}

/** The worker beside this file: as TypeScript in a checkout, as JavaScript in the package. */
const workerFile = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./blob-worker.ts", import.meta.url)
    : new URL("./blob-worker.js", import.meta.url);

/**
 * This thread's end of the blob worker, which starts with the first request.
 * The process stays alive while a request is open and no longer.
 */
export class BlobWriter {
  readonly #data: BlobWorkerData;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(data: BlobWorkerData) {
    this.#data = data;
  }

  /**
   * Resolves when the work is durable. Its bytes are copied at once, or moved if their buffer is in `transfer`.
   * Rejects with the reason when it could not be written.
   */
  request(work: BlobWork, transfer: ArrayBuffer[] = []): Promise<readonly Digest[]> {
    const worker = this.#worker ?? this.#start();
    const id = ++this.#lastId;
    worker.postMessage({ id, work } satisfies BlobRequest, transfer);
    if (this.#pending.size === 0) worker.ref();
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** Ends the worker. To be called when no request is open. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    worker.ref();
    const exit = once(worker, "exit");
    worker.postMessage({ id: 0, close: true } satisfies BlobRequest, []);
    await exit;
  }

  #start(): Worker {
    // Without execArgv it would inherit ours, some of which a worker refuses to start with.
    const worker = new Worker(workerFile(), { workerData: this.#data, execArgv: [] });
    worker.on("message", (reply: BlobReply) => this.#settle(worker, reply));
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", (code) =>
      this.#lose(worker, new Error(`the writer of blobs.db ended with code ${code}`)),
    );
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, { id, outcome }: BlobReply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if ("digests" in outcome) pending?.resolve(outcome.digests);
    else {
      // With the code of SQLite, which tells a full disk from a mistake of ours.
      const { error, code } = outcome;
      const why = new Error(`blobs.db could not be written: ${error}`);
      pending?.reject(code === "" ? why : Object.assign(why, { code }));
    }
    if (this.#pending.size === 0) worker.unref();
  }

  /** The worker is gone: nobody will answer. The next request starts another. */
  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(error instanceof Error ? error : new Error(String(error)));
  }
}
