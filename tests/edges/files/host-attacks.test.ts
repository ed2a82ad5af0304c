import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Digest } from "../../../src/core/id.ts";
import type { Blobs } from "../../../src/core/ports.ts";
import type { Workspace } from "../../../src/core/workspace.ts";
import { treeStore } from "../../../src/core/tree-store.ts";
import { exportTree } from "../../../src/edges/files/export-tree.ts";
import { importDirectory } from "../../../src/edges/files/import.ts";
import { nothingKnown } from "../../../src/edges/files/known.ts";
import { FilesRefused } from "../../../src/edges/files/refused.ts";
import { storeFound } from "../../../src/edges/files/store-found.ts";
import { walk } from "../../../src/edges/files/walk.ts";
import { treeOf } from "../../contracts/workspaces.contract.ts";
import type { Spec } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import type { MemoryBlobs } from "../../memory/blobs.ts";
import { tempDir } from "./ground.ts";
import { leaked, makeOutside, secret } from "./outside.ts";
import type { Outside } from "./outside.ts";
import { plainWorkspaces } from "./plain-workspaces.ts";
import { asPlainUser, textAt } from "./slot.ts";
import { swapping } from "./swapper.ts";
import type { Swap } from "./swapper.ts";

/** `HARNESS_LONG=1` tries more than 100,000 times in all instead of 7,000. */
const isLong = process.env["HARNESS_LONG"] === "1";
const patience = isLong ? 1_800_000 : 120_000;

interface Ground {
  readonly place: string;
  readonly outside: Outside;
  readonly blobs: MemoryBlobs;
  readonly slot: Workspace;
}

const spec: Spec = {
  "d/file": "inside",
  "d/new": "inside",
  "d/sub/file": "inside",
  "d/sub/new": "inside",
  f: "inside",
  kept: "inside",
};

async function newGround(): Promise<Ground> {
  const place = realpathSync(tempDir());
  const blobs = memoryBlobs();
  const workspaces = plainWorkspaces(join(place, "slots"), blobs);
  const slot = await workspaces.checkout("run/a", await treeOf(blobs, spec));
  return { place, blobs, slot, outside: makeOutside(join(place, "outside")) };
}

/** What stands at `d` and `f` in a tree. */
async function shapeOf({ blobs }: Ground, tree: Digest): Promise<string> {
  const { entries } = await treeStore(blobs).load(tree);
  const at = (wanted: string): string => entries.find(({ name }) => name === wanted)?.type ?? "nothing";
  return `${at("d")} ${at("f")}`;
}

interface Race {
  readonly name: string;
  /** Tries of the normal mode; the long one has sixteen times as many. */
  readonly tries: number;
  readonly swaps: (ground: Ground) => readonly Swap[];
  /** One try, and what came of it. */
  readonly act: (ground: Ground, n: number) => Promise<string>;
  /** Every outcome is one of these, and each is met. */
  readonly outcomes: readonly RegExp[];
  /**
   * A place that a user names is written where it stands: who can swap it after it was looked at gets our new directory
   * beside what is there, which stays as it was.
   */
  readonly beside?: true;
}

const swapsOf = ({ slot, outside }: Ground): readonly Swap[] => [
  { at: join(slot.dir, "d"), out: outside.dir, turns: ["dir", "out", "file", "out", "fifo", "nothing"] },
  { at: join(slot.dir, "f"), out: join(outside.dir, "file"), turns: ["file", "out", "fifo", "dir", "sub"] },
];

const paths = ["d/file", "f", "d/sub/file", "d/only-outside", "f/sub/file", "d/pipe"];
const shapes = [/^dir /, /^symlink /, /^(file|nothing) /, / file$/, / symlink$/, / (dir|nothing)$/];

