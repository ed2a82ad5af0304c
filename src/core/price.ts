import type { Price, Usage } from "./model.ts";

/** Prices by the model's full name (`anthropic/<model>`), in US dollars per million tokens. */
export type PriceTable = Readonly<Record<string, Price>>;

/**
 * What the usage costs, in whole micro-dollars, rounded up. What was read from or written to the provider's cache
 * is part of `usage.input` and priced apart. Dollars per million tokens are micro-dollars per token.
 * Exact: prices count to six decimals, and the sum is made in integers.
 */
export function cost(usage: Usage, price: Price): number {
  const plain = Math.max(0, usage.input - usage.cacheRead - usage.cacheWrite);
  const millionths =
    part(plain, price.input) +
    part(usage.cacheRead, price.cacheRead) +
    part(usage.cacheWrite, price.cacheWrite) +
    part(usage.output, price.output);
  return Number((millionths + 999_999n) / 1_000_000n);
}

/** Millionths of a micro-dollar. */
const part = (tokens: number, price: number): bigint => BigInt(tokens) * BigInt(Math.round(price * 1e6));
