import { posix } from "node:path";
import { Bash, getCommandNames, getPythonCommandNames, InMemoryFs, MountableFs } from "just-bash";
import type { BashExecResult, BashOptions, IFileSystem } from "just-bash";
import { gatedFetch } from "./fetch.ts";
import { openGate } from "../../core/gate.ts";
import { inOrder, outputPath } from "./in-order.ts";
import { addressesOf } from "./look-up.ts";
import type { Target } from "../../core/open-hosts.ts";
import { pythonCommands } from "./python.ts";
import { mountPoint, workspaceFs } from "./workspace-fs.ts";

/** How a command ended. `broken`: the shell failed, not the command. */
export type ShellEnd =
  | { readonly type: "exited"; readonly exit: number }
  | { readonly type: "flood" }
  | { readonly type: "broken"; readonly why: string };

/** A shell over one workspace. It lives in a thread of its own, because a busy loop stops all else there. */
export interface Shell {
  /** Each command in a new shell. Never rejects. */
  exec(command: string): Promise<ShellEnd>;
  /** As `Slot.write`. */
  write(path: string, bytes: Uint8Array): Promise<string | null>;
}

/** Output of a command, or of one step of it, that the library gives up at. */
const floodBytes = 64 * 1024 * 1024;

/** The whole environment; nothing of the host's. */
const env = { HOME: "/tmp", LANG: "C.UTF-8", PATH: "/usr/bin:/bin", TZ: "UTC" };

/** More steps than any command lives to take: some of the library's counters take Infinity for none at all. */
const plenty = 1e12;

/** Time and output end a command, no count of steps: who owns the thread ends it. */
const limits: NonNullable<BashOptions["executionLimits"]> = {
  maxOutputSize: floodBytes,
  maxStringLength: floodBytes,
  ...Object.fromEntries(
    [
      "maxCommandCount",
      "maxLoopIterations",
      "maxAwkIterations",
      "maxAwkParserOperations",
      "maxSedIterations",
      "maxJqIterations",
      "maxWorkUnits",
      "maxTraversalEntries",
      "maxTraversalWork",
      "maxGlobOperations",
      "maxExecutionTimeMs",
      "maxPythonTimeoutMs",
      "maxSqliteTimeoutMs",
    ].map((name) => [name, name.endsWith("Ms") ? Infinity : plenty]),
  ),
};

export interface Telling {
  /** stdout and stderr as they come, see `inOrder`. */
  readonly output: (bytes: Uint8Array) => void;
  /** Where a command was kept from going. */
  readonly refused: (target: Target) => void;
}

/** @param hosts what `curl` may reach; where there are none, there is no `curl`. */
export function openShell(dir: string, hosts: readonly string[], telling: Telling): Shell {
  const { output: onOutput, refused } = telling;
  const workspace = workspaceFs(dir);
  const network = hosts.length === 0 ? {} : { fetch: gatedFetch(openGate(hosts, addressesOf, refused)) };
  const bash = newBash(workspace, onOutput, network);
  const order = inOrder();
  bash.registerTransformPlugin(order);
  return {
    exec: async (command) => {
      try {
        order.begins();
        return endOf(await bash.exec(command, { rawScript: true, replaceEnv: true, env }), onOutput);
      } catch (error) {
        return refusal(error, onOutput);
      }
    },
    write: async (path, bytes) => write(workspace, path, bytes),
  };
}

function newBash(
  workspace: IFileSystem,
  onOutput: (bytes: Uint8Array) => void,
  network: Pick<BashOptions, "fetch">,
): Bash {
  const fs = new MountableFs({
    base: new Bash({ ...network, python: true }).fs,
    mounts: [
      { mountPoint, filesystem: workspace },
      { mountPoint: posix.dirname(outputPath), filesystem: outputFs(onOutput) },
    ],
  });
  const options: BashOptions = { fs, cwd: mountPoint, env, executionLimits: limits };
  // Python gets no network.
  return new Bash({ ...options, ...network, customCommands: pythonCommands(options) });
}

/** A directory whose files take what is written and hold nothing. */
function outputFs(onOutput: (bytes: Uint8Array) => void): IFileSystem {
  const fs = new InMemoryFs({ [`/${posix.basename(outputPath)}`]: "" });
  const take: IFileSystem["appendFile"] = async (_path, content, options) => {
    const encoding = typeof options === "string" ? options : options?.encoding;
    const bytes = typeof content === "string" ? Buffer.from(content, encoding ?? "utf8") : content;
    if (bytes.length > 0) onOutput(bytes);
  };
  return Object.assign(fs, { appendFile: take, writeFile: take });
}

/** Words of the library for output or strings beyond its limits, with exit code 126. */
const flooded = /output size|string (?:length|size)/;

function endOf(
  { stdout, stderr, exitCode }: BashExecResult,
  onOutput: (bytes: Uint8Array) => void,
): ShellEnd {
  for (const text of [stdout, stderr]) if (text !== "") onOutput(Buffer.from(text, "utf8"));
  return exitCode === 126 && flooded.test(stderr) ? { type: "flood" } : { type: "exited", exit: exitCode };
}

/**
 * Redirections into what the file system refuses, such as a link out of the workspace, make the library reject where a
 * shell would go on with the next command.
 */
function refusal(error: unknown, onOutput: (bytes: Uint8Array) => void): ShellEnd {
  const why = error instanceof Error ? error.message : String(error);
  if (!/^E[A-Z]+: /.test(why)) return { type: "broken", why: `the shell failed: ${why}` };
  onOutput(Buffer.from(`bash: ${why}\nbash: the rest of the script was not run\n`, "utf8"));
  return { type: "exited", exit: 1 };
}

async function write(workspace: IFileSystem, path: string, bytes: Uint8Array): Promise<string | null> {
  const inside = posix.normalize(path);
  if (path === "" || path.includes("\0")) return "a path has at least one character and no NUL";
  if (inside.startsWith("/") || inside === ".." || inside.startsWith("../"))
    return `${path} is outside the workspace`;
  try {
    await workspace.mkdir(posix.dirname(`/${inside}`), { recursive: true });
    await workspace.writeFile(`/${inside}`, bytes);
    return null;
  } catch (error) {
    return `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export interface Survey {
  readonly programs: readonly string[];
  /** `Python 3.13.2`, without what it runs on. */
  readonly python: string | null;
}

/** What the library can run here. */
export async function survey(): Promise<Survey> {
  const programs = [...getCommandNames(), ...getPythonCommandNames()].toSorted();
  const { stdout } = await new Bash({ python: true }).exec("python3 --version");
  return { programs, python: /^Python [\d.]+/.exec(stdout)?.[0] ?? null };
}
