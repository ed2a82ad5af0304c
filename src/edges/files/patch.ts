import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { isReserved } from "../../core/reserved-name.ts";
import type { TreeStore } from "../../core/tree.ts";
import { diffTrees } from "../../core/tree-diff.ts";
import { binaryPatch } from "./binary-patch.ts";
import { gitSide, sameToGit, sideFacts } from "./git-side.ts";
import type { GitSide, SideFacts } from "./git-side.ts";
import { hunkHeader, hunks, noNewline } from "./hunks.ts";
import { quotePath } from "./quote-path.ts";
import { isAtOrBelow, madeGit } from "./start-git.ts";

export interface PatchRequest {
  readonly store: TreeStore;
  readonly blobs: Pick<Blobs, "getStream">;
  readonly from: Digest;
  readonly to: Digest;
  /** A change of a file larger than this (default 16 MiB) is shown as all of the old and all of the new lines. */
  readonly wholeFrom?: number;
  /** A change of a file that is not text and larger than this (default 64 MiB) is named only, without its bytes. */
  readonly binaryUpTo?: number;
  /** Called for each changed path that is not in the patch. */
  readonly onLeftOut?: (path: string) => void;
}

/** Sizes in bytes from which a change is told otherwise. */
type Sizes = Required<Pick<PatchRequest, "wholeFrom" | "binaryUpTo">>;

const mebibyte = 1024 * 1024;

/**
 * What changed between two trees, as a patch that `git apply` takes; in pieces, so that it may be of any size.
 * What git does not keep is not in it: empty directories and permissions other than the owner's right to execute.
 * Nor is what lies in a `.git`, for which `git apply` refuses the whole patch, or in a `.harness` at the top, or what
 * would make git start programs where it takes a directory for a repository.
 * Files that are not UTF-8 text come with all their bytes, as binary patches, which git checks against the names it
 * gives them in a repository of the SHA-1 format. One larger than `binaryUpTo` is only said to differ, and then
 * `git apply` refuses the whole patch.
 */
export async function* unifiedPatch(request: PatchRequest): AsyncIterable<string> {
  const {
    store,
    blobs,
    from,
    to,
    onLeftOut,
    wholeFrom = 16 * mebibyte,
    binaryUpTo = 64 * mebibyte,
  } = request;
  const sizes = { wholeFrom, binaryUpTo };
  const isMadeGit = isAtOrBelow(await madeGit(store, from, to));
  for (const { path, before, after } of await diffTrees(store, from, to)) {
    const [a, b] = [gitSide(blobs, before), gitSide(blobs, after)];
    if (sameToGit(a, b)) continue;
    if (isReserved(path) || isMadeGit(path)) {
      onLeftOut?.(path);
    } else if (a !== null && b !== null && isLink(a) !== isLink(b)) {
      // Git has no patch from a file to a symlink: one goes, the other comes.
      yield* filePatch(path, a, null, sizes);
      yield* filePatch(path, null, b, sizes);
    } else {
      yield* filePatch(path, a, b, sizes);
    }
  }
}

const isLink = (side: GitSide): boolean => side.mode === "120000";

async function* filePatch(
  path: string,
  a: GitSide | null,
  b: GitSide | null,
  { wholeFrom, binaryUpTo }: Sizes,
): AsyncIterable<string> {
  const [nameA, nameB] = [quotePath(path, "a/"), quotePath(path, "b/")];
  const head = `diff --git ${nameA} ${nameB}\n${modeLines(a, b)}`;
  if (a?.key === b?.key) return yield head;
  const [factsA, factsB] = [await factsOf(a), await factsOf(b)];
  yield head + indexLine(a, b, factsA, factsB);
  const [labelA, labelB] = [a === null ? "/dev/null" : nameA, b === null ? "/dev/null" : nameB];
  const size = Math.max(a?.size ?? 0, b?.size ?? 0);
  if (!factsA.text || !factsB.text) {
    if (size <= binaryUpTo) yield* binaryPatch(a, b);
    else yield `Binary files ${labelA} and ${labelB} differ\n`;
    // Only an empty file that came or went has no lines at all.
  } else if (factsA.lines + factsB.lines > 0) {
    yield `--- ${labelA}${tab(labelA)}\n+++ ${labelB}${tab(labelB)}\n`;
    if (a !== null && b !== null && size <= wholeFrom) yield* hunks(await textOf(a), await textOf(b));
    else yield* replacement(a, b, factsA, factsB);
  }
}

function modeLines(a: GitSide | null, b: GitSide | null): string {
  if (a === null) return `new file mode ${b?.mode ?? ""}\n`;
  if (b === null) return `deleted file mode ${a.mode}\n`;
  return a.mode === b.mode ? "" : `old mode ${a.mode}\nnew mode ${b.mode}\n`;
}

const nothing: SideFacts = { oid: "0".repeat(40), text: true, lines: 0 };

const factsOf = async (side: GitSide | null): Promise<SideFacts> =>
  side === null ? nothing : sideFacts(side);

function indexLine(a: GitSide | null, b: GitSide | null, factsA: SideFacts, factsB: SideFacts): string {
  const mode = a !== null && a.mode === b?.mode ? ` ${a.mode}` : "";
  return `index ${factsA.oid}..${factsB.oid}${mode}\n`;
}

/** After a name with a space git writes a tab, so that readers know where it ends. */
const tab = (label: string): string => (label.includes(" ") ? "\t" : "");

async function textOf(side: GitSide): Promise<string> {
  const decoder = newDecoder();
  let text = "";
  for await (const chunk of side.bytes()) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** A byte order mark is part of the first line. */
const newDecoder = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function* replacement(
  a: GitSide | null,
  b: GitSide | null,
  factsA: SideFacts,
  factsB: SideFacts,
): AsyncIterable<string> {
  yield hunkHeader(0, factsA.lines, 0, factsB.lines);
  if (a !== null) yield* allLines("-", a);
  if (b !== null) yield* allLines("+", b);
}

async function* allLines(sign: string, side: GitSide): AsyncIterable<string> {
  const decoder = newDecoder();
  let atStart = true;
  for await (const chunk of side.bytes()) {
    const text = decoder.decode(chunk, { stream: true });
    if (text === "") continue;
    const ends = text.endsWith("\n");
    const lines = (ends ? text.slice(0, -1) : text).replaceAll("\n", `\n${sign}`);
    yield (atStart ? sign : "") + lines + (ends ? "\n" : "");
    atStart = ends;
  }
  if (!atStart) yield noNewline;
}
