import { createHash } from "node:crypto";
import type { Blobs } from "../../core/ports.ts";
import type { TreeEntry } from "../../core/tree.ts";
import { nameBytes } from "./names.ts";

/** A file or symlink as git sees it: one of three modes, and bytes. */
export interface GitSide {
  readonly mode: "100644" | "100755" | "120000";
  /** Equal exactly when the bytes are. */
  readonly key: string;
  readonly size: number;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** null for what git does not keep: nothing, and directories. */
export function gitSide(blobs: Pick<Blobs, "getStream">, entry: TreeEntry | null): GitSide | null {
  if (entry === null || entry.type === "dir") return null;
  if (entry.type === "symlink") {
    const target = nameBytes(entry.target);
    return { mode: "120000", key: `-> ${entry.target}`, size: target.length, bytes: () => once(target) };
  }
  return {
    mode: (entry.mode & 0o100) === 0 ? "100644" : "100755",
    key: entry.content,
    size: entry.size,
    bytes: () => blobs.getStream(entry.content),
  };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export const sameToGit = (a: GitSide | null, b: GitSide | null): boolean =>
  a?.mode === b?.mode && a?.key === b?.key;

/** What a patch must say of a side before its lines. */
export interface SideFacts {
  /** Git's own name for the bytes, in a repository of the SHA-1 format. */
  readonly oid: string;
  /** UTF-8 without NUL. */
  readonly text: boolean;
  readonly lines: number;
}

/** One pass over the bytes, in bounded memory. */
export async function sideFacts(side: GitSide): Promise<SideFacts> {
  const hash = createHash("sha1").update(`blob ${side.size}\0`);
  const text = new TextScan();
  for await (const chunk of side.bytes()) {
    hash.update(chunk);
    text.take(chunk);
  }
  return { oid: hash.digest("hex"), text: text.end(), lines: text.lines };
}

/** Reads bytes as they come and says whether they were text, in how many lines. */
class TextScan {
  #text = true;
  #feeds = 0;
  #last = 10;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  get lines(): number {
    return this.#feeds + (this.#last === 10 ? 0 : 1);
  }

  take(chunk: Uint8Array): void {
    if (!this.#text) return;
    this.#text = !chunk.includes(0) && this.#decodes(chunk, true);
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) this.#feeds++;
    this.#last = chunk.at(-1) ?? this.#last;
  }

  end(): boolean {
    this.#text &&= this.#decodes(new Uint8Array(), false);
    return this.#text;
  }

  #decodes(chunk: Uint8Array, stream: boolean): boolean {
    try {
      this.#decoder.decode(chunk, { stream });
      return true;
    } catch (error) {
      // What a fatal decoder throws for bytes that are not UTF-8.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }
}
