import type { Digest, RunId } from "../core/id.ts";
import type { Ports, Slot, Workspace } from "../core/ports.ts";

/** A sandbox over a workspace that is known to hold `tree`; null: something ran there since. */
export interface OpenSlot {
  readonly workspace: Workspace;
  readonly slot: Slot;
  tree: Digest | null;
}

/** The sandbox cannot be had: the run stands, resumable, until the machine is mended. */
export class SandboxDown extends Error {
  override readonly name = "SandboxDown";
}

/**
 * The living slots of this process, one per thread or grading. Never trusted across processes: a new process sets
 * every directory back to the tree the journal names.
 */
export interface Slots {
  /** The slot of that name holding exactly `tree`. @throws SandboxDown */
  use(name: string, tree: Digest): Promise<OpenSlot>;
  /** Removes it and its directory. Does nothing where there is none. */
  drop(name: string): Promise<void>;
  dropAll(): Promise<void>;
}

export function slots(ports: Ports, run: RunId): Slots {
  const open = new Map<string, OpenSlot>();
  const drop = async (name: string): Promise<void> => {
    const slot = open.get(name);
    open.delete(name);
    await slot?.slot.close();
    await slot?.workspace.remove();
  };
  return {
    use: async (name, tree) => {
      const living = open.get(name);
      if (living !== undefined) return setTo(living, tree);
      const made = await make(ports, `${run}/${name}`, tree);
      open.set(name, made);
      return made;
    },
    drop,
    dropAll: async () => {
      for (const name of open.keys()) await drop(name);
    },
  };
}

async function setTo(slot: OpenSlot, tree: Digest): Promise<OpenSlot> {
  if (slot.tree !== tree) await slot.workspace.reset(tree);
  slot.tree = tree;
  return slot;
}

async function make(ports: Ports, name: string, tree: Digest): Promise<OpenSlot> {
  const workspace = await ports.workspaces.checkout(name, tree);
  const slot = await ports.sandbox.open(name, workspace.dir);
  if ("broken" in slot)
    throw new SandboxDown(`the ${ports.sandbox.kind} sandbox does not start: ${slot.broken}`);
  return { workspace, slot, tree };
}
