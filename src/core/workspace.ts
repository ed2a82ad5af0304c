import type { Digest } from "./id.ts";

/** What stands at a path of a workspace, read on the host without following anything out of it. */
export type FileRead =
  | { readonly type: "file"; readonly bytes: Uint8Array; readonly size: number }
  | { readonly type: "missing" }
  | { readonly type: "refused"; readonly why: string };

export interface Snapshot {
  readonly tree: Digest;
  /**
   * What is not in the tree though it is not scratch, reported and never opened: paths that are no file, directory or
   * symlink (FIFOs, sockets, devices), and what never becomes part of a result: `.git` and `.harness` at the top, in
   * any spelling that a file system takes for them.
   */
  readonly skipped: readonly string[];
}

/** A private directory of one slot. Every path argument is relative to it, with `/`. */
export interface Workspace {
  readonly dir: string;
  /** Makes the directory equal to the tree, whatever it held. No process of a worker may be alive there. */
  reset(tree: Digest): Promise<void>;
  /**
   * Stores what the directory holds, without scratch paths. `anew`: of files that changed since the last reset, nothing
   * is believed that an earlier snapshot found: while it lives, a process that maps a file can change it unseen.
   */
  snapshot(options?: { readonly anew: boolean }): Promise<Snapshot>;
  /** At most `limit` bytes from `offset`. `size` is that of the whole file. */
  read(path: string, offset: number, limit: number): Promise<FileRead>;
  remove(): Promise<void>;
}

export interface Workspaces {
  /** A workspace of that name, set to the tree; what an earlier owner left under the name is replaced. */
  checkout(name: string, tree: Digest): Promise<Workspace>;
  /** Names of the workspaces that exist, whoever made them. */
  left(): Promise<readonly string[]>;
  /** Removes every workspace whose name begins with `prefix`. */
  sweep(prefix: string): Promise<void>;
}
