import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { History } from "../../../src/core/registry/history.ts";
import type { StageRecord, VersionRecord } from "../../../src/core/registry/record.ts";
import { addRecord, readRegistry } from "../../../src/edges/registry/registry.ts";
import { lockOf } from "./place.ts";

/** A new directory with these files; gone after the test. */
export async function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-registry-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

export const history = async (dir: string, name = "worker"): Promise<History> =>
  (await readRegistry(dir)).history({ kind: "prompt", name });

/** As somebody who has just looked. */
export async function make(dir: string, made: VersionRecord, text: string): Promise<void> {
  const seen = await history(dir, made.name);
  await addRecord({ projectDir: dir, lock: lockOf(dir), seen, record: made, text });
}

export async function place(dir: string, record: StageRecord): Promise<void> {
  const seen = await history(dir, record.name);
  await addRecord({ projectDir: dir, lock: lockOf(dir), seen, record });
}
