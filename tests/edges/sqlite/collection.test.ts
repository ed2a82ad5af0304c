import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeJson, encodeText } from "../../../src/core/canonical.ts";
import { encodeTree } from "../../../src/core/tree.ts";
import { openCollection } from "../../../src/edges/sqlite/collection.ts";
import type { Collection, CollectionOptions } from "../../../src/edges/sqlite/collection.ts";
import { openDatabase } from "../../../src/edges/sqlite/database.ts";
import { blobSchema } from "../../../src/edges/sqlite/schemas.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";
import { bytesOf, digestOf } from "../../contracts/blobs.contract.ts";
import { startChild } from "./child.ts";
import { newGround } from "./ground.ts";
import type { Ground } from "./ground.ts";

const MiB = 1024 * 1024;
let ground: Ground;
let storage: Storage;
const opened: Collection[] = [];

beforeEach(async () => {
  ground = await newGround();
  storage = await ground.open();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await ground.remove();
});

const collection = async (options?: CollectionOptions): Promise<Collection> => {
  const one = await openCollection(ground.stateDir, options);
  opened.push(one);
  return one;
};
const put = async (bytes: Uint8Array): Promise<string> => {
  const [digest = ""] = await storage.blobs.put([bytes]);
  return digest;
};
const text = async (of: string): Promise<string> => put(encodeText(of));
/** Which of these are gone, by name. */
const gone = async (named: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const missing = await storage.blobs.missing(Object.values(named));
  return Object.keys(named).filter((name) => missing.includes(named[name] ?? ""));
};
const rows = (): unknown => {
  const db = openDatabase(join(ground.stateDir, "blobs.db"), blobSchema);
  try {
    return db.prepare("SELECT count(*) FROM blobs").pluck().get();
  } finally {
    db.close();
  }
};

async function drop(one: Collection): Promise<void> {
  await one.reach.follow();
  expect(one.isAlone()).toBe(true);
  one.drop();
  one.leave();
  one.free();
}

describe("what is reached", () => {
  it("stays with all that it names, through records and trees; the rest goes", async () => {
    const named = { file: await text("a file"), under: await text("another"), lost: await text("lost") };
    const under = encodeTree({
      v: 1,
      entries: [{ name: "f", type: "file", mode: 0o644, size: 7, content: named.under }],
    });
    const tree = encodeTree({
      v: 1,
      entries: [
        { name: "d", type: "dir", mode: 0o755, tree: await put(under) },
        { name: "f", type: "file", mode: 0o644, size: 6, content: named.file },
      ],
    });
    const trees = { under: digestOf(under), tree: await put(tree) };
    const record = await put(encodeJson({ v: 1, added: [{ dir: "", entry: { tree: trees.tree } }] }));
    await ground.closeAll();
    const one = await collection();
    one.reach.name([record], "kept");
    await drop(one);
    expect(one.reach.amounts()).toMatchObject({ kept: { blobs: 5 }, unnamed: { blobs: 0 } });
    storage = await ground.open();
    expect(await gone({ ...named, ...trees, record })).toEqual(["lost"]);
  });

  it("does not keep what a user's file says, unless something of ours says it too", async () => {
    const [said, meant] = [await text("said by a file"), await text("meant")];
    const file = await put(encodeJson({ said }));
    const both = await put(encodeJson({ meant }));
    const tree = await put(
      encodeTree({
        v: 1,
        entries: [
          { name: "a", type: "file", mode: 0o644, size: 1, content: file },
          { name: "b", type: "file", mode: 0o644, size: 1, content: both },
        ],
      }),
    );
    const record = await put(encodeJson({ both }));
    await ground.closeAll();
    const one = await collection();
    one.reach.name([tree], "kept");
    await one.reach.follow();
    one.reach.name([record], "kept");
    await drop(one);
    storage = await ground.open();
    expect(await gone({ said, meant, file, both })).toEqual(["said"]);
  });

  it("stays when both what passes and what lasts name it, in either order", async () => {
    const leaves = { first: await text("1"), second: await text("2"), third: await text("3") };
    const first = await put(encodeJson([leaves.first]));
    const second = await put(encodeJson([leaves.second]));
    const passing = { third: await put(encodeJson([leaves.third])) };
    await ground.closeAll();
    const one = await collection();
    one.reach.name([first], "kept");
    one.reach.name([first, second, passing.third], "passing");
    await one.reach.follow();
    expect(one.reach.amounts()).toMatchObject({ kept: { blobs: 2 }, passing: { blobs: 4 } });
    one.reach.name([second], "kept");
    await drop(one);
    storage = await ground.open();
    expect(await gone({ ...leaves, f: first, s: second, p: passing.third })).toEqual(["third", "p"]);
  });

  it.each([
    [0, 0],
    [40, 0],
    [0, 2 * MiB],
  ])("is not known of a record that is damaged at byte %i, with %i bytes more", async (at, more) => {
    const bytes = encodeJson([await text("needed"), "x".repeat(more)]);
    const record = await put(bytes);
    await ground.closeAll();
    const db = openDatabase(join(ground.stateDir, "blobs.db"), blobSchema);
    const changed = bytes.map((byte, n) => (n === at ? 0x78 : byte));
    const change = db.prepare(
      "UPDATE chunks SET codec = 0, bytes = ? WHERE n = 0 AND blob = (SELECT id FROM blobs WHERE digest = ?)",
    );
    expect(change.run(changed.subarray(0, MiB), record).changes).toBe(1);
    db.close();
    const one = await collection();
    one.reach.name([record], "passing");
    await one.reach.follow();
    one.reach.name([record], "kept");
    await expect(one.reach.follow()).rejects.toThrow(`blob ${record} is damaged`);
  });
});

