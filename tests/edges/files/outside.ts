import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MemoryBlobs } from "../../memory/blobs.ts";

/** What no workspace may reach. */
export interface Outside {
  readonly dir: string;
  /** Everything that can be seen of it, except when it was last read. `timeless`: not when it was changed either. */
  look(timeless?: boolean): readonly string[];
}

/** No other file of a test holds it. */
export const secret = "what-lies-outside-stays-outside";

/** A directory with names that the workspaces of these tests have too, and with ones that they have not. */
export function makeOutside(dir: string): Outside {
  for (const path of ["", "sub", "locked", "to"]) mkdirSync(join(dir, path));
  for (const path of ["file", "f", "only-outside", "sub/file", "sub/only-outside", "locked/file", "to/file"])
    writeFileSync(join(dir, path), secret);
  writeFileSync(join(dir, "shut"), secret);
  chmodSync(join(dir, "shut"), 0o640);
  execFileSync("mkfifo", [join(dir, "pipe")]);
  return { dir, look: (timeless = false) => lookAt(dir, "", timeless) };
}

function lookAt(dir: string, path: string, timeless: boolean): readonly string[] {
  const at = join(dir, path);
  const stat = lstatSync(at, { bigint: true });
  const { mode, uid, gid, ino, size, nlink, mtimeNs, ctimeNs } = stat;
  const content = stat.isFile() ? readFileSync(at, "utf8") : "";
  const times = timeless ? [] : [mtimeNs, ctimeNs];
  const line = [path, mode.toString(8), uid, gid, ino, size, nlink, ...times, content].join(" ");
  const names = stat.isDirectory() ? readdirSync(at).toSorted() : [];
  return [line, ...names.flatMap((name) => lookAt(dir, join(path, name), timeless))];
}

/** What was stored of it: its bytes, or its names. */
export const leaked = (blobs: MemoryBlobs): readonly string[] =>
  [...blobs.disk.values()]
    .map((bytes) => Buffer.from(bytes).toString("latin1"))
    .filter((text) => text.includes(secret) || text.includes("only-outside"));
