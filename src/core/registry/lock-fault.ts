/** What is wrong with `harness.lock`, on which line (counted from 1), and how to mend it. */
export interface LockFault {
  readonly line: number;
  readonly what: string;
}
