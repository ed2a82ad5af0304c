import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { SqliteBlobsReader } from "./blob-reader.ts";
import type { BlobWriter } from "./blob-writer.ts";
import { chunkBytes, transactionBytes } from "./chunk.ts";
import type { Connection } from "./database.ts";
import type { Failpoint } from "./group-commit.ts";

/** Chunks of one stream on their way to the worker: one transaction's worth. */
const windowChunks = transactionBytes / chunkBytes;

/** The blobs of `blobs.db`: read on this thread, written by the worker. */
export class SqliteBlobs extends SqliteBlobsReader implements Blobs {
  readonly #writer: BlobWriter;
  readonly #failpoint: Failpoint;
  readonly #open = new Set<Promise<unknown>>();
  #lastStream = 0;
  #finished = false;

  /** `db` may be a read-only connection. */
  constructor(db: Connection, writer: BlobWriter, failpoint: Failpoint) {
    super(db);
    this.#writer = writer;
    this.#failpoint = failpoint;
  }

  /** Items above 1 MiB are read while it runs: they must not change until it resolves. */
  put(items: readonly Uint8Array[]): Promise<readonly Digest[]> {
    return this.#durably(async () => {
      const parts = partition(items).map((part) => this.#putPart(part));
      return (await Promise.all(parts)).flat();
    });
  }

  putStream(chunks: AsyncIterable<Uint8Array>): Promise<Digest> {
    return this.#durably(() => this.#write(rechunked(chunks)));
  }

  /** Takes no more puts and waits for those that were begun. */
  async finish(): Promise<void> {
    this.#finished = true;
    await Promise.allSettled(this.#open);
  }

  async #durably<T>(write: () => Promise<T>): Promise<T> {
    if (this.#finished) throw new Error("blobs.db is closed");
    this.#failpoint("put-blobs/before");
    const writing = write();
    this.#open.add(writing);
    const written = await writing.finally(() => this.#open.delete(writing));
    this.#failpoint("put-blobs/after");
    return written;
  }

  async #putPart(part: readonly Uint8Array[]): Promise<readonly Digest[]> {
    const [first] = part;
    if (first === undefined || first.length <= chunkBytes) {
      return this.#writer.request({ type: "put", items: part });
    }
    const digest = await digestOf(first);
    // Only a writer that is known to be there may count on what is there: see `Presence`.
    await this.#writer.request({ type: "put", items: [] });
    return [this.has(digest) ? digest : await this.#write(slices(first))];
  }

  /** Takes the pieces' buffers over. A single piece is stored like a small blob. */
  async #write(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Digest> {
    const stream = new Upload(this.#writer, ++this.#lastStream);
    let held: Uint8Array<ArrayBuffer> | null = null;
    try {
      for await (const piece of pieces) {
        if (held !== null) await stream.send(held);
        held = piece;
      }
    } catch (error) {
      await stream.abort();
      throw error;
    }
    if (held !== null && stream.begun) {
      await stream.send(held);
      return await stream.end();
    }
    const [digest = ""] = await this.#writer.request({ type: "put", items: [held ?? new Uint8Array()] });
    return digest;
  }
}

/** One large blob on its way to the worker, with at most `windowChunks` of its chunks in memory. */
class Upload {
  readonly #writer: BlobWriter;
  readonly #stream: number;
  readonly #window: Promise<void>[] = [];
  #sent = 0;
  #failed: { readonly error: unknown } | null = null;

  constructor(writer: BlobWriter, stream: number) {
    this.#writer = writer;
    this.#stream = stream;
  }

  get begun(): boolean {
    return this.#sent > 0;
  }

  /** Resolves when there is room for the next. @throws the reason why an earlier chunk was not written. */
  async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const work = { type: "chunk", stream: this.#stream, n: this.#sent++, bytes } as const;
    const written = this.#writer.request(work, [bytes.buffer]).then(
      () => {},
      (error: unknown) => void (this.#failed ??= { error }),
    );
    this.#window.push(written);
    if (this.#window.length >= windowChunks) await this.#window.shift();
    if (this.#failed !== null) throw this.#failed.error;
  }

  async end(): Promise<Digest> {
    await Promise.all(this.#window);
    if (this.#failed !== null) throw this.#failed.error;
    const [digest = ""] = await this.#writer.request({ type: "end", stream: this.#stream });
    return digest;
  }

  /** Gives its space back. What a failed write left is cleared by the next worker instead. */
  async abort(): Promise<void> {
    await Promise.all(this.#window);
    if (this.begun && this.#failed === null)
      await this.#writer.request({ type: "abort", stream: this.#stream });
  }
}

/** In order, small ones together up to a transaction's size, each one above a chunk alone. */
function partition(items: readonly Uint8Array[]): Uint8Array[][] {
  const parts: Uint8Array[][] = [];
  let room = -1;
  for (const item of items) {
    if (item.length > chunkBytes || item.length > room) {
      parts.push([item]);
      room = item.length > chunkBytes ? -1 : transactionBytes - item.length;
    } else {
      parts.at(-1)?.push(item);
      room -= item.length;
    }
  }
  return parts;
}

/** sha256 of many bytes, giving others their turn. */
async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    hash.update(bytes.subarray(at, at + chunkBytes));
    await nextTurn();
  }
  return hash.digest("hex");
}

/** The bytes as chunks, copied. */
async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += chunkBytes)
    yield new Uint8Array(bytes.subarray(at, at + chunkBytes));
}

/** The same bytes cut into chunks, each in a buffer of its own. */
async function* rechunked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  for await (const bytes of source) {
    for (let from = 0; from < bytes.length;) {
      const part = bytes.subarray(from, from + chunkBytes - filled);
      chunk.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < chunkBytes) continue;
      yield chunk;
      chunk = new Uint8Array(chunkBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
