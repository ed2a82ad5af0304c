import type { Digest } from "../../core/id.ts";
import type { TreeEntry } from "../../core/tree.ts";
import type { Stat } from "./walk.ts";

/** What was known of a file when its bytes were last read or written. */
export interface KnownFile {
  readonly stat: Stat;
  readonly content: Digest;
  /** Bytes read; `stat.size` unless the file was being written. */
  readonly size: number;
  /** Its last change lies so far back that any later one shows in `stat`. */
  readonly isSettled: boolean;
}

interface KnownDir {
  readonly entries: readonly TreeEntry[];
  readonly tree: Digest;
}

/** What is known of a directory from the last time it was walked or written, by path. Its blobs are stored. */
export interface Known {
  readonly files: Map<string, KnownFile>;
  readonly dirs: Map<string, KnownDir>;
}

export const nothingKnown = (): Known => ({ files: new Map(), dirs: new Map() });

/** Clocks of file systems are coarse: two changes within this many ns may bear the same time. */
const coarseNs = 2_000_000_000n;

/** `since`: when the reading or writing began, in ms since the epoch. */
export const knownFile = (stat: Stat, content: Digest, size: number, since: number): KnownFile => ({
  stat: {
    dev: stat.dev,
    ino: stat.ino,
    size: stat.size,
    mode: stat.mode,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
  },
  content,
  size,
  isSettled: BigInt(size) === stat.size && stat.ctimeNs + coarseNs < BigInt(Math.floor(since)) * 1_000_000n,
});

/** Size and mtime can be set back by whoever changed a file; its ctime cannot. */
export const isUnchanged = ({ isSettled, stat }: KnownFile, now: Stat): boolean =>
  isSettled &&
  stat.ctimeNs === now.ctimeNs &&
  stat.mtimeNs === now.mtimeNs &&
  stat.size === now.size &&
  stat.ino === now.ino &&
  stat.dev === now.dev &&
  stat.mode === now.mode;
