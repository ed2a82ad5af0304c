import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Digest } from "../../src/core/id.ts";
import { MissingBlob } from "../../src/core/ports.ts";
import type { Blobs } from "../../src/core/ports.ts";
import { all } from "./journal.contract.ts";

/** Something durable on which processes open blobs. */
export interface BlobsGround {
  open(failpoint?: (at: string) => void): Promise<Blobs>;
  remove(): Promise<void>;
}

export const digestOf = (bytes: Uint8Array): Digest => createHash("sha256").update(bytes).digest("hex");

const MiB = 1024 * 1024;

/** Bytes that a seed decides; `dull` ones compress well. */
export function bytesOf(size: number, seed: number, dull = false): Uint8Array {
  const bytes = new Uint8Array(size);
  let x = (seed * 2_654_435_761 + 1) >>> 0;
  for (let n = 0; n < size; n++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[n] = dull ? n & 3 : x & 0xff;
  }
  bytes[0] = seed & 0xff;
  return bytes;
}

/** The bytes in parts of these sizes, over and over. */
export async function* parts(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Sizes at which something changes: empty, not worth packing, around one, two and a window of chunks. */
const edges = [0, 1, 63, 64, MiB - 1, MiB, MiB + 1, 2 * MiB, 2 * MiB + 1, 4 * MiB, 5 * MiB + 3];

/** What every `Blobs` keeps. `make` gives new, empty ground. */
export function blobsContract(name: string, make: () => Promise<BlobsGround>): void {
  describe(`blobs: ${name}`, () => {
    let ground: BlobsGround;
    let blobs: Blobs;
    beforeAll(async () => {
      ground = await make();
      blobs = await ground.open();
    });
    afterAll(() => ground.remove());

    const expectStored = async (digest: Digest, bytes: Uint8Array): Promise<void> => {
      expect(digest).toBe(digestOf(bytes));
      expect(same(await blobs.get(digest), bytes)).toBe(true);
      const chunks = await all(blobs.getStream(digest));
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= MiB)).toBe(true);
      expect(same(Buffer.concat(chunks), bytes)).toBe(true);
    };

    it("gives back what was put, at every size where something changes", async () => {
      const items = edges.map((size, n) => bytesOf(size, n, n % 2 === 0));
      const digests = await blobs.put(items);
      for (const [n, item] of items.entries()) await expectStored(digests[n] ?? "", item);
      expect(await (await ground.open()).missing(digests)).toEqual([]);
    });

    it("names a stream like the same bytes put at once, however it is cut", async () => {
      for (const [n, size] of edges.entries()) {
        const bytes = bytesOf(size, 100 + n);
        const digest = await blobs.putStream(parts(bytes, [700_001, 1, MiB]));
        await expectStored(digest, bytes);
        expect(await blobs.put([bytes])).toEqual([digest]);
      }
    });

    it("stores any lists and streams around the borders of chunks", async () => {
      const size = fc.oneof(
        fc.integer({ min: 0, max: 2000 }),
        fc
          .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: -2, max: 2 }))
          .map(([n, off]) => n * MiB + off),
      );
      const item = fc.record({ size, seed: fc.integer({ min: 0, max: 9 }), dull: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(
          fc.array(item, { maxLength: 6 }),
          fc.array(fc.integer({ min: 1, max: 2 * MiB }), { minLength: 1, maxLength: 3 }),
          async (specs, cuts) => {
            const items = specs.map((spec) => bytesOf(spec.size, spec.seed, spec.dull));
            const whole = Buffer.concat(items);
            const [digests, stream] = await Promise.all([
              blobs.put(items),
              blobs.putStream(parts(whole, cuts)),
            ]);
            expect(digests).toEqual(items.map(digestOf));
            for (const [n, bytes] of items.entries())
              expect(same(await blobs.get(digests[n] ?? ""), bytes)).toBe(true);
            expect(stream).toBe(digestOf(whole));
            expect(same(await blobs.get(stream), whole)).toBe(true);
          },
        ),
        { numRuns: 8 },
      );
    });

    it("takes many small puts at once, the same one too", async () => {
      const items = Array.from({ length: 300 }, (_, n) => bytesOf(50 + (n % 100), n % 100));
      const digests = (await Promise.all(items.map((item) => blobs.put([item])))).flat();
      expect(digests).toEqual(items.map(digestOf));
      expect(await blobs.missing(digests)).toEqual([]);
      expect(await blobs.put([])).toEqual([]);
    });

    it("is not moved by what a caller does to bytes it gave or got", async () => {
      const bytes = bytesOf(1000, 7);
      const kept = new Uint8Array(bytes);
      const put = blobs.put([bytes]);
      bytes.fill(0);
      const [digest = ""] = await put;
      expect(digest).toBe(digestOf(kept));
      (await blobs.get(digest)).fill(0);
      for await (const chunk of blobs.getStream(digest)) chunk.fill(0);
      expect(same(await blobs.get(digest), kept)).toBe(true);
    });

    it("says which are missing, in order, and throws MissingBlob for them", async () => {
      const [there = ""] = await blobs.put([bytesOf(10, 3)]);
      const [b, a] = ["b".repeat(64), "a".repeat(64)];
      expect(await blobs.missing([b, there, a])).toEqual([b, a]);
      await expect(blobs.get(a)).rejects.toThrow(MissingBlob);
      await expect(all(blobs.getStream(b))).rejects.toThrow(MissingBlob);
    });

    it("stores nothing of a stream whose source fails, and goes on", async () => {
      const bytes = bytesOf(3 * MiB, 55);
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield* parts(bytes, [MiB]);
        throw new Error("source broke");
      }
      await expect(blobs.putStream(broken())).rejects.toThrow("source broke");
      expect(await blobs.missing([digestOf(bytes), digestOf(bytes.subarray(0, MiB))])).toHaveLength(2);
      await expectStored(await blobs.putStream(parts(bytes, [MiB])), bytes);
    });

    it("passes failpoints around what is durable", async () => {
      const seen: string[] = [];
      const watched = await ground.open((at) => void seen.push(at));
      await watched.put([bytesOf(1, 1)]);
      await watched.putStream(parts(bytesOf(1, 2), [1]));
      expect(seen).toEqual(["put-blobs/before", "put-blobs/after", "put-blobs/before", "put-blobs/after"]);
    });

    it.each([
      ["before", 1],
      ["after", 0],
    ])("dying %s the write leaves %i missing", async (moment, missing) => {
      const bytes = bytesOf(500, 900 + missing);
      const dying = await ground.open((at) => {
        if (at === `put-blobs/${moment}`) throw new Error("dead");
      });
      await expect(dying.put([bytes])).rejects.toThrow("dead");
      expect(await blobs.missing([digestOf(bytes)])).toHaveLength(missing);
    });
  });
}
