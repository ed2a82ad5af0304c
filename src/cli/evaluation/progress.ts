import type { Progress } from "../../evals/runner/tally.ts";
import type { Io } from "../io.ts";
import { countText, moneyText, spanText } from "../report/figures.ts";
import { fit } from "../view/cells.ts";
import { plural } from "../view/words.ts";

const clearLine = "\r\u001b[K";

export interface ProgressLine {
  /** The next answer. */
  readonly onProgress: (progress: Progress) => void;
  /** Another line is to be printed: this one makes room. */
  readonly say: (text: string) => void;
  readonly end: () => void;
}

/** Elsewhere than on a terminal a line is written so often. */
const quietMs = 30_000;

/** How far a look is, what it cost and how long it still takes: on a terminal in place, elsewhere a line now and then. */
export function progressLine(io: Io, now: () => number = Date.now): ProgressLine {
  let [samples, begun, askedBefore] = [0, now(), 0];
  let [done, askedUntil] = [0, 0];
  let [shownAt, isShown] = [now(), false];
  const clear = (): void => {
    if (isShown) io.err(clearLine);
    isShown = false;
  };
  return {
    onProgress: (progress) => {
      if (progress.samples !== samples || progress.done < done)
        [samples, begun, askedBefore] = [progress.samples, now(), askedUntil];
      [done, askedUntil] = [progress.done, progress.asked];
      const since = now() - shownAt;
      if (progress.done < progress.total && since < (io.isTerminal ? 100 : quietMs)) return;
      if (!io.isTerminal && progress.done === progress.total) return;
      const text = progressText(progress, now() - begun, progress.asked - askedBefore);
      io.err(io.isTerminal ? `${clearLine}${fit(text, Math.max(20, io.columns - 1))}` : `${text}\n`);
      [shownAt, isShown] = [now(), io.isTerminal];
    },
    say: (text) => {
      clear();
      io.err(text);
    },
    end: clear,
  };
}

/** ` K=2  412 of 960  $3.71  4 min, about 5 min left  2 errors`; `asked` in the `ms` since this look began. */
function progressText(progress: Progress, ms: number, asked: number): string {
  const { samples, done, total, toAsk, reused, micros, errors, outages } = progress;
  const left = asked === 0 || done === total ? "" : `, about ${spanText((ms / asked) * toAsk)} left`;
  const notes = [
    ...(reused === 0 ? [] : [`${countText(reused)} taken from earlier`]),
    ...(errors === 0 ? [] : [plural(errors, "error")]),
    ...(outages === 0 ? [] : [plural(outages, "outage")]),
  ];
  return ` K=${samples}  ${countText(done)} of ${countText(total)}  ${moneyText(micros)}  ${spanText(ms)}${left}  ${notes.join(" · ")}`.trimEnd();
}
