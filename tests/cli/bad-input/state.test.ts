import { execFileSync } from "node:child_process";
import { chmod, copyFile, cp, mkdir, open, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import { folder, harness, runId } from "../ground.ts";
import { greeting, hopeless } from "../stories.ts";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

/** A project whose run waits for a person, made once. */
const made = { dir: "", RUN: "" };
beforeAll(async () => {
  made.dir = await folder(hopeless, false);
  made.RUN = runId((await harness(made.dir, ["run", "goal.md"])).err);
});
afterAll(async () => rm(made.dir, { recursive: true, force: true }));

type Lay = (state: string) => unknown;
const run = ["run", "goal.md"];
const show = ["show"];
const resume = ["resume"];
const approvals = ["approvals", "drop", "e1"];

/** A copy of it with a state directory that `lay` spoils: what each of these commands says. */
const spoilt = (
  name: string,
  lay: Lay,
  line: string | RegExp,
  commands: readonly (readonly string[])[] = [run, show, resume],
): Row[] =>
  commands.map((argv) => ({
    name: `${name}: harness ${argv.join(" ")}`,
    lay: async (dir) => {
      await cp(made.dir, dir, { recursive: true });
      await lay(join(dir, ".harness"));
    },
    names: () => ({ RUN: made.RUN }),
    argv,
    code: 5,
    line,
  }));

const sql =
  (name: string, text: string): Lay =>
  (state) => {
    const db = new Database(join(state, name));
    db.exec(text);
    db.close();
  };
const instead =
  (name: string, lay: (path: string) => unknown): Lay =>
  async (state) => {
    await rm(join(state, name), { recursive: true });
    await lay(join(state, name));
  };
/** All but its first page. */
const overwritten =
  (name: string): Lay =>
  async (state) => {
    const file = await open(join(state, name), "r+");
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - 4096, 7), 0, size - 4096, 4096);
    await file.close();
  };
const fifo = (path: string): unknown => execFileSync("mkfifo", [path]);
const again = "put a backup back (harness restore), or move DIR/.harness away to begin anew";
const changed = "was changed by another program";

describe("a state directory that is none", () => {
  refuses([
    ...spoilt(
      "a file",
      instead("", async (path) => writeFile(path, "")),
      "DIR/.harness is not a directory; move it away",
      [run],
    ),
    ...spoilt("a FIFO", instead("", fifo), "DIR/.harness is not a directory; move it away", [run]),
    ...spoilt(
      "a link that leads nowhere",
      instead("", async (path) => symlink("gone", path)),
      "DIR/.harness is a symbolic link that leads nowhere; mend it, or remove it",
      [run],
    ),
    ...spoilt(
      "a link to itself",
      instead("", async (path) => symlink(".harness", path)),
      "DIR/.harness is a symbolic link that leads in a circle; mend it, or remove it",
      [run],
    ),
    ...spoilt(
      "locks that are a file",
      instead("locks", async (path) => writeFile(path, "")),
      "DIR/.harness/locks is not a directory; move it away",
      [run, resume, approvals],
    ),
  ]);
});

describe("a state directory that is none, for those who read", () => {
  refuses([
    ...spoilt(
      "a file",
      instead("", async (path) => writeFile(path, "")),
      "DIR/.harness is not a directory; move it away",
      [show, resume, approvals],
    ),
    ...spoilt(
      "a link to itself",
      instead("", async (path) => symlink(".harness", path)),
      "DIR/.harness is a symbolic link that leads in a circle; mend it, or remove it",
      [show, resume],
    ),
  ]);
});

