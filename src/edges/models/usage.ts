/** A number of tokens as a provider reports it; null when it is no such thing. */
export const tokens = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
