import { z } from "zod";

const share = z.number().gt(0).lt(1);

const rateAssumption = z.strictObject({
  kind: z.literal("rate"),
  rate: share.describe("the share of answers of production that score 1"),
  discordance: share.describe("how often two answers of production to one case differ"),
  gain: z.number().default(0).describe("by how much the candidate is truly better; less than 0: worse"),
});
export type RateAssumption = z.infer<typeof rateAssumption>;

const scoreAssumption = z.strictObject({
  kind: z.literal("score"),
  sd: z.number().positive().describe("standard deviation between answers of production to one case"),
  gain: z.number().default(0),
});
export type ScoreAssumption = z.infer<typeof scoreAssumption>;

const ratioAssumption = z.strictObject({
  kind: z.literal("ratio"),
  sd: z
    .number()
    .positive()
    .describe("standard deviation between logarithms of answers of production to one case"),
  gain: z.number().default(0).describe("as a logarithm"),
});
export type RatioAssumption = z.infer<typeof ratioAssumption>;

/** What is thought of one guard before anything is measured. Candidate and production are equal but for `gain`. */
export const assumption = z.discriminatedUnion("kind", [rateAssumption, scoreAssumption, ratioAssumption]);
export type Assumption = z.infer<typeof assumption>;

/** How good a first version is thought to be, against a floor. Of a rate what its assumption says goes. */
export interface Level {
  /** On average over cases; of a ratio the logarithm of the median amount. */
  readonly loss: number;
  /** Standard deviation between cases, apart from what differs between answers to one; of a ratio of logarithms. */
  readonly between: number;
}

/** The cases there are. */
export interface Cases {
  readonly items: number;
  /** How many clusters they are in, of about equal sizes. */
  readonly clusters: number;
  /** How far differences of items of a cluster are alike: 0 not at all, 1 entirely. */
  readonly alike: number;
}
