import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";
const wantedBytes = 4 * 2 ** 30;

/**
 * Where tests make their directories: in memory where there is room and programs may run, because most of what a test
 * of the whole program waits for is the disk. A `TMPDIR` that was chosen is kept.
 */
export function quickTemporary(): string {
  return process.env["TMPDIR"] === undefined && isFit(inMemory) ? inMemory : tmpdir();
}

function isFit(dir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize >= wantedBytes && runsPrograms(dir);
  } catch {
    return false;
  }
}

function runsPrograms(dir: string): boolean {
  const own = mkdtempSync(join(dir, "harness-fit-"));
  try {
    const program = join(own, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
    execFileSync(program);
    return true;
  } finally {
    rmSync(own, { recursive: true });
  }
}
