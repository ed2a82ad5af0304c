import type { Arm } from "../../../evals/answer.ts";
import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import { efficiencyOf, latenciesOf } from "../../../evals/report/efficiency.ts";
import type { Efficiency } from "../../../evals/report/efficiency.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { short } from "../../view/words.ts";
import { moneyText, timeText } from "../figures.ts";
import { armLegend } from "./arm-marks.ts";
import { fixedAxis, logAxis } from "./axis.ts";
import type { Axis } from "./axis.ts";
import { table } from "./region.ts";

/** In CSS pixels. */
const size = { width: 640, height: 280, left: 44, right: 14, top: 12, bottom: 42 };
/** A curve has so many steps at most. */
const steps = 200;

interface Curve {
  readonly arm: Arm;
  readonly name: string;
  readonly latencies: readonly number[];
  readonly took: Efficiency;
}

/** How long answers took, how many tokens and how much money. */
export function latency(report: StoredReport): Html {
  const curves = sidesOf(report).flatMap(({ arm, side }) => {
    const took = efficiencyOf(report, arm);
    return took === null ? [] : [{ arm, name: sideText(side), latencies: latenciesOf(report, arm), took }];
  });
  if (curves.length === 0) return html`<p class="none">No answer came.</p>`;
  return html`${armLegend(report)} ${picture(curves)}
    <p class="note">The share of answers that came within a time. Dotted: half, and 95 of 100.</p>
    ${table(
      "what answers of each arm took",
      [
        { name: "arm" },
        { name: "answers", isNumber: true },
        { name: "median", isNumber: true },
        { name: "p95", isNumber: true },
        { name: "tokens an answer", isNumber: true },
        { name: "tokens in all", isNumber: true },
        { name: "money an answer", isNumber: true },
        { name: "money in all", isNumber: true },
      ],
      curves.map(({ name, took }) => [name, ...figures(took)]),
    )}`;
}

function figures({ answers, latencyMs, tokens, micros }: Efficiency): readonly (string | number)[] {
  const known = (value: number | null, text: (value: number) => string): string =>
    value === null ? "–" : text(value);
  const unknown = micros.unknown === 0 ? "" : ` + ${micros.unknown} of unknown price`;
  return [
    answers,
    known(latencyMs.median, timeText),
    known(latencyMs.p95, timeText),
    known(tokens.median, (value) => short(Math.round(value))),
    short(tokens.sum),
    known(micros.median, moneyText),
    micros.median === null ? "unknown" : `${moneyText(micros.sum)}${unknown}`,
  ];
}

function picture(curves: readonly Curve[]): Html {
  const { width, height, left, right, top, bottom } = size;
  const all = curves.flatMap(({ latencies }) => latencies);
  // What came at once, from a script or a cache, stands at the beginning.
  const x = logAxis(
    all.map((ms) => Math.max(1, ms)),
    [left, width - right],
  );
  const y = fixedAxis([0, 1], [height - bottom, top], [0, 0.25, 0.5, 0.75, 1]);
  const said = curves.map(
    ({ name, took: { latencyMs } }) =>
      `${name} half within ${timeText(latencyMs.median ?? 0)}, 95 % within ${timeText(latencyMs.p95 ?? 0)}`,
  );
  return html`<svg
    class="plot fluid"
    role="img"
    aria-label="time of answers: ${said.join("; ")}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    ${frame(x, y)}
    ${curves.map(({ arm, latencies }) => html`<path class="curve ${arm}" d="${curveOf(latencies, x, y)}"></path>`)}
  </svg>`;
}

function frame(x: Axis, y: Axis): Html {
  const bottom = size.height - size.bottom;
  const dotted = [0.5, 0.95].map(
    (share) => html`<path class="dotted" d="M${size.left} ${y.at(share)}H${size.width - size.right}"></path>`,
  );
  return html`${x.ticks.map(
      (tick) =>
        html`<path class="tick" d="M${x.at(tick)} ${size.top}V${bottom}"></path
          ><text class="mid soft" x="${x.at(tick)}" y="${bottom + 16}">${timeText(tick)}</text>`,
    )}${y.ticks.map(
      (tick) =>
        html`<path class="tick" d="M${size.left} ${y.at(tick)}H${size.width - size.right}"></path
          ><text class="end soft" x="${size.left - 6}" y="${y.at(tick) + 4}"
            >${Math.round(100 * tick)} %</text
          >`,
    )}${dotted}<text class="mid soft" x="${(size.left + size.width) / 2}" y="${bottom + 34}"
      >time of an answer →</text
    >`;
}

/** Of all answers, or of so many that lie evenly among them. */
function curveOf(sorted: readonly number[], x: Axis, y: Axis): string {
  const count = Math.min(steps, sorted.length);
  const parts = Array.from({ length: count }, (_, step) => {
    const rank = Math.ceil(((step + 1) / count) * sorted.length);
    return `H${x.at(Math.max(1, sorted[rank - 1] ?? 1))}V${y.at(rank / sorted.length)}`;
  });
  return `M${x.at(0)} ${y.at(0)}${parts.join("")}H${size.width - size.right}`;
}
