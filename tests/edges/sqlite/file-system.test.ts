import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { judgeFileSystem, mountType, networkFileSystem } from "../../../src/edges/sqlite/file-system.ts";

const fuse = 0x65735546;
const mounts = [
  "22 1 254:0 / / rw,relatime - ext4 /dev/root rw",
  "40 22 0:44 / /home/me/re\\040mote rw - fuse.sshfs me@there:/ rw",
  "41 22 0:45 / /home/me/usb rw shared:3 - fuseblk /dev/sdb1 rw",
  "42 41 0:46 / /home/me/usb rw - fuse.rclone over: rw",
  "",
].join("\n");

describe("networkFileSystem", () => {
  it.each([
    [0xef53, null, null],
    [0x01021994, null, null],
    [0x6969, null, "nfs"],
    [0xff534d42, null, "cifs"],
    [0xff534d42 | 0, null, "cifs"],
    [0x517b, null, "smb"],
    [fuse, "fuse.sshfs", "fuse.sshfs"],
    [fuse, "fuse.unheard-of", "fuse.unheard-of"],
    [fuse, null, "fuse"],
    [fuse, "fuseblk", null],
    [fuse, "virtiofs", null],
  ])("magic %i mounted as %s is %s", (magic, mount, name) => {
    expect(judgeFileSystem(magic, mount)).toBe(name);
  });

  it.each([
    ["/home/me/re mote/work", "fuse.sshfs"],
    ["/home/me/re mote", "fuse.sshfs"],
    ["/home/me/re motes", "ext4"],
    ["/home/me/usb/x", "fuse.rclone"],
    ["/", "ext4"],
  ])("%s is on %s", (path, type) => {
    expect(mountType(mounts, path)).toBe(type);
  });

  it("lets this machine's temporary directory pass", async () => {
    expect(await networkFileSystem(tmpdir())).toBe(null);
  });
});
