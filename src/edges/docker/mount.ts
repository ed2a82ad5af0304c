import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Container } from "./container.ts";
import { runOwn } from "./run.ts";

/**
 * Proves that the container sees the very directory of this machine and that its user may write there: a file that was
 * written here is removed there. A remote engine, or one whose machine does not share the path, cannot do that.
 */
export async function proveMount(container: Container, dir: string, user: string): Promise<string | null> {
  const name = `.harness-proof-${randomUUID()}`;
  const file = join(dir, name);
  await writeFile(file, "");
  try {
    const { text } = await runOwn(container, ["rm", "--", name], user);
    if (!existsSync(file)) return null;
    return `the engine does not share ${dir} with this machine, or its user ${user} may not write there (${text})`;
  } finally {
    await rm(file, { force: true });
  }
}
