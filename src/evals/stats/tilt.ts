/**
 * How far a sum of terms may vary if its expectation were 0: Σ G·w·t², with the weights w that change the observed
 * distribution least (empirical likelihood: A. Owen, 1988) so that its mean is 0. `terms` are deviations from a
 * hypothetical mean. For values −1, 0 and 1 this is the variance in Tango's score test. Infinite where all terms lie on
 * one side: no weights do. `counts`: how often each term is there, if not once.
 */
export function tiltedVariance(terms: Float64Array, counts: Float64Array | null = null): number {
  let [least, most] = [0, 0];
  for (let i = 0; i < terms.length; i += 1) {
    const term = terms[i] ?? 0;
    if (counts !== null && (counts[i] ?? 0) <= 0) continue;
    if (term < least) least = term;
    if (term > most) most = term;
  }
  if (least >= 0 || most <= 0) return least === most ? 0 : Infinity;
  const tilt = tiltOf(terms, counts, -1 / most, -1 / least);
  let sum = 0;
  for (let i = 0; i < terms.length; i += 1) {
    const term = terms[i] ?? 0;
    sum += ((counts === null ? 1 : (counts[i] ?? 0)) * (term * term)) / (1 + tilt * term);
  }
  return sum;
}

/** Where Σ t/(1 + λt) is 0: Newton's steps within a bracket, as the sum falls from +∞ to −∞ between its poles. */
function tiltOf(terms: Float64Array, counts: Float64Array | null, lowest: number, highest: number): number {
  let [low, high, tilt] = [lowest, highest, 0];
  for (let step = 0; step < 100; step += 1) {
    let [sum, slope] = [0, 0];
    for (let i = 0; i < terms.length; i += 1) {
      const ratio = (terms[i] ?? 0) / (1 + tilt * (terms[i] ?? 0));
      const times = counts === null ? 1 : (counts[i] ?? 0);
      sum += times * ratio;
      slope += times * ratio * ratio;
    }
    if (sum > 0) low = tilt;
    else high = tilt;
    const next = tilt + sum / slope;
    const inside = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(inside - tilt) <= 1e-13 * (highest - lowest)) return inside;
    tilt = inside;
  }
  return tilt;
}
