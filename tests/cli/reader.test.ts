import { execFile, spawnSync } from "node:child_process";
import { chmod, cp, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mailShop } from "./evaluation/eval-ground.ts";
import { example, fingerprint, folder, harness, paths, ranOnce, root } from "./ground.ts";
import type { Done } from "./ground.ts";

const readers: readonly (readonly string[])[] = [
  ["runs"],
  ["show"],
  ["show", "--json"],
  ["show", "--html", "-"],
  ["show", "--task", "greet"],
  ["diff"],
  ["diff", "--stat"],
  ["audit"],
  ["approvals"],
];

/** What SQLite makes beside a database while someone reads it, and keeps. */
const besides = ["blobs.db-shm", "blobs.db-wal", "harness.db-shm", "harness.db-wal"];

/** Copies of the hello example with its run, which is met. */
const hello = ranOnce(async () => example("hello", false));

describe("commands that read", () => {
  test("leave the state directory as it is: no file comes back, no mode is put right", async () => {
    const { dir } = await hello();
    const state = join(dir, ".harness");
    for (const name of [".gitignore", "locks", "slots"]) await rm(join(state, name), { recursive: true });
    await chmod(state, 0o755);
    const before = await fingerprint(state);
    for (const argv of [...readers, ["export", "--to", "result"]]) {
      const { code, err } = await harness(dir, argv);
      expect({ argv, code, err }).toEqual({ argv, code: 0, err: argv[0] === "export" ? err : "" });
      for (const name of besides) await rm(join(state, name), { force: true });
      expect({ argv, after: await fingerprint(state) }).toEqual({ argv, after: before });
    }
    expect((await lstat(state)).mode & 0o777).toBe(0o755);
  });

  test("work on a copy that nobody may write, and leave nothing anywhere", async (context) => {
    const reader = unprivileged();
    if (reader === null) return context.skip("no other user can read this project");
    const { dir } = await hello();
    const [place, copy] = [await folder(), await folder()];
    await cp(join(dir, ".harness"), join(copy, ".harness"), { recursive: true });
    const temporary = join(place, "tmp");
    await mkdir(temporary);
    for (const open of [place, temporary]) await chmod(open, 0o777);
    await setModes(copy, 0o555, 0o444);
    try {
      const before = await fingerprint(join(copy, ".harness"));
      for (const argv of [...readers, ["export", "--to", join(place, "result")]]) {
        const { code, out, err } = await runAs(reader, copy, argv, temporary);
        const here = argv[0] === "export" ? { out } : await harness(dir, argv);
        expect({ argv, code, out, err: err.replace(/^ wrote 3 files to .*\n/, "") }).toEqual({
          argv,
          code: 0,
          out: here.out,
          err: "",
        });
      }
      expect(await fingerprint(join(copy, ".harness"))).toBe(before);
      expect(await paths(join(place, "result"))).toEqual(["goal.md", "greeting.txt", "script.yaml"]);
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await setModes(copy, 0o755, 0o644);
    }
  });

  test("reports are read where nobody may write, too", async (context) => {
    const reader = unprivileged();
    if (reader === null) return context.skip("no other user can read this project");
    const dir = await mailShop();
    expect((await harness(dir, ["eval"])).code).toBe(0);
    const [place, copy] = [await folder(), await folder()];
    const temporary = join(place, "tmp");
    await mkdir(temporary);
    await cp(dir, copy, { recursive: true });
    for (const open of [place, temporary]) await chmod(open, 0o777);
    await setModes(copy, 0o555, 0o444);
    try {
      const before = await fingerprint(join(copy, ".harness"));
      for (const argv of [
        ["report", "e"],
        ["suite", "plan", "mails"],
      ]) {
        const { code, out, err } = await runAs(reader, copy, argv, temporary);
        expect({ argv, code, out, err }).toEqual({ argv, ...(await harness(dir, argv)) });
        expect(code).toBe(0);
      }
      expect(await fingerprint(join(copy, ".harness"))).toBe(before);
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await setModes(copy, 0o755, 0o644);
    }
  });

  test("a state directory that may not be looked into is not taken for one without runs", async (context) => {
    const reader = unprivileged();
    if (reader === null) return context.skip("no other user can read this project");
    const dir = await folder();
    const temporary = await folder();
    await mkdir(join(dir, ".harness"), { mode: 0o000 });
    await chmod(dir, 0o755);
    const { code, out, err } = await runAs(reader, dir, ["show"], temporary);
    expect({ code, out }).toEqual({ code: 5, out: "" });
    expect(err).toMatch(/^harness: EACCES: permission denied, .*harness\.db/);
  });
});

/** Someone to whom modes mean something: us, or nobody when we are root; null when nobody cannot read our files. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } | null {
  if (process.geteuid?.() !== 0) return {};
  const nobody = { uid: 65534, gid: 65534 };
  const { status } = spawnSync(process.execPath, [join(root, "bin/harness.cjs"), "--version"], {
    ...nobody,
    cwd: "/",
  });
  return status === 0 ? nobody : null;
}

const runAs = async (
  who: NonNullable<ReturnType<typeof unprivileged>>,
  cwd: string,
  argv: readonly string[],
  temporary: string,
): Promise<Done> =>
  new Promise((resolve) => {
    const options = {
      ...who,
      cwd,
      env: { ...process.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1" },
    };
    const child = execFile(
      process.execPath,
      [join(root, "bin/harness.cjs"), ...argv],
      options,
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

async function setModes(dir: string, ofDirectories: number, ofFiles: number): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await setModes(join(dir, entry.name), ofDirectories, ofFiles);
    else await chmod(join(dir, entry.name), ofFiles);
  }
  await chmod(dir, ofDirectories);
}
