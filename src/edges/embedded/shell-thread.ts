/** The thread in which one slot's commands run. Started by `startThread` only: this file runs when loaded. */
import { parentPort } from "node:worker_threads";
import type { Target } from "../../core/open-hosts.ts";
import { mendPythonThreads } from "./python-thread.ts";
import { openShell, survey } from "./shell.ts";
import type { Shell, ShellEnd, Survey } from "./shell.ts";

export type ShellRequest =
  | { readonly type: "open"; readonly dir: string; readonly hosts: readonly string[] }
  | { readonly type: "exec"; readonly command: string }
  | { readonly type: "write"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly type: "survey" };

/** What a command says while it runs, and where it was kept from going. */
export type ShellAside =
  | { readonly type: "output"; readonly bytes: Uint8Array }
  | { readonly type: "refused"; readonly target: Target };

/** Any number of asides, then the answer to the request. */
export type ShellReply =
  | ShellAside
  | { readonly type: "opened" }
  | { readonly type: "ended"; readonly end: ShellEnd }
  | { readonly type: "written"; readonly why: string | null }
  | { readonly type: "surveyed"; readonly survey: Survey };

if (parentPort === null) throw new Error("shell-thread runs as a worker thread only");
serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  mendPythonThreads();
  const reply = (message: ShellReply): void => port.postMessage(message);
  let shell: Shell | null = null;
  const answer = async (request: ShellRequest): Promise<ShellReply> => {
    if (request.type === "survey") return { type: "surveyed", survey: await survey() };
    if (request.type === "open") {
      shell = openShell(request.dir, request.hosts, {
        output: (bytes) => reply({ type: "output", bytes: new Uint8Array(bytes) }),
        refused: (target) => reply({ type: "refused", target }),
      });
      return { type: "opened" };
    }
    if (shell === null) throw new Error(`${request.type} before open`);
    if (request.type === "exec") return { type: "ended", end: await shell.exec(request.command) };
    return { type: "written", why: await shell.write(request.path, request.bytes) };
  };
  // An unexpected rejection ends the thread, which its owner reports.
  port.on("message", (request: ShellRequest) => void answer(request).then(reply));
}
