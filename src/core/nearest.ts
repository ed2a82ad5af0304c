/**
 * The known word a person probably meant: the one with the fewest edits (insert, delete, replace, swap neighbours),
 * at most a third of its length and at least one; letter case is not counted. null when none is that near.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = Infinity;
  for (const candidate of known) {
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits > allowed || edits >= fewest) continue;
    best = candidate;
    fewest = edits;
  }
  return best;
}

/** The same as words for the end of a sentence: `; did you mean "x"?`, or nothing. */
export function meant(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === null ? "" : `; did you mean "${near}"?`;
}

/** Optimal string alignment: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (beforeLast[j - 2] ?? 0) + 1
          : Infinity;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
