import type { TreeEntry } from "../../core/tree.ts";

/** A name as the most careless file system compares it: without case, without what HFS+ and NTFS ignore. */
export const foldedName = (name: string): string =>
  name
    .replaceAll(/[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g, "")
    .replace(/[. ]*(?:[:\\].*)?$/su, "")
    .toLowerCase();

/**
 * Whether git takes a directory for a repository when it comes by it, whatever its name: there is a `HEAD`, and
 * `objects` and `refs`, or a `commondir` that says where those are (gitrepository-layout(5)).
 */
export function looksLikeGitDirectory(entries: readonly TreeEntry[]): boolean {
  const names = new Set(entries.map(({ name }) => foldedName(name)));
  return names.has("head") && (names.has("commondir") || (names.has("objects") && names.has("refs")));
}

const parts = new Set(["config", "config.worktree", "commondir", "hooks"]);

/** What of such a directory names programs or holds them. */
export const isGitPart = (name: string): boolean => parts.has(foldedName(name));
