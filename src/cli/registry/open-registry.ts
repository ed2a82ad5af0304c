import { join } from "node:path";
import { meant } from "../../core/nearest.ts";
import { parseRef } from "../../core/registry/artifact.ts";
import type { ArtifactKind, ArtifactRef } from "../../core/registry/artifact.ts";
import type { History } from "../../core/registry/history.ts";
import { logCommand } from "../../core/registry/kind-words.ts";
import type { LockRecord } from "../../core/registry/record.ts";
import type { No } from "../../core/registry/stage.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { addRecord, readRegistry, refuseFaults } from "../../edges/registry/registry.ts";
import type { Registry } from "../../edges/registry/registry.ts";
import { places, prepareStateDir } from "../../edges/sqlite/state-dir.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { stateDir } from "../wire.ts";

export interface Opened {
  /** Of the project. */
  readonly dir: string;
  readonly registry: Registry;
}

/** The registry of the project a person stands in. @throws RegistryRefused when `harness.lock` cannot be relied on */
export async function openRegistry(io: Io): Promise<Opened> {
  return openedAt((await readProject(io.cwd)).dir);
}

/** The same of the project in a directory. @throws RegistryRefused */
export async function openedAt(dir: string): Promise<Opened> {
  const registry = await readRegistry(dir);
  refuseFaults(registry.faults);
  return { dir, registry };
}

/** Where nothing of a name was made: what was probably meant, for the end of a sentence; else nothing. */
export function meantOf({ registry }: Pick<Opened, "registry">, { kind, name }: ArtifactRef): string {
  if (registry.history({ kind, name }).versions.size > 0) return "";
  const made = [...registry.byName.values()].filter((one) => one.kind === kind);
  return meant(
    name,
    made.map((one) => one.name),
  );
}

/** Writes a record that was made for a history, unless it was refused. @throws Refused, RegistryRefused */
export async function add<R extends LockRecord>(
  { dir }: Opened,
  seen: History,
  record: R | No,
  text?: string,
): Promise<R> {
  if ("no" in record) throw new Refused(record.no);
  await prepareStateDir(stateDir(dir));
  // The hyphen keeps it apart from the lock of any run.
  const lock = join(places(stateDir(dir)).locks, "registry-edit.db");
  await addRecord({ projectDir: dir, lock, seen, record, ...(text === undefined ? {} : { text }) });
  return record;
}

/** A reference as it was typed after `command`. @throws Refused */
export function refTyped(command: string, text: string, kind: ArtifactKind | null): ArtifactRef {
  const ref = parseRef(text, kind);
  if (typeof ref === "string") throw new Refused(`${command} ${text}: ${ref}`);
  if (kind === null || ref.kind === kind) return ref;
  throw new Refused(`${command} ${text}: this is no ${kind}; see: ${logCommand(ref)}`);
}
