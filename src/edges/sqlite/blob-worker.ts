/** The thread that writes blobs. Started by `BlobWriter` only: this file runs when loaded. */
import { parentPort, workerData } from "node:worker_threads";
import { BlobStore } from "./blob-store.ts";
import type { BlobOutcome, BlobWork } from "./blob-store.ts";
import { transactionBytes } from "./chunk.ts";

export interface BlobWorkerData {
  readonly path: string;
  readonly presence: string;
}

export type BlobRequest =
  | { readonly id: number; readonly work: BlobWork }
  | { readonly id: number; readonly close: true };

export interface BlobReply {
  readonly id: number;
  readonly outcome: BlobOutcome;
}

if (parentPort === null) throw new Error("blob-worker runs as a worker thread only");
serve(parentPort, workerData as BlobWorkerData);

/** Requests that come while a transaction is written share the next one. */
function serve(port: NonNullable<typeof parentPort>, { path, presence }: BlobWorkerData): void {
  const store = new BlobStore(path, presence);
  const waiting: { readonly id: number; readonly work: BlobWork }[] = [];

  const work = (): void => {
    const group = takeGroup(waiting);
    const outcomes = store.perform(group.map((request) => request.work));
    for (const [n, outcome] of outcomes.entries())
      port.postMessage({ id: group[n]?.id ?? 0, outcome } satisfies BlobReply);
    if (waiting.length > 0) setImmediate(work);
  };

  port.on("message", (request: BlobRequest) => {
    if ("close" in request) {
      store.close();
      port.close();
    } else if (waiting.push(request) === 1) setImmediate(work);
  });
}

/** As many as fit in one transaction, at least one. */
function takeGroup<R extends { readonly work: BlobWork }>(waiting: R[]): R[] {
  let bytes = 0;
  let count = 0;
  for (const { work } of waiting) {
    bytes += sizeOf(work);
    if (count > 0 && bytes > transactionBytes) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

function sizeOf(work: BlobWork): number {
  if (work.type === "put") return work.items.reduce((sum, item) => sum + item.length, 0);
  return work.type === "chunk" ? work.bytes.length : 0;
}
