import type { Charge, Purpose, Tokens } from "./charge.ts";
import { purposes } from "./charge.ts";

/** What some model calls cost together. */
export interface Sum {
  readonly calls: number;
  /** Of the calls whose price is known. */
  readonly micros: number;
  /** Of all calls. */
  readonly tokens: Tokens;
  /** Calls whose price is unknown: what they cost is in no sum of money. */
  readonly unpriced: { readonly calls: number; readonly tokens: Tokens };
  /** Calls that are charged what was reserved for them, being cut or not counted. */
  readonly guessed: { readonly cut: number; readonly uncounted: number; readonly micros: number };
}

export const noTokens: Tokens = { input: 0, cached: 0, output: 0 };

const nothing: Sum = {
  calls: 0,
  micros: 0,
  tokens: noTokens,
  unpriced: { calls: 0, tokens: noTokens },
  guessed: { cut: 0, uncounted: 0, micros: 0 },
};

export const sumOf = (charges: Iterable<Charge>): Sum => {
  let sum = nothing;
  for (const charge of charges) sum = plus(sum, charge);
  return sum;
};

function plus(sum: Sum, { micros, tokens, guess }: Charge): Sum {
  const { unpriced, guessed } = sum;
  return {
    calls: sum.calls + 1,
    micros: sum.micros + (micros ?? 0),
    tokens: addTokens(sum.tokens, tokens),
    unpriced:
      micros === null ? { calls: unpriced.calls + 1, tokens: addTokens(unpriced.tokens, tokens) } : unpriced,
    guessed: guess === null ? guessed : addGuess(guessed, guess, micros ?? 0),
  };
}

export const addTokens = (a: Tokens, b: Tokens): Tokens => ({
  input: a.input + b.input,
  cached: a.cached + b.cached,
  output: a.output + b.output,
});

const addGuess = (
  guessed: Sum["guessed"],
  guess: NonNullable<Charge["guess"]>,
  micros: number,
): Sum["guessed"] => ({ ...guessed, [guess]: guessed[guess] + 1, micros: guessed.micros + micros });

/** Money of these calls; null: none of it is known. */
export const knownMicros = ({ micros, unpriced }: Sum): number | null =>
  micros === 0 && unpriced.calls > 0 ? null : micros;

/** What the calls were for, each purpose with its sum. */
export function sumsByPurpose(charges: readonly Charge[]): Readonly<Record<Purpose, Sum>> {
  const found = grouped(charges, ({ purpose }) => purpose);
  return Object.fromEntries(purposes.map((purpose) => [purpose, sumOf(found.get(purpose) ?? [])])) as Record<
    Purpose,
    Sum
  >;
}

/** Charges with the same key together, in the order in which each key was first seen. */
export function grouped<K>(
  charges: readonly Charge[],
  keyOf: (charge: Charge) => K,
): ReadonlyMap<K, readonly Charge[]> {
  const found = new Map<K, Charge[]>();
  for (const charge of charges) {
    const key = keyOf(charge);
    const group = found.get(key);
    if (group === undefined) found.set(key, [charge]);
    else group.push(charge);
  }
  return found;
}
