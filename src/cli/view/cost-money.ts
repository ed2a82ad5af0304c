/** How many decimals all amounts of a page are shown with: cents from a dollar on; below, all that there are. */
export type Decimals = 2 | 6;

export const decimalsFor = (total: number): Decimals => (total >= 1_000_000 ? 2 : 6);

/**
 * Amounts in units of the last decimal, each rounded up or down by less than one, such that they add up to the rounded
 * total (largest remainder): where each by itself rounds to that, as it does; else the fewest go the other way.
 */
export function shares(amounts: readonly number[], decimals: Decimals): readonly number[] {
  const unit = unitOf(decimals);
  const down = amounts.map((micros) => Math.floor(micros / unit));
  const left = Math.round(sum(amounts) / unit) - sum(down);
  const up = new Set(
    amounts
      .map((micros, index) => ({ index, rest: micros % unit }))
      .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
      .slice(0, left)
      .map(({ index }) => index),
  );
  return down.map((share, index) => share + (up.has(index) ? 1 : 0));
}

/** `$12.30`. `share`: what is shown of these micro-dollars; nothing is `$0`, and something never that, but `<$0.01`. */
export function moneyText(
  micros: number,
  decimals: Decimals,
  share = Math.round(micros / unitOf(decimals)),
): string {
  if (micros === 0) return "$0";
  if (share === 0) return `<${unitsText(1, decimals)}`;
  return unitsText(share, decimals);
}

const unitsText = (count: number, decimals: Decimals): string =>
  `$${(count / 10 ** decimals).toFixed(decimals)}`;

const unitOf = (decimals: Decimals): number => 10 ** (6 - decimals);

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