const races: readonly Race[] = [
  {
    name: "read",
    tries: 5_500,
    swaps: swapsOf,
    act: async ({ slot }, n) => textAt(slot, paths[n % paths.length] ?? ""),
    outcomes: [
      /^inside$/,
      /^missing$/,
      /^leads out of the workspace$/,
      /^is a symlink$/,
      /^is a FIFO$/,
      /^is a directory$/,
    ],
  },
  {
    name: "snapshot",
    tries: 700,
    swaps: swapsOf,
    act: async (ground) => shapeOf(ground, (await ground.slot.snapshot()).tree),
    outcomes: shapes,
  },
  {
    name: "import",
    tries: 500,
    swaps: swapsOf,
    act: async (ground) => {
      const { blobs, slot } = ground;
      const { tree } = await importDirectory({ dir: slot.dir, exclude: [], blobs, onProgress: () => {} });
      return shapeOf(ground, tree);
    },
    outcomes: shapes,
  },
  {
    name: "export into a directory",
    tries: 400,
    swaps: ({ place, outside }) => [
      { at: join(place, "to"), out: outside.dir, turns: ["nothing", "empty", "out", "file", "fifo"] },
    ],
    act: async ({ blobs, place }) => {
      try {
        const tree = await treeOf(blobs, { a: "a", "sub/b": "b" });
        await exportTree({ blobs, tree, to: join(place, "to") });
        return "written";
      } catch (error) {
        // Where it is swapped between two steps, cleaning up may fail as well: what counts is what was reached.
        if (!(error instanceof FilesRefused || (error instanceof Error && "syscall" in error))) throw error;
        return "refused";
      }
    },
    outcomes: [/^written$/, /^refused$/],
    beside: true,
  },
];

/** Neither the place outside itself nor a directory of ours in it. */
const isOfOutside = (line: string): boolean => !/^( |\.harness-export-)/.test(line);

