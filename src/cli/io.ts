/** Where a command reads and writes: passed in, so that commands are tested as they are used. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For machines: results, `--json`. */
  out(text: string): void;
  /** For people: progress, errors. */
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

export const processIo = (): Io => ({
  cwd: process.cwd(),
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  columns: process.stderr.columns ?? 80,
});
