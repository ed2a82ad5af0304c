import type { PlanOutcome } from "../../core/cost/plan-outcome.ts";
import { dollars, plural, short } from "./words.ts";

/** Of one run: each plan's forecast against what its tasks took. */
export const forecastTexts = (plans: readonly PlanOutcome[]): readonly string[] =>
  plans.flatMap((plan) => {
    const range = rangeOf(plan);
    return range === null ? [] : outcomeText(plan, range, plans.length > 1);
  });

/** Of many runs: how often forecasts held, of plans that came to their end. Empty: there is none. */
export function calibrationTexts(plans: readonly PlanOutcome[]): readonly string[] {
  const sides = plans.flatMap((plan) => {
    const range = plan.status === "done" ? rangeOf(plan) : null;
    return range === null ? [] : sideOf(range);
  });
  const count = (side: Side): number => sides.filter((one) => one === side).length;
  if (sides.length === 0) return [];
  return [
    `${plural(sides.length, "plan")} done: ${count("within")} within the range, ${count("below")} below it, ${count("above")} above it`,
  ];
}

type Side = "below" | "within" | "above";

interface Range {
  readonly low: number;
  readonly high: number;
  readonly took: number;
  readonly say: (value: number) => string;
  readonly unit: string;
}

/** In money where both ends and all calls have a price, else in tokens; null: nobody said. */
function rangeOf({ forecast, micros, unpriced, tokens }: PlanOutcome): Range | null {
  if (forecast === null) return null;
  if (forecast.micros !== null && unpriced === 0) {
    const [low, high] = forecast.micros;
    return { low, high, took: micros, say: dollars, unit: "" };
  }
  const [low, high] = forecast.tokens;
  return { low, high, took: tokens, say: short, unit: " tokens" };
}

function outcomeText(
  { version, tasks, accepted, status }: PlanOutcome,
  range: Range,
  isNumbered: boolean,
): string {
  const { low, high, took, say, unit } = range;
  const ends = low === high ? say(low) : `${say(low)}–${say(high).replace(/^\$/, "")}`;
  const name = `${ends}${unit} for ${plural(tasks, "task")}${isNumbered ? ` of plan ${version}` : ""}`;
  const share = high === 0 ? "" : `, ${shareText(took / high)} of its high end`;
  if (status === "done") return `${name}; took ${say(took)}${unit}: ${sideOf(range)} it${share}`;
  const word = status === "open" ? "so far" : "took";
  return `${name}; ${word} ${say(took)}${unit} with ${accepted} of ${tasks} accepted${share}`;
}

function sideOf({ low, high, took }: Range): Side {
  if (took > high) return "above";
  return took < low ? "below" : "within";
}

const shareText = (share: number): string =>
  share > 0 && share < 0.01 ? "<1 %" : `${Math.round(100 * share)} %`;