describe("while things are swapped for others as fast as can be", { timeout: patience }, () => {
  test.for(races)("$name reaches nothing outside", async ({ tries, swaps, act, outcomes, beside }) => {
    const ground = await newGround();
    const look = (): readonly string[] =>
      beside === true ? ground.outside.look(true).filter(isOfOutside) : ground.outside.look();
    const before = look();
    const stop = await swapping(join(ground.place, "props"), swaps(ground));
    const seen = new Map<string, number>();
    const unmet = (): readonly RegExp[] =>
      outcomes.filter((one) => ![...seen.keys()].some((text) => one.test(text)));
    const least = tries * (isLong ? 16 : 1);
    for (let n = 0; n < least || (unmet().length > 0 && n < 10 * least); n += 1) {
      const outcome = await act(ground, n);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    await stop();
    expect(unmet()).toEqual([]);
    expect([...seen.keys()].filter((text) => !outcomes.some((one) => one.test(text)))).toEqual([]);
    expect(leaked(ground.blobs)).toEqual([]);
    expect(look()).toEqual(before);
  });

  /** It may fail where it meets what is swapped: what counts is what it reached. Ends at the first escape. */
  test.fails("reset reaches nothing outside", async () => {
    const ground = await newGround();
    const before = ground.outside.look();
    const stop = await swapping(join(ground.place, "props"), swapsOf(ground));
    const tree = await treeOf(ground.blobs, spec);
    const isUntouched = (): boolean => isDeepStrictEqual(ground.outside.look(), before);
    for (let n = 0; n < 5000 && isUntouched(); n += 1) await Promise.allSettled([ground.slot.reset(tree)]);
    await stop();
    expect(ground.outside.look()).toEqual(before);
  });
});

describe("a directory that is swapped at the worst moment", () => {
  /** Blobs that call `act` once, when these bytes are asked for. */
  function callingAt(memory: MemoryBlobs, text: string, act: () => void): Blobs {
    const [wanted, calls] = [createHash("sha256").update(text).digest("hex"), { left: 1 }];
    return {
      put: async (items) => memory.put(items),
      putStream: async (chunks) => memory.putStream(chunks),
      getStream: (digest) => memory.getStream(digest),
      missing: async (digests) => memory.missing(digests),
      get: async (digest) => {
        if (digest === wanted && calls.left-- > 0) act();
        return memory.get(digest);
      },
    };
  }

  /** Something of the worker's still runs while its workspace is set back to `to`: `d` now leads outside. */
  async function resetWithSwap(
    to: Spec,
    made: Spec,
  ): Promise<readonly [readonly string[], readonly string[]]> {
    const place = realpathSync(tempDir());
    const outside = makeOutside(join(place, "outside"));
    const memory = memoryBlobs();
    const at = join(place, "slots/run.a/d");
    const blobs = callingAt(memory, "now", () => {
      renameSync(at, join(place, "away"));
      symlinkSync(outside.dir, at);
    });
    const slot = await plainWorkspaces(join(place, "slots"), blobs).checkout(
      "run/a",
      await treeOf(memory, made),
    );
    const before = outside.look();
    await Promise.allSettled([slot.reset(await treeOf(memory, to))]);
    expect(lstatSync(at).isSymbolicLink(), "it was swapped").toBe(true);
    return [outside.look(), before];
  }

  test.fails("is not written through by a reset", async () => {
    const [after, before] = await resetWithSwap({ "d/a": "now", "d/b": "written" }, { "d/kept": "kept" });
    expect(after).toEqual(before);
  });

  test.fails("is not removed through by a reset", async () => {
    const [after, before] = await resetWithSwap(
      { a: "now", "d/kept": "kept" },
      { "d/kept": "kept", "d/only-outside": "x" },
    );
    expect(after).toEqual(before);
  });

  /** A place of nobody's, as which this test goes on. */
  function placeOfPlainUser(): string {
    const place = realpathSync(tempDir());
    asPlainUser(place);
    return place;
  }

  test("is not opened up through by a walk, nor locked after it", async () => {
    const place = placeOfPlainUser();
    const outside = makeOutside(join(place, "outside"));
    mkdirSync(join(place, "root/d/locked"), { recursive: true });
    chmodSync(join(place, "root/d/locked"), 0);
    const before = outside.look();
    const skip = (path: string): boolean => {
      if (path !== "d/locked") return false;
      renameSync(join(place, "root/d"), join(place, "away"));
      symlinkSync(outside.dir, join(place, "root/d"));
      return false;
    };
    const walked = await walk({ root: join(place, "root"), skip, own: true });
    walked.relock();
    expect(outside.look()).toEqual(before);
  });

  test("is not opened up through to read a locked file", async () => {
    const place = placeOfPlainUser();
    const outside = makeOutside(join(place, "outside"));
    mkdirSync(join(place, "root/d"), { recursive: true });
    writeFileSync(join(place, "root/d/shut"), "inside");
    chmodSync(join(place, "root/d/shut"), 0);
    const walked = await walk({ root: join(place, "root"), skip: () => false, own: true });
    renameSync(join(place, "root/d"), join(place, "away"));
    symlinkSync(outside.dir, join(place, "root/d"));
    const before = outside.look();
    await storeFound({ root: join(place, "root"), blobs: memoryBlobs(), known: nothingKnown() }, walked.dir);
    expect(outside.look()).toEqual(before);
  });
});

describe("a path that a tool or a criterion names", () => {
  const isOutside = "is outside the workspace";
  const leadsOut = "leads out of the workspace";
  const isLink = "is a symlink";
  /** Ways out that a worker can lay. */
  const links = {
    up: "..",
    out: "../../outside",
    "d/up": "../..",
    root: "/proc/self/root",
    cwd: "/proc/self/cwd",
    fds: "/proc/self/fd",
    dev: "/dev",
    stdin: "/dev/stdin",
    link: "../../outside/file",
    twin: "../run.ab",
    loop: "loop",
    chain: "out/sub",
  };

  /** OUTSIDE and SLOT stand for the real paths. */
  test.for<[path: string, ...outcomes: string[]]>([
    ["f", "inside"],
    ["./d//file/", "inside"],
    ["d/../f", isOutside],
    ["..", isOutside],
    ["../../outside/file", isOutside],
    ["d/../../../outside/file", isOutside],
    ["d/sub/../../../..", isOutside],
    ["/etc/hostname", isOutside],
    ["//etc/hostname", isOutside],
    ["OUTSIDE/file", isOutside],
    ["SLOT/f", isOutside],
    ["/proc/self/root/etc/hostname", isOutside],
    ["/dev/stdin", isOutside],
    ["..\\..\\outside\\file", "missing"],
    ["%2e%2e/%2e%2e/outside/file", "missing"],
    ["．．/outside/file", "missing"],
    ["\0", "missing"],
    ["f\0", "missing"],
    ["d\0/../../outside/file", isOutside],
    ["\x002e2e/outside/file", "missing"],
    ["", "is a directory"],
    [".", "is a directory"],
    ["d", "is a directory"],
    ["out/file", leadsOut],
    ["out/shut", leadsOut],
    ["out", isLink],
    ["out/.", isLink],
    ["chain/file", leadsOut],
    ["up/run.a/f", "inside"],
    ["d/up/run.ab/file", leadsOut],
    ["up/run.ab/file", leadsOut],
    ["twin/file", leadsOut],
    ["twin", isLink],
    ["link", isLink],
    ["loop", isLink],
    ["loop/file", isLink],
    ["root/etc/hostname", leadsOut],
    ["cwd/package.json", leadsOut],
    ["fds/0", isLink, leadsOut],
    ["stdin", isLink],
    ["dev/stdin", isLink, leadsOut],
    ["dev/zero", leadsOut],
    ["out/pipe", leadsOut],
  ])("%j: %s", async ([path, ...outcomes]) => {
    const ground = await newGround();
    const { place, slot, outside } = ground;
    const named = path.replace("OUTSIDE", outside.dir).replace("SLOT", slot.dir);
    const twin = await plainWorkspaces(join(place, "slots"), ground.blobs).checkout(
      "run/ab",
      await treeOf(ground.blobs, {}),
    );
    writeFileSync(join(twin.dir, "file"), secret);
    for (const [from, to] of Object.entries(links)) symlinkSync(to, join(slot.dir, from));
    const before = outside.look();
    expect(outcomes).toContain(await textAt(slot, named));
    expect((await slot.snapshot()).skipped).toEqual([]);
    expect(leaked(ground.blobs)).toEqual([]);
    expect(outside.look()).toEqual(before);
  });

  test("leads out through a descriptor that is open", async () => {
    const { slot, outside } = await newGround();
    const fd = openSync(outside.dir, "r");
    onTestFinished(() => closeSync(fd));
    symlinkSync(`/proc/self/fd/${fd}`, join(slot.dir, "magic"));
    expect(await textAt(slot, "magic/file")).toBe(leadsOut);
    expect(await textAt(slot, "magic")).toBe(isLink);
  });

  test("may be far too long", async () => {
    const { slot } = await newGround();
    for (const path of ["n".repeat(256), "n/".repeat(5000), "d/sub/".repeat(700), "../".repeat(5000)])
      expect(await textAt(slot, path)).toBe(path.startsWith(".") ? isOutside : "missing");
  });

  test("does not tell what is there outside", async () => {
    const { slot, outside } = await newGround();
    symlinkSync(outside.dir, join(slot.dir, "out"));
    expect(await textAt(slot, "out/none")).toBe(await textAt(slot, "out/file"));
  });

  /** Whoever waits for a reader outside must not take us for one. */
  test("opens nothing outside, not even to see that it is outside", async () => {
    const { slot, outside } = await newGround();
    symlinkSync(outside.dir, join(slot.dir, "out"));
    const write = `const fs = require("node:fs"); console.log("waits");
      try { fs.writeFileSync("pipe", "for the reader"); } catch (error) { console.log(error.code); }`;
    const writer = spawn(process.execPath, ["-e", write], {
      cwd: outside.dir,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void writer.kill("SIGKILL"));
    await once(writer.stdout, "data");
    for (let n = 0; n < 5000; n += 1) expect(await textAt(slot, "out/pipe")).toBe(leadsOut);
    const fd = openSync(join(outside.dir, "pipe"), constants.O_RDONLY | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(fd));
    await once(writer, "close");
    const piece = Buffer.alloc(100);
    expect(piece.toString("utf8", 0, readSync(fd, piece))).toBe("for the reader");
  });
});
