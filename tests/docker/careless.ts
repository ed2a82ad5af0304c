import type { Ports } from "../../src/core/ports.ts";
import type { ExecRequest, ExecResult, Slot } from "../../src/core/sandbox.ts";
import type { Workspace } from "../../src/core/workspace.ts";
import type { Guard } from "./attacks.ts";

/**
 * The ports of a harness that judges without some guard. `lacks`: which one the judging of a task goes without. Workers'
 * slots stay until `ports.sandbox.reap`.
 */
export function carelessPorts(ports: Ports, lacks: (task: string) => Guard | null): Ports {
  const { workspaces, sandbox } = ports;
  const kept = new Map<string, { workspace: Workspace; slot?: Slot }>();
  /** The worker's slot that is judged in, where a task is judged so. */
  const left = (name: string): { workspace: Workspace; slot?: Slot } | undefined => {
    const { kind, task, attempt } = partsOf(name);
    return kind === "checks" && staysIn(lacks(task)) ? kept.get(`${task}/${attempt}`) : undefined;
  };
  return {
    ...ports,
    workspaces: {
      ...workspaces,
      checkout: async (name, tree) => {
        const { kind, task, attempt } = partsOf(name);
        const found = left(name)?.workspace;
        if (found !== undefined) {
          if (lacks(task) === "fresh") await found.reset(tree);
          return { ...found, reset: nothing, remove: nothing };
        }
        const workspace = await workspaces.checkout(name, tree);
        if (kind === "checks" && lacks(task) === "set back") return { ...workspace, reset: nothing };
        if (kind !== "task" || !staysIn(lacks(task))) return workspace;
        kept.set(`${task}/${attempt}`, { workspace });
        return { ...workspace, remove: nothing };
      },
    },
    sandbox: {
      ...sandbox,
      spares: 0,
      open: async (name, dir, hosts) => {
        const { kind, task, attempt } = partsOf(name);
        const found = left(name)?.slot;
        if (found !== undefined) return immortal(found);
        const slot = await sandbox.open(name, dir, hosts);
        if ("broken" in slot) return slot;
        if (kind === "checks" && lacks(task) === "set back") return { ...slot, kill: nothing };
        if (kind === "checks" && lacks(task) === "engine")
          return { ...slot, exec: async (request) => execByOutput(slot, request) };
        const worker = kept.get(`${task}/${attempt}`);
        if (kind !== "task" || worker === undefined) return slot;
        worker.slot = slot;
        return immortal(slot);
      },
    },
  };
}

const nothing = async (): Promise<void> => undefined;
const immortal = (slot: Slot): Slot => ({ ...slot, kill: nothing, close: nothing });
const staysIn = (guard: Guard | null): boolean => guard === "fresh" || guard === "environment";

/** `RUN/task/edits-test/1`; where it is judged, `RUN/checks/judge/edits-test/1/1` and `RUN/try/merge/edits-test/1`. */
function partsOf(name: string): { kind: string; task: string; attempt: string } {
  const [, kind = "", ...rest] = name.split("/");
  const isJudging = kind === "checks" || (kind === "try" && rest[0] === "merge");
  const [task = "", attempt = ""] = isJudging ? rest.slice(1) : rest;
  return { kind: isJudging ? "checks" : kind, task, attempt };
}

/** As a shell that is kept open would be read: the command has ended when its output says so. */
async function execByOutput(slot: Slot, request: ExecRequest): Promise<ExecResult> {
  const ran = await slot.exec({ ...request, command: `{ ${request.command}\n}; echo "exit $?"` });
  const last = [
    ...Buffer.from(ran.output)
      .toString("latin1")
      .matchAll(/^exit (\d+)$/gm),
  ].at(-1)?.[1];
  return { ...ran, outcome: "exited", exit: last === undefined ? 255 : Number(last) };
}
