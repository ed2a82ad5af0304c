/**
 * The chance that at least one of `k` answers passes, of `n` that were tried and `c` that passed; `k` at most `n`.
 * Unbiased: 1 − C(n−c, k) / C(n, k). HELM: `pass_at_k_estimator` (metrics/evaluate_reference_metrics.py), after
 * Chen et al. 2021, https://arxiv.org/abs/2107.03374.
 */
export function passAtK(n: number, c: number, k: number): number {
  let allFail = 1;
  if (n - c < k) return 1;
  for (let i = n - c + 1; i <= n; i++) allFail *= 1 - k / i;
  return 1 - allFail;
}
