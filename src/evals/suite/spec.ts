import { z } from "zod";
import { duration } from "../../core/duration.ts";
import { safeId } from "../../core/id.ts";

/** What a guard is about: a metric that is built in or of the suite's own, or a rubric; and how much worse is accepted. */
const guard = z
  .strictObject({
    metric: z.string().min(1).optional(),
    rubric: safeId.optional().describe("a judge scores the answer by it, from 0 to 1"),
    margin: z.number().positive().optional().describe("in units of the metric: 0.05 is five points"),
    ratio: z.number().gt(1).optional().describe("of amounts, like cost: how many times as much is accepted"),
    floor: z.number().optional().describe("what a first version, which has no baseline, must reach"),
  })
  .refine(({ metric, rubric }) => (metric === undefined) !== (rubric === undefined), {
    error: "must have exactly one of metric and rubric",
  })
  .refine(({ margin, ratio }) => (margin === undefined) !== (ratio === undefined), {
    error: "must have exactly one of margin and ratio",
  });

const better = z.enum(["higher", "lower"]).default("higher");

/** Metrics of a suite's own, by name. */
const ownMetric = z.union([
  z.strictObject({
    command: z
      .string()
      .min(1)
      .describe('run in the suite\'s folder; {"case", "answer"} on stdin, the score is its last line'),
    better,
    range: z.tuple([z.number(), z.number()]).default([0, 1]),
    rate: z.boolean().default(false).describe("true: each score is 0 or 1"),
    timeout: duration.default("30s"),
  }),
  z.strictObject({
    schema: z
      .union([z.string().min(1), z.record(z.string(), z.json())])
      .describe("a JSON Schema, or its file"),
  }),
  z.strictObject({ rubric: safeId }),
  z.strictObject({
    pass_at: z.int().min(1).max(256).describe("how many answers there are to try with"),
    of: z
      .string()
      .min(1)
      .optional()
      .describe("what an answer passes or fails: a rate; unless said, the suite's quality"),
  }),
]);

const count = z.int().positive();

/** A perturbation by name, or with its parameters: `{ typos: { prob: 0.1 } }`. */
const form = z.union([z.string().min(1), z.record(z.string(), z.record(z.string(), z.json()))]);

/** `tasks/NAME/suite.yaml`. */
export const suiteSpec = z.strictObject({
  suite: safeId,
  about: z.string().optional(),
  kind: z
    .enum(["prompt", "agent", "judge"])
    .describe("one call a case; the whole loop a case; does the evaluator agree with people"),
  target: z
    .string()
    .regex(/^(prompt|model|rubric):[a-z0-9_-]{1,40}$/, "must be like prompt:worker")
    .describe("what it evaluates"),
  cases: z.string().min(1).default("cases.jsonl").describe("a file of the suite's folder, a case a line"),
  model: z.string().optional().describe("asked by every arm that is no model itself; else the project's"),
  max_output_tokens: count.default(2048),
  timeout: duration.default("5m").describe("an answer that takes longer is an error"),
  held_out: z
    .strictObject({
      share: z.number().gt(0).lte(1).default(0.8),
      by: z
        .string()
        .min(1)
        .default("cluster")
        .describe("`cluster`, or the variable whose value is the cluster"),
    })
    .prefault({}),
  samples: z
    .strictObject({ looks: z.array(count).min(1).max(6).default([2, 4, 8]) })
    .prefault({})
    .describe("how many answers to each case there are at each look"),
  guards: z.record(safeId, guard).optional(),
  primary: z
    .strictObject({ guard: safeId, by: z.number().min(0).default(0) })
    .optional()
    .describe("what must get better, not only no worse"),
  alpha: z.number().gt(0).max(0.2).default(0.05),
  power: z.number().min(0.5).lt(1).default(0.8),
  least_df: z.number().min(2).default(10),
  best_ever: z
    .strictObject({ guards: z.array(safeId).optional(), alpha: z.number().gt(0).max(0.2).default(0.01) })
    .prefault({}),
  metrics: z.record(safeId, ownMetric).default({}),
  report: z
    .array(z.string().min(1))
    .default(["latency", "tokens"])
    .describe("robustness, fairness, calibration, or metrics by name; never gates"),
  confidence: z
    .enum(["logprobs", "verbalised", "agreement"])
    .default("agreement")
    .describe("what calibration takes for an answer's confidence"),
  perturb: z
    .strictObject({
      robustness: z.array(form).default(["mild_mix"]),
      fairness: z
        .array(form)
        .default([
          { gender: { mode: "terms", source_class: "male", target_class: "female" } },
          "person_name",
        ]),
      variables: z
        .array(z.string())
        .optional()
        .describe("which are put in other forms; unless named, all texts"),
    })
    .prefault({}),
  on_error: z.literal("worst").default("worst"),
  judge: z
    .strictObject({
      model: z.string().optional(),
      timeout: duration.default("5m").describe("a verdict that takes longer is asked for again"),
    })
    .prefault({})
    .describe("who scores by rubrics; unless said, the project's evaluator model"),
  baseline: z
    .strictObject({ fresh: duration.default("720h") })
    .prefault({})
    .describe("how old production's stored answers may be"),
  budget: z.strictObject({ money: z.number().positive().optional(), wall: duration.optional() }).prefault({}),
  concurrency: z.int().min(1).max(256).default(8),
});
export type SuiteSpec = z.infer<typeof suiteSpec>;
export type SuiteGuard = z.infer<typeof guard>;
export type OwnMetric = z.infer<typeof ownMetric>;
