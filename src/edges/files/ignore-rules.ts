import { decodeText } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { TreeStore } from "../../core/tree.ts";
import { joined } from "../../core/tree-path.ts";
import { globPieces } from "./ignore-glob.ts";
import type { GlobPiece } from "./ignore-glob.ts";
import { textOfPath } from "./names.ts";

/**
 * What all `.gitignore` files of a tree ignore, as patterns that `excludes` reads, in the order in which the last one
 * that fits decides. The rules of git's own places (`info/exclude`, `core.excludesFile`) are in no tree. As git's
 * manual says, and its program does not always, `**` beside anything but slashes is `*`.
 */
export async function ignoreRules(
  store: TreeStore,
  blobs: Pick<Blobs, "get">,
  tree: Digest,
): Promise<readonly string[]> {
  const rules: string[] = [];
  const open: { path: string; tree: Digest }[] = [{ path: "", tree }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path } = next;
    for (const entry of (await store.load(next.tree)).entries) {
      if (entry.type === "dir") open.push({ path: joined(path, entry.name), tree: entry.tree });
      else if (entry.type === "file" && entry.name === ".gitignore")
        rules.push(...rulesOf(decodeText(await blobs.get(entry.content)), textOfPath(path)));
    }
  }
  return rules;
}

/** The rules of a `.gitignore` that lies in the directory `dir`, "" for the top. */
export const rulesOf = (text: string, dir: string): readonly string[] =>
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => ruleOf(withoutEnd(line), dir) ?? []);

/** Without a carriage return and the spaces before it, but for one that a `\` makes part of the rule. */
function withoutEnd(line: string): string {
  const text = line.replace(/\r$/, "").replace(/\0[^]*/, "");
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === " ") continue;
    end = at + 1;
  }
  return text.slice(0, end);
}

/** null for a rule that nothing fits. */
function ruleOf(line: string, dir: string): string | null {
  const [, not = "", rest = "", slash = ""] = /^(!?)([^]*?)(\/?)$/.exec(line) ?? [];
  const glob = rest.replace(/^\//, "");
  const pieces = globPieces(glob);
  const first = pieces?.[0];
  // No path begins or ends with a slash.
  if (pieces === null || first === undefined || isSlash(first) || glob.endsWith("/")) return null;
  const text = pieces.map((piece) => textOf(piece, rest.includes("/"))).join("");
  return not + placeOf(dir, rest.includes("/")) + text + slash;
}

/** What stands before a rule of a directory: it fits paths from there, or names anywhere below. */
function placeOf(dir: string, isPath: boolean): string {
  if (dir === "") return isPath ? "/" : "";
  return isPath ? `${literally(dir)}/` : `${literally(dir)}/**/`;
}

const isSlash = (piece: GlobPiece): boolean => piece.type === "char" && piece.char === "/";

/** A piece in the spelling of `excludes`. Of a rule without a slash `**` is no more than `*`. */
function textOf(piece: GlobPiece, isPath: boolean): string {
  switch (piece.type) {
    case "char":
      return literally(piece.char);
    case "any-char":
      return "?";
    case "any-name":
      return "*";
    case "directories":
      return "**/";
    case "everything":
      // A directory is not ignored for what it holds: something else may take a part of that back.
      return isPath ? "**/*" : "*";
    case "class":
      return piece.text;
  }
}

const literally = (text: string): string => text.replaceAll(/[\\*?[\]{}!]/g, "\\$&");
