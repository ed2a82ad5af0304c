import { z } from "zod";
import type { Mode } from "../mode.ts";
import { metric } from "./metric.ts";
import type { Metric, Value } from "./metric.ts";
import { winRates } from "./win-rate.ts";
import { concerns, worstCases } from "./worst-case.ts";
import type { Concern, ItemScores, WorstCase } from "./worst-case.ts";

/** Per item: `original`, and perturbed forms by name, `robustness:typos` or `fairness:gender`. */
const scoresInput = z.object({
  scores: z.record(z.string(), z.record(z.string(), z.number())),
  metric: z.string().optional(),
  direction: z.enum(["higher", "lower"]).optional(),
});
type ScoresInput = z.infer<typeof scoresInput>;

const tableInput = z
  .object({
    columns: z.array(z.object({ name: z.string(), lower_is_better: z.boolean().nullable() })),
    rows: z.array(z.array(z.number().nullable())),
    aggregation: z.enum(["mean", "median"]).default("mean"),
  })
  .refine(({ columns, rows }) => rows.every((row) => row.length === columns.length), {
    error: "a row has not one value a column",
  });

/**
 * Metrics of scores of other metrics.
 * @param directionOf which way is better by the name of a metric; null: not known
 */
export function derivedMetrics(directionOf: (name: string) => Metric["direction"]): readonly Metric[] {
  const worst = (input: ScoresInput, mode: Mode): readonly WorstCase[] => {
    const known = input.metric === undefined ? null : directionOf(input.metric);
    return worstCases(
      Object.values(input.scores).map(itemScores),
      input.direction ?? known ?? "higher",
      mode,
    );
  };
  return [
    ...concerns.map((concern) =>
      ofScores(
        concern,
        `mean of the worst scores over perturbations for ${concern}`,
        [0, 1],
        (input, mode) =>
          worst(input, mode).find(({ perturbation }) => perturbation === concern)?.mean ?? null,
      ),
    ),
    ofScores("worst_case", "all worst cases: per concern and per perturbation", [null, null], (input, mode) =>
      worst(input, mode).map(toldOf),
    ),
    metric(
      tableInput,
      {
        name: "win_rate",
        about: "per row the chance to beat another row, over columns; a tie is half a win",
        direction: "higher",
        range: [0, 1],
        values: "score",
        needs: "table",
        aggregate: "whole",
      },
      ({ columns, rows, aggregation }) =>
        winRates(
          columns.map(({ name, lower_is_better }) => ({ name, lowerIsBetter: lower_is_better })),
          rows,
          aggregation,
        ),
    ),
  ];
}

function ofScores(
  name: string,
  about: string,
  range: Metric["range"],
  value: (input: ScoresInput, mode: Mode) => Value,
): Metric {
  return metric(
    scoresInput,
    { name, about, direction: null, range, values: "score", needs: "scores", aggregate: "whole" },
    value,
  );
}

function itemScores(scores: Readonly<Record<string, number>>): ItemScores {
  const { original = null, ...perturbed } = scores;
  return {
    original,
    perturbed: Object.entries(perturbed).map(([key, score]) => {
      const [, concern, name] = /^(robustness|fairness):(.+)$/.exec(key) ?? [];
      return { perturbation: name ?? key, concern: (concern as Concern | undefined) ?? null, score };
    }),
  };
}

const toldOf = ({ perturbation, computedOn, mean, count }: WorstCase): Value => ({
  perturbation,
  computed_on: computedOn,
  mean,
  count,
});
