import type { Arm } from "../../../evals/answer.ts";
import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import type { Dimension } from "../../../evals/report/dimensions.ts";
import type { Estimate } from "../../../evals/report/estimate.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import type { Scale } from "../../../evals/gate/spec.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { oneLine } from "../../view/words.ts";
import { amountText, valueText } from "../figures.ts";
import { armLegend, armPoint } from "./arm-marks.ts";
import { linearAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";

/** In CSS pixels. */
const size = { width: 640, height: 330, left: 56, right: 14, top: 12, bottom: 42 };

interface Point {
  readonly arm: Arm;
  /** null: all cases. */
  readonly group: string | null;
  readonly money: Estimate;
  readonly quality: Estimate;
  readonly scale: Scale;
}

/** What an answer costs, and how good it is: each arm over all cases, and small by group. */
export function money(report: StoredReport, dimensions: readonly Dimension[]): Html {
  const points = pointsOf(report, dimensions);
  const [first] = points;
  if (first === undefined)
    return html`<p class="none">
      No price is known, so nothing can be said of money: give the model a price in <code>harness.yaml</code>.
    </p>`;
  const { left, right, top, bottom, width, height } = size;
  const x = linearAxis(
    points.flatMap((one) => endsOf(one.money, one.group === null)).flatMap(withRoom),
    [left, width - right],
    [0, Infinity],
  );
  const bounds = first.scale.kind === "score" ? first.scale.range : ([0, 1] as const);
  const y = linearAxis(
    points.flatMap((one) => endsOf(one.quality, one.group === null)),
    [height - bottom, top],
    bounds,
  );
  return html`${armLegend(report)}
    <svg
      class="plot fluid"
      role="img"
      aria-label="${labelOf(report, points)}"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
    >
      ${frame(x, y, first.scale, report.quality)}
      ${points.filter(({ group }) => group !== null).map((one) => small(one, x, y))}
      ${points.filter(({ group }) => group === null).map((one) => large(one, x, y))}
    </svg>
    <p class="note">
      Large: all cases, with 95 % intervals. Small: groups of cases. Up and to the left is better.
    </p>`;
}

/** A tenth more or less of what an answer costs is nothing to zoom in on. */
const withRoom = (value: number): readonly number[] => [0.9 * value, 1.1 * value];

const endsOf = ({ value, low, high }: Estimate, isWhole: boolean): readonly number[] =>
  (isWhole ? [value, low, high] : [value]).flatMap((one) => one ?? []);

function pointsOf(report: StoredReport, dimensions: readonly Dimension[]): readonly Point[] {
  const written = dimensions.filter(({ concern }) => concern === null);
  const costs = new Map(
    written.filter(({ measure }) => measure.name === "cost").map((one) => [one.group, one]),
  );
  return written
    .filter(({ measure }) => measure.name === report.quality)
    .flatMap(({ group, scale, arms }) =>
      sidesOf(report).flatMap(({ arm }) => {
        const [quality, spent] = [arms[arm], costs.get(group)?.arms[arm] ?? null];
        if (quality === null || spent === null || spent.value === null || quality.value === null) return [];
        return [{ arm, group, money: spent, quality, scale }];
      }),
    );
}

function labelOf(report: StoredReport, points: readonly Point[]): string {
  const said = sidesOf(report).flatMap(({ arm, side }) =>
    points
      .filter((one) => one.arm === arm && one.group === null)
      .map(
        ({ money: spent, quality, scale }) =>
          `${sideText(side)} ${amountText("cost", spent.value ?? 0)} an answer, ${valueText(scale, quality.value)}`,
      ),
  );
  return `money against quality: ${said.join("; ")}`;
}

function frame(x: Axis, y: Axis, scale: Scale, quality: string): Html {
  const bottom = size.height - size.bottom;
  const texts = tickTexts(x.ticks);
  return html`${x.ticks.map(
      (tick, index) =>
        html`<path class="tick" d="M${x.at(tick)} ${size.top}V${bottom}"></path
          ><text class="mid soft" x="${x.at(tick)}" y="${bottom + 16}">${texts[index] ?? ""}</text>`,
    )}${y.ticks.map(
      (tick) =>
        html`<path class="tick" d="M${size.left} ${y.at(tick)}H${size.width - size.right}"></path
          ><text class="end soft" x="${size.left - 6}" y="${y.at(tick) + 4}"
            >${valueText(scale, tick)}</text
          >`,
    )}<text class="mid soft" x="${(size.left + size.width) / 2}" y="${bottom + 34}"
      >money an answer (median) → ${oneLine(quality, 40)} ↑</text
    >`;
}

const small = ({ arm, group, money: spent, quality, scale }: Point, x: Axis, y: Axis): Html =>
  html`<g class="small"
    ><title>
      ${oneLine(group ?? "", 60)}: ${amountText("cost", spent.value ?? 0)}, ${valueText(scale, quality.value)}</title
    >${armPoint(arm, x.at(spent.value ?? 0), y.at(quality.value ?? 0), 3)}</g
  >`;

function large({ arm, money: spent, quality }: Point, x: Axis, y: Axis): Html {
  const [cx, cy] = [x.at(spent.value ?? 0), y.at(quality.value ?? 0)];
  const across = `M${x.at(spent.low ?? -Infinity)} ${cy}H${x.at(spent.high ?? Infinity)}`;
  const up = `M${cx} ${y.at(quality.low ?? -Infinity)}V${y.at(quality.high ?? Infinity)}`;
  return html`<path class="reach ${arm}" d="${across}${up}"></path>${armPoint(arm, cx, cy, 6)}`;
}

/** With as many digits as tell them apart. */
function tickTexts(ticks: readonly number[]): readonly string[] {
  const digits = [2, 3, 4, 5, 6].find(
    (count) => new Set(ticks.map((tick) => tick.toFixed(count))).size === ticks.length,
  );
  return ticks.map((tick) => `$${tick.toFixed(digits ?? 8).replace(/^0\./, ".")}`);
}
