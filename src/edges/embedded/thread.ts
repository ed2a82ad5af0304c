import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ShellAside, ShellReply, ShellRequest } from "./shell-thread.ts";

/** Why a thread is no more. */
interface ThreadLost {
  readonly type: "lost";
  readonly oom: boolean;
  readonly why: string;
}

export type ThreadAnswer = Exclude<ShellReply, ShellAside> | ThreadLost;

/** This thread's end of a shell thread. The process stays alive while a request is open and no longer. */
export interface ShellThread {
  /** One at a time. Never rejects. `lost` once the thread is gone, by `end` or by itself. */
  request(request: ShellRequest, onAside?: (aside: ShellAside) => void): Promise<ThreadAnswer>;
  /** Kills it, wherever it is: resolves when nothing of it runs. */
  end(): Promise<void>;
  isLost(): boolean;
}

/** The thread's file beside this one: as TypeScript in a checkout, as JavaScript in the package. */
const threadFile = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./shell-thread.ts", import.meta.url)
    : new URL("./shell-thread.js", import.meta.url);

/** Memory for JavaScript values of one thread; WebAssembly (Python, SQLite) has its own limits. */
const heapMb = 1024;

interface Open {
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly onAside: (aside: ShellAside) => void;
}

export function startThread(): ShellThread {
  // Nothing of the host's environment; without execArgv it would inherit ours, some of which a worker refuses.
  const worker = new Worker(threadFile(), {
    env: compiledCode(),
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  let open: Open | null = null;
  let lost: ThreadLost | null = null;
  let cause: Error | null = null;
  const settle = (answer: ThreadAnswer): void => {
    worker.unref();
    const { resolve } = open ?? { resolve: () => undefined };
    open = null;
    resolve(answer);
  };
  worker.on("message", (reply: ShellReply) => {
    if (reply.type === "output" || reply.type === "refused") open?.onAside(reply);
    else settle(reply);
  });
  worker.on("error", (error: Error) => (cause = error));
  worker.on("exit", () => settle((lost = lossBy(cause))));
  // After the listeners: each of them holds the process again.
  worker.unref();
  return {
    request: async (request, onAside = () => undefined) => {
      if (open !== null) throw new Error("a shell thread takes one request at a time");
      if (lost !== null) return lost;
      worker.ref();
      const answer = new Promise<ThreadAnswer>((resolve) => (open = { resolve, onAside }));
      worker.postMessage(request, []);
      return answer;
    },
    end: async () => void (await worker.terminate()),
    isLost: () => lost !== null,
  };
}

/** Where this process keeps compiled code, if it does: a thread that finds its own there starts in half the time. */
function compiledCode(): { NODE_COMPILE_CACHE?: string } {
  const dir = getCompileCacheDir?.();
  return dir === undefined ? {} : { NODE_COMPILE_CACHE: dirname(dir) };
}

function lossBy(cause: Error | null): ThreadLost {
  if (cause === null) return { type: "lost", oom: false, why: "the shell was ended" };
  const oom = "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  return { type: "lost", oom, why: `the shell ended: ${cause.message}` };
}
