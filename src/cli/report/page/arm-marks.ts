import type { Arm } from "../../../evals/answer.ts";
import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import type { Estimate } from "../../../evals/report/estimate.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import type { Axis } from "./axis.ts";

/** A point of an arm: a shape and a colour, either of which tells it apart. */
export function armPoint(arm: Arm, x: number, y: number, r = 4): Html {
  if (arm === "candidate") return html`<circle class="point ${arm}" cx="${x}" cy="${y}" r="${r}"></circle>`;
  const d =
    arm === "baseline"
      ? `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`
      : `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`;
  return html`<path class="point ${arm}" d="${d}"></path>`;
}

/** A number with its interval, along an axis that lies. */
export function armInterval(arm: Arm, { value, low, high }: Estimate, axis: Axis, y: number): Html {
  const from = axis.at(low ?? -Infinity);
  const to = axis.at(high ?? Infinity);
  return html`<path class="reach ${arm}" d="M${from} ${y}H${to}"></path
    >${value === null ? null : armPoint(arm, axis.at(value), y)}`;
}

/** Which mark is whose. */
export const armLegend = (report: StoredReport): Html =>
  html`<ul class="legend">
    ${sidesOf(report)
      .toReversed()
      .map(
        ({ arm, side }) =>
          html`<li>
            <svg width="26" height="12" aria-hidden="true">
              <path class="reach ${arm}" d="M1 6H25"></path>
              ${armPoint(arm, 13, 6)}</svg
            >${sideText(side)}, ${roles[arm]}
          </li>`,
      )}
  </ul>`;

const roles: Readonly<Record<Arm, string>> = {
  candidate: "the candidate",
  baseline: "the baseline",
  best: "the best version ever",
};
