import { joinedChunks } from "./chunks.ts";
import type { Body, Entry, EventType } from "./event.ts";
import type { Digest } from "./id.ts";
import { decodeTree } from "./tree.ts";
import type { TreeNode } from "./tree.ts";

/**
 * What keeps blobs from garbage collection. Nothing here knows which fields are digests: whatever looks like one is
 * taken for one, so that a name that is new to events or records is never forgotten. A name that names nothing is harmless.
 */

/** Fields that only a turn, a tool call or the reading of raw output needs: a run that ended long ago can do without. */
const passing: { readonly [T in EventType]?: readonly (keyof Body<T>)[] } = {
  "model-started": ["request"],
  "model-ended": ["response", "calls"],
  "context-compacted": ["summary"],
  "call-started": ["args", "tree", "probe"],
  "call-ended": ["result", "output", "tree"],
  "criterion-judged": ["output"],
};

/** Every digest an entry names. What it says to be dropped it does not name. */
export const namedBy = ({ type, body }: Entry): Iterable<Digest> =>
  type === "blobs-dropped" ? [] : digestsIn(JSON.stringify(body));

/** The same without what may be dropped once the run has ended, unless something else names it too. */
export function lastinglyNamedBy({ type, body }: Entry): Iterable<Digest> {
  if (type === "blobs-dropped") return [];
  const fields: readonly string[] = passing[type] ?? [];
  const lasting = Object.entries(body).filter(([field]) => !fields.includes(field));
  return digestsIn(JSON.stringify(lasting));
}

/** Whatever could be a digest: 64 hex digits and no more of them beside. */
export function* digestsIn(text: string): Generator<Digest> {
  for (const [digest] of text.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)) yield digest;
}

/** What a blob names. `leaf`: the bytes of a file in a tree, which name nothing to us whatever they say. */
export interface BlobName {
  readonly digest: Digest;
  readonly leaf: boolean;
}

/**
 * What a stored blob names: nothing unless it begins as a JSON object or list, the form in which all structured blobs
 * are stored. Read in chunks; a tree, which is one directory, is held whole. All is read in any case, so that a reader
 * that hashes says of a damaged beginning what it is.
 */
export async function* namesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BlobName> {
  let kind: "text" | "record" | "tree" | null = null;
  let held = "";
  const tree: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const text = held + asciiOf(chunk);
    kind ??= kindOf(text);
    if (kind === "tree") tree.push(chunk);
    if (kind !== "record") continue;
    // A digest may go on in the next chunk: the digits at the end wait, as many as tell one from a longer number.
    const end = text.length - (/[0-9a-f]{0,65}$/.exec(text)?.[0].length ?? 0);
    yield* deep(text.slice(0, end));
    held = text.slice(end);
  }
  yield* kind === "tree" ? namesOfTree(joinedChunks(tree)) : deep(held);
}

function kindOf(beginning: string): "text" | "record" | "tree" {
  if (beginning.startsWith('{"entries":[')) return "tree";
  return /^[[{]/.test(beginning) ? "record" : "text";
}

function* deep(text: string): Generator<BlobName> {
  for (const digest of digestsIn(text)) yield { digest, leaf: false };
}

function* namesOfTree(bytes: Uint8Array): Generator<BlobName> {
  const node = treeOf(bytes);
  if (node === null) return yield* deep(asciiOf(bytes));
  for (const entry of node.entries) {
    if (entry.type === "dir") yield { digest: entry.tree, leaf: false };
    if (entry.type === "file") yield { digest: entry.content, leaf: true };
  }
}

/** null for what begins as a tree and is none. */
function treeOf(bytes: Uint8Array): TreeNode | null {
  try {
    return decodeTree(bytes);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** One character a byte: digests are ASCII, and nothing else matters here. */
const asciiOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
