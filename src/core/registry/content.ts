import { z } from "zod";
import { canonical } from "../canonical.ts";
import { rubricSpec } from "../goal.ts";
import type { RubricSpec } from "../goal.ts";
import { digest } from "../id.ts";
import type { Digest } from "../id.ts";
import type { ArtifactKind } from "./artifact.ts";

type Sha256 = (text: string) => Digest;

const settings = z.record(z.string(), z.json());

/** What a version of a model is: how to ask for it, and how it came to be. */
export const modelContent = z.strictObject({
  provider: z.string().min(1).max(80),
  /** The provider's own name of it. */
  id: z.string().min(1).max(400),
  base: z.string().min(1).max(400).nullable(),
  /** In the order in which it was trained on them. */
  training: z.array(
    z.strictObject({
      /** Of the content, as a dataset's. */
      sha256: digest,
      /** As it is known here, like `train@2`; null: it is no version. Says nothing that the digest does not. */
      dataset: z.string().max(80).nullable(),
    }),
  ),
  parameters: settings,
  /** Of the training code. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, "must be 7 to 64 hex digits")
    .nullable(),
  metrics: settings,
});
export type ModelContent = z.infer<typeof modelContent>;

const side = z.strictObject({ rows: z.int().min(0), sha256: digest });

/** Rows in two parts; which part a row is in follows from one field of it alone. */
const split = z.strictObject({
  by: z.string().min(1).max(400),
  /** Of the values of that field, how many go to `train`. */
  share: z.number().gt(0).lt(1),
  train: side,
  held_out: side,
});
export type Split = z.infer<typeof split>;

/** What a version of a dataset is: rows that lie elsewhere, named by their digest. */
export const datasetContent = z.strictObject({
  /** Where they lay when it was made: relative to the project, or absolute outside it. */
  path: z.string().min(1),
  format: z.enum(["jsonl", "csv", "tsv", "bytes"]),
  /** Of JSONL: its values in canonical form, one a line; else of the bytes. */
  sha256: digest,
  /** As they lay there. */
  bytes: z.int().min(0),
  /** null: the format has none. */
  rows: z.int().min(0).nullable(),
  fields: z.array(z.string()),
  split: split.nullable(),
});
export type DatasetContent = z.infer<typeof datasetContent>;

/** What a version of a suite is: digests of the files of its folder, by path in it. */
export const suiteContent = z.strictObject({ files: z.record(z.string().min(1), digest) });
export type SuiteContent = z.infer<typeof suiteContent>;

export const modelDigest = (sha256: Sha256, content: ModelContent): Digest =>
  closureDigest(sha256, "model", { ...content, training: content.training.map((one) => one.sha256) });

/** Where rows lie, and what is counted of them, makes them no other rows. */
export const datasetDigest = (
  sha256: Sha256,
  { format, sha256: rows, split: parts }: DatasetContent,
): Digest => closureDigest(sha256, "dataset", { format, rows, split: parts });

export const suiteDigest = (sha256: Sha256, content: SuiteContent): Digest =>
  closureDigest(sha256, "suite", content);

/** Defaults written out and left out are the same. */
export const rubricDigest = (sha256: Sha256, spec: RubricSpec): Digest =>
  closureDigest(sha256, "rubric", rubricSpec.parse(spec));

const closureDigest = (sha256: Sha256, kind: Exclude<ArtifactKind, "prompt">, content: object): Digest =>
  sha256(canonical({ closure: 1, kind, content }));

/** The text of a version whose content is a value: JSON with sorted keys, a member a line, for who reviews it. */
export const contentText = (content: ModelContent | DatasetContent | SuiteContent): string =>
  `${JSON.stringify(JSON.parse(canonical(content)), null, 2)}\n`;
