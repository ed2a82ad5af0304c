import { z } from "zod";
import { scoredAnswer } from "../answer.ts";
import { measure } from "../measure.ts";
import { judgeUse, side } from "../receipt/receipt.ts";
import { gateSpec } from "../gate/spec.ts";
import { anyCase } from "../suite/case.ts";
import { wholeSpec } from "../suite/whole-spec.ts";
import type { Decision } from "../gate/decide.ts";

const look = z.strictObject({
  /** Answers to each item. */
  samples: z.int().positive(),
  /** Of all arms, up to here. */
  answers: z.int().min(0),
  micros: z.int().min(0).nullable(),
  wallMs: z.int().min(0),
  errors: z.int().min(0),
  /** Outages that were asked again, and those that remain. */
  repeated: z.int().min(0),
  outages: z.int().min(0),
});
export type LookTaken = z.infer<typeof look>;

/** All that one evaluation found, as it is stored; what people look at is computed from it. */
export const report = z.strictObject({
  report: z.literal(1),
  id: z.string(),
  at: z.int(),
  suite: z.strictObject({ name: z.string(), version: z.int().positive().nullable(), digest: z.string() }),
  kind: z.enum(["prompt", "agent", "judge"]),
  /** `smoke`: a few cases, no gate. */
  mode: z.enum(["gate", "smoke"]),
  side: z.enum(["held_out", "train"]),
  candidates: z.int().min(0),
  candidate: side,
  baseline: side.nullable(),
  best: side.nullable(),
  gate: gateSpec,
  looks: z.array(look),
  measures: z.array(measure),
  /** What is made of all answers at once. */
  wholes: z.array(wholeSpec).default([]),
  /** Names of what is reported besides the guards: metrics, `robustness`, `fairness`, `calibration`. */
  reported: z.array(z.string()),
  /** The metric that robustness, fairness and calibration are about. */
  quality: z.string(),
  confidence: z.enum(["logprobs", "verbalised", "agreement"]),
  judge: judgeUse.nullable(),
  /** With its cluster. */
  cases: z.array(z.strictObject({ cluster: z.string(), case: anyCase })),
  answers: z.array(scoredAnswer),
});
export type StoredReport = z.infer<typeof report>;

/** A report with what the gate says of it; null: a smoke run has no gate. */
export interface Report extends StoredReport {
  readonly decision: Decision | null;
}
