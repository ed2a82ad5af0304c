import { createHash } from "node:crypto";
import { MersenneTwister } from "./mersenne-twister.ts";

/**
 * `random.Random(seed)` of Python 3 for a seed that is a text (version 2): the same numbers from the same seed. HELM draws
 * its perturbations from it, seeded with the id of an item.
 */
export class PythonRandom {
  readonly #twister: MersenneTwister;

  constructor(seed: string) {
    this.#twister = new MersenneTwister(keyOf(seed));
  }

  /** From 0 up to but without 1, 53 bits of it. */
  random(): number {
    const high = this.#twister.next() >>> 5;
    const low = this.#twister.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.random();
  }

  /** A whole number of `bits` bits; 1 to 53. */
  getrandbits(bits: number): number {
    let value = 0;
    for (let at = 0; at < bits; at += 32) {
      const taken = Math.min(32, bits - at);
      value += (this.#twister.next() >>> (32 - taken)) * 2 ** at;
    }
    return value;
  }

  /** A whole number from 0 up to but without `below`. @throws RangeError where there is none */
  randrange(below: number): number {
    if (!(below >= 1)) throw new RangeError(`randrange: nothing is from 0 up to ${below}`);
    const bits = below.toString(2).length;
    for (;;) {
      const value = this.getrandbits(bits);
      if (value < below) return value;
    }
  }

  /** A whole number from `from` to `to`, both among them. */
  randint(from: number, to: number): number {
    return from + this.randrange(to - from + 1);
  }

  /** @throws RangeError where there is nothing to choose from */
  choice<T>(from: readonly T[]): T {
    return from[this.randrange(from.length)] as T;
  }

  /** The same things in another order. */
  shuffled<T>(things: readonly T[]): readonly T[] {
    const order = [...things];
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.randrange(at + 1);
      [order[at], order[other]] = [order[other] as T, order[at] as T];
    }
    return order;
  }

  /** `count` of them, none twice. @throws RangeError where there are fewer */
  sample<T>(from: readonly T[], count: number): readonly T[] {
    if (count > from.length) throw new RangeError(`sample: ${count} of ${from.length}`);
    return from.length <= poolSize(count) ? this.#drawn(from, count) : this.#picked(from, count);
  }

  #drawn<T>(from: readonly T[], count: number): readonly T[] {
    const pool = [...from];
    return Array.from({ length: count }, (_, drawn) => {
      const at = this.randrange(pool.length - drawn);
      const thing = pool[at] as T;
      pool[at] = pool[pool.length - drawn - 1] as T;
      return thing;
    });
  }

  #picked<T>(from: readonly T[], count: number): readonly T[] {
    const picked = new Set<number>();
    while (picked.size < count) picked.add(this.randrange(from.length));
    return [...picked].map((at) => from[at] as T);
  }
}

/** How large a list Python copies to draw from it. */
const poolSize = (count: number): number =>
  count <= 5 ? 21 : 21 + 4 ** Math.ceil(Math.log(count * 3) / Math.log(4));

/** The text and its SHA-512 as one large number, in words from the lowest. */
function keyOf(seed: string): Uint32Array {
  const text = new TextEncoder().encode(seed);
  const bytes = [...text, ...createHash("sha512").update(text).digest()].toReversed();
  while (bytes.at(-1) === 0) bytes.pop();
  const words = new Uint32Array(Math.max(1, Math.ceil(bytes.length / 4)));
  for (const [at, byte] of bytes.entries())
    words[at >> 2] = (words[at >> 2] ?? 0) + byte * 2 ** (8 * (at % 4));
  return words;
}
