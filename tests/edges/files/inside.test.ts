import { closeSync, constants, realpathSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openInside } from "../../../src/edges/files/inside.ts";
import { walk } from "../../../src/edges/files/walk.ts";
import type { Other } from "../../../src/edges/files/walk.ts";
import { tempDir, writeFiles } from "./ground.ts";

const realTempDir = (): string => realpathSync(tempDir());

function isOpened(root: string, path: string): boolean {
  const fd = openInside(root, path, constants.O_DIRECTORY);
  if (fd !== null) closeSync(fd);
  return fd !== null;
}

describe("openInside", () => {
  it.each<[string, (dir: string) => readonly [root: string, path: string], boolean]>([
    ["the root of the system itself", () => ["/", ""], true],
    ["a directory below the root of the system", (dir) => ["/", dir.slice(1)], true],
    ["a root with a slash at its end", (dir) => [`${dir}/`, "in"], true],
    ["a root", (dir) => [dir, ""], true],
    ["a directory below it", (dir) => [dir, "in"], true],
    ["a way out through a symlink", (dir) => [join(dir, "in"), "up/beside"], false],
    ["a neighbour whose name begins like the root's", (dir) => [join(dir, "in"), "up/inner"], false],
  ])("%s", (_name, place, inside) => {
    const dir = realTempDir();
    writeFiles(dir, { "in/a": "1", "in/up": { link: ".." }, "beside/b": "2", "inner/c": "3" });
    expect(isOpened(...place(dir))).toBe(inside);
  });
});

describe("walk", () => {
  /** Swaps a directory once the walk has seen what is in it, and gives what it then reports. */
  async function reported(
    own: boolean,
    seen: string,
    swap: (dir: string) => void,
  ): Promise<readonly Other[]> {
    const dir = realTempDir();
    writeFiles(dir, { "root/p/q/a": "1", "outside/q/secret": "s" });
    const skip = (path: string): boolean => {
      if (path === seen) swap(dir);
      return false;
    };
    const { others, dir: found } = await walk({ root: join(dir, "root"), skip, own });
    expect(
      JSON.stringify(found, (_key, value: unknown) => (typeof value === "bigint" ? 0 : value)),
    ).not.toContain("secret");
    return others;
  }
  const swapped = (dir: string): void => {
    renameSync(join(dir, "root/p"), join(dir, "gone"));
    symlinkSync("../outside", join(dir, "root/p"));
  };

  it("names a directory of somebody else's that leads out or is gone when it is opened", async () => {
    expect(await reported(false, "p/q", swapped)).toEqual([
      { path: "p/q", why: "leads out of the directory" },
    ]);
    expect(await reported(false, "p", swapped)).toEqual([
      { path: "p", why: "went away while it was looked at" },
    ]);
  });

  it("does not name it in a workspace, where the worker's own doing made it go", async () => {
    for (const seen of ["p", "p/q"]) expect(await reported(true, seen, swapped)).toEqual([]);
  });
});
