import { readFile, realpath, statfs } from "node:fs/promises";

/** File systems shared between machines, by the magic number of Linux's statfs(2). */
const networkMagic: Readonly<Record<number, string>> = {
  0x6969: "nfs",
  0x517b: "smb",
  0xff534d42: "cifs",
  0xfe534d42: "smb2",
  0x5346414f: "afs",
  0x73757245: "coda",
  0x564c: "ncp",
  0x00c36400: "ceph",
  0x0bd00bd0: "lustre",
  0x47504653: "gpfs",
  0x01161970: "gfs2",
  0x7461636f: "ocfs2",
};

const fuseMagic = 0x65735546;

/** FUSE file systems that live on this machine; every other one is taken to be remote, as sshfs or rclone. */
const localFuse: ReadonlySet<string> = new Set([
  "fuseblk",
  "virtiofs",
  "fuse.bindfs",
  "fuse.cryfs",
  "fuse.encfs",
  "fuse.fuse-overlayfs",
  "fuse.gocryptfs",
  "fuse.mergerfs",
]);

/**
 * The name of the network file system that holds `path`, or null when it is on this machine.
 * Known on Linux only: on macOS the numbers of statfs are given out at boot and say nothing.
 */
export async function networkFileSystem(path: string): Promise<string | null> {
  if (process.platform !== "linux") return null;
  const { type } = await statfs(path);
  if (type !== fuseMagic) return judgeFileSystem(type, null);
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  return judgeFileSystem(type, mountType(mounts, await realpath(path)));
}

/** The same from what statfs and, for FUSE, the mount table say. `mount` null: not in the table. */
export function judgeFileSystem(magic: number, mount: string | null): string | null {
  // Negative where statfs's field is a signed 32 bit number.
  const unsigned = magic >>> 0;
  if (unsigned !== fuseMagic) return networkMagic[unsigned] ?? null;
  return mount !== null && localFuse.has(mount) ? null : (mount ?? "fuse");
}

/**
 * The type of the file system mounted nearest above `path`. The last of equal mounts is the one on top.
 * Lines as in proc_pid_mountinfo(5): `36 35 98:0 /root /mount/point options … - type source superoptions`.
 */
export function mountType(mountinfo: string, path: string): string | null {
  let best: { readonly point: string; readonly type: string } | null = null;
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const point = unescapeOctal(before.split(" ")[4] ?? "");
    const type = after.split(" ")[0] ?? "";
    if (type === "" || !contains(point, path)) continue;
    if (best === null || point.length >= best.point.length) best = { point, type };
  }
  return best?.type ?? null;
}

const contains = (point: string, path: string): boolean =>
  point === "/" || path === point || path.startsWith(`${point}/`);

const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
