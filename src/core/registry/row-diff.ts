/** A row of a dataset, as far as comparing needs it. */
export interface Row {
  /** In its file, counted from 1. */
  readonly line: number;
  /** What its field `id` holds; null: it has none. */
  readonly id: string | null;
  /** Of its content. */
  readonly digest: string;
}

export interface RowDiff {
  /** How rows were told apart. */
  readonly by: "id" | "line";
  readonly added: readonly Row[];
  readonly removed: readonly Row[];
  /** By id: the same id with another content. */
  readonly changed: readonly { readonly before: Row; readonly after: Row }[];
  readonly same: number;
  /** The same rows in another order. */
  readonly isMoved: boolean;
}

/** By id where every row has one that no other row has; else by content, so that a changed row is one removed and one added. */
export function rowDiff(before: readonly Row[], after: readonly Row[]): RowDiff {
  const isById = areNamed(before) && areNamed(after);
  const nameOf = ({ id, digest }: Row): string => (isById ? (id ?? "") : digest);
  const left = Map.groupBy(before, nameOf);
  const [added, changed]: [Row[], { before: Row; after: Row }[]] = [[], []];
  const kept: Row[] = [];
  for (const row of after) {
    const other = left.get(nameOf(row))?.shift();
    if (other === undefined) added.push(row);
    else if (other.digest !== row.digest) changed.push({ before: other, after: row });
    else kept.push(other);
  }
  const removed = [...left.values()].flat().toSorted((a, b) => a.line - b.line);
  const isMoved = kept.some((row, index) => row.line < (kept[index - 1]?.line ?? 0));
  return { by: isById ? "id" : "line", added, removed, changed, same: kept.length, isMoved };
}

const areNamed = (rows: readonly Row[]): boolean =>
  rows.every(({ id }) => id !== null) && new Set(rows.map(({ id }) => id)).size === rows.length;
