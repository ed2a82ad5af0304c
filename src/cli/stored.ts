import type { Finding } from "../core/audit/finding.ts";
import type { Entry } from "../core/event.ts";
import type { Digest } from "../core/id.ts";
import { MissingBlob } from "../core/ports.ts";
import type { Blobs } from "../core/ports.ts";
import { decodeTree } from "../core/tree.ts";
import { DamagedBlob } from "../edges/sqlite/refused.ts";

/** Where an event or a tree names a blob, for people. */
interface Named {
  readonly seq: number | null;
  readonly what: string;
}

/**
 * P4, the half that only the store can tell: whatever the journal names, and every file of every tree it names, is there
 * and hashes to its name. `named`: what events name; what `missing` holds was reported already.
 */
export async function storedFindings(
  blobs: Blobs,
  entries: readonly Entry[],
  named: ReadonlySet<Digest>,
  missing: readonly Digest[],
): Promise<readonly Finding[]> {
  const seen = new Set(missing);
  const findings: Finding[] = [];
  const look = async <T>(digest: Digest, at: Named, read: () => Promise<T>): Promise<T | null> => {
    if (seen.has(digest)) return null;
    seen.add(digest);
    try {
      return await read();
    } catch (error) {
      const seq = at.seq ?? firstNaming(entries, digest);
      findings.push({
        promise: "P4",
        seq,
        what: `${at.what} ${faultOf(error)} (blob ${digest.slice(0, 12)}…)`,
      });
      return null;
    }
  };
  for (const [tree, seq] of treesOf(entries)) await walk(blobs, tree, { seq, what: "" }, look);
  for (const digest of named)
    await look(digest, { seq: null, what: "what it names" }, async () => readThrough(blobs, digest));
  return findings;
}

type Look = <T>(digest: Digest, at: Named, read: () => Promise<T>) => Promise<T | null>;

async function walk(blobs: Blobs, tree: Digest, { seq, what }: Named, look: Look): Promise<void> {
  const called = what === "" ? "the top directory of a tree" : `directory ${what}`;
  const node = await look(tree, { seq, what: called }, async () => decodeTree(await blobs.get(tree)));
  for (const entry of node?.entries ?? []) {
    const path = what === "" ? entry.name : `${what}/${entry.name}`;
    if (entry.type === "dir") await walk(blobs, entry.tree, { seq, what: path }, look);
    if (entry.type === "file") {
      const { content } = entry;
      await look(content, { seq, what: `file ${path}` }, async () => readThrough(blobs, content));
    }
  }
}

async function readThrough(blobs: Blobs, digest: Digest): Promise<void> {
  for await (const _ of blobs.getStream(digest));
}

function faultOf(error: unknown): string {
  if (error instanceof DamagedBlob) return "is damaged";
  if (error instanceof MissingBlob) return "is not in the store";
  throw error;
}

const firstNaming = (entries: readonly Entry[], digest: Digest): number | null =>
  entries.find(({ body }) => JSON.stringify(body).includes(digest))?.seq ?? null;

const treeFields = ["base", "start", "candidate", "head", "tree"];

/** Every tree the journal names, with the first event that does. */
function treesOf(entries: readonly Entry[]): ReadonlyMap<Digest, number> {
  const found = new Map<Digest, number>();
  for (const { seq, body } of entries) {
    const fields = body as Readonly<Record<string, unknown>>;
    for (const field of treeFields) {
      const value = fields[field];
      if (typeof value === "string" && !found.has(value)) found.set(value, seq);
    }
  }
  return found;
}
