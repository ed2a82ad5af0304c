import type { ScoredAnswer } from "../answer.ts";
import type { Scale } from "../gate/spec.ts";
import type { Measure } from "../measure.ts";

/** How a measure is read by the gate's tests. One without an upper bound ends at the most that was scored. */
export function scaleOf(measure: Measure, answers: readonly ScoredAnswer[]): Scale {
  const { name: metric, kind, better } = measure;
  if (kind !== "score") return { kind, metric, better };
  const [low, high] = measure.range;
  return { kind, metric, better, range: [low, high ?? mostOf(answers, metric, low + 1)] };
}

function mostOf(answers: readonly ScoredAnswer[], metric: string, least: number): number {
  let most = least;
  for (const { scores } of answers) {
    const score = scores[metric];
    if (typeof score === "number" && score > most) most = score;
  }
  return most;
}
