const size = 624;
const shift = 397;

/**
 * MT19937: Matsumoto and Nishimura, Mersenne Twister, ACM TOMACS 8 (1998), begun from an array of words as their
 * `init_by_array` of 2002 does.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #at = size;

  /** @param key 32-bit words, at least one */
  constructor(key: Uint32Array) {
    this.#begin(19_650_218);
    const state = this.#state;
    let i = 1;
    for (let k = 0; k < Math.max(size, key.length); k++) {
      const j = k % key.length;
      state[i] = (word(state, i) ^ Math.imul(mixed(word(state, i - 1)), 1_664_525)) + word(key, j) + j;
      i = this.#next(i);
    }
    for (let k = 0; k < size - 1; k++) {
      state[i] = (word(state, i) ^ Math.imul(mixed(word(state, i - 1)), 1_566_083_941)) - i;
      i = this.#next(i);
    }
    state[0] = 0x8000_0000;
  }

  /** The next 32 bits. */
  next(): number {
    if (this.#at === size) this.#twist();
    let y = word(this.#state, this.#at++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #begin(seed: number): void {
    this.#state[0] = seed;
    for (let i = 1; i < size; i++)
      this.#state[i] = Math.imul(mixed(word(this.#state, i - 1)), 1_812_433_253) + i;
  }

  /** After the last word comes the second, with the last one in the place of the first. */
  #next(i: number): number {
    if (i < size - 1) return i + 1;
    this.#state[0] = word(this.#state, size - 1);
    return 1;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = (word(state, i) & 0x8000_0000) | (word(state, (i + 1) % size) & 0x7fff_ffff);
      state[i] = word(state, (i + shift) % size) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908_b0df);
    }
    this.#at = 0;
  }
}

const word = (words: Uint32Array, at: number): number => words[at] ?? 0;

const mixed = (before: number): number => before ^ (before >>> 30);
