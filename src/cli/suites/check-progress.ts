import type { Io } from "../io.ts";
import { fit } from "../view/cells.ts";

const clearLine = "\r\u001b[K";

/** Which check is at work, in one line of a terminal that is gone when it is done; elsewhere nothing. */
export interface CheckProgress {
  /** Does a check. */
  readonly of: <T>(check: string, work: () => T | Promise<T>) => Promise<T>;
  /** How far the check at work is. */
  readonly at: (done: number, of: number, what: string) => void;
  readonly end: () => void;
}

export function checkProgress(io: Io): CheckProgress {
  let [now, isShown] = ["", false];
  const show = (words: string): void => {
    if (!io.isTerminal) return;
    io.err(`${clearLine}${fit(` checking ${words}`, Math.max(20, io.columns - 1))}`);
    isShown = true;
  };
  return {
    of: async (check, work) => {
      now = check;
      show(check);
      return work();
    },
    at: (done, of, what) => show(`${now}  ${done} of ${of} ${what}`),
    end: () => {
      if (isShown) io.err(clearLine);
      isShown = false;
    },
  };
}
