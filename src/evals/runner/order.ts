import type { Digest } from "../../core/id.ts";
import type { Arm, Ask } from "../answer.ts";
import type { Item } from "../suite/case.ts";

/** One way in which cases are put otherwise. */
export interface Form {
  /** `robustness:mild_mix`. */
  readonly id: string;
  /** null: it changes nothing about this case, so it is not asked. */
  readonly put: (item: Item) => Item | null;
}

/**
 * What is asked from one look to the next: sample by sample, the cases in an order of no meaning, and the arms of each
 * beside each other, by turns in front: so whatever changes at the provider meanwhile meets all arms alike.
 */
export function asksBetween(
  sha256: (text: string) => Digest,
  arms: readonly Arm[],
  items: readonly Item[],
  { from, to }: { readonly from: number; readonly to: number },
): Ask[] {
  const shuffled = inNoOrder(sha256, items);
  const asks: Ask[] = [];
  for (let sample = from + 1; sample <= to; sample += 1)
    for (const [index, item] of shuffled.entries())
      for (const arm of turned(arms, index + sample)) asks.push({ arm, item, sample, form: null });
  return asks;
}

/** Each form of each case once, of candidate and production. */
export const asksOfForms = (
  sha256: (text: string) => Digest,
  arms: readonly Arm[],
  items: readonly Item[],
  forms: readonly Form[],
): Ask[] =>
  inNoOrder(sha256, items).flatMap((item, index) =>
    forms.flatMap(({ id, put }) => {
      const other = put(item);
      if (other === null) return [];
      const asked = arms.filter((arm) => arm !== "best");
      return turned(asked, index).map((arm) => ({ arm, item: other, sample: 1, form: id }));
    }),
  );

function inNoOrder(sha256: (text: string) => Digest, items: readonly Item[]): Item[] {
  const at = new Map(items.map((item) => [item, sha256(`order ${item.case.id}`)]));
  return items.toSorted((a, b) => ((at.get(a) ?? "") < (at.get(b) ?? "") ? -1 : 1));
}

const turned = <T>(list: readonly T[], by: number): T[] => {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};
