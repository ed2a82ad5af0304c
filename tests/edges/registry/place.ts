import { join } from "node:path";
import type { StageRecord, VersionRecord } from "../../../src/core/registry/record.ts";
import { by, put } from "../../core/registry/ground.ts";
import { sha256 } from "../../../src/edges/registry/registry.ts";

/** What also a process without a test runner can use. */
export const worker = { kind: "prompt", name: "worker" } as const;

export const lockOf = (dir: string): string => join(dir, ".edit.db");

/** A version of this text; its closure is of no matter here. */
export const version = (number: number, text: string, name = "worker"): VersionRecord => ({
  record: "version",
  kind: "prompt",
  name,
  version: number,
  digest: sha256(`closure of ${text}`),
  text: sha256(text),
  renderer: 1,
  ...by,
});

export const stage = (
  of: VersionRecord,
  to: "staging" | "production",
  before: number | null,
  over: Partial<StageRecord> = {},
): StageRecord => put(of.version, to, before, { name: of.name, digest: of.digest, ...over });
