/** What a person asks of a living run by signals: the first lets what is open end, the second stops at once. */
export interface Signals {
  readonly drain: AbortSignal;
  readonly halt: AbortSignal;
  received(): "SIGINT" | "SIGTERM" | null;
  forget(): void;
}

/** One key press reaches a process more than once where wrappers (npm) pass it on; a person is never that quick. */
const samePressMs = 250;

/** `say`: a line for the person who pressed. Ends with `forget`. */
export function listen(say: (line: string) => void): Signals {
  const drain = new AbortController();
  const halt = new AbortController();
  let received: "SIGINT" | "SIGTERM" | null = null;
  let at = 0;
  const on = (signal: "SIGINT" | "SIGTERM"): void => {
    const now = performance.now();
    if (received === null) {
      received = signal;
      at = now;
      drain.abort();
      say(" stopping after what is open; once more to stop at once");
    } else if (now - at > samePressMs && !halt.signal.aborted) {
      halt.abort();
      say(" stopping at once");
    }
  };
  const int = (): void => on("SIGINT");
  const term = (): void => on("SIGTERM");
  process.on("SIGINT", int).on("SIGTERM", term);
  return {
    drain: drain.signal,
    halt: halt.signal,
    received: () => received,
    forget: () => process.off("SIGINT", int).off("SIGTERM", term),
  };
}
