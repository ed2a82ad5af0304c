/**
 * Where an increasing function passes through zero, between `low` and `high`: by the method of Ridders (1979), inside a
 * bracket that only shrinks. Where it does not within the bracket, of it the nearer end is returned.
 */
export function rootOf(increasing: (at: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [below, above] = [increasing(a), increasing(b)];
  if (below >= 0) return a;
  if (above <= 0) return b;
  let last = NaN;
  for (let step = 0; step < 200; step += 1) {
    const middle = a + (b - a) / 2;
    if (middle <= a || middle >= b) return middle;
    const at = increasing(middle);
    const root = middle - ((middle - a) * at) / Math.sqrt(at * at - below * above);
    const value = increasing(root);
    if (at === 0) return middle;
    if (value === 0) return root;
    for (const [x, y] of [[middle, at] as const, [root, value] as const]) {
      if (y < 0 && x > a) [a, below] = [x, y];
      if (y > 0 && x < b) [b, above] = [x, y];
    }
    if (Math.abs(root - last) <= 4e-16 * Math.abs(root)) return root;
    last = root;
  }
  return a + (b - a) / 2;
}
