import type { Digest } from "../../../src/core/id.ts";
import type { Snapshot } from "../../../src/core/workspace.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import type { Kind } from "./kinds.ts";
import { plainWorkspaces } from "./plain-workspaces.ts";

export interface RoundTrip {
  /** Directories: what was made, and what was written from its snapshot. */
  readonly from: string;
  readonly to: string;
  readonly first: Snapshot;
  /** Once more of the same directory. */
  readonly again: Digest;
  readonly second: Snapshot;
}

/** Snapshot, checkout elsewhere, snapshot; in workspaces below `root`. */
export async function roundTrip(root: string, { make }: Pick<Kind, "make">): Promise<RoundTrip> {
  const blobs = memoryBlobs();
  const workspaces = plainWorkspaces(root, blobs);
  const from = await workspaces.checkout("from", await treeOf(blobs, {}));
  make(from.dir);
  const first = await from.snapshot();
  const again = (await from.snapshot()).tree;
  const to = await workspaces.checkout("to", first.tree);
  return { from: from.dir, to: to.dir, first, again, second: await to.snapshot() };
}
