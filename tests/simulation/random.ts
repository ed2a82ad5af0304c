import { createHash } from "node:crypto";

/** A stream of pseudo-random numbers from a seed (mulberry32). */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  chance(probability: number): boolean;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
  };
}

/** A number 0 ≤ x < 1 that depends only on its words: decisions that must not change with the order of events. */
export function fixed(...words: readonly (string | number)[]): number {
  return createHash("sha1").update(words.join("\u0000")).digest().readUInt32BE(0) / 2 ** 32;
}
