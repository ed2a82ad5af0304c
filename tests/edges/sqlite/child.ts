import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process of its own that runs a module with `openStorage` and `args` in scope and talks in lines. */
export interface Child {
  readonly process: ChildProcess;
  /** The next line it prints; rejects when it ends before. */
  readonly line: () => Promise<string>;
  /** How it ended, with what it said on stderr. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly said: string;
  }>;
}

const storageModule = new URL("../../../src/edges/sqlite/storage.ts", import.meta.url).href;

export function startChild(script: string, ...args: string[]): Child {
  const module = `import { openStorage } from ${JSON.stringify(storageModule)};
const args = process.argv.slice(1);
${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", module, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the child ended: ${said}`);
      return value;
    },
    ended: once(child, "close").then(([code, signal]: (number | string | null)[]) => ({
      code: typeof code === "number" ? code : null,
      signal: typeof signal === "string" ? signal : null,
      said,
    })),
  };
}
