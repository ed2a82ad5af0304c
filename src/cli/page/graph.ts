import { fit, wrap } from "../view/cells.ts";
import { oneLine } from "../view/words.ts";
import { layOut } from "./graph-layout.ts";
import { size } from "./graph-shape.ts";
import type { Box, Edge, Point } from "./graph-shape.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { markOf, signAt } from "./marks.ts";
import { briefOf, factsOf } from "./tasks.ts";
import type { PageTask } from "./tasks.ts";

/** So many tasks and lines are drawn; all tasks are listed below the picture. */
const most = { tasks: 400, lines: 1_500 };

/** The tasks as a picture: a box for each, which leads to its section, and a line down to what needs it. */
export function graph(tasks: readonly PageTask[]): Html {
  const drawn = tasks.slice(0, most.tasks);
  const { width, height, boxes, edges } = layOut(drawn);
  const byId = new Map(drawn.map((task) => [task.id, task]));
  const shown = edges.slice(0, most.lines);
  return html`<div class="scroll" role="region" aria-label="the tasks as a picture" tabindex="0">
      <svg
        class="graph"
        role="group"
        aria-label="${label(drawn)}"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        ${shown.map(line)} ${boxes.map((box) => node(box, byId.get(box.id)))}
      </svg>
    </div>
    ${note(tasks.length - drawn.length, edges.length - shown.length)}`;
}

const label = (tasks: readonly PageTask[]): string =>
  `${tasks.length} tasks, each below the tasks it needs; each leads to its own section`;

function note(tasks: number, lines: number): Html | null {
  if (tasks <= 0 && lines <= 0) return null;
  const parts = [
    ...(tasks > 0 ? [`${tasks} more tasks`] : []),
    ...(lines > 0 ? [`${lines} more lines`] : []),
  ];
  return html`<p class="note">${parts.join(" and ")} are not drawn; the list below has all.</p>`;
}

function line({ from, to, points }: Edge): Html {
  return html`<path class="edge" d="${wayOf(points)}"><title>${to} needs ${from}</title></path>`;
}

/** Bends between rows, straight past them. */
function wayOf([start, ...others]: readonly Point[]): string {
  if (start === undefined) return "";
  let way = `M${round(start.x)} ${round(start.y)}`;
  let last = start;
  for (const [index, point] of others.entries()) {
    const half = (last.y + point.y) / 2;
    const bend = [last.x, half, point.x, half, point.x, point.y].map(round).join(" ");
    way += index % 2 === 0 ? `C${bend}` : `V${round(point.y)}`;
    last = point;
  }
  return way;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Cells of a line in a box: of the id, which is in a typeface of even width, and of the title. */
const cellsIn = { id: 23, title: 29 };

/** Its text is cut at the sides of the box, whatever the typeface makes of it. */
function node({ x, y }: Box, task: PageTask | undefined): Html | null {
  if (task === undefined) return null;
  const { id, title, status } = task;
  const { width, height } = size;
  const lines = titleLines(title);
  const text = (one: string, index: number): Html =>
    html`<text class="title" x="12" y="${42 + 15 * index}">${one}</text>`;
  return html`<a href="#task-${id}" class="node ${markOf(status).tone} is-${status}"
    ><title>${id}: ${status}. ${oneLine(title, 200)}. ${factsOf(task)}</title
    ><svg x="${round(x)}" y="${round(y)}" width="${width}" height="${height}">
      <rect class="box" x="1" y="1" width="${width - 2}" height="${height - 2}" rx="6"></rect>
      ${signAt(status, 12, 10)}
      <text class="id" x="32" y="22">${fit(id, cellsIn.id)}</text>
      ${lines.map(text)}
      <text class="facts" x="12" y="77"><tspan class="word">${status}</tspan> · ${briefOf(task)}</text>
    </svg></a
  >`;
}

function titleLines(title: string): readonly string[] {
  const [first = "", ...rest] = wrap(oneLine(title, 2 * cellsIn.title), cellsIn.title);
  return rest.length === 0 ? [first] : [first, fit(rest.join(" "), cellsIn.title)];
}
