/** p-values of several tests as Holm (1979) adjusts them: those below α keep the chance of any false one below α. */
export function holm(p: readonly number[]): number[] {
  const adjusted = p.map(() => 0);
  let least = 0;
  for (const [rank, index] of ascending(p).entries()) {
    least = Math.max(least, Math.min(1, (p.length - rank) * (p[index] ?? 1)));
    adjusted[index] = least;
  }
  return adjusted;
}

/** As Benjamini and Hochberg (1995) adjust them: of those below q, a share of q is false in the long run. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const adjusted = p.map(() => 1);
  let most = 1;
  for (const [rank, index] of [...ascending(p).entries()].toReversed()) {
    most = Math.min(most, (p.length * (p[index] ?? 1)) / (rank + 1));
    adjusted[index] = most;
  }
  return adjusted;
}

const ascending = (p: readonly number[]): number[] =>
  p.map((_, index) => index).toSorted((a, b) => (p[a] ?? 0) - (p[b] ?? 0));
