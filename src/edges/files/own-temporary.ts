import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "./inside.ts";

/**
 * A new directory for temporary files, `PREFIX-PID-…`, its real path. Removes those of that prefix whose process is
 * dead: nobody else would.
 */
export async function ownTemporary(prefix: string): Promise<string> {
  const parent = await realpath(tmpdir());
  for (const name of await readdir(parent)) {
    const pid = new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1];
    // What is somebody else's stays.
    if (pid !== undefined && isDead(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(parent, `${prefix}-${process.pid}-`));
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}
