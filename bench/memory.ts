import { createHash } from "node:crypto";
import type { Digest } from "../src/core/id.ts";
import type { Ports } from "../src/core/ports.ts";
import type { Sandbox } from "../src/core/sandbox.ts";
import type { Workspaces } from "../src/core/workspace.ts";
import { memoryBlobs } from "../tests/memory/blobs.ts";
import { memoryJournal } from "../tests/memory/journal.ts";
import { namedPolicy } from "../tests/memory/policy.ts";
import { created, go, instantModel } from "./project.ts";
import type { Says } from "./project.ts";

const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");

/** Runs a whole goal with nothing outside the loop: no disk, no sandbox, a model that answers at once. */
export async function inMemory(says: Says, tasks: number): Promise<void> {
  const model = instantModel(says);
  const ports: Ports = {
    clock: { now: () => Date.now(), sleepUntil: async () => undefined },
    journal: memoryJournal(),
    blobs: memoryBlobs(),
    workspaces,
    sandbox,
    models: { model: async () => model, heldUntil: async () => null },
    prompts: {
      check: () => undefined,
      render: (system) => ({ system, messages: [{ role: "user", parts: [{ type: "text", text: "go" }] }] }),
    },
    policy: namedPolicy(sha256("policy")),
    outside: [],
    probe: async () => null,
    glob: () => () => false,
    sha256,
  };
  const run = await go(ports, "bench", await created(ports, [{ id: "there", type: "file", path: "all" }]));
  const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
  if (run.outcome !== "met" || accepted !== tasks)
    throw new Error(`${accepted} of ${tasks} tasks were accepted`);
}

/** A file is there when it is judged and not before; nothing else is in a workspace. */
const workspaces: Workspaces = {
  checkout: async (name, tree) => ({
    dir: name,
    reset: async () => undefined,
    snapshot: async () => ({ tree, skipped: [] }),
    read: async () =>
      name.includes("/checks/") ? { type: "file", bytes: new Uint8Array(), size: 0 } : { type: "missing" },
    remove: async () => undefined,
  }),
  left: async () => [],
  sweep: async () => undefined,
};

const sandbox: Sandbox = {
  kind: "none",
  image: "none",
  profile: "none",
  spares: 0,
  capabilities: async () => ({ programs: [], python: null, network: false, native: false, notes: [] }),
  left: async () => [],
  reap: async () => undefined,
  open: async () => ({
    exec: async () => ({
      outcome: "exited",
      exit: 0,
      output: new Uint8Array(),
      dropped: 0,
      why: null,
      denied: [],
    }),
    write: async () => null,
    freeze: async () => undefined,
    kill: async () => undefined,
    close: async () => undefined,
  }),
};
