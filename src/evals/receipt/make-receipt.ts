import { canonical } from "../../core/canonical.ts";
import { decideGate } from "../gate/decide.ts";
import type { Decision } from "../gate/decide.ts";
import { headLink, nextLink } from "./chain.ts";
import type { Sha256 } from "./chain.ts";
import { measured, receipt } from "./receipt.ts";
import type { Measured, Receipt, ReceiptItem } from "./receipt.ts";

/** The receipt of an evaluation, with the verdict of its gate. @throws GateFault; ZodError for what is no evaluation */
export function receiptOf(found: Measured, sha256: Sha256): Receipt {
  // What was not JSON to the digit (-0, undefined) would be another value when it is read again.
  const whole = measured.parse(JSON.parse(canonical(found)));
  const { items, ...said } = whole;
  const { verdict } = decisionOf(whole);
  const head = { receipt: 1 as const, verdict, digest: said.candidate.digest, ...said };
  const first = headLink(head, sha256);
  const linked: ReceiptItem[] = [];
  for (const one of items) linked.push({ ...one, link: nextLink(linked.at(-1)?.link ?? first, one, sha256) });
  return receipt.parse({ ...head, head: first, items: linked, chain: linked.at(-1)?.link ?? first });
}

/** What the gate says of what a receipt holds. @throws GateFault */
export function decisionOf(
  { gate, items, looks, judge, accepted }: Pick<Measured, "gate" | "items" | "looks" | "judge" | "accepted">,
  margins: Readonly<Record<string, number>> | undefined = accepted?.margins,
): Decision {
  return decideGate(gate, {
    items: items.map(({ item }) => item),
    looks,
    judge: judge?.labels ?? undefined,
    accepted: margins,
  });
}
