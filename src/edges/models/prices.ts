import type { Price } from "../../core/model.ts";
import type { PriceTable } from "../../core/price.ts";
import known from "./prices.json" with { type: "json" };

/** What a user's table says of a model: dollars per million tokens. */
interface UserPrice {
  readonly input: number;
  readonly output: number;
  readonly cache_read?: number | undefined;
  readonly cache_write?: number | undefined;
}
export type UserPrices = Readonly<Record<string, UserPrice>>;

const listed: PriceTable = known.prices;

/** The price of a model by its full name, the user's own before the listed one; null when neither knows it. */
export function priceOf(name: string, own: UserPrices): Price | null {
  for (const candidate of [name, undated(name)]) {
    if (Object.hasOwn(own, candidate)) return settled(name, own[candidate] as UserPrice);
    if (Object.hasOwn(listed, candidate)) return listed[candidate] as Price;
  }
  return null;
}

/** `claude-x-20250929` and `gpt-x-2025-04-14` are dated versions of one model and share its price. */
const undated = (name: string): string => name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, "");

/**
 * What is left out costs as plain input, and never less than it may: Anthropic, and OpenAI from GPT-5.6 on, charge a
 * quarter more for what they write to their cache.
 */
const settled = (name: string, price: UserPrice): Price => ({
  input: price.input,
  output: price.output,
  cacheRead: price.cache_read ?? price.input,
  cacheWrite: price.cache_write ?? price.input * (/^(anthropic|openai)\//.test(name) ? 1.25 : 1),
});
