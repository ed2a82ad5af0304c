import { createHash } from "node:crypto";
import type { Digest } from "../../src/core/id.ts";
import type { Blobs, Ports } from "../../src/core/ports.ts";
import type { Workspace } from "../../src/core/workspace.ts";
import { listTree } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";
import { entriesOf } from "../simulation/person.ts";
import { runId } from "../simulation/simulate.ts";
import type { Machine } from "../simulation/simulate.ts";
import type { Disk } from "../simulation/world.ts";
import { withBlobs, withJournal, withWorkspaces } from "./around.ts";

// Ports that do not keep their contract. Each is for one run.

/** What was put is on the disk only some time after the next commit. */
export function lateBlobs(): Partial<Machine> {
  const late = new Set<Digest>();
  return {
    ports: (ports, disk) =>
      withJournal(
        withBlobs(ports, (put) => async (items) => {
          for (const digest of items.map(named)) if (!disk.blobs.disk.has(digest)) late.add(digest);
          return put(items);
        }),
        (append) =>
          async (...args) => {
            await append(...args);
            late.clear();
          },
      ),
    rest: async (disk, how) => loseLate(late, disk, how),
  };
}

/** A dead process leaves what is on the disk; one that ended by itself has written everything. */
function loseLate(late: Set<Digest>, disk: Disk, how: string): void {
  if (how === "died") for (const digest of late) disk.blobs.disk.delete(digest);
  late.clear();
}

/** The tree is named when it is asked for, and written when a task has been accepted. */
export function lateSnapshots(): Partial<Machine> {
  const late = new Set<Digest>();
  return {
    ports: (ports, disk) => {
      const snapshot = async (given: Workspace): ReturnType<Workspace["snapshot"]> => {
        const before = new Set(disk.blobs.digests());
        const made = await given.snapshot();
        for (const digest of await inTree(disk.blobs, made.tree)) if (!before.has(digest)) late.add(digest);
        return made;
      };
      const checked = withWorkspaces(ports, (given) => ({ ...given, snapshot: async () => snapshot(given) }));
      return withJournal(checked, (append) => async (run, after, entries) => {
        await append(run, after, entries);
        if (entries.some(({ type }) => type === "task-accepted")) late.clear();
      });
    },
    rest: async (disk, how) => loseLate(late, disk, how),
  };
}

async function inTree(blobs: Blobs, tree: Digest): Promise<Digest[]> {
  const found = [tree];
  for await (const { entry } of listTree(treeStore(blobs), tree)) {
    if (entry.type === "file") found.push(entry.content);
    if (entry.type === "dir") found.push(entry.tree);
  }
  return found;
}

/** While the first owner is at work, a second one is let in. */
export function openLock(): Partial<Machine> {
  let [appends, isTaken] = [0, false];
  const others: Promise<unknown>[] = [];
  return {
    ports: (ports, _disk, again) =>
      withJournal(ports, (append) => async (...args) => {
        appends += 1;
        if (appends > 12 && !isTaken) {
          isTaken = true;
          others.push(Promise.allSettled([again()]));
        }
        return append(...args);
      }),
    rest: async () => {
      await Promise.all(others.splice(0));
    },
  };
}

/** The last of several is lost. */
export function shortBatches(): Partial<Machine> {
  return {
    ports: (ports) =>
      withBlobs(ports, (put) => async (items) => {
        await put(items.length > 1 ? items.slice(0, -1) : items);
        return items.map(named);
      }),
  };
}

/** Workers get the tree the run began with. */
export function baseCheckouts(): Partial<Machine> {
  return {
    ports: (ports, disk) => {
      const { workspaces } = ports;
      const checkout: Ports["workspaces"]["checkout"] = async (name, tree) => {
        const [first] = await entriesOf(disk, runId);
        const base = first?.type === "run-created" ? first.body.base : tree;
        return workspaces.checkout(name, name.startsWith(`${runId}/task/`) ? base : tree);
      };
      return { ...ports, workspaces: { ...workspaces, checkout } };
    },
  };
}

const named = (item: Uint8Array): Digest => createHash("sha256").update(item).digest("hex");
