/** More tokens than any call can have, a hundred times over. */
const most = 1e8;

/** A number of tokens as a provider reports it; null when it is no such thing. */
export const tokens = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most ? value : null;
