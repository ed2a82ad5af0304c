/**
 * `; did you mean "x"?` for the known word with the fewest edits (insert, delete, replace, swap neighbours), at most
 * two and a third of its length; else "".
 */
export function meant(word: string, known: Iterable<string>): string {
  let best: string | null = null;
  let fewest = 3;
  for (const candidate of known) {
    const edits = distance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (edits >= fewest || edits > Math.max(1, candidate.length / 3)) continue;
    best = candidate;
    fewest = edits;
  }
  return best === null ? "" : `; did you mean "${best}"?`;
}

/** Optimal string alignment: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Infinity;
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swapped, replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
