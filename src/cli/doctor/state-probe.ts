/**
 * A process of its own that looks at the project's disk and state directory, so that a disk which hangs, or a database
 * that takes long, hangs nobody else. Its one argument is a `Question` as JSON; its output is one `Said` a line.
 */
import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { tooFull } from "../../edges/docker/free-space.ts";
import { nameOf as slotOf } from "../../edges/files/slot-name.ts";
import { openDatabase, openDatabaseForReading } from "../../edges/sqlite/database.ts";
import type { Connection, Schema } from "../../edges/sqlite/database.ts";
import { networkFileSystem } from "../../edges/sqlite/file-system.ts";
import { ownerOf } from "../../edges/sqlite/run-lock.ts";
import { blobSchema, evaluationSchema, journalSchema } from "../../edges/sqlite/schemas.ts";
import { places } from "../../edges/sqlite/state-dir.ts";
import { ofEvaluations, readablePlace } from "../readable-place.ts";
import { nameOf as ownerName } from "../standing.ts";
import { statThere } from "../there.ts";
import { size } from "../view/sizes.ts";
import { ok, warns, wordsOf, wrong } from "./finding.ts";
import type { Finding, Mark } from "./finding.ts";

export interface Question {
  readonly projectDir: string;
  /** The state directory, there or not. */
  readonly state: string;
  /** Where a database may be made to try it; null: nowhere. */
  readonly place: string | null;
}

/** What is looked at next, and how bad it is if nothing more comes; or what was found. */
export type Said = { readonly begins: string; readonly late: Mark } | { readonly finding: Finding };

const gib = 2 ** 30;
/** Less than this is soon used up by a few copies of a workspace. */
const roomBytes = 2 * gib;
/** SQLite cuts the file when everything in it has been taken over; one of this size has been held open by a reader. */
const walBytes = 256 * 2 ** 20;

const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

async function look(name: string, late: Mark, work: () => Promise<readonly Finding[]>): Promise<void> {
  say({ begins: name, late });
  try {
    for (const finding of await work()) say({ finding });
  } catch (error) {
    say({ finding: wrong(name, wordsOf(error), "give yourself the right to read it, or look at the disk") });
  }
}

async function answer({ projectDir, state, place }: Question): Promise<void> {
  await look("disk", "wrong", async () => diskFindings(projectDir));
  const found = await statThere(state);
  if (found === null) say({ finding: ok("state", "there is no .harness/ yet: the first run makes it") });
  else if (!found.isDirectory()) say({ finding: wrong("state", `${state} is no directory`, "move it away") });
  else {
    await look("state", "wrong", async () => privacyFindings(state));
    await look("runs", "wrong", async () => runFindings(state));
    await look("databases", "warns", async () => databaseFindings(state));
  }
  if (place !== null) await look("commits", "wrong", async () => [commitFinding(join(place, "trial.db"))]);
}

async function diskFindings(dir: string): Promise<readonly Finding[]> {
  const { bavail, blocks, bsize, files, ffree } = await statfs(dir);
  const inodes = files > 0 ? ` · ${ffree} of ${files} inodes` : "";
  const found = `${size(bavail * bsize)} free of ${size(blocks * bsize)}${inodes}`;
  const full = await tooFull(dir);
  const network = await networkFileSystem(dir);
  const space =
    full !== null
      ? wrong("disk", `${found}: no command would be run`, "make room")
      : bavail * bsize < roomBytes
        ? warns("disk", found, "make room: every worker has a copy of the workspace")
        : ok("disk", found);
  const onNetwork = wrong(
    "file system",
    `${network ?? ""}, shared between machines: databases are not safe there`,
    "move the project to a local disk",
  );
  return network === null ? [space] : [space, onNetwork];
}

/** The state holds everything that models saw: it is for its owner alone. */
async function privacyFindings(state: string): Promise<readonly Finding[]> {
  const mode = (await stat(state)).mode & 0o777;
  const shown = mode.toString(8).padStart(4, "0");
  const isPrivate = (mode & 0o077) === 0;
  const isIgnored = /^\*$/m.test((await textOf(places(state).ignore)) ?? "");
  return [
    isPrivate
      ? ok("state", `.harness is for its owner alone (${shown})`)
      : warns(
          "state",
          `.harness is open to others (${shown})`,
          `chmod 700 ${state}; the next run does so, too`,
        ),
    isIgnored
      ? ok("ignored", ".harness is ignored by git")
      : warns(
          "ignored",
          ".harness may get into git",
          `write * into ${places(state).ignore}; the next run makes it if it is not there`,
        ),
  ];
}

async function textOf(path: string): Promise<string | null> {
  return (await statThere(path)) === null ? null : readFile(path, "utf8");
}

