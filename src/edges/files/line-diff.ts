/** For each line of the two sides, 1 when it has no partner on the other side. Lines with partners pair up in order. */
export interface LineDiff {
  readonly removed: Uint8Array;
  readonly added: Uint8Array;
}

/** Comparisons one call may spend: a second or two. What is undecided then counts as replaced. */
const defaultEffort = 2 ** 25;
/** Edits after which a search is cut short and goes on from the best point it has reached. */
const maxEdits = 512;

/**
 * A short edit script after E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in linear space:
 * shortest as long as fewer than 1,024 edits lie in one stretch, correct always.
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  effort: number = defaultEffort,
): LineDiff {
  const [a, b] = numberLines(before, after);
  const diff = { removed: new Uint8Array(a.length).fill(1), added: new Uint8Array(b.length).fill(1) };
  const [sharedA, sharedB] = [shared(a, b), shared(b, a)];
  const search: Search = {
    a: sharedA.map((at) => a[at] ?? 0),
    b: sharedB.map((at) => b[at] ?? 0),
    forward: new Int32Array(2 * middle + 1),
    backward: new Int32Array(2 * middle + 1),
    effort,
  };
  pair(search, (x, y) => {
    diff.removed[sharedA[x] ?? 0] = 0;
    diff.added[sharedB[y] ?? 0] = 0;
  });
  return diff;
}

/** Equal lines get equal numbers. */
function numberLines(before: readonly string[], after: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const number = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  return [Int32Array.from(before, number), Int32Array.from(after, number)];
}

/** Places of the lines that the other side has too: the others can have no partner, so no search need see them. */
function shared(lines: Int32Array, other: Int32Array): Int32Array {
  const there = new Set(other);
  return Int32Array.from([...lines.keys()].filter((at) => there.has(lines[at] ?? -1)));
}

/** `forward[middle + k]`: how far along `a` the paths on diagonal k (x - y) have come; -1 for none. */
interface Search {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly forward: Int32Array;
  readonly backward: Int32Array;
  effort: number;
}

const middle = maxEdits + 2;

/** The lines a0 ≤ x < a1 of one side against b0 ≤ y < b1 of the other. */
interface Box {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Splits the whole into ever smaller boxes until each has equal lines only, or none, on a side. */
function pair(search: Search, match: (x: number, y: number) => void): void {
  const open: Box[] = [{ a0: 0, a1: search.a.length, b0: 0, b1: search.b.length }];
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    const rest = trim(search, box, match);
    if (rest.a0 === rest.a1 || rest.b0 === rest.b1) continue;
    const split = findSplit(search, rest);
    if (split === null) continue;
    open.push({ ...rest, a1: split.x, b1: split.y }, { ...rest, a0: split.x, b0: split.y });
  }
}

function trim({ a, b }: Search, box: Box, match: (x: number, y: number) => void): Box {
  let { a0, a1, b0, b1 } = box;
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) match(a0++, b0++);
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) match(--a1, --b1);
  return { a0, a1, b0, b1 };
}

/** A point on a shortest path through the box, near its middle; null when the effort is used up. */
function findSplit(search: Search, box: Box): { x: number; y: number } | null {
  const odd = ((box.a1 - box.a0 - (box.b1 - box.b0)) & 1) === 1;
  for (let edits = 0; edits <= maxEdits; edits++) {
    if (search.effort <= 0) return null;
    const ahead = extend(search, box, "forward", edits, odd);
    if (ahead !== null) return pointAt(search, box, "forward", ahead);
    const back = extend(search, box, "backward", edits, !odd);
    if (back !== null) return pointAt(search, box, "backward", back);
  }
  return pointAt(search, box, "forward", furthest(search, box));
}

type Side = "forward" | "backward";

/**
 * Makes the paths of one side, seen from its own corner, one edit longer.
 * @returns the diagonal on which one meets a path of the other side (looked for when `meeting`), else null.
 */
function extend(search: Search, box: Box, side: Side, edits: number, meeting: boolean): number | null {
  const [width, height] = [box.a1 - box.a0, box.b1 - box.b0];
  const mine = search[side];
  const other = search[side === "forward" ? "backward" : "forward"];
  const othersEdits = side === "forward" ? edits - 1 : edits;
  mine[middle - edits - 1] = -1;
  mine[middle + edits + 1] = -1;
  for (let k = lowest(edits, height); k <= -lowest(edits, width); k += 2) {
    const from = edits === 0 ? 0 : stepInto(mine, k, width, height);
    const x = from < 0 ? -1 : slide(search, box, side, from, from - k);
    mine[middle + k] = x;
    const facing = width - height - k;
    if (!meeting || x < 0 || Math.abs(facing) > othersEdits) continue;
    const reached = other[middle + facing] ?? -1;
    if (reached >= 0 && x + reached >= width) return k;
  }
  return null;
}

/** The lowest diagonal that this many edits reach and that lies in the box; diagonals go by twos. */
const lowest = (edits: number, height: number): number =>
  edits <= height ? -edits : -height + ((edits - height) & 1);

/** The furthest place on diagonal k one edit away from its neighbours; -1 when it would leave the box. */
function stepInto(reached: Int32Array, k: number, width: number, height: number): number {
  const down = reached[middle + k + 1] ?? -1;
  const right = reached[middle + k - 1] ?? -1;
  return Math.max(down - k <= height ? down : -1, right >= 0 && right < width ? right + 1 : -1);
}

/** Along equal lines as far as they go. */
function slide(search: Search, box: Box, side: Side, fromX: number, fromY: number): number {
  const { a, b } = search;
  const { a0, a1, b0, b1 } = box;
  const [startA, startB, step] = side === "forward" ? [a0, b0, 1] : [a1 - 1, b1 - 1, -1];
  let [x, y] = [fromX, fromY];
  while (a0 + x < a1 && b0 + y < b1 && a[startA + step * x] === b[startB + step * y]) {
    x++;
    y++;
  }
  search.effort -= x - fromX + 1;
  return x;
}

function pointAt(search: Search, box: Box, side: Side, k: number): { x: number; y: number } {
  const x = search[side][middle + k] ?? 0;
  return side === "forward" ? { x: box.a0 + x, y: box.b0 + x - k } : { x: box.a1 - x, y: box.b1 - (x - k) };
}

/** The diagonal on which a search that was cut short has come furthest. */
function furthest(search: Search, { a0, a1, b0, b1 }: Box): number {
  let best = { k: 0, sum: -1 };
  for (let k = lowest(maxEdits, b1 - b0); k <= -lowest(maxEdits, a1 - a0); k += 2) {
    const x = search.forward[middle + k] ?? -1;
    if (x >= 0 && 2 * x - k > best.sum) best = { k, sum: 2 * x - k };
  }
  return best.k;
}
