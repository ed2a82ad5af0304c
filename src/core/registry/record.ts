import { z } from "zod";
import { digest, safeId } from "../id.ts";
import type { Digest } from "../id.ts";
import { artifactKinds } from "./artifact.ts";

const about = {
  kind: z.enum(artifactKinds),
  name: safeId,
  version: z.int().min(1).max(999_999),
  /** Of its closure. */
  digest,
};

const signed = {
  who: z.string().min(1).max(200),
  at: z.iso.datetime(),
  why: z.string().min(1).max(2000),
  /** Of git, on which it was done; null: the project is in no repository. */
  commit: z.string().max(64).nullable(),
};

/** A version was made. */
const versionRecord = z.strictObject({
  record: z.literal("version"),
  ...about,
  /** Of the file that holds it, with line ends `\n`. */
  text: digest,
  /** Of prompts the renderer's; of other kinds 1. */
  renderer: z.int().min(1),
  ...signed,
});
export type VersionRecord = z.infer<typeof versionRecord>;

/** A version came into a stage; the one that was there (`before`) is archived by the same record. */
const stageRecord = z.strictObject({
  record: z.literal("stage"),
  ...about,
  stage: z.enum(["staging", "production"]),
  before: z.int().min(1).nullable(),
  isRollback: z.boolean(),
  /** The digest of the file that proves it; `unproven`: a person said so; null: none is asked for. */
  receipt: z.union([digest, z.literal("unproven")]).nullable(),
  ...signed,
});
export type StageRecord = z.infer<typeof stageRecord>;

export type LockRecord = VersionRecord | StageRecord;

const record = z.discriminatedUnion("record", [versionRecord, stageRecord]);

/** Bits enough to find any damage; it is no signature: who may write the file may write this. */
const sumLength = 16;

/** A record as its line in `harness.lock`: its fields in the order of their schema, and a checksum of them. */
export function recordLine(of: LockRecord, sha256: (text: string) => Digest): string {
  const text = plainJson(record.parse(of));
  return `${text.slice(0, -1)},"sum":"${sha256(text).slice(0, sumLength)}"}`;
}

const summed = /^(\{.*),"sum":"([0-9a-f]{16})"\}$/;

/** JSON in which nothing is hidden from whoever reviews it: what does not show, or turns the text round, is escaped. */
const plainJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => hex(character.charCodeAt(at))).join(""),
  );

const hex = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

/** null: not one character may differ from what `recordLine` writes. */
export function readRecord(line: string, sha256: (text: string) => Digest): LockRecord | null {
  const [, start, sum] = summed.exec(line) ?? [];
  const text = `${start ?? ""}}`;
  if (sum === undefined || sha256(text).slice(0, sumLength) !== sum) return null;
  const read = record.safeParse(parsed(text));
  return read.success && plainJson(read.data) === text ? read.data : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
