import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { versionText } from "../../core/registry/artifact.ts";
import { short } from "../../core/registry/history.ts";
import type { LockRecord, StageRecord, VersionRecord } from "../../core/registry/record.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { readReceipts } from "../../edges/registry/receipts.ts";
import { RegistryRefused } from "../../edges/registry/refused.ts";
import { lockName, readRegistry, versionPath } from "../../edges/registry/registry.ts";
import { Refused } from "../exit.ts";
import { promptText } from "./prompt-text.ts";

export interface Checked {
  readonly versions: number;
  readonly promotions: number;
  /** Versions that are or were in production by a person's word alone. */
  readonly unproven: readonly string[];
  readonly problems: readonly string[];
}

/** Whether `harness.lock`, the files of versions and the receipts of a project are whole and fit each other. */
export async function checkRegistry(dir: string): Promise<Checked> {
  const registry = await readRegistry(dir);
  const versions = registry.records.filter((record) => record.record === "version");
  const promotions = registry.records.filter(isProduction);
  const problems = registry.faults.map(({ line, what }) => `${lockName}:${line}: ${what}`);
  for (const { kind, name, version } of versions) {
    const which = { type: "version", version } as const;
    const found = await whatIsWrong(async () => promptText({ dir, registry }, { kind, name, which }));
    if (found !== null) problems.push(found);
  }
  problems.push(...(await strays(dir, versions)), ...(await receiptProblems(dir, promotions)));
  const unproven = promotions.filter(({ receipt }) => receipt === "unproven").map(named);
  return {
    versions: versions.length,
    promotions: promotions.length,
    unproven: [...new Set(unproven)],
    problems,
  };
}

const isProduction = (record: LockRecord): record is StageRecord =>
  record.record === "stage" && record.stage === "production";

const named = (record: LockRecord): string => versionText(record, record.version);

async function whatIsWrong(look: () => Promise<unknown>): Promise<string | null> {
  try {
    await look();
    return null;
  } catch (error) {
    if (error instanceof RegistryRefused || error instanceof Refused || error instanceof PromptError)
      return error.message;
    throw error;
  }
}

/** Files of versions that no line is about. */
async function strays(dir: string, versions: readonly VersionRecord[]): Promise<readonly string[]> {
  const known = new Set(versions.map(versionPath));
  const there = await readdir(join(dir, "prompts/versions")).catch(
    (error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    },
  );
  return there
    .toSorted()
    .map((file) => `prompts/versions/${file}`)
    .filter((path) => path.endsWith(".prompt") && !known.has(path))
    .map((path) => `${path}: no line of ${lockName} is about it; put the line back, or remove the file`);
}

async function receiptProblems(dir: string, promotions: readonly StageRecord[]): Promise<readonly string[]> {
  const receipts = await readReceipts(dir);
  return promotions
    .filter(
      ({ receipt, digest }) =>
        receipt !== "unproven" &&
        !receipts.some((one) => one.digest === receipt && one.head.digest === digest),
    )
    .map(
      (one) =>
        `${lockName}: ${named(one)} is in production by receipt ${short(one.receipt ?? "")}, and no file of receipts/ is that; put it back from git: git log -- receipts`,
    );
}
