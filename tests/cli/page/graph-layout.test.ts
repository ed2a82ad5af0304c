import * as fc from "fast-check";
import { expect, test } from "vitest";
import { layOut } from "../../../src/cli/page/graph-layout.ts";
import type { GraphNode } from "../../../src/cli/page/graph-layout.ts";
import { size } from "../../../src/cli/page/graph-shape.ts";
import type { Box, Edge, Point } from "../../../src/cli/page/graph-shape.ts";

/** Plans of 1 to 200 tasks: each needs some of those before it, near ones or any. */
const plans: fc.Arbitrary<readonly GraphNode[]> = fc
  .tuple(
    fc.array(fc.array(fc.nat(), { maxLength: 5 }), { minLength: 1, maxLength: 200, size: "max" }),
    fc.constantFrom(1, 3, 12, 200),
  )
  .map(([all, reach]) =>
    all.map((needs, index) => ({
      id: `t${index}`,
      needs:
        index === 0
          ? []
          : [...new Set(needs.map((need) => `t${index - 1 - (need % Math.min(index, reach))}`))],
    })),
  );

const several = { numRuns: 25 };

const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < size.width && Math.abs(a.y - b.y) < size.height;

test("every task has one box, inside the picture, and none covers another", () => {
  fc.assert(
    fc.property(plans, (nodes) => {
      const { width, height, boxes } = layOut(nodes);
      expect(boxes.map(({ id }) => id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
      const outside = boxes.filter(
        ({ x, y }) => x < 0 || x + size.width > width || y < 0 || y + size.height > height,
      );
      const covered = boxes.filter((box, index) =>
        boxes.slice(index + 1).some((other) => overlap(box, other)),
      );
      expect({ outside, covered }).toEqual({ outside: [], covered: [] });
      expect(width).toBeLessThanOrEqual(1144);
    }),
    several,
  );
});

test("a task stands below everything it needs", () => {
  fc.assert(
    fc.property(plans, (nodes) => {
      const at = new Map(layOut(nodes).boxes.map((box) => [box.id, box.y]));
      const wrong = nodes.filter(({ id, needs }) =>
        needs.some((need) => (at.get(need) ?? 0) >= (at.get(id) ?? 0)),
      );
      expect(wrong).toEqual([]);
    }),
    several,
  );
});

/** What is wrong with a line, in words; empty: nothing. */
function faults({ from, to, points }: Edge, boxes: readonly Box[], width: number): readonly string[] {
  const [above, below] = [boxes.find(({ id }) => id === from), boxes.find(({ id }) => id === to)];
  const [start, end] = [points[0], points.at(-1)];
  if (above === undefined || below === undefined || start === undefined || end === undefined)
    return ["it leads nowhere"];
  const within = (x: number, box: Box): boolean => x > box.x && x < box.x + size.width;
  const ends = start.y === above.y + size.height && end.y === below.y;
  const isDown = points.every(({ y }, index) => y >= (points[index - 1]?.y ?? 0));
  const rows = below.row - above.row - 1;
  return [
    ...(ends && within(start.x, above) && within(end.x, below)
      ? []
      : ["it does not begin and end at its boxes"]),
    ...(isDown ? [] : ["it goes up"]),
    ...(points.length === 2 + 2 * rows ? [] : ["it does not pass each row"]),
    ...Array.from({ length: rows }, (_, row) =>
      passing(points.slice(1 + 2 * row, 3 + 2 * row), boxes, width),
    ).flat(),
  ];
}

/** Straight parts pass rows; bends lie between rows, where no box is. */
function passing([a, b]: readonly Point[], boxes: readonly Box[], width: number): readonly string[] {
  if (a === undefined || b === undefined || a.x !== b.x) return ["it bends beside a box"];
  const hit = boxes.some(({ x, y }) => y === a.y && a.x >= x && a.x <= x + size.width);
  return [
    ...(b.y - a.y === size.height ? [] : ["it does not pass the whole row"]),
    ...(hit ? ["it goes through a box"] : []),
    ...(a.x > 0 && a.x < width ? [] : ["it leaves the picture"]),
  ];
}

test("lines go down, from the box that is needed to the one that needs it, through no other", () => {
  fc.assert(
    fc.property(plans, (nodes) => {
      const { width, boxes, edges } = layOut(nodes);
      expect(edges.flatMap((edge) => faults(edge, boxes, width))).toEqual([]);
    }),
    several,
  );
});

/** Everything each node needs, by itself or through others. */
function closure(
  ids: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const id of ids)
    found.set(id, new Set((needs.get(id) ?? []).flatMap((need) => [need, ...(found.get(need) ?? [])])));
  return found;
}

test("lines say exactly what is needed: those left out follow from those drawn, and none of these is too many", () => {
  fc.assert(
    fc.property(plans, (nodes) => {
      const ids = nodes.map(({ id }) => id);
      const drawn = new Map<string, string[]>(ids.map((id) => [id, []]));
      for (const { from, to } of layOut(nodes).edges) drawn.get(to)?.push(from);
      const whole = closure(ids, new Map(nodes.map(({ id, needs }) => [id, needs])));
      expect(closure(ids, drawn)).toEqual(whole);
      const many = [...drawn.values()].flatMap((needs) =>
        needs.filter((need) => needs.some((other) => whole.get(other)?.has(need) === true)),
      );
      expect(many).toEqual([]);
    }),
    several,
  );
});

test("the same plan is drawn the same way", () => {
  fc.assert(
    fc.property(plans, (nodes) => {
      expect(JSON.stringify(layOut(structuredClone(nodes)))).toBe(JSON.stringify(layOut(nodes)));
    }),
    several,
  );
});

test("a need that is no task, and a circle, are drawn without a line", () => {
  const gone = layOut([{ id: "a", needs: ["gone"] }]);
  expect([gone.boxes.length, gone.edges]).toEqual([1, []]);
  const circle = layOut([
    { id: "a", needs: ["b"] },
    { id: "b", needs: ["a"] },
    { id: "c", needs: [] },
  ]);
  expect([circle.boxes.length, circle.edges]).toEqual([3, []]);
});
