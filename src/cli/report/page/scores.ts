import type { Arm } from "../../../evals/answer.ts";
import { sidesOf } from "../../../evals/report/arms.ts";
import { sideText } from "../../../evals/report/arms.ts";
import type { Dimension } from "../../../evals/report/dimensions.ts";
import type { Estimate } from "../../../evals/report/estimate.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import type { Scale } from "../../../evals/gate/spec.ts";
import { excerpt } from "../../page/bounded.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { oneLine, plural } from "../../view/words.ts";
import { differenceText, valueText } from "../figures.ts";
import { armInterval, armLegend } from "./arm-marks.ts";
import { linearAxis, logAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";
import { table } from "./region.ts";

/** In CSS pixels. */
const size = { width: 300, arm: 12, top: 3 };
const mostGroups = 40;

/** Each measure: all cases, groups of them, and (of quality) their worst forms, each arm with its interval. */
export function scores(report: StoredReport, dimensions: readonly Dimension[]): Html {
  const measures = report.measures.map((measure) => ({
    name: measure.name,
    own: dimensions.filter((one) => one.measure.name === measure.name),
  }));
  const order = measures.toSorted(
    (a, b) => Number(b.name === report.quality) - Number(a.name === report.quality),
  );
  return html`${armLegend(report)}
    <p class="note">
      Intervals at 95 %, over ${plural(clustersOf(report), "cluster")} of cases that err together. Errors
      count as the worst.
    </p>
    ${order.map(({ name, own }) => block(report, name, own))}`;
}

const clustersOf = ({ cases }: StoredReport): number => new Set(cases.map(({ cluster }) => cluster)).size;

function block(report: StoredReport, name: string, own: readonly Dimension[]): Html {
  const [whole] = own;
  const head = `${name}${name === report.quality ? ", the quality" : ""}: ${whole === undefined ? "" : summary(report, whole)}`;
  const body = measureTable(report, name, own);
  return name === report.quality
    ? html`<details open="">
        <summary>${head}</summary>
        ${body}
      </details>`
    : html`<details>
        <summary>${head}</summary>
        ${body}
      </details>`;
}

const summary = (report: StoredReport, { scale, arms }: Dimension): string =>
  sidesOf(report)
    .map(({ arm }) => valueText(scale, arms[arm]?.value ?? null))
    .join(" → ");

function measureTable(report: StoredReport, name: string, own: readonly Dimension[]): Html {
  const sides = sidesOf(report);
  const groups = own.filter(({ group }) => group !== null);
  const { first, missing, last } = excerpt(groups, mostGroups);
  const shown = [
    ...own.filter(({ group, concern }) => group === null && concern === null),
    ...first,
    ...last,
    ...own.filter(({ concern }) => concern !== null),
  ];
  const axis = axisOf(shown);
  const columns = [
    { name: "cases" },
    { name: "score" },
    ...sides.map(({ side }) => ({ name: sideText(side), isNumber: true })),
    ...(report.baseline === null ? [] : [{ name: "difference", isLine: true }]),
  ];
  const rows = shown.map((one) => [
    html`${rowName(one)} <span class="note">${one.cases}</span>`,
    picture(one, sides.map(({ arm }) => arm).toReversed(), axis),
    ...sides.map(({ arm }) => valueText(one.scale, one.arms[arm]?.value ?? null)),
    ...(report.baseline === null ? [] : [differenceCell(one.scale, one.against.baseline)]),
  ]);
  return html`${table(`${name} of each arm`, columns, [...rows, [html`<span class="unseen">scale</span>`, ticks(shown[0], axis), ...columns.slice(2).map(() => "")]])}${
    missing === 0 ? null : html`<p class="note">${plural(missing, "more group")} would not fit.</p>`
  }`;
}

const rowName = ({ group, concern }: Dimension): string =>
  concern === null ? (group === null ? "all" : oneLine(group, 40)) : `worst form: ${oneLine(concern, 40)}`;

function differenceCell(scale: Scale, difference: Estimate | null): Html {
  const { value = null, low = null, high = null } = difference ?? {};
  return html`<b>${differenceText(scale, value)}</b>
    <span class="note">${differenceText(scale, low)} to ${differenceText(scale, high)}</span>`;
}

function axisOf(shown: readonly Dimension[]): Axis {
  const values = shown.flatMap(({ arms }) =>
    Object.values(arms).flatMap((one) => [one?.value, one?.low, one?.high].flatMap((value) => value ?? [])),
  );
  const scale = shown[0]?.scale;
  if (scale?.kind === "ratio" && values.some((value) => value > 0))
    return logAxis(values, [8, size.width - 8], 4);
  const bounds: readonly [number, number] =
    scale === undefined || scale.kind === "ratio"
      ? [-Infinity, Infinity]
      : scale.kind === "rate"
        ? [0, 1]
        : scale.range;
  return linearAxis(values, [8, size.width - 8], bounds, 4);
}

function picture({ scale, arms }: Dimension, order: readonly Arm[], axis: Axis): Html {
  const height = 2 * size.top + order.length * size.arm;
  const label = order.map((arm) => intervalText(scale, arm, arms[arm])).join("; ");
  return html`<svg
    class="plot"
    role="img"
    aria-label="${label}"
    width="${size.width}"
    height="${height}"
    viewBox="0 0 ${size.width} ${height}"
  >
    ${axis.ticks.map((tick) => html`<path class="tick" d="M${axis.at(tick)} 0V${height}"></path>`)}
    ${order.map((arm, index) => {
      const estimate = arms[arm];
      return estimate === null
        ? null
        : armInterval(arm, estimate, axis, size.top + index * size.arm + size.arm / 2);
    })}
  </svg>`;
}

const intervalText = (scale: Scale, arm: Arm, estimate: Estimate | null): string =>
  `${arm} ${valueText(scale, estimate?.value ?? null)}, ${valueText(scale, estimate?.low ?? null)} to ${valueText(scale, estimate?.high ?? null)}`;

function ticks(first: Dimension | undefined, axis: Axis): Html | null {
  if (first === undefined) return null;
  return html`<svg
    class="plot"
    width="${size.width}"
    height="14"
    viewBox="0 0 ${size.width} 14"
    aria-hidden="true"
  >
    ${axis.ticks.map(
      (tick) =>
        html`<text class="mid soft" x="${axis.at(tick)}" y="11">${valueText(first.scale, tick, 2)}</text>`,
    )}
  </svg>`;
}
