import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import { calibrationOf } from "../../../evals/report/calibration.ts";
import type { Bin, Calibration } from "../../../evals/report/calibration.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { plural } from "../../view/words.ts";
import { share } from "../figures.ts";
import { armPoint } from "./arm-marks.ts";
import { fixedAxis, px } from "./axis.ts";
import type { Axis } from "./axis.ts";
import { table } from "./region.ts";

const sources: Readonly<Record<StoredReport["confidence"], string>> = {
  logprobs: "the model's own probability of its answer",
  verbalised: "what the model says of itself",
  agreement: "how many of the answers to a case agree",
};

/** Whether each arm is right as often as it is sure. */
export function reliability(report: StoredReport): Html {
  const told = sidesOf(report).flatMap(({ arm, side }) => {
    const calibration = calibrationOf(report, arm);
    return calibration === null ? [] : [{ arm, name: sideText(side), calibration }];
  });
  if (told.length === 0)
    return html`<p class="none">
      Nothing says how sure the answers are: <code>confidence</code> of the suite is ${report.confidence}.
    </p>`;
  return html`<p class="note">
      Confidence is ${sources[report.confidence]}. On the diagonal an arm is right as often as it is sure;
      below it, it is too sure. Each point is about a tenth of the answers, its line their accuracy at 95 %.
    </p>
    <div class="pictures">
      ${told.map(
        ({ arm, name, calibration }) =>
          html`<figure>
            <figcaption>${name}</figcaption>
            ${diagram(arm, name, calibration)}
          </figure>`,
      )}
    </div>
    ${table(
      "calibration of each arm",
      [
        { name: "arm" },
        { name: "rated", isNumber: true },
        { name: "ECE", isNumber: true },
        { name: "ECE after Platt scaling", isNumber: true },
        { name: "accuracy of the surest tenth", isNumber: true },
        { name: "selective accuracy", isNumber: true },
      ],
      told.map(({ name, calibration }) => [name, ...figures(calibration)]),
    )}
    ${
      told.some(({ calibration }) => calibration.rated < 300)
        ? html`<p class="note">With fewer than some 300 rated answers an ECE of ten bins says little.</p>`
        : null
    }`;
}

const figures = ({ rated, ece, platt, selective }: Calibration): readonly (string | number)[] => [
  rated,
  share(ece, 3),
  platt === null ? "–" : share(platt.ece10, 3),
  selective === null ? "–" : share(selective.accuracyAt10, 3),
  selective === null ? "–" : share(selective.area, 3),
];

/** In CSS pixels. */
const size = { side: 260, left: 34, top: 8, bottom: 36 };
const width = size.left + size.side + 8;
const height = size.top + size.side + size.bottom;
const ticks = [0, 0.25, 0.5, 0.75, 1];

function diagram(arm: Parameters<typeof armPoint>[0], name: string, { bins, ece }: Calibration): Html {
  const x = fixedAxis([0, 1], [size.left, size.left + size.side], ticks);
  const y = fixedAxis([0, 1], [size.top + size.side, size.top], ticks);
  const said = bins.map(
    ({ count, confidence, accuracy }) =>
      `${plural(count, "answer")} ${share(confidence, 2)} sure, ${share(accuracy, 2)} right`,
  );
  return html`<svg
    class="plot fluid"
    role="img"
    aria-label="reliability of ${name}, ECE ${share(ece, 3)}: ${said.join("; ")}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    ${frame(x, y)} ${bins.map((bin) => binMark(arm, bin, x, y, Math.max(...bins.map(({ count }) => count))))}
  </svg>`;
}

function frame(x: Axis, y: Axis): Html {
  const bottom = size.top + size.side;
  const right = size.left + size.side;
  return html`${ticks.map(
      (tick) =>
        html`<path
            class="tick"
            d="M${x.at(tick)} ${size.top}V${bottom}M${size.left} ${y.at(tick)}H${right}"
          ></path
          ><text class="mid soft" x="${x.at(tick)}" y="${bottom + 14}">${tickText(tick)}</text
          ><text class="end soft" x="${size.left - 5}" y="${y.at(tick) + 4}">${tickText(tick)}</text>`,
    )}<path class="zero" d="M${size.left} ${bottom}L${right} ${size.top}"></path
    ><text class="mid soft" x="${size.left + size.side / 2}" y="${bottom + 30}"
      >how sure → how often right ↑</text
    >`;
}

const tickText = (tick: number): string => (tick === 0 || tick === 1 ? String(tick) : share(tick, 2));

function binMark(
  arm: Parameters<typeof armPoint>[0],
  { count, confidence, accuracy, interval }: Bin,
  x: Axis,
  y: Axis,
  most: number,
): Html {
  const at = x.at(confidence);
  const radius = px(2.5 + 3.5 * Math.sqrt(count / most));
  return html`<path class="reach ${arm}" d="M${at} ${y.at(interval.low)}V${y.at(interval.high)}"></path
    >${armPoint(arm, at, y.at(accuracy), radius)}`;
}
