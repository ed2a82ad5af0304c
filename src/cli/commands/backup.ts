import { relative, resolve } from "node:path";
import { readProject } from "../../edges/project/project-file.ts";
import { writeBackup } from "../../edges/sqlite/backup.ts";
import { restoreBackup } from "../../edges/sqlite/restore.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { existing } from "../reader.ts";
import { ownVersion } from "../version.ts";
import { stateDir } from "../wire.ts";
import { size } from "../view/sizes.ts";
import { plural } from "../view/words.ts";

export interface BackupOptions {
  readonly json?: boolean;
}

/** `harness backup FILE`: all runs of this project in one file, also while one is at work. */
export async function backup(io: Io, named: string, options: BackupOptions): Promise<number> {
  const { state } = await existing(io);
  const file = resolve(io.cwd, named);
  const { manifest, bytes } = await writeBackup(state, file, { harness: ownVersion(), at: Date.now() });
  if (options.json === true) io.out(`${JSON.stringify({ file, bytes, runs: manifest.runs })}\n`);
  else
    io.out(
      ` wrote ${named}: ${plural(manifest.runs.length, "run")}, ${size(bytes)}; back with: harness restore ${named}\n`,
    );
  return exit.ok;
}

export interface RestoreOptions {
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** Blobs up to these bytes are read without being asked for: about a second. */
const verifiedBytes = 256_000_000;

/** `harness restore FILE`: the state of this project from a backup, where there is none yet. */
export async function restore(io: Io, named: string, options: RestoreOptions): Promise<number> {
  const { dir } = await readProject(io.cwd);
  const state = stateDir(dir);
  const isVerified = (bytes: number): boolean => options.verify === true || bytes <= verifiedBytes;
  const { manifest, damaged } = await restoreBackup(resolve(io.cwd, named), state, { isVerified });
  const { runs, at } = manifest;
  const isWhole = damaged === null || damaged.length === 0;
  if (options.json === true) io.out(`${JSON.stringify({ state, at, runs, damaged })}\n`);
  else {
    const when = new Date(at).toISOString().slice(0, 16).replace("T", " ");
    io.out(
      ` restored ${relative(io.cwd, state)}: ${plural(runs.length, "run")} as of ${when} UTC; go on with: harness resume\n`,
    );
    if (damaged === null)
      io.out(" blobs were not read one by one, only the file as a whole: see harness audit, or --verify\n");
    if (!isWhole)
      io.out(
        ` ${plural(damaged.length, "blob")} in it ${damaged.length === 1 ? "was" : "were"} damaged before the backup was made; see: harness audit\n`,
      );
  }
  return isWhole ? exit.ok : exit.notMet;
}
