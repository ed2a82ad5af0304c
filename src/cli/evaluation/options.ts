/** `harness eval [SUITE] …`, as it was typed. */
export interface EvalOptions {
  readonly candidate?: string;
  readonly baseline?: string;
  readonly model?: string;
  readonly smoke?: boolean;
  /** A directory for JUnit and Markdown; true: the current one. */
  readonly ci?: string | true;
  readonly budget?: string;
  readonly concurrency?: string;
  readonly json?: boolean;
}
