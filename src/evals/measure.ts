import { z } from "zod";

/** How a metric of a suite is read by gate and report, wherever its numbers come from. */
export const measure = z.strictObject({
  name: z.string().min(1),
  /** `rate`: each answer is 0 or 1; `score`: it lies in `range`; `ratio`: an amount, compared by ratios of medians. */
  kind: z.enum(["rate", "score", "ratio"]),
  better: z.enum(["higher", "lower"]),
  range: z.tuple([z.number(), z.number().nullable()]),
  /** A model scores it by a rubric. */
  judged: z.boolean(),
});
export type Measure = z.infer<typeof measure>;
