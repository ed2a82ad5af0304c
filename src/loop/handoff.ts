/** What an accepted task tells those who need it, and the person who reads `show`. */
export interface Handoff {
  readonly task: string;
  readonly title: string;
  readonly summary: string;
  readonly artifacts: readonly string[];
  readonly decisions: readonly string[];
  readonly open_questions: readonly string[];
  /** How the project is built, run and tested, for every later worker. Hand-offs of earlier versions have none. */
  readonly learnt?: readonly string[] | undefined;
  readonly confidence: number | null;
}
