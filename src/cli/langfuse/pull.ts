import { join } from "node:path";
import { safeId } from "../../core/id.ts";
import { inLf } from "../../core/registry/closure.ts";
import { versionText } from "../../core/registry/artifact.ts";
import { listPrompts, readVersions } from "../../edges/langfuse-prompts/api.ts";
import type { StoredVersion } from "../../edges/langfuse-prompts/api.ts";
import type { Server } from "../../edges/langfuse-prompts/request.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { addFile, replaceFile } from "../../edges/registry/replace-file.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { refTyped } from "../registry/open-registry.ts";
import type { Opened } from "../registry/open-registry.ts";
import { digestOf, workingFile, workingPath } from "../registry/prompt-text.ts";
import { inColumns } from "../view/columns.ts";
import { oneLine } from "../view/words.ts";
import { langfuseServer } from "./access.ts";
import { foreignSource } from "./foreign.ts";
import { ours } from "./payload.ts";

/**
 * `harness prompts pull`: versions that Langfuse has and this project has not. `pull NAME` makes the newest of them the
 * working file, `pull NAME@N` the version that is N there.
 */
export async function pullPrompts(
  io: Io,
  opened: Opened,
  names: readonly string[],
  isForced: boolean,
): Promise<number> {
  const server = langfuseServer(io.env);
  if (names.length === 0) return listNew(io, opened, server);
  for (const typed of names) await pullOne({ io, opened, server, isForced }, typed);
  return exit.ok;
}

async function listNew(io: Io, opened: Opened, server: Server): Promise<number> {
  const rows: string[][] = [];
  for (const { name } of await listPrompts(server)) {
    const versions = await readVersions(server, name);
    const fits = safeId.safeParse(name).success;
    for (const one of await unknownOf(opened, name, versions)) {
      const what = fits
        ? oneLine(one.commitMessage ?? "", 120)
        : "it cannot be pulled: a name is 1 to 40 of a-z, 0-9, - and _";
      rows.push([
        oneLine(`${name}@${one.version}`, 80),
        oneLine(one.labels.join(", "), 60),
        oneLine(madeText(one), 60),
        what,
      ]);
    }
  }
  for (const line of inColumns(rows, ["left", "left", "left", "left"], io.columns)) io.out(`${line}\n`);
  io.err(
    rows.length === 0
      ? ` Langfuse at ${server.base} has no version that is not here\n`
      : ` numbers are those of Langfuse; one becomes the working file by: harness prompts pull NAME@N\n`,
  );
  return exit.ok;
}

const madeText = ({ createdBy, createdAt }: StoredVersion): string =>
  [createdBy, createdAt?.slice(0, 10)].filter((one) => one != null).join(" ");

/** Whether a version here says the same in all that counts. */
async function isKnown({ registry }: Opened, name: string, stored: StoredVersion): Promise<boolean> {
  const digest = ours(stored)?.digest ?? (await foreignDigest(name, stored));
  return [...registry.history({ kind: "prompt", name }).versions.values()].some(
    ({ made }) => made.digest === digest,
  );
}

/** null: it cannot be a prompt here. */
async function foreignDigest(name: string, stored: StoredVersion): Promise<string | null> {
  try {
    return digestOf(await foreignSource(name, stored), name);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

async function unknownOf(
  opened: Opened,
  name: string,
  versions: readonly StoredVersion[],
): Promise<readonly StoredVersion[]> {
  const known = await Promise.all(versions.map(async (one) => isKnown(opened, name, one)));
  return versions.filter((_, index) => known[index] === false);
}

interface Pulling {
  readonly io: Io;
  readonly opened: Opened;
  readonly server: Server;
  readonly isForced: boolean;
}

async function pullOne({ io, opened, server, isForced }: Pulling, typed: string): Promise<void> {
  const { name, which } = refTyped("harness prompts pull", typed, "prompt");
  if (which.type !== "unsaid" && which.type !== "version")
    throw new Refused(
      `harness prompts pull ${typed}: say a name, or a version as Langfuse counts it, like worker@7`,
    );
  const versions = await readVersions(server, name);
  const stored =
    which.type === "version"
      ? versions.find(({ version }) => version === which.version)
      : (await unknownOf(opened, name, versions)).at(-1);
  if (stored === undefined)
    throw new Refused(
      `harness prompts pull ${typed}: Langfuse at ${server.base} has no ${which.type === "version" ? "such version" : `version of ${name} that is not here`}; see: harness prompts pull`,
    );
  const mark = ours(stored);
  const source = mark === null ? await foreignSource(name, stored) : mark.source;
  const was = await put(opened, name, source, isForced);
  io.err(` ${workingPath(name)} is version ${stored.version} of Langfuse${was}\n`);
  io.err(` next: harness prompts commit ${name} -m "${messageOf(stored)}"\n`);
}

/** Who made it, when and why, for the history here. */
function messageOf(stored: StoredVersion): string {
  const made = madeText(stored);
  const from = `Langfuse version ${stored.version}${made === "" ? "" : `, ${made}`}`;
  const said = oneLine(stored.commitMessage ?? "", 300).replaceAll(/["`$\\]/g, "'");
  return said === "" ? from : `${said} (${from})`;
}

/** Work that is nowhere else is never written over unless a person says so. @returns what was there, in words */
async function put(opened: Opened, name: string, source: string, isForced: boolean): Promise<string> {
  const path = join(opened.dir, workingPath(name));
  const there = await readFileThere(path);
  if (there === null) {
    await addFile(path, source);
    return "";
  }
  if (inLf(there) === inLf(source)) return ", as it was";
  const version = await versionOf(opened, name);
  if (version === null && !isForced)
    throw new Refused(
      `${workingPath(name)} is no version yet and would be lost; commit it (harness prompts commit ${name} -m "…"), or say --force`,
    );
  await replaceFile(path, source);
  return version === null ? "; what it held is gone" : `; it was ${version}`;
}

/** Which version the working file is; null: none. */
async function versionOf({ dir, registry }: Opened, name: string): Promise<string | null> {
  try {
    const { source, path } = await workingFile(dir, name);
    const digest = digestOf(source, path);
    const { versions } = registry.history({ kind: "prompt", name });
    const same = [...versions.values()].find(({ made }) => made.digest === digest);
    return same === undefined ? null : versionText(same.made, same.made.version);
  } catch (error) {
    if (error instanceof PromptError) return null;
    throw error;
  }
}
