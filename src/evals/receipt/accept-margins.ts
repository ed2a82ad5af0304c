import { decisionOf, receiptOf } from "./make-receipt.ts";
import type { Sha256 } from "./chain.ts";
import { measured } from "./receipt.ts";
import type { Receipt } from "./receipt.ts";

type Accepted = NonNullable<Receipt["accepted"]>;

/**
 * The receipt of the same evaluation with wider margins that a person signs for; it says so for ever. Only what is
 * INCONCLUSIVE by the suite's own margins has one. @returns why there is none, as the end of a sentence
 * @throws GateFault for margins that are not wider, or of no guard
 */
export function withAccepted(receipt: Receipt, accepted: Accepted, sha256: Sha256): Receipt | string {
  const { verdict } = decisionOf(receipt, {});
  if (verdict !== "INCONCLUSIVE")
    return `its verdict is ${verdict}, and a wider margin is for INCONCLUSIVE only`;
  const said = measured.parse({
    ...Object.fromEntries(Object.keys(measured.shape).map((key) => [key, receipt[key as keyof Receipt]])),
    items: receipt.items.map(({ item, answers }) => ({ item, answers })),
    accepted,
  });
  const made = receiptOf(said, sha256);
  return made.verdict === "PROMOTE" ? made : `with these margins its verdict is still ${made.verdict}`;
}
