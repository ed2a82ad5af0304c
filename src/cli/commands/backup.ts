import { relative, resolve } from "node:path";
import { readProject } from "../../edges/project/project-file.ts";
import { writeBackup } from "../../edges/sqlite/backup.ts";
import { checkStateDir, places } from "../../edges/sqlite/state-dir.ts";
import { restoreBackup } from "../../edges/sqlite/restore.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { hasState } from "../pick-run.ts";
import { statThere } from "../there.ts";
import { ownVersion } from "../version.ts";
import { stateDir } from "../wire.ts";
import { size } from "../view/sizes.ts";
import { plural } from "../view/words.ts";

export interface BackupOptions {
  readonly json?: boolean;
}

/** `harness backup FILE`: all runs and evaluations of this project in one file, also while one is at work. */
export async function backup(io: Io, named: string, options: BackupOptions): Promise<number> {
  const state = await toSave(io);
  const file = resolve(io.cwd, named);
  const about = { harness: ownVersion(), at: Date.now() };
  const { manifest, evaluations, bytes } = await writeBackup(state, file, about);
  const { runs } = manifest;
  if (options.json === true) io.out(`${JSON.stringify({ file, bytes, runs, evaluations })}\n`);
  else
    io.out(
      ` wrote ${named}: ${holding(runs.length, evaluations)}, ${size(bytes)}; back with: harness restore ${named}\n`,
    );
  return exit.ok;
}

/** The state directory. @throws Refused where there is nothing in it to save */
async function toSave(io: Io): Promise<string> {
  const { dir } = await readProject(io.cwd);
  const state = stateDir(dir);
  await checkStateDir(state);
  if ((await hasState(state)) || (await statThere(places(state).evaluations)) !== null) return state;
  throw new Refused(
    `there is no run and no evaluation in ${state}, so there is nothing to back up; start one with: harness run goal.md, or harness eval`,
  );
}

/** `2 runs and 1 evaluation`. */
function holding(runs: number, evaluations: number): string {
  const parts = [
    ...(runs === 0 && evaluations > 0 ? [] : [plural(runs, "run")]),
    ...(evaluations === 0 ? [] : [plural(evaluations, "evaluation")]),
  ];
  return parts.join(" and ");
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
  const { manifest, evaluations, damaged } = await restoreBackup(resolve(io.cwd, named), state, {
    isVerified,
  });
  const { runs, at } = manifest;
  const isWhole = damaged === null || damaged.length === 0;
  if (options.json === true) io.out(`${JSON.stringify({ state, at, runs, evaluations, damaged })}\n`);
  else {
    const when = new Date(at).toISOString().slice(0, 16).replace("T", " ");
    const next = runs.length === 0 && evaluations > 0 ? "see: harness report" : "go on with: harness resume";
    io.out(
      ` restored ${relative(io.cwd, state)}: ${holding(runs.length, evaluations)} as of ${when} UTC; ${next}\n`,
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
