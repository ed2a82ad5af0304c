import type { Entry } from "../../core/event.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { tell } from "./tell.ts";
import { clock, oneLine } from "./words.ts";

/** Sees entries as they become durable. `close` resolves when everything has been shown. */
export interface View {
  see(entry: Entry, run: RunState): void;
  close(): Promise<void>;
}

/** One honest line per event, for pipes, logs and CI. */
export function plainView(io: Io, blobs: Blobs): View {
  let told = Promise.resolve();
  return {
    see: (entry, run) => {
      const at = clock(entry.at - run.created);
      const telling = tell(entry, run, blobs);
      told = told.then(async () => {
        const line = await telling;
        if (line === null) return;
        const task = line.task === null ? "" : `${oneLine(line.task, 24)}  `;
        io.err(`${at.padStart(7)}  ${line.mark} ${task}${line.text}\n`);
      });
    },
    close: async () => told,
  };
}

/** The journal itself as NDJSON, and nothing else, on stdout. */
export const jsonView = (io: Io): View => ({
  see: (entry) => io.out(`${JSON.stringify(entry)}\n`),
  close: async () => undefined,
});
