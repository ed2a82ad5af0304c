/** `unknown`: it cannot be told from what is there. `warns`: something else is refused until it is mended. */
export type Mark = "holds" | "fails" | "unknown" | "warns";

/** What one check of a suite found. */
export interface Finding {
  /** One word, to be found again: `leakage`. */
  readonly check: string;
  readonly mark: Mark;
  readonly found: string;
  /** Where: lines of the file of cases, ascending; of `suite.yaml` or nowhere in particular: none. */
  readonly lines: readonly number[];
  /** What a person can do; null where it holds. */
  readonly todo: string | null;
}

export const holds = (check: string, found: string): Finding => ({
  check,
  mark: "holds",
  found,
  lines: [],
  todo: null,
});

export const fails = (
  check: string,
  found: string,
  todo: string,
  lines: readonly number[] = [],
): Finding => ({ check, mark: "fails", found, lines: lines.toSorted((a, b) => a - b), todo });

export const unknown = (check: string, found: string, todo: string): Finding => ({
  check,
  mark: "unknown",
  found,
  lines: [],
  todo,
});

export const warns = (check: string, found: string, todo: string): Finding => ({
  ...unknown(check, found, todo),
  mark: "warns",
});

/** How many are named where there are more. */
const named = 5;

/** `c1, c2, c3 and 12 more`. */
export const someOf = (all: readonly string[]): string =>
  all.length <= named + 1
    ? all.join(", ")
    : `${all.slice(0, named).join(", ")} and ${all.length - named} more`;

/** `1 cluster`, `12 clusters`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
