import { canonical } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { MeasuredItem, Receipt } from "./receipt.ts";

export type Sha256 = (text: string) => Digest;

/** The first link: over all that a receipt says besides its items. */
export function headLink(receipt: Omit<Receipt, "head" | "items" | "chain">, sha256: Sha256): Digest {
  const said: Partial<Receipt> = { ...receipt };
  delete said.head;
  delete said.items;
  delete said.chain;
  return sha256(`harness receipt\n${canonical(said)}`);
}

/** The link of one item: over the one before it and all that is said of the item. */
export const nextLink = (before: Digest, { item, answers }: MeasuredItem, sha256: Sha256): Digest =>
  sha256(`${before}\n${canonical({ item, answers })}`);

/** Where the chain is broken, in words. Each link is held against the one written before it, so that one change is one fault. */
export function chainFaults(receipt: Receipt, sha256: Sha256): string[] {
  const faults: string[] = [];
  if (headLink(receipt, sha256) !== receipt.head)
    faults.push("what it says besides its items was changed after it was made: its first link is another");
  let before = receipt.head;
  let last = "";
  for (const one of receipt.items) {
    const { id } = one.item;
    if (nextLink(before, one, sha256) !== one.link)
      faults.push(
        `item ${id}: a score or answer of it was changed, or it does not follow on ${last === "" ? "what stands before the items" : `item ${last}`}`,
      );
    [before, last] = [one.link, id];
  }
  if (before !== receipt.chain) faults.push("chain: it is not the link of the last item: items are missing");
  return faults;
}
