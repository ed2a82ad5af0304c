import { size } from "./graph-shape.ts";
import type { Box, Edge, Needs, Point } from "./graph-shape.ts";

/** A line for each need that stands above what needs it. `width`: of the whole picture. */
export function route(boxes: readonly Box[], needs: Needs, width: number): readonly Edge[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const pairs = [...needs].flatMap(([id, all]) =>
    all.flatMap((need) => {
      const [from, to] = [byId.get(need), byId.get(id)];
      return from === undefined || to === undefined || from.row >= to.row ? [] : [{ from, to }];
    }),
  );
  const rows = rowsOf(boxes);
  const [starts, ends] = [ports(pairs, "from", "to"), ports(pairs, "to", "from")];
  return pairs.map((pair) => {
    const start = { x: starts.get(pair) ?? pair.from.x, y: pair.from.y + size.height };
    const end = { x: ends.get(pair) ?? pair.to.x, y: pair.to.y };
    const between = rows.slice(pair.from.row + 1, pair.to.row).flatMap((row) => past(row, start, end, width));
    return { from: pair.from.id, to: pair.to.id, points: [start, ...between, end] };
  });
}

interface Pair {
  readonly from: Box;
  readonly to: Box;
}

function rowsOf(boxes: readonly Box[]): readonly (readonly Box[])[] {
  const rows = Map.groupBy(boxes, ({ row }) => row);
  return [...rows].toSorted(([a], [b]) => a - b).map(([, row]) => row.toSorted((a, b) => a.x - b.x));
}

/** Where lines leave or reach each box: side by side, in the order of where they lead. */
function ports(pairs: readonly Pair[], own: keyof Pair, other: keyof Pair): ReadonlyMap<Pair, number> {
  const found = new Map<Pair, number>();
  for (const group of Map.groupBy(pairs, (pair) => pair[own].id).values()) {
    const sorted = group.toSorted((a, b) => a[other].x - b[other].x || a[other].row - b[other].row);
    for (const [index, pair] of sorted.entries())
      found.set(pair, pair[own].x + ((index + 1) * size.width) / (sorted.length + 1));
  }
  return found;
}

/** Least room between a line and the boxes it passes. */
const clear = 5;

/** Down past a row, through the gap in it that is nearest to the straight way. */
function past(row: readonly Box[], start: Point, end: Point, width: number): readonly Point[] {
  const y = row[0]?.y ?? 0;
  const wish = start.x + ((end.x - start.x) * (y + size.height / 2 - start.y)) / (end.y - start.y);
  const nearest = gaps(row, width)
    .map(([from, to]) => Math.max(from, Math.min(to, wish)))
    .toSorted((a, b) => Math.abs(a - wish) - Math.abs(b - wish))[0];
  const x = nearest ?? clear;
  return [
    { x, y },
    { x, y: y + size.height },
  ];
}

function gaps(row: readonly Box[], width: number): readonly (readonly [from: number, to: number])[] {
  const rights = [0, ...row.map(({ x }) => x + size.width)];
  const lefts = [...row.map(({ x }) => x), width];
  return rights.map((right, index) => [right + clear, (lefts[index] ?? width) - clear] as const);
}
