import { writeFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { runGit } from "../../edges/files/git.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { datasetOf, otherRows } from "./dataset-kind.ts";
import { orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";

/**
 * A file that holds the rows of a version: its own, else one in `scratch` with what git has of it.
 * @throws RegistryRefused naming the file and both digests when neither does
 */
export async function rowsFile({ dir }: Opened, text: ArtifactText, scratch: string): Promise<string> {
  const { path, format, sha256 } = datasetOf(text);
  const own = resolve(dir, path);
  const now = await orFault(async () => readDataset(own, path, format));
  if (typeof now !== "string" && now.sha256 === sha256) return own;
  const past = join(scratch, `${text.name}${text.version?.made.version ?? ""}${extname(path)}`);
  for (const blob of await blobsOf(dir, path)) {
    const bytes = await git(dir, ["cat-file", "blob", blob]);
    if (bytes === null) continue;
    await writeFile(past, bytes);
    const then = await orFault(async () => readDataset(past, path, format));
    if (typeof then !== "string" && then.sha256 === sha256) return past;
  }
  throw otherRows(text, typeof now === "string" ? now : now.sha256);
}

/** How far back it is looked, in commits that changed the file. */
const mostCommits = 200;

/** Every content git knows of the file, newest first. */
async function blobsOf(dir: string, path: string): Promise<readonly string[]> {
  const args = ["log", "--raw", "--no-abbrev", "--no-renames", "--format=", `-n${mostCommits}`, "--", path];
  const lines = (await git(dir, args))?.toString("utf8").split("\n") ?? [];
  const blobs = lines.flatMap((line) => /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]/.exec(line)?.[1] ?? []);
  return [...new Set(blobs)];
}

/** null: it is no repository, there is no git, or nothing such in it. */
async function git(cwd: string, args: readonly string[]): Promise<Buffer | null> {
  const end = await runGit({ cwd, options: [], env: {}, settings: [] }, args);
  return end?.code === 0 ? end.out : null;
}
