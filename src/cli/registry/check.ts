import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { artifactKinds, versionText } from "../../core/registry/artifact.ts";
import type { ArtifactKind } from "../../core/registry/artifact.ts";
import type { LockRecord, StageRecord, VersionRecord } from "../../core/registry/record.ts";
import { versionEnding, versionPath, versionsDir } from "../../core/registry/kind-words.ts";
import { lockName, readRegistry } from "../../edges/registry/registry.ts";
import { datasetStanding } from "./dataset-check.ts";
import type { DatasetStanding } from "./dataset-check.ts";
import type { SuiteReader } from "../receipts/against-files.ts";
import { promotionProblems } from "../receipts/promotion-problems.ts";
import { kinds, orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";

export interface Checked {
  readonly versions: number;
  readonly promotions: number;
  /** Versions that are or were in production by a person's word alone. */
  readonly unproven: readonly string[];
  /** Versions in production whose suite or rubrics are no longer here as they were when they were evaluated. */
  readonly changed: readonly string[];
  /** Files of datasets that are not on this machine. */
  readonly absent: readonly string[];
  readonly problems: readonly string[];
}

interface CheckOptions {
  /** Whether the files of datasets are read, which may take minutes. */
  readonly isDataRead: boolean;
  /** null: suites are compared by their digests alone. */
  readonly readSuite?: SuiteReader | null;
}

/** Whether `harness.lock`, the files of versions and the receipts of a project are whole and fit each other. */
export async function checkRegistry(
  dir: string,
  { isDataRead, readSuite = null }: CheckOptions,
): Promise<Checked> {
  const opened = { dir, registry: await readRegistry(dir) };
  const { registry } = opened;
  const versions = registry.records.filter((record) => record.record === "version");
  const promotions = registry.records.filter(isProduction);
  const problems = registry.faults.map(({ line, what }) => `${lockName}:${line}: ${what}`);
  for (const { kind, name, version } of versions) {
    const which = { type: "version", version } as const;
    const found = await orFault(async () => kinds[kind].textOf(opened, { kind, name, which }));
    if (typeof found === "string") problems.push(found);
  }
  // Where lines cannot be read, nobody knows which files have none.
  for (const kind of registry.faults.length > 0 ? [] : artifactKinds)
    problems.push(...(await strays(dir, kind, versions)));
  const data = isDataRead ? await dataOf(opened) : nothingRead;
  const proven = await promotionProblems(opened, readSuite);
  problems.push(...data.problems, ...proven.problems);
  const unproven = promotions.filter(({ receipt }) => receipt === "unproven").map(named);
  return {
    versions: versions.length,
    promotions: promotions.length,
    unproven: [...new Set(unproven)],
    changed: proven.changed,
    absent: data.absent,
    problems,
  };
}

const nothingRead = { absent: [], problems: [] };

async function dataOf(opened: Opened): Promise<Pick<DatasetStanding, "absent" | "problems">> {
  const [absent, problems]: [string[], string[]] = [[], []];
  for (const history of opened.registry.byName.values()) {
    if (history.kind !== "dataset") continue;
    const standing = await datasetStanding(opened, history);
    absent.push(...standing.absent);
    problems.push(...standing.problems);
  }
  return { absent, problems };
}

const isProduction = (record: LockRecord): record is StageRecord =>
  record.record === "stage" && record.stage === "production";

const named = (record: LockRecord): string => versionText(record, record.version);

/** Files of versions that no line is about. */
async function strays(
  dir: string,
  kind: ArtifactKind,
  versions: readonly VersionRecord[],
): Promise<readonly string[]> {
  const known = new Set(versions.map(versionPath));
  const there = await readdir(join(dir, versionsDir(kind))).catch(
    (error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    },
  );
  return there
    .toSorted()
    .map((file) => `${versionsDir(kind)}/${file}`)
    .filter((path) => path.endsWith(versionEnding(kind)) && !known.has(path))
    .map((path) => `${path}: no line of ${lockName} is about it; put the line back, or remove the file`);
}