/** Who is at work, and the workspaces of runs that nobody works on. A run that began has a lock, held or not. */
async function runFindings(state: string): Promise<readonly Finding[]> {
  const { locks } = places(state);
  const runs = (await namesIn(locks)).flatMap((name) => /^([2-9a-hjkmnp-z]{4})\.db$/.exec(name)?.[1] ?? []);
  const owners = new Map(runs.map((run) => [run, ownerOf(locks, run)]));
  const working = [...owners].flatMap(([run, owner]) =>
    owner === null ? [] : [`${run} (${ownerName(owner)})`],
  );
  const slots = (await namesIn(join(state, "slots"))).flatMap((name) => slotOf(name) ?? []);
  const left = slots.filter((slot) => (owners.get(runOf(slot)) ?? null) === null);
  const found = ok("runs", working.length === 0 ? "nobody is at work" : `at work: ${working.join(", ")}`);
  const leftOver = warns(
    "workspaces",
    `${left.length} left behind by ${[...new Set(left.map(runOf))].join(", ")}`,
    "harness resume, or the next harness run, takes them away",
  );
  return left.length === 0 ? [found] : [found, leftOver];
}

/** A slot is called `RUN/…`. */
const runOf = (slot: string): string => slot.slice(0, slot.indexOf("/"));

const namesIn = async (dir: string): Promise<readonly string[]> =>
  (await statThere(dir)) === null ? [] : readdir(dir);

const restore = "put back a copy of the whole .harness, or move it away and start anew";

async function databaseFindings(state: string): Promise<readonly Finding[]> {
  const evaluations = await evaluationsFindings(state);
  const [hasJournal, hasBlobs] = [
    (await statThere(places(state).journal)) !== null,
    (await statThere(places(state).blobs)) !== null,
  ];
  if (!hasJournal && !hasBlobs) return evaluations.length > 0 ? evaluations : [ok("databases", "none yet")];
  if (hasJournal && !hasBlobs)
    return [wrong("blobs.db", "is gone, but harness.db needs it", restore), ...evaluations];
  const place = await readablePlace(state);
  try {
    const { journal, blobs } = places(place.dir);
    return [
      ...(hasJournal ? [await databaseFinding("harness.db", journal, journalSchema)] : []),
      await databaseFinding("blobs.db", blobs, blobSchema),
      ...evaluations,
    ];
  } finally {
    await place.leave();
  }
}

/** None where nothing was evaluated. */
async function evaluationsFindings(state: string): Promise<readonly Finding[]> {
  if ((await statThere(places(state).evaluations)) === null) return [];
  const place = await readablePlace(state, ofEvaluations);
  try {
    return [await databaseFinding("evals.db", places(place.dir).evaluations, evaluationSchema)];
  } finally {
    await place.leave();
  }
}

async function databaseFinding(name: string, path: string, schema: Schema): Promise<Finding> {
  const bytes = (await stat(path)).size;
  const wal = (await statThere(`${path}-wal`))?.size ?? 0;
  const sizes = `${size(bytes)}${wal === 0 ? "" : `, WAL ${size(wal)}`}`;
  let db: Connection | null = null;
  try {
    db = openDatabaseForReading(path, schema);
    const version = Number(db.pragma("user_version", { simple: true }));
    const mode = String(db.pragma("journal_mode", { simple: true }));
    const faults = db.pragma("quick_check(3)", { simple: true }) as string;
    const older = version < schema.migrations.length ? " (older: the next run updates it)" : "";
    const found = `schema ${version}${older} · ${mode} · ${sizes}`;
    if (faults !== "ok") return wrong(name, `is damaged: ${faults}`, restore);
    if (wal > walBytes)
      return warns(
        name,
        found,
        "end what reads it for long (harness processes, sqlite3), then resume or start a run",
      );
    return ok(name, `${found} · its pages are whole`);
  } catch (error) {
    // What can be done is said beside it.
    const [fault = ""] = faultOf(error).replace(`${path} `, "").split("; ");
    return wrong(name, fault, restore);
  } finally {
    db?.close();
  }
}

/** SQLite's own errors have codes of their own. */
function faultOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith("SQLITE_") === true ? `cannot be read: ${message}` : wordsOf(error);
}

/** How durable a commit is stands in no file: it is set, and read back, at every opening. Here on a new database. */
function commitFinding(path: string): Finding {
  const db = openDatabase(path, journalSchema);
  try {
    const [mode, synchronous] = ["journal_mode", "synchronous"].map((name) =>
      String(db.pragma(name, { simple: true })),
    );
    if (mode === "wal" && synchronous === "2")
      return ok("commits", "survive a power cut (WAL, synchronous FULL, tried on a new database)");
    return wrong("commits", `journal_mode is ${mode}, synchronous is ${synchronous}`, "report this as a bug");
  } finally {
    db.close();
  }
}

await answer(JSON.parse(process.argv[2] ?? "") as Question);
