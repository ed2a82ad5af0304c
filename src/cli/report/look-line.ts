import type { LookTaken } from "../../evals/report/report.ts";
import { plural } from "../view/words.ts";
import { countText, moneyText, spanText } from "./figures.ts";

/**
 * ` look 1  K=2  960 answers  $8.71  11 min    6 errors counted by policy · 2 outages repeated`: all that was asked up to
 * there. `note`: what came of it, like `decided`.
 */
export function lookLine(look: LookTaken, number: number, note: string | null): string {
  const { samples, answers, micros, wallMs, errors, repeated, outages } = look;
  const notes = [
    ...(errors === 0 ? [] : [`${plural(errors, "error")} counted by policy`]),
    ...(repeated === 0 ? [] : [`${plural(repeated, "outage")} repeated`]),
    ...(outages === 0 ? [] : [`${plural(outages, "outage")} left, which decide nothing`]),
    ...(note === null ? [] : [note]),
  ];
  const money = micros === null ? "price unknown" : moneyText(micros);
  const parts = [
    `look ${number}`,
    `K=${samples}`.padEnd(3),
    `${countText(answers)} answers`.padEnd(13),
    money.padEnd(6),
    spanText(wallMs).padEnd(6),
  ];
  return ` ${parts.join("  ")}  ${notes.join(" · ")}`.trimEnd();
}
