import type { Digest } from "../../core/id.ts";
import { sideOf } from "../../core/registry/split.ts";
import type { Side } from "../../core/registry/split.ts";
import type { Item } from "./case.ts";

export type SplitItems = Readonly<Record<Side, readonly Item[]>>;

/**
 * The two parts of a suite: whole clusters, each where the hash of its name puts it, so that cases which are added or
 * taken away move no other. A larger share only moves clusters to `held_out`; 1 leaves none to train on.
 */
export function splitItems(
  sha256: (text: string) => Digest,
  items: readonly Item[],
  share: number,
): SplitItems {
  const at = new Map<string, Side>();
  const side = ({ cluster }: Item): Side => {
    const known = at.get(cluster) ?? sideOf(sha256, cluster, 1 - share);
    at.set(cluster, known);
    return known;
  };
  return {
    held_out: items.filter((item) => side(item) === "held_out"),
    train: items.filter((item) => side(item) === "train"),
  };
}
