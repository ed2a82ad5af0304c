import { noEnvironment } from "../../../src/core/environment.ts";
import type { Blobs } from "../../../src/core/ports.ts";
import type { Workspaces } from "../../../src/core/workspace.ts";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";

/** Workspaces that hold nothing but their trees: no scratch, no environment, nobody else's. */
export const plainWorkspaces = (root: string, blobs: Blobs): Workspaces =>
  openWorkspaces({ root, blobs, scratch: [], environment: noEnvironment, owner: null, base: null });
