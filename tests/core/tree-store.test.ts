import { expect, test } from "vitest";
import type { Digest } from "../../src/core/id.ts";
import { MissingBlob } from "../../src/core/ports.ts";
import type { TreeNode } from "../../src/core/tree.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { treeStore } from "../../src/core/tree-store.ts";
import { memoryBlobs } from "../memory/blobs.ts";

const node = (target: string): TreeNode => ({ v: 1, entries: [{ name: "l", type: "symlink", target }] });

/** Blobs that count how often each is read. */
function counted(): {
  blobs: ReturnType<typeof memoryBlobs>;
  gets: Digest[];
  store: ReturnType<typeof treeStore>;
} {
  const blobs = memoryBlobs();
  const gets: Digest[] = [];
  const store = treeStore({
    put: async (items) => blobs.put(items),
    get: async (digest) => {
      gets.push(digest);
      return blobs.get(digest);
    },
  });
  return { blobs, gets, store };
}

test("names a node by its canonical bytes, durable when it resolves", async () => {
  const { blobs, store } = counted();
  const digests = await store.store([node("a"), node("b")]);
  expect(await blobs.put([encodeTree(node("a")), encodeTree(node("b"))])).toEqual(digests);
  expect(await treeStore(blobs).load(digests[1] ?? "")).toEqual(node("b"));
});

test("reads what it wrote or read no second time, until 4,096 others were used since", async () => {
  const { blobs, gets, store } = counted();
  const [kept = ""] = await store.store([node("kept")]);
  const [read = ""] = await blobs.put([encodeTree(node("read"))]);
  for (let n = 0; n < 3; n += 1) {
    await store.load(read);
    await store.load(kept);
  }
  expect(gets).toEqual([read]);
  await store.store(Array.from({ length: 4095 }, (_, n) => node(`${n}`)));
  await store.load(kept);
  await store.load(read);
  expect(gets).toEqual([read, read]);
});

test("says which tree is missing, and does not take other blobs for trees", async () => {
  const { blobs, store } = counted();
  await expect(store.load("a".repeat(64))).rejects.toThrow(MissingBlob);
  const [other = ""] = await blobs.put([new TextEncoder().encode('{"v":2}')]);
  await expect(store.load(other)).rejects.toThrow("not a tree of version 1");
});
