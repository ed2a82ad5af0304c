import type { Digest } from "../../core/id.ts";
import type { History } from "../../core/registry/history.ts";
import { addReceipt, readReceipts } from "../../edges/registry/receipts.ts";
import type { ReceiptFile } from "../../edges/registry/receipts.ts";
import type { Proof } from "../../evals/receipt/best-ever.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { receiptText } from "../../evals/receipt/receipt-text.ts";
import { verifyReceipt } from "../../evals/receipt/verify-receipt.ts";
import type { Verified } from "../../evals/receipt/verify-receipt.ts";
import { sha256 } from "../sha256.ts";

/** A file of `receipts/`, and what its text alone says. */
export interface VerifiedFile extends ReceiptFile {
  readonly verified: Verified;
}

/** The receipts of a project that are wanted, verified; each costs its gate once more. @throws RegistryRefused */
export async function verifiedReceipts(
  dir: string,
  isWanted: (file: ReceiptFile) => boolean,
): Promise<readonly VerifiedFile[]> {
  const files = (await readReceipts(dir)).filter(isWanted);
  return files.map((file) => ({ ...file, verified: verifyReceipt(file.text, sha256) }));
}

/** What the promotions of a name are proven by, by the digest that `harness.lock` holds. @throws RegistryRefused */
export async function proofsOf(dir: string, history: History): Promise<ReadonlyMap<Digest, Proof>> {
  const named = new Set(history.records.map((one) => (one.record === "stage" ? one.receipt : null)));
  return proofsIn(await verifiedReceipts(dir, ({ digest }) => named.has(digest)));
}

export function proofsIn(files: readonly VerifiedFile[]): ReadonlyMap<Digest, Proof> {
  const found = new Map<Digest, Proof>();
  for (const { digest, verified } of files) {
    const { receipt, decision, faults } = verified;
    if (receipt !== null && decision !== null && faults.length === 0)
      found.set(digest, { receipt, decision });
  }
  return found;
}

/**
 * Writes the receipt of a version into `receipts/`: `NAME-VERSION.json` of a prompt, else `KIND-NAME-VERSION.json`.
 * @returns its path, relative to the project @throws RegistryRefused
 */
export async function writeReceipt(dir: string, receipt: Receipt, version: number): Promise<string> {
  const { kind, name } = receipt.candidate;
  const called = `${kind === "prompt" ? "" : `${kind}-`}${name}-${version}`;
  return addReceipt(dir, called, receiptText(receipt));
}
