import type { Digest, RunId } from "../core/id.ts";
import type { Ports, Slot, Workspace } from "../core/ports.ts";

/** A sandbox over a workspace that is known to hold `tree`; null: something ran there since. */
export interface OpenSlot {
  readonly workspace: Workspace;
  readonly slot: Slot;
  tree: Digest | null;
  /** Something may have run there: then something may still run. */
  isUsed: boolean;
  /** What the last snapshot left out: only what is new is told to the worker. */
  skipped: ReadonlySet<string>;
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

type Places = Pick<Ports, "workspaces" | "sandbox">;

/** Slots of a sandbox that says so are opened before they are needed, over the tree that was last asked for. */
export function slots(ports: Places, run: RunId, wanted = ports.sandbox.spares): Slots {
  const open = new Map<string, OpenSlot>();
  const ready = spares(ports, run, wanted);
  return {
    use: async (name, tree) => {
      const living = open.get(name);
      const slot = living ?? (await ready.take()) ?? (await make(ports, `${run}/${name}`, tree));
      if (living === undefined) {
        open.set(name, slot);
        ready.fill(tree);
      }
      await setTo(slot, tree);
      slot.isUsed = true;
      return slot;
    },
    drop: async (name) => {
      const slot = open.get(name);
      open.delete(name);
      if (slot !== undefined) await remove(slot);
    },
    dropAll: async () => {
      for (const [name, slot] of open) {
        open.delete(name);
        await remove(slot);
      }
      for (let spare = await ready.take(); spare !== null; spare = await ready.take()) await remove(spare);
    },
  };
}

interface Spares {
  /** A slot that no one has used, or null. */
  take(): Promise<OpenSlot | null>;
  /** Begins to open as many as the sandbox finds worth it. */
  fill(tree: Digest): void;
}

function spares(ports: Places, run: RunId, wanted: number): Spares {
  const opening: Promise<OpenSlot | null>[] = [];
  let count = 0;
  return {
    take: async () => (await opening.shift()) ?? null,
    fill: (tree) => {
      while (opening.length < wanted) {
        const name = `${run}/spare/${(count += 1)}`;
        // Whatever is wrong, whoever needs a slot next meets it too and tells it.
        opening.push(make(ports, name, tree).catch(() => null));
      }
    },
  };
}

/** What a command left running would go on writing into what is set back. */
async function setTo(slot: OpenSlot, tree: Digest): Promise<void> {
  if (slot.tree === tree) return;
  if (slot.isUsed) await slot.slot.kill();
  await slot.workspace.reset(tree);
  slot.tree = tree;
}

async function make(ports: Places, name: string, tree: Digest): Promise<OpenSlot> {
  const workspace = await ports.workspaces.checkout(name, tree);
  const slot = await ports.sandbox.open(name, workspace.dir);
  if (!("broken" in slot)) return { workspace, slot, tree, isUsed: false, skipped: new Set() };
  await workspace.remove();
  throw new SandboxDown(`the ${ports.sandbox.kind} sandbox does not start: ${slot.broken}`);
}

async function remove({ slot, workspace }: OpenSlot): Promise<void> {
  await slot.close();
  await workspace.remove();
}
