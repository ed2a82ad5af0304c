import { z } from "zod";

/** How an effect in doubt is looked up: a GET of `url`, in which `{key}` is the call's idempotency key. */
export const probeSpec = z.strictObject({
  url: z.string().min(1).max(2000),
  happened: z.array(z.int()).min(1).default([200]).describe("statuses that say it happened"),
  not: z.array(z.int()).min(1).default([404]).describe("statuses that say it did not"),
});
export type ProbeSpec = z.infer<typeof probeSpec>;
