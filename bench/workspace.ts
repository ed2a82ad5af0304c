import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noEnvironment } from "../src/core/environment.ts";
import { importDirectory } from "../src/edges/files/import.ts";
import { openWorkspaces } from "../src/edges/files/workspaces.ts";
import { openStorage } from "../src/edges/sqlite/storage.ts";
import { median, timed } from "./figures.ts";
import type { Bench, Figure } from "./figures.ts";

const files = 10_000;
const imported = 100_000;
const rounds = 5;

/** Snapshots and restores of a workspace of 10,000 files, and an import of 100,000. */
export const workspace: Bench = async (say) => {
  const dir = mkdtempSync(join(tmpdir(), "harness-bench-"));
  const storage = await openStorage(join(dir, ".harness"));
  try {
    const { blobs } = storage;
    say(`a workspace of ${files} files`);
    const source = join(dir, "source");
    writeFiles(source, files);
    const { tree } = await importDirectory({ dir: source, exclude: [], blobs, onProgress: () => undefined });
    const root = join(dir, "slots");
    const options = { root, blobs, scratch: [], base: null, environment: noEnvironment, owner: null };
    const workspaces = openWorkspaces(options);
    const checkout = await timed(async () => void (await workspaces.checkout("bench/a", tree)));
    const write = await timed(async () => writeFiles(join(dir, "again"), files));
    const open = await workspaces.checkout("bench/a", tree);
    await settled();
    const [snapshots, restores, walks] = [[] as number[], [] as number[], [] as number[]];
    await open.snapshot();
    for (let round = 0; round < rounds; round += 1) {
      walks.push(await timed(async () => lookAt(open.dir)));
      snapshots.push(await timed(async () => void (await open.snapshot())));
      for (let n = 0; n < 10; n += 1) writeFileSync(join(open.dir, pathOf(n * 7)), `changed ${round}`);
      restores.push(await timed(async () => open.reset(tree)));
    }
    say(`an import of ${imported} files`);
    const large = join(dir, "large");
    writeFiles(large, imported);
    const coming = await timed(async () => {
      await importDirectory({ dir: large, exclude: [], blobs, onProgress: () => undefined });
    });
    const reading = await timed(async () => hashAll(large));
    return [
      figure(`snapshot, nothing changed, ${files} files`, median(snapshots), median(walks)),
      figure(`restore, 10 of ${files} files changed`, median(restores), median(walks)),
      figure(`checkout of ${files} files`, checkout, write),
      figure(`import of ${imported} files`, coming, reading),
    ];
  } finally {
    await storage.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** The aim for an unchanged snapshot is 100 ms; what that is in floors depends on the machine. */
const figure = (name: string, value: number, floor: number): Figure => ({
  name,
  value,
  floor,
  unit: "ms",
  aim: null,
});

const pathOf = (n: number): string => `d${Math.floor(n / 100)}/f${n}.txt`;

function writeFiles(dir: string, count: number): void {
  for (let n = 0; n < count; n += 1) {
    if (n % 100 === 0) mkdirSync(join(dir, `d${n / 100}`), { recursive: true });
    writeFileSync(join(dir, pathOf(n)), `file ${n} of ${dir}\n`.repeat(10));
  }
}

/** What changed within two seconds before a walk is read again: a workspace that rests is older. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 2500);
  });
}

/** The least a look at every file costs. */
function lookAt(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) lookAt(path);
    else lstatSync(path, { bigint: true });
  }
}

function hashAll(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) hashAll(path);
    else createHash("sha256").update(readFileSync(path)).digest("hex");
  }
}
