import { route } from "./graph-route.ts";
import { size } from "./graph-shape.ts";
import type { Box, Edge, Needs } from "./graph-shape.ts";

/** What is drawn: a box for each, under those it needs. */
export interface GraphNode {
  readonly id: string;
  readonly needs: readonly string[];
}

/** In CSS pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** Boxes side by side: as many as fit a page on a desk. */
const mostColumns = 5;

/**
 * Boxes in layers: each below everything it needs, those that need alike near each other. A layer wider than the page
 * takes several rows. A need that follows from another need is not drawn. The same nodes come out the same way.
 */
export function layOut(nodes: readonly GraphNode[]): Layout {
  const needs = drawnNeeds(nodes);
  const rows = ordered(layersOf(nodes), needs).flatMap(inRows);
  const widest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const width = rowWidth(widest) + 2 * size.margin;
  const boxes = rows.flatMap((ids, row) => boxesOf(ids, row, width));
  const height = rows.length * (size.height + size.gapY) - size.gapY + 2 * size.margin;
  return { width, height: Math.max(0, height), boxes, edges: route(boxes, needs, width) };
}

const rowWidth = (count: number): number => Math.max(0, count * (size.width + size.gapX) - size.gapX);

function boxesOf(ids: readonly string[], row: number, width: number): readonly Box[] {
  const left = (width - rowWidth(ids.length)) / 2;
  const y = size.margin + row * (size.height + size.gapY);
  return ids.map((id, column) => ({ id, row, x: left + column * (size.width + size.gapX), y }));
}

/** As even as it goes: no row with a single box below a full one. */
function inRows(layer: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(layer.length / mostColumns);
  const each = Math.ceil(layer.length / Math.max(1, count));
  return Array.from({ length: count }, (_, row) => layer.slice(row * each, (row + 1) * each));
}

/** Nodes by how many come one after the other before each. Those on a circle, which no plan has, come last. */
function layersOf(nodes: readonly GraphNode[]): readonly (readonly string[])[] {
  const depths = new Map<string, number>();
  const known = new Set(nodes.map(({ id }) => id));
  let left = nodes;
  for (let depth = 0; left.length > 0; depth += 1) {
    const free = left.filter(({ needs }) => needs.every((need) => !known.has(need) || depths.has(need)));
    const layer = free.length === 0 ? left : free;
    left = left.filter((node) => !layer.includes(node));
    for (const { id } of layer) depths.set(id, depth);
  }
  const layers = Map.groupBy(depths.keys(), (id) => depths.get(id) ?? 0);
  return [...layers].toSorted(([a], [b]) => a - b).map(([, ids]) => ids);
}

/** Needs that are there, each node's without those that others of them need themselves. */
function drawnNeeds(nodes: readonly GraphNode[]): Needs {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const above = new Map<string, ReadonlySet<string>>();
  for (const id of layersOf(nodes).flat()) {
    const direct = byId.get(id)?.needs ?? [];
    above.set(id, new Set(direct.flatMap((need) => [need, ...(above.get(need) ?? [])])));
  }
  const drawn = (node: GraphNode): readonly string[] => {
    const direct = [...new Set(node.needs)].filter((need) => byId.has(need));
    return direct.filter((need) => !direct.some((other) => above.get(other)?.has(need) === true));
  };
  return new Map(nodes.map((node) => [node.id, drawn(node)]));
}

const sweeps = 4;

/** Each layer by where its neighbours stand, down and up again (barycentres). */
function ordered(layers: readonly (readonly string[])[], needs: Needs): readonly (readonly string[])[] {
  const dependants = inverse(needs);
  let found = layers;
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const way = isDown ? found : found.toReversed();
    const done = sweepOver(way, isDown ? needs : dependants);
    found = isDown ? done : done.toReversed();
  }
  return found;
}

function sweepOver(layers: readonly (readonly string[])[], beside: Needs): readonly (readonly string[])[] {
  const places = new Map<string, number>();
  return layers.map((layer) => {
    const own = new Map(layer.map((id, index) => [id, (index + 0.5) / layer.length]));
    const wish = new Map(layer.map((id) => [id, mean(beside.get(id) ?? [], places) ?? own.get(id) ?? 0]));
    const sorted = layer.toSorted((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    for (const [index, id] of sorted.entries()) places.set(id, (index + 0.5) / sorted.length);
    return sorted;
  });
}

function mean(ids: readonly string[], places: ReadonlyMap<string, number>): number | null {
  const known = ids.flatMap((id) => places.get(id) ?? []);
  return known.length === 0 ? null : known.reduce((sum, place) => sum + place, 0) / known.length;
}

function inverse(needs: Needs): Needs {
  const found = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, all] of needs) for (const need of all) found.get(need)?.push(id);
  return found;
}
