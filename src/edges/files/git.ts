import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { FilesRefused } from "./refused.ts";

/** Where and how a git command runs. Nothing of this process's own `GIT_…` variables reaches it. */
export interface GitPlace {
  readonly cwd: string;
  /** Options before the command's name. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Configuration that wins over every file, in any spelling git allows for a name. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export interface GitEnd {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export type GitInput = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A repository can make git wait for ever (a FIFO where it expects a file). */
const timeoutMs = 10 * 60_000;

/** Runs git to its end. null: git is not installed. */
export async function runGit(
  place: GitPlace,
  args: readonly string[],
  input: GitInput = [],
): Promise<GitEnd | null> {
  const child = spawn("git", [...place.options, ...args], {
    cwd: place.cwd,
    env: environment(place),
    timeout: timeoutMs,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const started = new Promise<boolean>((resolve, reject) => {
    child.once("spawn", () => resolve(true));
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve(false) : reject(error),
    );
  });
  if (!(await started)) return null;
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const all = [collect(child.stdout), collect(child.stderr), feed(input, child.stdin)] as const;
  await Promise.allSettled(all);
  const code = await ended;
  const [out, err] = await Promise.all(all);
  return { code, out, err: err.toString("utf8") };
}

function environment({ env, settings }: GitPlace): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(own),
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_CONFIG_COUNT: `${settings.length}`,
    ...Object.fromEntries(
      settings.flatMap(([name, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, name],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
    ...env,
  };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** A git that ends before it has read everything says why by its exit code. */
async function feed(input: GitInput, stdin: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(code)) throw error;
  }
}

/** The output of a git that must succeed. @throws FilesRefused */
export async function askGit(place: GitPlace, args: readonly string[], input?: GitInput): Promise<Buffer> {
  const end = await runGit(place, args, input);
  if (end === null) throw new FilesRefused("git is not installed");
  if (end.code !== 0)
    throw new FilesRefused(
      `git ${args[0] ?? ""} in ${place.cwd} fails (${complaint(end)}); mend the repository, see: git status`,
    );
  return end.out;
}

/** The first line that says what is wrong. */
export function complaint({ err, code }: GitEnd): string {
  const lines = err.split("\n").filter((line) => line.trim() !== "");
  const found = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines[0];
  return found?.replace(/^(fatal|error): /, "") ?? `it ended with ${code ?? "a signal"}`;
}
