import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Capabilities, Sandbox } from "../../core/sandbox.ts";
import { openSlot } from "./slot.ts";
import { startThread } from "./thread.ts";
import type { ShellThread } from "./thread.ts";

/** Ready for the next slot of this process, and for the next command of one that lost its own. */
let spare: ShellThread | null = null;
/** What the shell has is the same wherever it is opened. */
let known: Promise<Capabilities> | null = null;

/**
 * A sandbox without an engine: just-bash, a shell with its programs written in JavaScript and Python as WebAssembly,
 * over the workspace directory. It sees nothing else of the host and runs no native programs. Only its `curl` has a
 * network, where hosts are open.
 * Each slot is a thread of this process; one is kept ready.
 */
export function embeddedSandbox(): Sandbox {
  return {
    kind: "embedded",
    image: `just-bash@${installedVersion()}`,
    profile: "embedded-1",
    // A thread is kept ready, see `spare`.
    spares: 0,
    capabilities,
    open: async (_name, dir, hosts = []) => {
      const found = await stat(dir).catch((error: Error) => error);
      if (found instanceof Error) return { broken: `the workspace is not there: ${found.message}` };
      return found.isDirectory() ? openSlot(dir, hosts, take) : { broken: `${dir} is no directory` };
    },
    // Threads die with their process.
    left: async () => [],
    reap: async () => undefined,
  };
}

function installedVersion(): string {
  const entry = createRequire(import.meta.url).resolve("just-bash");
  const [root = ""] = /^.*[\\/]node_modules[\\/]just-bash[\\/]/.exec(entry) ?? [];
  return (JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string }).version;
}

/** A slot's own thread, and another one ready for the next. */
function take(): ShellThread {
  const taken = takeSpare();
  spare ??= startThread();
  return taken;
}

function takeSpare(): ShellThread {
  const taken = spare === null || spare.isLost() ? startThread() : spare;
  spare = null;
  return taken;
}

async function capabilities(): Promise<Capabilities> {
  known ??= survey();
  return known.catch((error: unknown) => {
    known = null;
    throw error;
  });
}

/** By a thread that nobody else asks meanwhile, and that is the spare one afterwards. */
async function survey(): Promise<Capabilities> {
  const thread = takeSpare();
  const answer = await thread.request({ type: "survey" });
  if (answer.type !== "surveyed")
    throw new Error(`the embedded sandbox cannot say what it has: ${JSON.stringify(answer)}`);
  if (spare === null) spare = thread;
  else await thread.end();
  const { programs, python } = answer.survey;
  return { programs, python, network: false, native: false, notes };
}

const notes = [
  "The shell is bash written in JavaScript with the programs listed; programs of the machine do not run: no git, node, make or patch.",
  "Each command is a new shell in /workspace. Only files in /workspace are kept; the rest of the file system is in memory.",
  "There are no background jobs: & waits for its command. There is no trap, select, kill or extglob.",
  "awk takes its program on the command line: awk -f FILE does not work.",
  "cp has no -a: use cp -r.",
  "Start Python programs with python3 FILE: ./FILE runs as a shell script whatever its first line says. Python has its standard library, no pip, no subprocess.",
  "Bytes that are not UTF-8 do not survive Python's stdout or printf '\\xff': write them to a file with Python.",
  "Python ends its output with a line break, cannot write files of more than 8 MB, and its Path.rglob wants a relative path.",
];
