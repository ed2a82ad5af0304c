import type { Io } from "../../../src/cli/io.ts";

/** A terminal that nobody reads; for processes that tests start, too. */
export const quietIo = (cwd: string, env: Io["env"]): Io => ({
  cwd,
  env,
  out: () => undefined,
  err: () => undefined,
  isTerminal: false,
  isOutTerminal: false,
  columns: 200,
  rows: 24,
  keyboard: null,
});
