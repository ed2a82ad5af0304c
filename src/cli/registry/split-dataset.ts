import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { extname, join, resolve } from "node:path";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import type { Json } from "../../core/canonical.ts";
import { contentText, datasetDigest } from "../../core/registry/content.ts";
import type { DatasetContent, Split } from "../../core/registry/content.ts";
import { newestVersion } from "../../core/registry/history.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import { sideOf } from "../../core/registry/split.ts";
import type { DatasetRow } from "../../edges/registry/dataset-file.ts";
import { exit, Refused } from "../exit.ts";
import { sha256 } from "../sha256.ts";
import { plural } from "../view/words.ts";
import { make, oneTyped } from "./artifact-commands.ts";
import type { Asked } from "./artifact-commands.ts";
import { artifactText } from "./artifact-text.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { datasetKind, datasetOf, readRows } from "./dataset-kind.ts";
import type { DatasetOptions } from "./dataset-options.ts";
import type { Opened } from "./open-registry.ts";
import { sidesTo } from "./side-files.ts";
import type { SideFiles } from "./side-files.ts";
import { signature } from "./signature.ts";

/**
 * `harness datasets split NAME --by FIELD --share 0.8 [--to DIR]`: two parts, by a hash of one field alone, recorded as a
 * version of the same rows. Where that is recorded already, `--to` only writes the files.
 */
export async function splitDataset({ io, opened, names, options }: Asked<DatasetOptions>): Promise<number> {
  const ref = oneTyped("dataset", "split", names);
  const before = await artifactText(datasetKind, opened, newest(opened, ref));
  const content = datasetOf(before);
  const rule = ruleTyped(ref.name, options, content);
  const why = options.message ?? "in two parts";
  const by = await signature(opened.dir, why, `harness datasets split ${ref.name} -m "…"`);
  const files = options.to === undefined ? null : await sidesTo(resolve(io.cwd, options.to));
  try {
    const split = await counted(opened, before, rule, files);
    const text = {
      ...before,
      version: null,
      shown: content.path,
      source: contentText({ ...content, split }),
    };
    const isNew = !isMade(opened, text);
    if (!isNew && files === null) throw new Refused(madeAlready(ref.name));
    io.err(` train ${plural(split.train.rows, "row")}, held_out ${plural(split.held_out.rows, "row")}\n`);
    if (isNew) await make({ io, opened, ref: { ...ref, which: { type: "unsaid" } }, text, by });
    const written = await files?.keep(ref.name, extname(content.path));
    for (const file of written ?? []) io.err(` wrote ${join(options.to ?? "", file)}\n`);
  } finally {
    await files?.close();
  }
  return exit.ok;
}

const madeAlready = (name: string): string =>
  `${name} is split so already; to write the files: harness datasets split ${name} --to DIR`;

function newest({ registry }: Opened, ref: ArtifactRef): ArtifactRef {
  if (ref.which.type !== "unsaid") return ref;
  const version = newestVersion(registry.history(ref));
  if (version === null) throw new Refused(`there is no dataset ${ref.name}; make one: ${makeCommand(ref)}`);
  return { ...ref, which: { type: "version", version } };
}

/** What was typed; where nothing was, how it is split already. @throws Refused */
function ruleTyped(
  name: string,
  { by, share }: DatasetOptions,
  { split, fields, format }: DatasetContent,
): Pick<Split, "by" | "share"> {
  const command = `harness datasets split ${name} --by FIELD --share 0.8`;
  if (format === "bytes")
    throw new Refused(`${name} has no rows to split; only .jsonl, .csv and .tsv have: ${command}`);
  const field = by ?? split?.by;
  if (field === undefined)
    throw new Refused(`say by which field: ${command}; it has ${fields.slice(0, 20).join(", ") || "none"}`);
  if (share === undefined && split === null) throw new Refused(`say how much goes to train: ${command}`);
  const part = share === undefined ? (split?.share ?? 0) : /^0?\.\d{1,9}$/.test(share) ? Number(share) : 0;
  if (part > 0) return { by: field, share: part };
  throw new Refused(`--share ${share}: give a number between 0 and 1, like 0.8`);
}

/** Reads the rows once, and sees that they are those of the version. */
async function counted(
  opened: Opened,
  text: ArtifactText,
  { by, share }: Pick<Split, "by" | "share">,
  files: SideFiles | null,
): Promise<Split> {
  const { path } = datasetOf(text);
  const count = {
    train: { rows: 0, hash: createHash("sha256") },
    held_out: { rows: 0, hash: createHash("sha256") },
  };
  await readRows(opened, text, (row) => {
    const side = row.line === 0 ? null : sideOf(sha256, valueOf(row, by, path), share);
    for (const one of side === null ? (["train", "held_out"] as const) : [side]) note(count[one].hash, row);
    if (side !== null) count[side].rows++;
    files?.write(side, row.bytes);
  });
  const done = ({ rows, hash }: { rows: number; hash: Hash }): Split["train"] => ({
    rows,
    sha256: hash.digest("hex"),
  });
  return { by, share, train: done(count.train), held_out: done(count.held_out) };
}

/** As the digest of a file of these rows would be made. */
function note(hash: Hash, { counted: part }: DatasetRow): void {
  hash.update(part);
  if (typeof part === "string") hash.update("\n");
}

function valueOf({ value, line }: DatasetRow, by: string, path: string): Json {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const found =
    isObject && Object.hasOwn(value, by) ? (value as Readonly<Record<string, Json>>)[by] : undefined;
  if (found !== undefined) return found;
  throw new Refused(
    `${path}:${line}: this row has no field ${JSON.stringify(by)}; split by one that every row has`,
  );
}

function isMade({ registry }: Opened, text: ArtifactText): boolean {
  const digest = datasetDigest(sha256, datasetOf(text));
  const { versions } = registry.history({ kind: "dataset", name: text.name });
  return [...versions.values()].some(({ made }) => made.digest === digest);
}
