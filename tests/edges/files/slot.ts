import { chownSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { noEnvironment } from "../../../src/core/environment.ts";
import type { Digest } from "../../../src/core/id.ts";
import type { Blobs } from "../../../src/core/ports.ts";
import type { Workspace, Workspaces } from "../../../src/core/workspace.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import type { WorkspacesOptions } from "../../../src/edges/files/workspaces.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import type { Spec } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";

/** What was given to a blob store. */
interface Puts {
  /** Items of each `put`. */
  readonly sizes: number[][];
  streams: number;
}

/** What workspaces of tests have unless they say otherwise. */
const usual = { scratch: ["**/cache/**"], base: null, environment: noEnvironment, owner: null };

export interface SlotGround {
  readonly base: string;
  readonly blobs: Blobs;
  readonly puts: Puts;
  readonly workspaces: Workspaces;
  tree(spec: Spec): Promise<Digest>;
  checkout(spec: Spec, name?: string): Promise<Workspace>;
}

/** Real workspaces in a directory of the test's own, over blobs in memory. */
export function slotGround(options: Partial<WorkspacesOptions> = {}): SlotGround {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "harness-slots-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const memory = memoryBlobs();
  const puts: Puts = { sizes: [], streams: 0 };
  const blobs: Blobs = {
    put: async (items) => {
      puts.sizes.push(items.map(({ length }) => length));
      return memory.put(items);
    },
    putStream: async (chunks) => {
      puts.streams += 1;
      return memory.putStream(chunks);
    },
    get: async (digest) => memory.get(digest),
    getStream: (digest) => memory.getStream(digest),
    missing: async (digests) => memory.missing(digests),
  };
  const workspaces = openWorkspaces({ root: join(base, "slots"), blobs, ...usual, ...options });
  const tree = async (spec: Spec): Promise<Digest> => treeOf(memory, spec);
  return {
    base,
    blobs,
    puts,
    workspaces,
    tree,
    checkout: async (spec, name = "run/task/a/1") => workspaces.checkout(name, await tree(spec)),
  };
}

const nobody = 65534;

/** Goes on as a user whom modes bind: root is bound by none. Everything in `dir` so far must be nobody's to change. */
export function asPlainUser(dir: string): void {
  if (process.geteuid?.() !== 0) return;
  chownSync(dir, nobody, nobody);
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  onTestFinished(() => {
    process.seteuid?.(0);
    process.setegid?.(0);
  });
}

/** The text of a file, or what is said instead. */
export async function textAt(workspace: Workspace, path: string): Promise<string> {
  const read = await workspace.read(path, 0, 1_000_000);
  if (read.type === "file") return new TextDecoder().decode(read.bytes);
  return read.type === "missing" ? "missing" : read.why;
}