describe("a database that is lost", () => {
  refuses([
    ...spoilt(
      "an empty journal",
      async (state) => truncate(join(state, "harness.db"), 0),
      `DIR/.harness/harness.db is empty: its content was lost; ${again}`,
    ),
    ...spoilt(
      "empty blobs",
      async (state) => truncate(join(state, "blobs.db"), 0),
      `DIR/.harness/blobs.db is empty: its content was lost; ${again}`,
    ),
    ...spoilt(
      "a journal that is cut",
      async (state) => truncate(join(state, "harness.db"), 5000),
      `DIR/.harness/harness.db is damaged (database disk image is malformed); ${again}`,
    ),
    ...spoilt(
      "blobs that are cut",
      async (state) => truncate(join(state, "blobs.db"), 5000),
      `DIR/.harness/blobs.db is damaged (database disk image is malformed); ${again}`,
    ),
    ...spoilt(
      "a journal of text",
      async (state) => writeFile(join(state, "harness.db"), "x".repeat(5000)),
      `DIR/.harness/harness.db is not a database; ${again}`,
    ),
    ...spoilt(
      "blobs of text",
      async (state) => writeFile(join(state, "blobs.db"), "x".repeat(5000)),
      `DIR/.harness/blobs.db is not a database; ${again}`,
    ),
    ...spoilt(
      "a journal that is a directory",
      instead("harness.db", mkdir),
      `DIR/.harness/harness.db is not a file; ${again}`,
    ),
    ...spoilt(
      "a journal that is a FIFO",
      instead("harness.db", fifo),
      `DIR/.harness/harness.db is not a file; ${again}`,
    ),
    ...spoilt(
      "blobs that are a FIFO",
      instead("blobs.db", fifo),
      `DIR/.harness/blobs.db is not a file; ${again}`,
    ),
    ...spoilt(
      "a journal that is a link to itself",
      instead("harness.db", async (path) => symlink("harness.db", path)),
      "DIR/.harness/harness.db is a symbolic link that leads in a circle; mend it, or remove it",
      [run],
    ),
    ...spoilt(
      "blobs that are a link to nowhere",
      instead("blobs.db", async (path) => symlink("gone", path)),
      /DIR\/\.harness\/blobs\.db is .*/,
      [run],
    ),
    ...spoilt(
      "only a journal's -wal",
      async (state) => rename(join(state, "harness.db"), join(state, "harness.db-wal")),
      `DIR/.harness/harness.db is gone but DIR/.harness/harness.db-wal is there: a part of the database was lost; ${again}`,
      [run],
    ),
    ...spoilt(
      "no blobs",
      async (state) => rm(join(state, "blobs.db")),
      /DIR\/\.harness\/blobs\.db is gone, but DIR\/\.harness\/harness\.db needs it.*/,
    ),
  ]);
});

describe("a database of another program or version", () => {
  const foreign = (name: string): Lay => instead(name, (path) => sql("", "CREATE TABLE mine (x)")(path));
  const other = (name: string, found: string, wanted: string): string =>
    `DIR/.harness/${name} belongs to another program (application id ${found}, not ${wanted}); move it away`;
  const newer = (name: string, knows: number): string =>
    `DIR/.harness/${name} has schema 99 of a newer harness, this one knows ${knows}; update harness`;
  refuses([
    ...spoilt(
      "a journal of another program",
      foreign("harness.db"),
      other("harness.db", "0x00000000", "0x6861726e"),
    ),
    ...spoilt("blobs of another program", foreign("blobs.db"), other("blobs.db", "0x00000000", "0x68626c6f")),
    ...spoilt(
      "another application id",
      sql("harness.db", "PRAGMA application_id = 7"),
      other("harness.db", "0x00000007", "0x6861726e"),
    ),
    ...spoilt(
      "a negative application id",
      sql("harness.db", "PRAGMA application_id = -1"),
      other("harness.db", "0xffffffff", "0x6861726e"),
    ),
    ...spoilt(
      "each in the other's place",
      async (state) => {
        await copyFile(join(state, "harness.db"), join(state, "old"));
        await rename(join(state, "blobs.db"), join(state, "harness.db"));
        await rename(join(state, "old"), join(state, "blobs.db"));
      },
      other("blobs.db", "0x6861726e", "0x68626c6f"),
    ),
    ...spoilt(
      "a newer journal",
      sql("harness.db", "PRAGMA user_version = 99"),
      /DIR\/\.harness\/harness\.db has schema 99 of a newer harness, this one knows \d; update harness/,
    ),
    ...spoilt("newer blobs", sql("blobs.db", "PRAGMA user_version = 99"), newer("blobs.db", 1)),
    ...spoilt(
      "a journal of no version",
      sql("harness.db", "PRAGMA user_version = 0"),
      `DIR/.harness/harness.db ${changed} (schema 0); ${again}`,
    ),
    ...spoilt(
      "a journal of a negative version",
      sql("harness.db", "PRAGMA user_version = -1"),
      `DIR/.harness/harness.db ${changed} (schema -1); ${again}`,
    ),
    ...spoilt(
      "a journal without events",
      sql("harness.db", "DROP TABLE events"),
      `DIR/.harness/harness.db ${changed} (without events); ${again}`,
    ),
    ...spoilt(
      "blobs without tables",
      sql("blobs.db", "DROP TABLE chunks; DROP TABLE blobs"),
      `DIR/.harness/blobs.db ${changed} (without blobs, chunks); ${again}`,
    ),
  ]);
});

