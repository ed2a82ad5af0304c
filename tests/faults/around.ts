import type { Blobs, Journal, Ports } from "../../src/core/ports.ts";
import type { Sandbox, Slot } from "../../src/core/sandbox.ts";
import type { Workspace } from "../../src/core/workspace.ts";

/** Ports with one of their doings changed. `given` is what they did before. */
export const withJournal = (ports: Ports, append: (given: Journal["append"]) => Journal["append"]): Ports => {
  const { journal } = ports;
  const own: Journal = {
    own: async (run) => journal.own(run),
    append: append(async (...args) => journal.append(...args)),
    read: (run, after) => journal.read(run, after),
    runs: async () => journal.runs(),
    answer: async (answer) => journal.answer(answer),
    answers: async (run) => journal.answers(run),
  };
  return { ...ports, journal: own };
};

export const withBlobs = (ports: Ports, put: (given: Blobs["put"]) => Blobs["put"]): Ports => {
  const { blobs } = ports;
  const own: Blobs = {
    put: put(async (items) => blobs.put(items)),
    putStream: async (chunks) => blobs.putStream(chunks),
    get: async (digest) => blobs.get(digest),
    getStream: (digest) => blobs.getStream(digest),
    missing: async (digests) => blobs.missing(digests),
  };
  return { ...ports, blobs: own };
};

export const withWorkspaces = (
  ports: Ports,
  around: (given: Workspace, name: string) => Workspace,
): Ports => {
  const { workspaces } = ports;
  return {
    ...ports,
    workspaces: {
      checkout: async (name, tree) => around(await workspaces.checkout(name, tree), name),
      left: async () => workspaces.left(),
      sweep: async (prefix) => workspaces.sweep(prefix),
    },
  };
};

export const withSlots = (ports: Ports, around: (given: Slot, name: string) => Slot): Ports => {
  const { sandbox } = ports;
  const open: Sandbox["open"] = async (name, dir) => {
    const slot = await sandbox.open(name, dir);
    return "broken" in slot ? slot : around(slot, name);
  };
  return { ...ports, sandbox: { ...sandbox, open } };
};
