import { createHash } from "node:crypto";
import type { Digest } from "../../src/core/id.ts";
import { MissingBlob } from "../../src/core/ports.ts";
import type { Blobs } from "../../src/core/ports.ts";

/** What outlives a process. The bytes are never handed out, only copies of them. */
export type BlobDisk = Map<Digest, Uint8Array>;

export interface MemoryBlobsOptions {
  /** Left out: an empty one. */
  readonly disk?: BlobDisk;
  /** As in `openStorage`. */
  readonly failpoint?: (at: string) => void;
}

const chunkBytes = 1024 * 1024;

export const memoryBlobs = (options: MemoryBlobsOptions = {}): MemoryBlobs => new MemoryBlobs(options);

/** One process's blobs over a disk in memory. A put is durable one microtask after it began. */
export class MemoryBlobs implements Blobs {
  readonly disk: BlobDisk;
  readonly #failpoint: (at: string) => void;
  #ended: { readonly error: unknown } | null = null;

  constructor(options: MemoryBlobsOptions) {
    this.disk = options.disk ?? new Map();
    this.#failpoint = options.failpoint ?? (() => {});
  }

  /** What is there, for tests. */
  digests(): readonly Digest[] {
    return [...this.disk.keys()];
  }

  /** The process is dead: puts under way are lost, and whatever it still asks for rejects. */
  crash(error: unknown = new Error("the process is dead")): void {
    this.#ended ??= { error };
  }

  async put(items: readonly Uint8Array[]): Promise<readonly Digest[]> {
    this.#pass("put-blobs/before");
    const named = items.map((item): readonly [Digest, Uint8Array] => [sha256(item), new Uint8Array(item)]);
    await Promise.resolve();
    this.#alive();
    for (const [digest, bytes] of named) if (!this.disk.has(digest)) this.disk.set(digest, bytes);
    this.#pass("put-blobs/after");
    return named.map(([digest]) => digest);
  }

  async putStream(chunks: AsyncIterable<Uint8Array>): Promise<Digest> {
    this.#pass("put-blobs/before");
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
    this.#alive();
    const bytes = new Uint8Array(Buffer.concat(parts));
    const digest = sha256(bytes);
    if (!this.disk.has(digest)) this.disk.set(digest, bytes);
    this.#pass("put-blobs/after");
    return digest;
  }

  async get(digest: Digest): Promise<Uint8Array> {
    return new Uint8Array(this.#stored(digest));
  }

  async *getStream(digest: Digest): AsyncIterable<Uint8Array> {
    const bytes = this.#stored(digest);
    for (let at = 0; at < bytes.length; at += chunkBytes)
      yield new Uint8Array(bytes.subarray(at, at + chunkBytes));
  }

  async missing(digests: readonly Digest[]): Promise<readonly Digest[]> {
    this.#alive();
    return digests.filter((digest) => !this.disk.has(digest));
  }

  #stored(digest: Digest): Uint8Array {
    this.#alive();
    const bytes = this.disk.get(digest);
    if (bytes === undefined) throw new MissingBlob(digest);
    return bytes;
  }

  #alive(): void {
    if (this.#ended !== null) throw this.#ended.error;
  }

  /** A failpoint that throws is a crash. */
  #pass(at: string): void {
    this.#alive();
    try {
      this.#failpoint(at);
    } catch (error) {
      this.crash(error);
      throw error;
    }
  }
}

const sha256 = (bytes: Uint8Array): Digest => createHash("sha256").update(bytes).digest("hex");
