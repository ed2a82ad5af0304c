/**
 * What the items say about one loss (or difference of losses; higher is worse) at one look. Pure numbers: of a ratio they
 * are logarithms.
 */
export interface Contrast {
  /** What was seen. */
  readonly estimate: number;
  /** Effective degrees of freedom. */
  readonly df: number;
  /** How unlikely this is where the loss is `margin` or more; small: it lies below. */
  below(margin: number): number;
  /** How unlikely this is where the loss is `margin` or less; small: it lies above. */
  above(margin: number): number;
  /** The greatest loss that a one-sided test at `level` does not rule out. */
  upper(level: number): number;
  /** If the loss is truly `truth`: how far it lies below `margin`, and the standard error of that, on one scale. */
  signal(margin: number, truth: number): Signal;
  /** What each cluster adds to the estimate, less its expectation: how looks at the same items hang together. */
  readonly influence: Float64Array;
}

export interface Signal {
  readonly away: number;
  readonly error: number;
}
