import { decodeText, encodeText } from "../../src/core/canonical.ts";
import type { Clock } from "../../src/core/ports.ts";
import type { Capabilities, ExecRequest, ExecResult, Sandbox } from "../../src/core/sandbox.ts";
import type { memoryWorkspaces } from "./workspaces.ts";

export const memoryCapabilities: Capabilities = {
  programs: ["put", "add", "has", "exists"],
  python: null,
  network: false,
  native: false,
  notes: [],
};

type Workspaces = ReturnType<typeof memoryWorkspaces>;
type Files = ReturnType<Workspaces["files"]>;

/** Everything an exec can come to, to be overridden. */
export const quietExit: ExecResult = {
  outcome: "exited",
  exit: 0,
  output: new Uint8Array(),
  dropped: 0,
  why: null,
  denied: [],
};

/** Commands that take time, in ms. One that would take longer than it may is killed then, and has done nothing. */
export interface Pace {
  readonly clock: Clock;
  readonly takes: (command: string) => number;
}

/** A sandbox over memory workspaces. `around` sees every command that ends by itself and may answer in its place. */
export function memorySandbox(
  workspaces: Workspaces,
  around: (name: string, command: string, run: () => ExecResult) => ExecResult = (_name, _command, run) =>
    run(),
  pace: Pace | null = null,
): Sandbox {
  return {
    kind: "memory",
    image: "memory@1",
    profile: "none",
    spares: 0,
    capabilities: async () => memoryCapabilities,
    left: async () => [],
    reap: async () => undefined,
    open: async (name) => ({
      exec: async (request) => {
        if (pace !== null && !(await endsInTime(pace, request))) return timedOut;
        return around(name, request.command, () => shell(request.command, workspaces.files(name)));
      },
      write: async (path, bytes) => {
        workspaces.files(name).set(path, { type: "file", mode: 0o644, bytes });
        return null;
      },
      freeze: async () => undefined,
      kill: async () => undefined,
      close: async () => undefined,
    }),
  };
}

const timedOut: ExecResult = { ...quietExit, outcome: "timeout", exit: null };

async function endsInTime({ clock, takes }: Pace, { command, timeoutMs }: ExecRequest): Promise<boolean> {
  const ms = takes(command);
  if (ms > 0) await clock.sleepUntil(clock.now() + Math.min(ms, timeoutMs), new AbortController().signal);
  return ms <= timeoutMs;
}

/** Steps joined by ` ; `, all of which must succeed. An unknown verb is a program that is not there. */
function shell(command: string, files: Files): ExecResult {
  for (const step of command.split(" ; ")) {
    const [verb = "", path = "", ...words] = step.split(" ");
    const result = verbs[verb]?.(files, path, words.join(" "));
    if (result === undefined)
      return { ...quietExit, exit: 127, output: encodeText(`${verb}: command not found`) };
    if (!result) return { ...quietExit, exit: 1, output: encodeText(`${step}: no`) };
  }
  return quietExit;
}

type Verb = (files: Files, path: string, text: string) => boolean;

/** `put FILE TEXT`, `add FILE LINE` (once), `has FILE LINE`, `exists FILE`: enough to work and to check work. */
const verbs: Readonly<Record<string, Verb>> = {
  put: (files, path, text) => write(files, path, text),
  add: (files, path, text) => {
    const lines = new Set(linesOf(files, path).filter((line) => line !== ""));
    return write(files, path, `${[...lines.add(text)].join("\n")}\n`);
  },
  has: (files, path, text) => linesOf(files, path).includes(text),
  exists: (files, path) => files.has(path),
};

function write(files: Files, path: string, text: string): boolean {
  files.set(path, { type: "file", mode: 0o644, bytes: encodeText(text) });
  return true;
}

function linesOf(files: Files, path: string): string[] {
  const file = files.get(path);
  return file?.type === "file" ? decodeText(file.bytes).split("\n") : [];
}
