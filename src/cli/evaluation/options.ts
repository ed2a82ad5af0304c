/** `harness eval [SUITE] …`, as it was typed. */
export interface EvalOptions {
  readonly candidate?: string;
  readonly baseline?: string;
  readonly model?: string;
  readonly smoke?: boolean;
  readonly ci?: string | boolean;
  readonly html?: string;
  readonly budget?: string;
  readonly concurrency?: string;
  readonly json?: boolean;
}
