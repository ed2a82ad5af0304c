import { expect, test } from "vitest";
import { equalMassEdges } from "../../../src/evals/metrics/bins.ts";
import { normalizeText } from "../../../src/evals/metrics/normalize.ts";
import { metricNamed } from "../../../src/evals/metrics/table.ts";
import type { Value } from "../../../src/evals/metrics/metric.ts";
import { summaryOf } from "../../../src/evals/metrics/summary.ts";
import { helm, isNear } from "../vectors.ts";

const value = (name: string, input: unknown): Value => {
  const metric = metricNamed(name);
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric.value(input, "helm");
};

/** The cases whose value is another, with that value. */
const unlike = (cases: readonly { readonly expected: unknown }[], name: (one: never) => string): unknown[] =>
  cases
    .map((one) => ({ ...one, got: value(name(one as never), one) }))
    .filter(({ expected, got }) => !isNear(got, expected));

test("texts are normalised as HELM does", () => {
  const { cases } = helm.normalize_text;
  expect(cases.length).toBeGreaterThan(20);
  for (const { text, normalized, normalized_keep_articles } of cases) {
    expect(normalizeText(text)).toBe(normalized);
    expect(normalizeText(text, "articles-too")).toBe(normalized_keep_articles);
  }
});

test("all string metrics, pass@k, BLEU-1, classes and win rates are HELM's", () => {
  expect(helm.string_metrics.length).toBeGreaterThan(120);
  expect(unlike(helm.string_metrics, ({ metric }: { metric: string }) => metric)).toEqual([]);
  expect(unlike(helm.pass_at_k, () => "pass_at_k")).toEqual([]);
  expect(unlike(helm.nltk_bleu_1, () => "bleu_1")).toEqual([]);
  expect(unlike(helm.classification_f1, () => "classification_f1")).toEqual([]);
  expect(unlike(helm.win_rate, () => "win_rate")).toEqual([]);
});

test("worst cases are HELM's", () => {
  expect(unlike(helm.worst_case, () => "worst_case")).toEqual([]);
});

interface CalibrationCase {
  readonly metric: string;
  readonly num_bins?: number;
  readonly probs: readonly number[];
  readonly correct?: readonly number[];
  readonly expected: unknown;
}
const calibrationCases = helm.calibration as readonly CalibrationCase[];
const casesOf = (...names: readonly string[]): readonly CalibrationCase[] =>
  calibrationCases.filter(({ metric }) => names.includes(metric));

test("calibration errors are HELM's", () => {
  const cases = casesOf("ece_em", "ece_em_ties", "ece_equal_width");
  expect(cases.length).toBeGreaterThan(17);
  expect(unlike(cases, ({ metric }: CalibrationCase) => metric.replace("_ties", ""))).toEqual([]);
});

test("bins of equal mass have HELM's edges", () => {
  const cases = casesOf("equal_mass_bin_upper_edges");
  expect(cases.length).toBeGreaterThan(6);
  for (const { probs, num_bins = 10, expected } of cases)
    expect(equalMassEdges(probs, num_bins)).toSatisfy((edges) => isNear(edges, expected));
});

test("selective accuracy is HELM's", () => {
  const cases = casesOf("selective");
  expect(cases.length).toBeGreaterThan(12);
  for (const one of cases) {
    const got = {
      selective_cov_acc_area: value("selective_cov_acc_area", one),
      "selective_acc@10": value("selective_acc@10", one),
    };
    expect(got).toSatisfy((both) => isNear(both, one.expected));
  }
});

test("every number of calibration, Platt's among them, is HELM's", () => {
  const cases = casesOf("helm_calibration_bundle");
  expect(cases.length).toBe(2);
  for (const one of cases) {
    const { bins10, ...numbers } = one.expected as { readonly bins10: readonly number[] };
    expect(equalMassEdges(one.probs, 10)).toSatisfy((edges) => isNear(edges, bins10));
    expect(value("calibration", one)).toSatisfy((all) => isNear(all, numbers));
    for (const [name, expected] of Object.entries(numbers).filter(([key]) => /ece|selective/.test(key)))
      if (metricNamed(name) !== undefined) expect(value(name, one)).toSatisfy((got) => isNear(got, expected));
  }
});

test("variance is that of the population", () => {
  for (const { values, mean, variance, stddev } of helm.stat_population_variance)
    expect(summaryOf(values)).toSatisfy((got) =>
      isNear(got, { count: values.length, mean, variance, stddev }),
    );
});
