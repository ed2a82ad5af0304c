import type { Decision } from "../../../evals/gate/decide.ts";
import type { GuardEvidence } from "../../../evals/gate/evidence.ts";
import type { GuardSpec } from "../../../evals/gate/spec.ts";
import type { Dimension } from "../../../evals/report/dimensions.ts";
import type { Estimate } from "../../../evals/report/estimate.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { excerpt } from "../../page/bounded.ts";
import { oneLine } from "../../view/words.ts";
import { differenceText, plannedText } from "../figures.ts";
import { guardsOf } from "../opening.ts";
import { fixedAxis, px } from "./axis.ts";
import { region } from "./region.ts";

/** One difference, on the scale of its margin: −1 is the margin, 0 equal, above 0 better. */
interface Row {
  readonly name: string;
  readonly says: string;
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
  /** What the gate still holds for plausible; null: the gate does not look at it. */
  readonly bound: number | null;
  readonly status: string;
}

/** In CSS pixels. */
const size = { names: 190, plot: 420, says: 190, top: 42, row: 26 };
const width = size.names + size.plot + size.says;
/** So many margins are shown to either side. */
const reach = 3;
const mostGroups = 24;

/**
 * How the candidate differs from the baseline in what the gate looks at, each on the scale of its own margin, and in
 * groups of cases. null: there is nothing to differ from.
 */
export function forest(
  report: StoredReport,
  decision: Decision,
  dimensions: readonly Dimension[],
): Html | null {
  const rows = guardsOf(report.gate).flatMap(([name, guard]) => rowsOf(name, guard, decision, dimensions));
  if (rows.length === 0) return null;
  const height = size.top + rows.length * size.row + 26;
  const from = size.names + 8;
  const axis = fixedAxis([-reach, reach], [from, from + size.plot - 16], [-3, -2, -1, 0, 1, 2, 3]);
  const label = `differences with their margins: ${rows.map(({ name, says }) => `${name} ${says}`).join("; ")}`;
  return html`<p class="note">
      Candidate less baseline, each on the scale of its own margin. Line: 95 % interval. Notch: the worst that
      the gate still holds for plausible; it must not reach the margin.
    </p>
    ${region(
      "the differences as a picture",
      html`<svg
        class="plot"
        role="img"
        aria-label="${label}"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        ${frame(axis, height)} ${rows.map((row, index) => rowPicture(row, axis, index))}
      </svg>`,
    )}`;
}

function rowsOf(
  name: string,
  guard: GuardSpec,
  decision: Decision,
  dimensions: readonly Dimension[],
): readonly Row[] {
  const own = dimensions.filter(({ measure }) => measure.name === guard.metric);
  const found = decision.guards.filter((one) => one.guard === name && one.against !== "floor");
  const whole = own.find(({ group, concern }) => group === null && concern === null);
  const guards = found.map((evidence) =>
    rowOf(
      evidence.against === "best" ? `${name}, against best ever` : name,
      guard,
      whole?.against[evidence.against === "best" ? "best" : "baseline"] ?? null,
      evidence,
    ),
  );
  const groups = own.filter(({ group, concern }) => group !== null && concern === null);
  if (guard.better !== "higher" || guards.length === 0) return guards;
  const { first, last } = excerpt(groups, mostGroups);
  return [
    ...guards,
    ...[...first, ...last].map((one) =>
      rowOf(`· ${one.group ?? ""} (${one.cases})`, guard, one.against.baseline, null),
    ),
  ];
}

function rowOf(
  name: string,
  guard: GuardSpec,
  estimate: Estimate | null,
  evidence: GuardEvidence | null,
): Row {
  const margin = evidence === null ? plainMargin(guard) : Math.abs(logged(guard, evidence.margin));
  const at = (difference: number | null, otherwise: number): number =>
    difference === null
      ? otherwise
      : ((guard.better === "higher" ? 1 : -1) * logged(guard, difference)) / margin;
  const value = evidence?.estimate ?? estimate?.value ?? null;
  const ends = [at(estimate?.low ?? null, -Infinity), at(estimate?.high ?? null, Infinity)];
  return {
    name,
    says: differenceText(guard, value),
    value: value === null ? null : at(value, 0),
    low: Math.min(...ends),
    high: Math.max(...ends),
    bound: evidence === null ? null : at(evidence.bound, -Infinity),
    status:
      evidence === null
        ? ""
        : `${evidence.status}, margin ${plannedText(guard, guard.kind === "ratio" ? evidence.margin : Math.abs(evidence.margin))}`,
  };
}

const logged = (guard: GuardSpec, difference: number): number =>
  guard.kind === "ratio" ? Math.log(difference) : difference;

const plainMargin = (guard: GuardSpec): number =>
  guard.kind === "ratio" ? Math.log(guard.ratio) : guard.margin;

function frame(axis: ReturnType<typeof fixedAxis>, height: number): Html {
  const bottom = height - 20;
  const words: readonly (readonly [number, string])[] = [
    [-1, "margin"],
    [0, "equal"],
  ];
  return html`<rect
      class="forbidden"
      x="${axis.at(-reach)}"
      y="${size.top - 8}"
      width="${px(axis.at(-1) - axis.at(-reach))}"
      height="${bottom - size.top + 8}"
    ></rect
    >${axis.ticks.map(
      (tick) =>
        html`<path
          class="${tick === -1 ? "margin" : tick === 0 ? "zero" : "tick"}"
          d="M${axis.at(tick)} ${size.top - 8}V${bottom}"
        ></path>`,
    )}${words.map(
      ([tick, word]) => html`<text class="mid" x="${axis.at(tick)}" y="${size.top - 14}">${word}</text>`,
    )}<text class="soft" x="${axis.at(-reach)}" y="${size.top - 28}">← worse</text
    ><text class="soft end" x="${axis.at(reach)}" y="${size.top - 28}">better →</text>`;
}

function rowPicture(
  { name, says, value, low, high, bound, status }: Row,
  axis: ReturnType<typeof fixedAxis>,
  index: number,
): Html {
  const y = size.top + index * size.row + size.row / 2 - 4;
  const isBeyond = value !== null && Math.abs(value) > reach;
  const point =
    value === null
      ? null
      : isBeyond
        ? html`<path class="point candidate" d="${arrow(axis.at(value), y, Math.sign(value))}"></path>`
        : html`<circle class="point candidate" cx="${axis.at(value)}" cy="${y}" r="4"></circle>`;
  return html`<text class="${bound === null ? "soft" : "name"}" x="2" y="${y + 4}">${oneLine(name, 27)}</text
    ><path class="reach candidate" d="M${axis.at(low)} ${y}H${axis.at(high)}"></path
    >${bound === null ? null : html`<path class="notch" d="M${axis.at(bound)} ${y - 7}V${y + 7}"></path>`}${point}<text
      class="says"
      x="${size.names + size.plot + 4}"
      y="${y + 4}"
      >${says}${status === "" ? null : html`<title>${status}</title>`}</text
    ><text class="soft end" x="${width - 2}" y="${y + 4}">${status.split(",")[0] ?? ""}</text>`;
}

/** A point beyond the end of the picture. */
const arrow = (x: number, y: number, side: number): string => `M${x} ${y}L${x - 9 * side} ${y - 6}V${y + 6}Z`;
