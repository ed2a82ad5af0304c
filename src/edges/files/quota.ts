import { execFile } from "node:child_process";
import { existsSync, lstatSync, rmSync, rmdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Without a journal: what is in it is made again after a crash, never repaired. */
const options = ["-q", "-F", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1,nodiscard"];

/** The file that holds a directory's own file system, beside it: `%di` begins no name that `directoryOf` makes. */
const imageOf = (dir: string): string => `${dir}%disk`;

/**
 * Gives an empty directory a file system of its own, `bytes` large, whose blocks are taken as they are filled: the
 * only limit on the sum of all files that nothing in it gets round. Needs the right to mount (mount(8), loop devices).
 * @throws Error with what the system's tools said
 */
export async function mountQuota(dir: string, bytes: number): Promise<void> {
  const image = imageOf(dir);
  writeFileSync(image, "", { mode: 0o600 });
  try {
    truncateSync(image, bytes);
    await run("mkfs.ext4", [...options, image]);
    await run("mount", ["-o", "loop,nosuid,nodev", image, dir]);
    rmdirSync(join(dir, "lost+found"));
  } catch (error) {
    await unmountQuota(dir);
    throw error;
  }
}

/** Takes it away with all it holds. Does nothing where there is none. */
export async function unmountQuota(dir: string): Promise<void> {
  const image = imageOf(dir);
  if (!existsSync(image)) return;
  // Lazily: a process of a container that is just ending may still hold it.
  if (isMountPoint(dir)) await run("umount", ["--lazy", dir]);
  rmSync(image, { force: true });
}

function isMountPoint(dir: string): boolean {
  const [here, above] = [dir, dirname(dir)].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return here !== undefined && above !== undefined && here.dev !== above.dev;
}
