import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { BadInput } from "../../../src/edges/project/bad-input.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A new directory with these files, gone after the test. */
export async function folder(files: Files = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "harness-project-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  await fill(dir, files);
  return dir;
}

export async function fill(dir: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** The line a refusal says, with the directory as `DIR`; fails when nothing or something else was thrown. */
export async function refusal(dir: string, reading: Promise<unknown>): Promise<string> {
  const outcome = await reading.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`nothing was refused: ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof BadInput)) throw outcome.error;
  return outcome.error.message.replaceAll(dir, "DIR");
}
