import { fit } from "../view/cells.ts";
import { age, clock, plural } from "../view/words.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { markOf } from "./marks.ts";
import { scaleOf } from "./timeline-scale.ts";
import type { Scale } from "./timeline-scale.ts";
import type { Bar, Lane, Timeline } from "./timeline-lanes.ts";

/** In CSS pixels. */
const size = { names: 176, scale: 944, top: 44, lane: 24, least: 3 };
const width = size.names + size.scale + 20;

/** So many lanes and bars are drawn. */
const most = { lanes: 400, bars: 3_000 };

/** Who worked when, as a picture. */
export function timeline(told: Timeline): Html {
  const { lanes } = told;
  const scale = scaleOf(told, told.busy, size.scale);
  const shown = bounded(lanes);
  const height = size.top + shown.length * size.lane + 10;
  const label = `${plural(shown.length, "line")} over ${age(told.to - told.from)}: attempts, judging, waiting for a person, and times in which nobody worked`;
  return html`${legend}
    <div class="scroll" role="region" aria-label="the timeline as a picture" tabindex="0">
      <svg
        class="timeline"
        role="img"
        aria-label="${label}"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        <defs>${patterns}</defs>
        ${shown.map((_, index) => stripe(index))} ${axis(scale, told.from, height)}
        ${shown.map((lane, index) => laneRow(lane, index, { scale, start: told.from }))}
      </svg>
    </div>
    ${leftOut(lanes, shown)}`;
}

/** The first lanes, until they hold too many bars. */
function bounded(lanes: readonly Lane[]): readonly Lane[] {
  let bars = 0;
  return lanes.slice(0, most.lanes).map((lane) => {
    const kept = lane.bars.slice(0, Math.max(0, most.bars - bars));
    bars += kept.length;
    return { ...lane, bars: kept };
  });
}

function leftOut(lanes: readonly Lane[], shown: readonly Lane[]): Html | null {
  const count = (all: readonly Lane[]): number => all.reduce((sum, { bars }) => sum + bars.length, 0);
  const missing = count(lanes) - count(shown);
  return missing === 0
    ? null
    : html`<p class="note">${plural(missing, "more bar")} would not fit this picture.</p>`;
}

const stripe = (index: number): Html | null =>
  index % 2 === 1
    ? null
    : html`<rect
        class="stripe"
        x="0"
        y="${size.top + index * size.lane}"
        width="${width}"
        height="${size.lane}"
      ></rect>`;

function axis(scale: Scale, start: number, height: number): Html {
  const ticks = scale.ticks.map((at) => {
    const x = round(size.names + scale.at(at));
    return html`<path class="tick" d="M${x} ${size.top - 6}V${height - 8}"></path
      ><text class="time" x="${x}" y="${size.top - 12}">${clock(at - start)}</text>`;
  });
  const short = scale.parts
    .filter(({ isShort }) => isShort)
    .map(({ from, to, x: left, width: wide }) => {
      const x = round(size.names + left);
      return html`<rect
          class="short"
          x="${x}"
          y="${size.top - 6}"
          width="${round(wide)}"
          height="${height - size.top - 2}"
        ></rect
        ><text class="time" x="${round(x + wide / 2)}" y="${size.top - 28}">${brief(to - from)}</text>`;
    });
  return html`${short}${ticks}`;
}

/** `9 h 12 min`, `12 s`: how long a part is that is cut short. */
const brief = (ms: number): string => (ms < 60_000 ? `${Math.round(ms / 1000)} s` : age(ms));

interface Drawing {
  readonly scale: Scale;
  readonly start: number;
}

function laneRow({ name, task, bars }: Lane, index: number, drawing: Drawing): Html {
  const y = size.top + index * size.lane;
  const words = html`<text class="${task === null ? "lane own" : "lane"}" x="4" y="${y + 16}"
    >${fit(name, 23)}</text
  >`;
  return html`${words}${bars.map((bar) => barOf(bar, y, drawing))}`;
}

function barOf(bar: Bar, y: number, { scale, start }: Drawing): Html {
  const x = size.names + scale.at(bar.from);
  const wide = Math.max(size.least, size.names + scale.at(bar.to) - x);
  const { top, height } = places[bar.kind];
  const when = `${clock(bar.from - start)} to ${clock(bar.to - start)} (${clock(bar.to - bar.from)})`;
  const title = html`<title>${bar.label}: ${bar.word}, ${when}</title>`;
  return html`<rect
      class="bar ${bar.kind} ${markOf(bar.word).tone}"
      x="${round(x)}"
      y="${y + top}"
      width="${round(wide)}"
      height="${height}"
      rx="2"
      >${title}</rect
    >${wordIn(bar, x, y, wide)}`;
}

const places: Readonly<Record<Bar["kind"], { readonly top: number; readonly height: number }>> = {
  planning: { top: 5, height: 13 },
  attempt: { top: 5, height: 13 },
  judging: { top: 19, height: 3 },
  waiting: { top: 1, height: 3 },
  away: { top: 5, height: 13 },
};

/** How an attempt came out, or why nobody worked, where there is room for the word. */
function wordIn({ kind, word, label }: Bar, x: number, y: number, wide: number): Html | null {
  if (kind === "judging" || kind === "waiting") return null;
  const said = kind === "planning" ? label : word;
  if (wide < 8 + 6.4 * said.length) return null;
  return html`<text class="in ${kind} ${markOf(word).tone}" x="${round(x + 5)}" y="${y + 15}">${said}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const patterns: Html = html`<pattern
    id="stripes"
    width="6"
    height="6"
    patternUnits="userSpaceOnUse"
    patternTransform="rotate(45)"
    ><rect class="ground" width="6" height="6"></rect
    ><rect class="stroke" width="2" height="6"></rect></pattern
  ><pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse"
    ><rect class="ground" width="4" height="4"></rect><rect class="stroke" width="2" height="4"></rect
  ></pattern>`;

const swatch = (kind: string, word: string, says: string): Html =>
  html`<li>
    <svg width="26" height="14" aria-hidden="true">
      <rect
        class="bar ${kind} ${markOf(word).tone}"
        x="0"
        y="${kind === "judging" || kind === "waiting" ? 5 : 0}"
        width="26"
        height="${kind === "judging" || kind === "waiting" ? 4 : 14}"
        rx="2"
      ></rect></svg
    >${says}
  </li>`;

const legend: Html = html`<ul class="legend">
  ${[
    swatch("attempt", "accepted", "attempt, accepted"),
    swatch("attempt", "rejected", "attempt, sent back"),
    swatch("attempt", "open", "attempt, open"),
    swatch("judging", "done", "judging, below an attempt"),
    swatch("waiting", "open", "waiting for a person, above it"),
    swatch("away", "crashed", "nobody worked: a crash or a stop"),
  ]}
</ul>`;
