import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Bytes of a blob in one row; only the last chunk of a blob is shorter. */
export const chunkBytes = 1024 * 1024;

/** Most bytes written in one transaction: more makes other processes wait and the -wal file grow. */
export const transactionBytes = 4 * chunkBytes;

/** `codec`: 0 as it is, 1 zstd. */
export interface Packed {
  readonly codec: number;
  readonly bytes: Uint8Array;
}

/** Below this, zstd's own frame eats what it saves. */
const worthPacking = 64;

export function pack(bytes: Uint8Array): Packed {
  if (bytes.length < worthPacking) return { codec: 0, bytes };
  const packed = zstdCompressSync(bytes);
  return packed.length < bytes.length ? { codec: 1, bytes: packed } : { codec: 0, bytes };
}

/** @throws Error or RangeError when it is not what `pack` wrote. */
export function unpack(packed: Packed): Uint8Array {
  switch (packed.codec) {
    case 0:
      return packed.bytes;
    case 1:
      return zstdDecompressSync(packed.bytes, { maxOutputLength: chunkBytes });
    default:
      throw new RangeError(`codec ${packed.codec} is not known`);
  }
}
