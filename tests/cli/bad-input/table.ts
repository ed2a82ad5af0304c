import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import type { Done } from "../ground.ts";

/** What lies in a project, and what cannot be said as text: FIFOs, links, mounts. */
export interface Ground {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly lay?: (dir: string) => unknown;
  readonly env?: Readonly<Record<string, string>>;
}

/** One bad input: what is there, what is typed, and the whole line that is said after `harness: `. */
export interface Row extends Ground {
  readonly name: string;
  /** Of the command line; `DIR` stands for the project's directory, here and in `line`. */
  readonly argv: readonly string[];
  /** `…` at its end: whatever else is known. A pattern, for what differs between machines, must fit the whole line. */
  readonly line: string | RegExp;
  /** 2 if left out: a person's to mend. */
  readonly code?: 5;
  /** Words for what differs from run to run, for `argv` and `line`: `{ RUN: "7k2m" }`. Asked for after `lay`. */
  readonly names?: () => Readonly<Record<string, string>>;
  /** The state directory is made by then (to look into a workspace, or as far as a disk lets), with no run in it. */
  readonly leavesEmptyState?: true;
  /** How the command line is run: in this process if left out. */
  readonly by?: (cwd: string, argv: readonly string[]) => Promise<Done>;
}

/** Tests each row: one line, its exit code, nothing on stdout, no stack, and nothing written. */
export function refuses(rows: readonly Row[]): void {
  test.each(rows.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const dir = await folder();
    for (const [path, content] of Object.entries(row.files ?? {})) await put(join(dir, path), content);
    await row.lay?.(dir);
    const before = await everything(dir);
    const names = Object.entries({ DIR: dir, ...row.names?.() });
    const argv = row.argv.map((word) =>
      names.reduce((text, [name, real]) => text.replaceAll(name, real), word),
    );
    const done = await (row.by?.(dir, argv) ?? harness(dir, argv, { env: row.env ?? {} }));
    const err = names.reduce((text, [name, real]) => text.replaceAll(real, name), done.err);
    expectRefusal({ ...done, err }, row);
    const after = await everything(dir);
    if (row.leavesEmptyState !== true) return expect(after).toEqual(before);
    const others = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => !line.startsWith(join(dir, ".harness")));
    expect(others(after)).toEqual(others(before));
    expect((await harness(dir, ["runs"])).out).toBe("");
  });
}

function expectRefusal({ code, out, err }: Done, row: Row): void {
  expect({ code, out, said: err }).toEqual({ code: row.code ?? 2, out: "", said: wanted(row.line) });
  expect(err.trimEnd()).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}|^ {4}at |a bug/u);
}

function wanted(line: Row["line"]): unknown {
  if (typeof line !== "string")
    return expect.stringMatching(new RegExp(`^harness: (?:${line.source})\n$`, line.flags));
  if (!line.endsWith("…")) return `harness: ${line}\n`;
  const begin = RegExp.escape(`harness: ${line.slice(0, -1)}`);
  return expect.stringMatching(new RegExp(`^${begin}[^\n]+\n$`));
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Longer files are told by their size: a sparse gigabyte takes no disk, reading it takes a second. */
const hashed = 4 * 1024 * 1024;

/**
 * Every path below a directory, `.harness` too, with what it is and holds. What SQLite makes beside a database while it
 * is open is left out: it is gone when the last one closes it, or stays of one that was killed.
 */
async function everything(dir: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await readdir(dir)).toSorted()) {
    if (/\.db-(?:shm|wal)$/.test(name)) continue;
    const path = join(dir, name);
    const is = await lstat(path);
    found.push(`${path} ${is.mode.toString(8)} ${await held(path, is)}`);
    if (is.isDirectory()) found.push(...(await everything(path)));
  }
  return found;
}

async function held(path: string, is: Stats): Promise<string> {
  if (is.isSymbolicLink()) return readlink(path);
  if (!is.isFile() || is.size > hashed) return is.isFile() ? `${is.size} bytes` : "";
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
