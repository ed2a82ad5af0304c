import type { Digest, RunId } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import type { Slot } from "../core/sandbox.ts";
import type { Workspace } from "../core/workspace.ts";

/** A sandbox over a workspace that is known to hold `tree`; null: something ran there since. */
export interface OpenSlot {
  readonly workspace: Workspace;
  slot: Slot;
  /** What it may reach. */
  hosts: readonly string[];
  tree: Digest | null;
  /** Something may have run there: then something may still run. */
  isUsed: boolean;
  /** What the last snapshot left out: only what is new is told to the worker. */
  skipped: ReadonlySet<string>;
  /** What became of the outputs that a thread was told are in files here, by their key: see output-files.ts. */
  readonly outputs: Map<string, "written" | "refused" | "short" | "later">;
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
  /**
   * The slot of that name holding exactly `tree`. `more`: what it may reach besides what slots of that name always may;
   * where that is other than it was, nothing of what ran there before lives on. @throws SandboxDown
   */
  use(name: string, tree: Digest, more?: readonly string[]): Promise<OpenSlot>;
  /** Removes it and its directory. Does nothing where there is none. */
  drop(name: string): Promise<void>;
  dropAll(): Promise<void>;
}

type Places = Pick<Ports, "workspaces" | "sandbox">;

/**
 * Where opening a slot takes long, `spares` are opened before they are needed, over the tree that was last asked for,
 * and directories are used again: to set one back by difference costs far less than to write all of it anew.
 */
export function slots(
  ports: Places,
  run: RunId,
  hostsOf: (name: string) => readonly string[] = () => [],
  spares = ports.sandbox.spares,
): Slots {
  const open = new Map<string, OpenSlot>();
  const making: Making = { ...ports, run, idle: [], mostIdle: spares === 0 ? 0 : mostIdle, made: 0 };
  const ready = readySlots(making, spares);
  return {
    use: async (name, tree, more = []) => {
      const living = open.get(name);
      const hosts = [...hostsOf(name), ...more];
      const slot = living ?? (await ready.take()) ?? (await make(making, name, tree, hosts));
      if (living === undefined) {
        open.set(name, slot);
        ready.fill(tree);
      }
      await openTo(making, name, slot, hosts);
      await setTo(slot, tree);
      slot.isUsed = true;
      return slot;
    },
    drop: async (name) => {
      const slot = open.get(name);
      open.delete(name);
      if (slot !== undefined) await remove(making, slot, isOurs(name));
    },
    dropAll: async () => {
      making.mostIdle = 0;
      for (const [name, slot] of open) {
        open.delete(name);
        await remove(making, slot, false);
      }
      for (let spare = await ready.take(); spare !== null; spare = await ready.take())
        await remove(making, spare, false);
      for (const workspace of making.idle.splice(0)) await workspace.remove();
      // What was made and never heard of, because the answer was cut. Without an engine the next start clears it.
      if (spares > 0) await making.sandbox.reap(`${run}/`).catch(() => undefined);
    },
  };
}

/** Directories that wait to be used again. */
const mostIdle = 4;

interface Making extends Places {
  readonly run: RunId;
  readonly idle: Workspace[];
  mostIdle: number;
  /** How many directories were made. */
  made: number;
}

interface ReadySlots {
  /** A slot that no one has used, or null. */
  take(): Promise<OpenSlot | null>;
  /** Begins to open as many as are wanted. */
  fill(tree: Digest): void;
}

function readySlots(making: Making, wanted: number): ReadySlots {
  const opening: Promise<OpenSlot | null>[] = [];
  let count = 0;
  return {
    take: async () => (await opening.shift()) ?? null,
    fill: (tree) => {
      while (opening.length < wanted) {
        // Whatever is wrong, whoever needs a slot next meets it too and tells it.
        opening.push(make(making, `spare/${(count += 1)}`, tree, []).catch(() => null));
      }
    },
  };
}

/** What a command left running would go on writing into what is set back. */
async function setTo(slot: OpenSlot, tree: Digest): Promise<void> {
  if (slot.tree === tree) return;
  if (slot.isUsed) await endProcesses(slot.slot);
  await slot.workspace.reset(tree);
  slot.outputs.clear();
  slot.tree = tree;
}

/** Kills every process of a slot. @throws SandboxDown when it cannot be told whether one still lives */
export async function endProcesses(slot: Slot): Promise<void> {
  try {
    await slot.kill();
  } catch (error) {
    throw new SandboxDown(`the sandbox cannot be stopped: ${(error as Error).message}`, { cause: error });
  }
}

async function make(making: Making, name: string, tree: Digest, hosts: readonly string[]): Promise<OpenSlot> {
  const workspace = await workspaceFor(making, name, tree);
  const slot = await opened(making, name, workspace, hosts);
  if (slot instanceof SandboxDown) {
    await workspace.remove();
    throw slot;
  }
  return { workspace, slot, hosts, tree, isUsed: false, skipped: new Set(), outputs: new Map() };
}

async function opened(
  { sandbox, run }: Making,
  name: string,
  { dir }: Workspace,
  hosts: readonly string[],
): Promise<Slot | SandboxDown> {
  const first = await sandbox.open(`${run}/${name}`, dir, hosts);
  // A container may be lost while it starts, though all is well with the engine.
  const slot = "broken" in first ? await sandbox.open(`${run}/${name}`, dir, hosts) : first;
  return "broken" in slot
    ? new SandboxDown(`the ${sandbox.kind} sandbox does not start: ${slot.broken}`)
    : slot;
}

/** Another sandbox over the same directory: what an earlier command left running never meets a network opened later. */
async function openTo(
  making: Making,
  name: string,
  living: OpenSlot,
  hosts: readonly string[],
): Promise<void> {
  if (living.hosts.length === hosts.length && living.hosts.every((host, index) => host === hosts[index]))
    return;
  await endProcesses(living.slot);
  await living.slot.close();
  const slot = await opened(making, name, living.workspace, hosts);
  if (slot instanceof SandboxDown) throw slot;
  living.slot = slot;
  living.hosts = hosts;
}

/** A directory that may be used again has a name of its own: a later slot of the same name must not replace it. */
async function workspaceFor(making: Making, name: string, tree: Digest): Promise<Workspace> {
  const { idle, workspaces, run, mostIdle: most } = making;
  const again = idle.pop();
  if (again === undefined) {
    const own = most === 0 ? name : `${name}/${(making.made += 1)}`;
    return workspaces.checkout(`${run}/${own}`, tree);
  }
  try {
    await again.reset(tree);
    return again;
  } catch (error) {
    await again.remove();
    throw error;
  }
}

/** What a worker had its hands in is not used again: not all that a file system keeps is in a tree. */
const isOurs = (name: string): boolean => /^(checks|try)\//.test(name);

async function remove(making: Making, { slot, workspace }: OpenSlot, isWanted: boolean): Promise<void> {
  const isQuiet = isWanted && making.idle.length < making.mostIdle && (await endsAll(slot));
  await slot.close();
  if (isQuiet && making.idle.length < making.mostIdle) making.idle.push(workspace);
  else await workspace.remove();
}

/** Only where nothing of the worker is alive for certain may a directory be set back. */
async function endsAll(slot: Slot): Promise<boolean> {
  try {
    await endProcesses(slot);
    return true;
  } catch {
    // The next slot meets the same trouble and tells it.
    return false;
  }
}
