import { execFileSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/**
 * A small disk of its own: ext4 in a file, mounted by the loop device. It can lose its power, run full and refuse to be
 * written, and none of it touches the machine's own disks.
 */
export interface Disk {
  /** Where it is mounted. */
  readonly dir: string;
  /** Takes it off and mounts it again: what a power cut left is replayed, and it can be written. Nobody may use it. */
  readonly remount: () => void;
  readonly remove: () => void;
}

/**
 * What happens to a disk, with everyone at work on it.
 * `full`: no byte is left. `read-only`: it found an error in itself and takes nothing more, as ext4 does with
 * `errors=remount-ro`. `gone`: what was not flushed is lost, and whatever is asked of it fails.
 */
export type Harm = "full" | "read-only" | "gone";

const prefix = "harness-disk-";
const megabytes = 32;
const made = new Set<Disk>();

export function newDisk(): Disk {
  sweep();
  const home = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const dir = mountPoint(home);
  let image = join(home, "image");
  const mount = (): void => run("mount", ["-o", "loop,errors=remount-ro", image, dir]);
  const disk: Disk = {
    dir,
    remount: () => {
      run("umount", [dir]);
      // A copy of what reached it: a container that starts meanwhile can hold the mount, and with it the harm, a while.
      const copy = `${image}.next`;
      copyFileSync(image, copy);
      rmSync(image);
      image = copy;
      mount();
    },
    remove: () => {
      made.delete(disk);
      discard(home);
    },
  };
  made.add(disk);
  mkdirSync(dir);
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  run("mkfs.ext4", ["-q", "-F", "-m", "0", "-b", "4096", image]);
  mount();
  return disk;
}

/** Whatever a failed test left. */
export function removeDisks(): void {
  for (const disk of made) disk.remove();
}

/** Why no disk can be had and broken on this machine; null: it can. */
export function whyNoDisk(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux may mount a disk";
  try {
    for (const harm of ["read-only", "gone"] as const) {
      const disk = newDisk();
      doHarm(disk.dir, harm);
      disk.remove();
    }
    return null;
  } catch (error) {
    removeDisks();
    const said = error instanceof Error ? error.message : String(error);
    return `no disk can be mounted and broken here: ${said.trimEnd().split("\n").at(-1)}`;
  }
}

/** `dir`: where the disk is mounted, and nothing else. */
export function doHarm(dir: string, harm: Harm): void {
  if (harm === "full") fill(dir, 0);
  else if (harm === "read-only") writeFileSync(`/sys/fs/ext4/${deviceOf(dir)}/trigger_fs_error`, "1");
  else run("python3", ["-c", shutdown, dir]);
}

/** EXT4_IOC_SHUTDOWN without flushing the log, from `linux/ext4.h`. */
const shutdown = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
`;

const fillerOf = (dir: string): string => join(dir, "filler");

/** Takes all room but `leave` bytes. */
export function fill(dir: string, leave: number): void {
  const fd = openSync(fillerOf(dir), "a");
  try {
    for (const piece of [1024 * 1024, 4096]) writeUntilFull(fd, Buffer.alloc(piece, 1));
    ftruncateSync(fd, Math.max(0, fstatSync(fd).size - leave));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeUntilFull(fd: number, piece: Buffer): void {
  try {
    for (;;) writeSync(fd, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** Makes room again. */
export const empty = (dir: string): void => rmSync(fillerOf(dir), { force: true });

/** What is on the disk now outlives a power cut. */
export const flush = (dir: string): void => run("sync", ["-f", dir]);

const mountPoint = (home: string): string => join(home, "disk");
const mounts = (): string => readFileSync("/proc/self/mountinfo", "utf8");

/** The block device of a mount, as proc_pid_mountinfo(5) names it after ` - type`. */
function deviceOf(dir: string): string {
  const line = mounts()
    .split("\n")
    .find((one) => one.split(" ")[4] === dir);
  const device = line?.split(" - ")[1]?.split(" ")[1];
  if (device === undefined) throw new Error(`${dir} is not mounted`);
  return basename(device);
}

/** Disks of test processes that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!isAlive(pid)) discard(join(tmpdir(), name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Lazily, as somebody who was left behind may still be at work there; the loop device goes with the last of them. */
function discard(home: string): void {
  const dir = mountPoint(home);
  try {
    if (isMounted(dir)) run("umount", ["-l", dir]);
  } catch (error) {
    // Two that start at once sweep the same.
    if (isMounted(dir)) throw error;
  }
  rmSync(home, { recursive: true, force: true });
}

const isMounted = (dir: string): boolean => mounts().includes(` ${dir} `);

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
