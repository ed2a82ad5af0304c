import { posix } from "node:path";
import { ReadWriteFs } from "just-bash";

/** Where the workspace stands in the shell's file system. */
export const mountPoint = "/workspace";

/** Python there makes every file with 0666 and knows no umask. */
const writableByOthers = 0o022;

const maxFileBytes = 512 * 1024 * 1024;

/**
 * The directory as the shell's file system, paths from its root. The library keeps every access inside it.
 * Links are ours to guard: it would write targets down as paths of the host, so that a snapshot named this machine.
 */
export function workspaceFs(dir: string): ReadWriteFs {
  const fs = new ReadWriteFs({ root: dir, allowSymlinks: true, maxFileReadSize: maxFileBytes });
  const symlink = fs.symlink.bind(fs);
  const chmod = fs.chmod.bind(fs);
  fs.symlink = async (target, path) => symlink(insideTarget(target, path), path);
  fs.chmod = async (path, mode) => chmod(path, mode & ~writableByOthers);
  return fs;
}

/** The target as seen from the link. */
function insideTarget(target: string, path: string): string {
  const from = posix.dirname(posix.join(mountPoint, path));
  const to = posix.resolve(from, target);
  if (to !== mountPoint && !to.startsWith(`${mountPoint}/`)) {
    throw new Error(`EPERM: operation not permitted, links to ${target}, outside the workspace`);
  }
  return posix.relative(from, to) || ".";
}
