/**
 * Names that mean more than content. Git runs programs that a `.git` names, on the machine of whoever looks at it, so
 * one that a run made never reaches the user; `.harness` is the harness's own.
 */

/** Characters that HFS+ ignores in names. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** After a name NTFS drops dots and spaces, and takes what follows a colon for a stream and a backslash for a step. */
const dotGit = /^(\.git|git~1)[. ]*([:\\].*)?$/isu;
const dotHarness = /^\.harness[. ]*([:\\].*)?$/isu;

/** A name that some file system takes for `.git`. */
export const isDotGit = (name: string): boolean => dotGit.test(name.replaceAll(ignorable, ""));

/** A name that some file system takes for `.harness`. */
export const isDotHarness = (name: string): boolean => dotHarness.test(name.replaceAll(ignorable, ""));

/** At the top of a workspace, nothing of these names is part of a tree. */
export const isReservedAtTop = (name: string): boolean => isDotGit(name) || isDotHarness(name);

/** Whether a path leads to or through a `.git`, or a `.harness` at the top: what differs there is kept from the user. */
export const isReserved = (path: string): boolean => {
  const names = path.split("/");
  return names.some(isDotGit) || isDotHarness(names[0] ?? "");
};