const damaged =
  "a database in DIR/.harness is damaged (database disk image is malformed); put a backup back (harness restore), or move DIR/.harness away to begin anew";

describe("a run that is damaged", () => {
  refuses([
    ...spoilt(
      "no journal",
      async (state) => rm(join(state, "harness.db")),
      `DIR/.harness/harness.db is gone, but DIR/.harness/blobs.db holds what it named; ${again}`,
      [run],
    ),
    ...spoilt("pages of the journal that are overwritten", overwritten("harness.db"), damaged, [
      show,
      resume,
    ]),
    ...spoilt(
      "an event that was changed",
      sql("harness.db", "UPDATE events SET body = replace(body, 'kind', 'kine') WHERE seq = 1"),
      "run RUN is damaged: entry 1 does not hash to its name",
      [show, resume],
    ),
    ...spoilt(
      "an event that is gone",
      sql("harness.db", "DELETE FROM events WHERE seq = 3"),
      "run RUN is damaged: entry 4 follows entry 2",
      [show, resume],
    ),
  ]);
});

describe("a run that another process works on", () => {
  refuses(
    spoilt(
      "its lock is held",
      async (state) => {
        const holder = await openStorage(state);
        onTestFinished(async () => holder.close());
        await holder.journal.own(made.RUN);
      },
      new RegExp(`run RUN is being worked on by pid ${process.pid} on .+; it goes on there`),
      [resume],
    ),
  );
});

/** Why no file system can be mounted here, or null. */
function noMount(): string | null {
  if (process.getuid?.() !== 0) return "mounting takes root";
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"], { stdio: "pipe" });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A file system of this size as the state directory. */
async function mounted(dir: string, size: string): Promise<string> {
  const state = join(dir, ".harness");
  await mkdir(state);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "none", state]);
  onTestFinished(() => void execFileSync("umount", ["--lazy", state]));
  return state;
}
const readOnly = (state: string): unknown => execFileSync("mount", ["-o", "remount,ro", state]);

describe.skipIf(noMount() !== null)("a disk", () => {
  const files = greeting({});
  const full = async (state: string): Promise<void> => {
    const filler = writeFile(join(state, "filler"), Buffer.alloc(8 * 1024 * 1024));
    await filler.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOSPC") throw error;
    });
  };
  const withRun =
    (size: string, lay: Lay): Lay =>
    async (dir) => {
      await cp(made.dir, dir, { recursive: true, filter: (path) => !path.includes(".harness") });
      const state = await mounted(dir, size);
      await cp(join(made.dir, ".harness"), state, { recursive: true });
      await lay(state);
    };
  refuses([
    {
      name: "read-only",
      files,
      lay: async (dir) => readOnly(await mounted(dir, "1m")),
      argv: run,
      code: 5,
      line: /the disk of DIR\/\.harness\/locks is read-only \(EROFS: [^)]*\); make it writable, then go on with: .*/,
    },
    {
      name: "full",
      files,
      lay: async (dir) => full(await mounted(dir, "256k")),
      argv: run,
      code: 5,
      line: /the disk of DIR\/\.harness is full \(ENOSPC: [^)]*\); make room, then go on with: .*/,
      leavesEmptyState: true,
    },
    {
      name: "read-only, with a run",
      lay: withRun("8m", readOnly),
      argv: resume,
      code: 5,
      line: "DIR/.harness/blobs.db cannot be opened (unable to open database file); make the file and DIR/.harness readable and writable",
    },
    {
      name: "full, with a run",
      lay: withRun("2m", full),
      argv: resume,
      code: 5,
      line: /the disk of DIR\/\.harness (?:is full|fails with an I\/O error) \([^)]*\); .*, then go on with: .*/,
    },
  ]);
});

describe.skipIf(process.getuid?.() === 0)("a directory that may not be written to", () => {
  refuses([
    {
      name: "the project's",
      files: greeting({}),
      lay: async (dir) => {
        await chmod(dir, 0o500);
        onTestFinished(async () => chmod(dir, 0o700));
      },
      argv: run,
      code: 5,
      line: /EACCES: permission denied, mkdir 'DIR\/\.harness'.*/,
    },
  ]);
});
