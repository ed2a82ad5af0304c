import type { Command, Option } from "commander";
import type { Io } from "../io.ts";

/** What commands are made with. */
export interface Registering {
  readonly cli: Command;
  readonly io: Io;
  /** The option `--json`. */
  readonly json: () => Option;
  /** An action whose result is the exit code. */
  readonly act: <A extends unknown[]>(run: (...args: A) => Promise<number>) => (...args: A) => Promise<void>;
}
