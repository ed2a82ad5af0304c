import type { Entry } from "../../core/event.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { tell } from "./tell.ts";
import { pad } from "./cells.ts";
import { clock } from "./words.ts";

/**
 * Sees entries as they become durable. `close` resolves when everything has been shown; it rejects when something could
 * not be read that was to be told.
 */
export interface View {
  see(entry: Entry, run: RunState): void;
  /** A line for people about this process rather than the run; a picture shows the last one as long as it lives. */
  say(line: string): void;
  close(): Promise<void>;
}

/** One honest line per event, for pipes, logs and CI. */
export function plainView(io: Io, blobs: Blobs): View {
  const trouble: unknown[] = [];
  let told = Promise.resolve();
  const then = (next: () => Promise<void>): void => {
    told = told.then(next).catch((error: unknown) => void trouble.push(error));
  };
  return {
    see: (entry, run) => {
      const at = clock(run.spent.wallMs);
      const width = Math.min(24, Math.max(0, ...[...run.tasks.keys()].map((id) => id.length)));
      // The state is read now, as it is after this entry; the words of blobs come later.
      const telling = tell(entry, run, blobs).catch((error: unknown) => void trouble.push(error));
      then(async () => {
        const line = (await telling) ?? null;
        if (line === null) return;
        const task = line.task === null ? "" : `${pad(line.task, width)}  `;
        io.err(`${at.padStart(7)}  ${line.mark} ${task}${line.text}\n`);
      });
    },
    say: (line) => then(async () => io.err(`${line}\n`)),
    close: async () => {
      await told;
      const [first] = trouble.splice(0);
      if (first !== undefined) throw first;
    },
  };
}

/** The journal itself as NDJSON, and nothing else, on stdout. */
export const jsonView = (io: Io): View => ({
  see: (entry) => io.out(`${JSON.stringify(entry)}\n`),
  say: (line) => io.err(`${line}\n`),
  close: async () => undefined,
});
