/**
 * Finds all of many patterns in one pass (Aho–Corasick). A state stands for the longest beginning of a pattern that
 * what came so far ends with; units are numbers below 65,536: UTF-16 code units, or bytes.
 */
export interface Finder {
  /** The state after one more unit; the first state is 0. */
  next(state: number, unit: number): number;
  /** How many of the last units may be the beginning of a pattern. */
  depth(state: number): number;
  /** The longest pattern that ends here, by its index; -1: none. */
  longest(state: number): number;
}

export function finderOf(patterns: readonly ArrayLike<number>[]): Finder {
  const trie = trieOf(patterns);
  const { depth, match } = trie;
  linkFailures(trie);
  return {
    next: (state, unit) => step(trie, state, unit),
    depth: (state) => depth[state] ?? 0,
    longest: (state) => (match[state] ?? 0) - 1,
  };
}

/** Nodes are indices, 0 is the root. */
interface Trie {
  /** Of the root, by unit. */
  readonly first: Int32Array;
  /** Of all others: a hash table of nodes, found by parent and unit. 0: free. */
  readonly table: Int32Array;
  readonly parent: Int32Array;
  readonly unit: Uint16Array;
  readonly depth: Int32Array;
  /** The node of the longest proper end that is the beginning of a pattern. */
  readonly fail: Int32Array;
  /** Index of a pattern plus one. */
  readonly match: Int32Array;
  size: number;
}

function trieOf(patterns: readonly ArrayLike<number>[]): Trie {
  const most = patterns.reduce((sum, { length }) => sum + length, 1);
  const trie: Trie = {
    first: new Int32Array(65_536),
    table: new Int32Array(2 ** Math.ceil(Math.log2(most * 3))),
    parent: new Int32Array(most),
    unit: new Uint16Array(most),
    depth: new Int32Array(most),
    fail: new Int32Array(most),
    match: new Int32Array(most),
    size: 1,
  };
  for (const [index, pattern] of patterns.entries()) insert(trie, pattern, index);
  return trie;
}

function insert(trie: Trie, pattern: ArrayLike<number>, index: number): void {
  let node = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const unit = pattern[at] ?? 0;
    node = childOf(trie, node, unit) || addChild(trie, node, unit);
  }
  if (node !== 0 && trie.match[node] === 0) trie.match[node] = index + 1;
}

/** 0: none. */
const childOf = (trie: Trie, node: number, unit: number): number =>
  node === 0 ? (trie.first[unit] ?? 0) : (trie.table[slotOf(trie, node, unit)] ?? 0);

/** Where the table has this child, or has room for it. */
function slotOf({ table, parent, unit: units }: Trie, node: number, unit: number): number {
  const last = table.length - 1;
  let slot = hashOf(node, unit) & last;
  for (;;) {
    const found = table[slot] ?? 0;
    if (found === 0 || (parent[found] === node && units[found] === unit)) return slot;
    slot = (slot + 1) & last;
  }
}

function hashOf(node: number, unit: number): number {
  const mixed = Math.imul(node, 0x9e37_79b1) ^ Math.imul(unit + 1, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}

function addChild(trie: Trie, node: number, unit: number): number {
  const made = trie.size;
  trie.size += 1;
  trie.parent[made] = node;
  trie.unit[made] = unit;
  trie.depth[made] = (trie.depth[node] ?? 0) + 1;
  if (node === 0) trie.first[unit] = made;
  else trie.table[slotOf(trie, node, unit)] = made;
  return made;
}

/** Level by level: the link of a node leads to one that is less deep, whose own link is there already. */
function linkFailures(trie: Trie): void {
  const { parent, unit, depth, fail, match, size } = trie;
  const byDepth = Int32Array.from({ length: size - 1 }, (_, at) => at + 1);
  byDepth.sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0));
  for (const node of byDepth) {
    const above = parent[node] ?? 0;
    const shorter = above === 0 ? 0 : step(trie, fail[above] ?? 0, unit[node] ?? 0);
    fail[node] = shorter;
    if (match[node] === 0) match[node] = match[shorter] ?? 0;
  }
}

function step(trie: Trie, from: number, unit: number): number {
  for (let state = from; ; state = trie.fail[state] ?? 0) {
    const next = childOf(trie, state, unit);
    if (next !== 0 || state === 0) return next;
  }
}
