import type { Digest } from "../core/id.ts";
import type { Blobs } from "../core/ports.ts";
import { listTree } from "../core/tree-diff.ts";
import { treeStore } from "../core/tree-store.ts";

/** A file of the tree, and the name of the secret whose value stands in it. */
export interface SecretFile {
  readonly path: string;
  readonly name: string;
}

/** Files that hold a value nobody may see, as it is. Reads all of the tree; nothing where there is no secret. */
export async function secretFiles(
  blobs: Blobs,
  tree: Digest,
  secrets: readonly { readonly name: string; readonly value: string }[],
): Promise<readonly SecretFile[]> {
  const found: SecretFile[] = [];
  if (secrets.length === 0) return found;
  const values = secrets.map(({ name, value }) => ({ name, bytes: Buffer.from(value) }));
  for await (const { path, entry } of listTree(treeStore(blobs), tree)) {
    if (entry.type !== "file") continue;
    const name = await nameIn(blobs.getStream(entry.content), values);
    if (name !== null) found.push({ path, name });
  }
  return found;
}

interface Value {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A value may begin in one chunk and end in the next. */
async function nameIn(chunks: AsyncIterable<Uint8Array>, values: readonly Value[]): Promise<string | null> {
  const longest = Math.max(...values.map(({ bytes }) => bytes.length));
  let tail = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const piece = Buffer.concat([tail, chunk]);
    const found = values.find(({ bytes }) => piece.includes(bytes));
    if (found !== undefined) return found.name;
    tail = piece.subarray(Math.max(0, piece.length - longest + 1));
  }
  return null;
}

/** A pattern of `workspace.exclude` that fits this path and no other. */
export const patternFor = (path: string): string => `/${path.replaceAll(/[\\*?[\]{}!,]/g, String.raw`\$&`)}`;
