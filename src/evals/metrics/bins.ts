/** Upper edges of bins over [0, 1], ascending, the last one 1. A value lies in the first bin whose edge it does not exceed. */
export type Edges = readonly number[];

/**
 * Bins with as many values each as can be: edges lie half way between neighbours. Values that many share make fewer
 * bins. HELM's `uncertainty-calibration` package: `get_equal_bins` (calibration/utils.py).
 */
export function equalMassEdges(values: readonly number[], bins: number): Edges {
  const sorted = values.toSorted((a, b) => a - b);
  const parts = Math.min(bins, sorted.length);
  const edges = new Set<number>();
  let end = 0;
  for (let part = 0; part < parts - 1; part++) {
    end += Math.floor(sorted.length / parts) + (part < sorted.length % parts ? 1 : 0);
    edges.add(((sorted[end - 1] ?? 0) + (sorted[end] ?? 0)) / 2);
  }
  return [...edges.add(1)].toSorted((a, b) => a - b);
}

/** Bins of one width. `get_equal_prob_bins` of the same package. */
export const equalWidthEdges = (bins: number): Edges =>
  Array.from({ length: bins }, (_, at) => (at + 1) / bins);

/** The number of the bin a value lies in. */
export function binOf(value: number, edges: Edges): number {
  const at = edges.findIndex((edge) => value <= edge);
  return at === -1 ? edges.length - 1 : at;
}
