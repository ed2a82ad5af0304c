import { z } from "zod";
import { digest, safeId } from "../../core/id.ts";
import { artifactKinds } from "../../core/registry/artifact.ts";
import { scoredItem } from "../gate/item.ts";
import { judgeLabels } from "../gate/judge.ts";
import { gateSpec } from "../gate/spec.ts";

/** One side of an evaluation. */
export const side = z.strictObject({
  kind: z.enum(artifactKinds),
  name: safeId,
  /** null: a working file. */
  version: z.int().positive().nullable(),
  /** Of the closure. */
  digest,
  /** What was asked: the model as it is configured, and the ids that answered. */
  model: z.string(),
  served: z.array(z.string()),
});
export type Side = z.infer<typeof side>;

export const judgeUse = z.strictObject({
  /** Of rubric, judge prompt, model and parameters: the same for all arms. */
  digest,
  model: z.string(),
  rubrics: z.record(safeId, digest),
  /** How it agrees with people; null: there are no labels. */
  labels: judgeLabels.nullable(),
});
export type JudgeUse = z.infer<typeof judgeUse>;

/** An item's scores, and the digests of its answers in the same order. */
const measuredItem = z.strictObject({
  item: scoredItem,
  answers: z.strictObject({
    candidate: z.array(digest),
    baseline: z.array(digest),
    best: z.array(digest),
  }),
});
export type MeasuredItem = z.infer<typeof measuredItem>;

/** `link`: of the chain, up to this item. */
const receiptItem = measuredItem.extend({ link: digest });
export type ReceiptItem = z.infer<typeof receiptItem>;

const sandboxUse = z.strictObject({
  /** What a run pins: an image's digest, or the shell with its version. */
  image: z.string(),
  /** The limits it worked under. */
  profile: z.string(),
});
export type SandboxUse = z.infer<typeof sandboxUse>;

export const receipt = z.strictObject({
  receipt: z.literal(1),
  verdict: z.enum(["PROMOTE", "REJECT", "INCONCLUSIVE"]),
  /** Of the candidate's closure, as promotions look it up. */
  digest,
  evaluation: z.string(),
  at: z.int(),
  candidate: side,
  baseline: side.nullable(),
  /** null: production is the best version there ever was, or there is none. */
  best: side.nullable(),
  suite: z.strictObject({ name: safeId, version: z.int().positive().nullable(), digest }),
  /** The files of cases, by path in the suite's folder. */
  datasets: z.record(z.string(), digest),
  split: z.strictObject({
    side: z.enum(["held_out", "train"]),
    share: z.number(),
    /** How many evaluations have looked at this split, this one among them. */
    candidates: z.int().positive(),
  }),
  /** Evaluations of this very candidate on a suite of this name, with another gate, other cases or settings. */
  earlier: z
    .array(
      z.strictObject({
        evaluation: z.string(),
        verdict: z.enum(["PROMOTE", "REJECT", "INCONCLUSIVE"]).nullable(),
      }),
    )
    .default([]),
  gate: gateSpec,
  /** Looks taken, ascending: answers to each item. */
  looks: z.array(z.int().positive()).min(1),
  /** Wider margins a person signed for, for ever. */
  accepted: z
    .strictObject({ margins: z.record(z.string(), z.number()), by: z.string(), why: z.string(), at: z.int() })
    .nullable(),
  judge: judgeUse.nullable(),
  environment: z.strictObject({
    harness: z.string(),
    node: z.string(),
    platform: z.string(),
    renderer: z.int(),
    /** Where the whole loop worked: each sandbox that a case asked for. */
    sandboxes: z.array(sandboxUse).min(1).optional(),
  }),
  spent: z.strictObject({ answers: z.int(), micros: z.int().nullable(), wallMs: z.int() }),
  /** The first link of the chain: of all that is said besides the items. */
  head: digest,
  items: z.array(receiptItem).min(1),
  /** The last link. */
  chain: digest,
});
export type Receipt = z.infer<typeof receipt>;

/** What an evaluation says of itself; the rest of a receipt follows from it. */
export const measured = receipt
  .omit({ receipt: true, verdict: true, digest: true, head: true, items: true, chain: true })
  .extend({ items: z.array(measuredItem).min(1) });
export type Measured = z.infer<typeof measured>;
