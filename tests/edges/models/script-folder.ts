import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ModelRefused } from "../../../src/edges/models/refused.ts";

/** A new directory with `script.yaml` in it, gone after the test. */
export async function scriptFolder(script: string | Uint8Array): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-script-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "script.yaml"), script);
  return dir;
}

/** The line of a refusal; fails when nothing or something else was thrown. */
export async function refusal(opening: Promise<unknown>): Promise<string> {
  const outcome = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof ModelRefused) return outcome.message;
  throw outcome ?? new Error("nothing was refused");
}
