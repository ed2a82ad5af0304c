import { joinedChunks } from "../../core/chunks.ts";
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Digest } from "../../core/id.ts";
import { MissingBlob } from "../../core/ports.ts";
import type { Blobs } from "../../core/ports.ts";
import { chunkBytes, unpack } from "./chunk.ts";
import type { Packed } from "./chunk.ts";
import type { Connection } from "./database.ts";
import { DamagedBlob } from "./refused.ts";
import { codeOf } from "./state-dir.ts";

/** What those may do with blobs who store none. */
export type BlobsReader = Pick<Blobs, "get" | "getStream" | "missing">;

interface BlobRow {
  readonly id: number;
  readonly size: number;
}

/** Reads on any connection to `blobs.db`. Every read is hashed. @throws DamagedBlob, MissingBlob */
export class SqliteBlobsReader implements BlobsReader {
  readonly #find;
  readonly #chunk;

  constructor(db: Connection) {
    this.#find = db.prepare<[Digest], BlobRow>("SELECT id, size FROM blobs WHERE digest = ?");
    this.#chunk = db.prepare<[number, number], Packed>(
      "SELECT codec, bytes FROM chunks WHERE blob = ? AND n = ?",
    );
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.getStream(digest)) chunks.push(chunk);
    return joinedChunks(chunks);
  }

  /** The last chunk is held back until the whole hashes right: who reads to the end has read the truth. */
  async *getStream(digest: Digest): AsyncIterable<Uint8Array> {
    const blob = this.#find.get(digest);
    if (blob === undefined) throw new MissingBlob(digest);
    const hash = createHash("sha256");
    const last = Math.max(1, Math.ceil(blob.size / chunkBytes)) - 1;
    for (let n = 0; n <= last; n++) {
      const bytes = blob.size === 0 ? new Uint8Array() : this.#read(digest, blob, n);
      hash.update(bytes);
      if (n === last && hash.digest("hex") !== digest) {
        throw new DamagedBlob(digest, "its bytes do not hash to its name");
      }
      if (bytes.length > 0) yield bytes;
      // A chunk costs milliseconds of this thread: others get their turn in between.
      if (n < last) await nextTurn();
    }
  }

  async missing(digests: readonly Digest[]): Promise<readonly Digest[]> {
    return digests.filter((digest) => !this.has(digest));
  }

  has(digest: Digest): boolean {
    return this.#find.get(digest) !== undefined;
  }

  #read(digest: Digest, blob: BlobRow, n: number): Uint8Array {
    const packed = this.#packed(digest, blob, n);
    try {
      const bytes = unpack(packed);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    } catch (error) {
      throw new DamagedBlob(digest, `chunk ${n} cannot be unpacked`, { cause: error });
    }
  }

  #packed(digest: Digest, blob: BlobRow, n: number): Packed {
    let packed: Packed | undefined;
    try {
      packed = this.#chunk.get(blob.id, n);
    } catch (error) {
      if (!codeOf(error).startsWith("SQLITE_CORRUPT")) throw error;
      throw new DamagedBlob(digest, `chunk ${n} cannot be read`, { cause: error });
    }
    if (packed === undefined) throw new DamagedBlob(digest, `chunk ${n} is missing`);
    return packed;
  }
}