describe("dropping", () => {
  it("gives the disk its space back, of large blobs too, and what is stored again is there again", async () => {
    const large = bytesOf(9 * MiB, 1);
    const named = { large: await put(large), small: await text("small"), kept: await text("kept") };
    await ground.closeAll();
    const one = await collection();
    const before = await one.bytes();
    one.reach.name([named.kept], "kept");
    await drop(one);
    expect(before - (await one.bytes())).toBeGreaterThan(9 * MiB);
    expect(statSync(join(ground.stateDir, "blobs.db")).size).toBeLessThan(MiB);
    expect(rows()).toBe(1);
    one.close();
    storage = await ground.open();
    expect(await gone(named)).toEqual(["large", "small"]);
    await put(large);
    expect(Buffer.compare(await storage.blobs.get(named.large), large)).toBe(0);
  });

  it("is refused while anybody writes, in whatever process, and while a large blob is found to be there", async () => {
    const one = await collection();
    expect(one.isAlone()).toBe(true);
    one.leave();
    await put(encodeText("here"));
    expect(one.isAlone()).toBe(false);
    await ground.closeAll();
    const child = startChild(
      `const { blobs } = await openStorage(args[0]); await blobs.put([new Uint8Array(5)]); console.log("put");
       process.stdin.on("data", () => {}).on("end", () => process.exit(0));`,
      ground.stateDir,
    );
    expect(await child.line()).toBe("put");
    expect(one.isAlone()).toBe(false);
    child.process.stdin?.end();
    await child.ended;
    const large = bytesOf(3 * MiB, 2);
    storage = await ground.open();
    await put(large);
    await ground.closeAll();
    expect(one.isAlone()).toBe(true);
    one.leave();
    // All of it is there already: who says so must be known to be there.
    storage = await ground.open();
    await put(large);
    expect(one.isAlone()).toBe(false);
  });

  it("lets a writer wait until it is done, who then stores anew what is gone", async () => {
    const here = await text("both ways");
    await ground.closeAll();
    const one = await collection();
    await one.reach.follow();
    expect(one.isAlone()).toBe(true);
    storage = await ground.open();
    const again = text("both ways");
    one.drop();
    one.leave();
    one.free();
    expect(await again).toBe(here);
    expect(await gone({ here })).toEqual([]);
  });

  it("is done by one at a time; looking is free", async () => {
    const one = await collection();
    await expect(collection()).rejects.toThrow("another harness gc is at work here");
    await collection({ readonly: true });
    one.close();
    await collection();
  });

  it("takes away what a writer left that died at a large blob", async () => {
    const child = startChild(
      `const { blobs } = await openStorage(args[0]);
       async function* endless() {
         for (let n = 0; ; n++) {
           if (n === 12) console.log("writing");
           yield new Uint8Array(1024 * 1024).fill(n);
         }
       }
       await blobs.putStream(endless());`,
      ground.stateDir,
    );
    expect(await child.line()).toBe("writing");
    child.process.kill("SIGKILL");
    await child.ended;
    expect(rows()).toBe(1);
    await drop(await collection());
    expect(rows()).toBe(0);
  });
});

describe("killed while it drops", () => {
  const moments = ["drop-blobs/before", "drop-blobs/after", "free-blobs/before", "free-blobs/after"];

  it.each(moments)("%s: what is kept is whole, and the next one finishes", async (at) => {
    const kept = await text("kept");
    const lost = { large: await put(bytesOf(9 * MiB, 3)), small: await text("small") };
    await ground.closeAll();
    const child = startChild(
      `const { openCollection } = await import(${JSON.stringify(
        new URL("../../../src/edges/sqlite/collection.ts", import.meta.url).href,
      )});
       const one = await openCollection(args[0], {
         failpoint: (at) => { if (at === args[1]) process.kill(process.pid, "SIGKILL"); },
       });
       one.reach.name([args[2]], "kept");
       await one.reach.follow();
       if (!one.isAlone()) throw new Error("not alone");
       one.drop(); one.leave(); one.free();`,
      ground.stateDir,
      at,
      kept,
    );
    expect(await child.ended).toMatchObject({ signal: "SIGKILL" });
    storage = await ground.open();
    expect(await gone({ kept, ...lost })).toEqual(at === "drop-blobs/before" ? [] : ["large", "small"]);
    expect(Buffer.from(await storage.blobs.get(kept)).toString()).toBe("kept");
    await ground.closeAll();
    const one = await collection();
    one.reach.name([kept], "kept");
    await drop(one);
    expect(rows()).toBe(1);
    storage = await ground.open();
    expect(await gone({ kept, ...lost })).toEqual(["large", "small"]);
  });
});

describe("environments", () => {
  it("are forgotten unless they were used meanwhile", async () => {
    storage.environments.keep("a", digestOf(encodeText("a")));
    storage.environments.keep("b", digestOf(encodeText("b")));
    const one = await collection();
    const [a, b] = one.environments();
    if (a === undefined || b === undefined) throw new Error("two were kept");
    expect([a.key, b.key]).toEqual(["a", "b"]);
    expect(one.forget({ ...a, usedAt: a.usedAt - 1 })).toBe(false);
    expect(one.forget(b)).toBe(true);
    expect(one.environments().map(({ key }) => key)).toEqual(["a"]);
    expect(storage.environments.find("b")).toBeNull();
  });
});
