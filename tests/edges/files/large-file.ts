import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import { plainWorkspaces } from "./plain-workspaces.ts";

/** Program: a file of so many MiB through a snapshot and back over real storage; prints what came of it as JSON. */
const [place = "", size = ""] = process.argv.slice(2);

const storage = await openStorage(join(place, "state"));
const workspaces = plainWorkspaces(join(place, "slots"), storage.blobs);
const empty = await treeOf(storage.blobs, {});
const from = await workspaces.checkout("from", empty);

/** Compressible, and no piece like another. */
function write(name: string, mebibytes: number): void {
  const fd = openSync(join(from.dir, name), "w");
  for (let n = 0; n < mebibytes; n += 1) {
    const line = Buffer.from(`${name} ${n} `.padEnd(1024));
    for (let at = 0; at < 16; at += 1) writeSync(fd, Buffer.alloc(64 * 1024, line));
  }
  closeSync(fd);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Most memory held so far, in MiB. Linux counts into `maxRSS` what this process held before its program was loaded, a
 * copy of its parent's, but not into VmHWM.
 */
function peak(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
}

/** Loads what every snapshot loads, so that the large file alone is weighed. */
write("small", 4);
const small = await from.snapshot();
await (await workspaces.checkout("to", small.tree)).snapshot();
write("large", Number(size));
const wanted = await digestOf(join(from.dir, "large"));
const before = peak();
const { tree } = await from.snapshot();
const to = await workspaces.checkout("to", tree);
const again = await to.snapshot();
const isSame = again.tree === tree && (await digestOf(join(to.dir, "large"))) === wanted;
await to.reset(small.tree);
await to.reset(tree);
const isBack = (await digestOf(join(to.dir, "large"))) === wanted;
await storage.close();
process.stdout.write(JSON.stringify({ isSame, isBack, grownMiB: Math.round(peak() - before) }));
