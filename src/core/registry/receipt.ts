import { z } from "zod";
import { digest } from "../id.ts";

/** What a promotion reads of a receipt; who writes and verifies receipts knows the rest. */
export const receiptHead = z.looseObject({
  /** Of the version's closure. */
  digest,
  verdict: z.string(),
});
export type ReceiptHead = z.infer<typeof receiptHead>;

/** The one verdict that lets a version into production. */
export const allows = ({ verdict }: ReceiptHead): boolean => verdict === "PROMOTE";
