import { array, assert, integer, nat, property, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { frames } from "../../../src/edges/docker/frames.ts";

interface Frame {
  readonly stream: number;
  readonly payload: Uint8Array;
}

function encoded({ stream, payload }: Frame): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  bytes[0] = stream;
  new DataView(bytes.buffer).setUint32(4, payload.length);
  bytes.set(payload, 8);
  return bytes;
}

/** Cut at these places, wherever they fall. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, n) => bytes.subarray(sorted[n], end));
}

const frame = record({
  stream: integer({ min: 0, max: 2 }),
  payload: uint8Array({ maxLength: 300 }),
});

function read(pieces: readonly Uint8Array[]): { payloads: number[]; isWhole: boolean } {
  const payloads: number[] = [];
  const reader = frames((bytes) => payloads.push(...bytes));
  for (const piece of pieces) reader.add(piece);
  return { payloads, isWhole: reader.isWhole() };
}

describe("frames of an exec's stream", () => {
  it("give their payloads, however the bytes are cut", () => {
    assert(
      property(array(frame), array(nat()), (sent, places) => {
        const bytes = Buffer.concat(sent.map(encoded));
        expect(read(cut(bytes, places))).toEqual({
          payloads: sent.flatMap(({ payload }) => [...payload]),
          isWhole: true,
        });
      }),
    );
  });

  it("are not whole when the last of them is missing a byte", () => {
    assert(
      property(array(frame, { minLength: 1 }), nat(), (sent, missing) => {
        const last = encoded(sent.at(-1) as Frame);
        const bytes = Buffer.concat([
          ...sent.slice(0, -1).map(encoded),
          last.subarray(0, 1 + (missing % (last.length - 1))),
        ]);
        expect(read([bytes]).isWhole).toBe(false);
      }),
    );
  });

  it("may look like frames inside", () => {
    const inner = encoded({ stream: 2, payload: Buffer.from("forged") });
    expect(read([encoded({ stream: 1, payload: inner })])).toEqual({ payloads: [...inner], isWhole: true });
  });

  it("of 4 GB are announced and not waited for: what came is given on", () => {
    const header = Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255);
    expect(read([header, Buffer.from("part")])).toEqual({
      payloads: [...Buffer.from("part")],
      isWhole: false,
    });
  });
});
