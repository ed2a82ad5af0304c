import { statfs } from "node:fs/promises";

const mib = 2 ** 20;

/** What a command may not eat of a disk: a twentieth of it, at most 1 GiB, and one in a hundred of its inodes. */
const reserveOf = (size: number): number => Math.min(size / 20, 1024 * mib);

/** One sentence when the disk that holds `dir` is so full that no command should run there; null: there is room. */
export async function tooFull(dir: string): Promise<string | null> {
  const { bavail, blocks, bsize, files, ffree } = await statfs(dir);
  if (bavail * bsize < reserveOf(blocks * bsize))
    return `only ${Math.floor((bavail * bsize) / mib)} MB are free on the disk of ${dir}; make room`;
  // Some file systems make inodes as they are needed and count none.
  if (files > 0 && ffree < files / 100)
    return `only ${ffree} inodes are free on the disk of ${dir}; make room`;
  return null;
}
