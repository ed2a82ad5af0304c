import { exit } from "./exit.ts";
import { terminalKeyboard } from "./keyboard.ts";
import type { Keyboard } from "./keyboard.ts";

/** Where a command reads and writes: passed in, so that commands are tested as they are used. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For machines: results, `--json`. */
  readonly out: (text: string) => void;
  /** For people: progress, errors. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal. */
  readonly isTerminal: boolean;
  /** Whether `out` is one. */
  readonly isOutTerminal: boolean;
  /** Of the terminal as it is now. */
  readonly columns: number;
  readonly rows: number;
  /** From now on what is for people goes there. Only a process can be told so. */
  readonly divert?: (to: (text: string) => void) => void;
  /** The keys of the person at this terminal; null: nobody is there to press one. */
  readonly keyboard: Keyboard | null;
}

export function processIo(): Io {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => lost("stdout", error));
  process.stderr.on("error", (error: NodeJS.ErrnoException) => lost("stderr", error));
  let err = (text: string): void => void process.stderr.write(text);
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => err(text),
    divert: (to) => {
      err = to;
    },
    isTerminal: process.stderr.isTTY,
    isOutTerminal: process.stdout.isTTY,
    keyboard: process.stdin.isTTY && process.stderr.isTTY ? terminalKeyboard() : null,
    get columns() {
      return size(process.stderr.columns, process.stderr.isTTY ? 80 : unbound);
    },
    get rows() {
      return size(process.stderr.rows, 24);
    },
  };
}

/** Columns where nobody's window ends: lines in a pipe or file are cut only where they get out of hand. */
const unbound = 200;

/** Some terminals say that they have no size. */
const size = (said: number | undefined, otherwise: number): number =>
  said === undefined || said <= 0 ? otherwise : said;

/**
 * Whoever read us went away (`harness diff | head`): no reason to stop a run. What is written nowhere for another reason
 * (a full disk) would be missed: this process ends, as a crash would end it.
 */
function lost(name: string, error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" || error.code === "EIO") return;
  if (name !== "stderr")
    process.stderr.write(
      `harness: cannot write to ${name}: ${error.message}; make room, or send it elsewhere\n`,
    );
  process.exit(exit.infrastructure);
}
