import { z } from "zod";
import { digest } from "../id.ts";

/** By what a receipt is found; who makes and verifies receipts knows the rest. */
export const receiptHead = z.looseObject({
  receipt: z.literal(1),
  /** Of the version's closure. */
  digest,
  verdict: z.string(),
});
export type ReceiptHead = z.infer<typeof receiptHead>;
