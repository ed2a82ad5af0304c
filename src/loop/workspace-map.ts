/** A file or a symlink of a tree. */
export interface MapEntry {
  readonly path: string;
  /** What stands behind its name: a size, or where a link leads. */
  readonly what: string;
}

/** No map is longer than this, in characters. */
export const longestMap = 6000;

/** Of a large directory below the top, this many entries are named; where even these have no room, the few. */
const mostShown = 40;
const fewShown = 8;
const nameSize = 120;

interface Directory {
  /** With what leads to it where that holds nothing else: `src/main/java`. */
  readonly name: string;
  readonly files: number;
  readonly directories: readonly Directory[];
  readonly entries: readonly { readonly name: string; readonly what: string }[];
}

/** One line of a map; what a directory holds may follow it. */
interface Item {
  readonly line: string;
  readonly directory: Directory | null;
}

/**
 * A workspace as a tree that fits: every entry of the top, and of the directories below, nearest first, what there is
 * room for; the others say how much is in them. The same files give the same map.
 */
export function workspaceTree(found: Iterable<MapEntry>, most = longestMap): string {
  const top = treeOf(found);
  if (top.files === 0) return "(empty)";
  const all = itemsOf(top, 0, Infinity);
  const shown = sizeOf(all) <= most ? all : asManyAsFit(all, most);
  return linesOf(shown, opened(shown, most - sizeOf(shown)), 0).join("\n");
}

/** What is listed of which directories: level by level, so that no part of a project fills the map alone. */
function opened(top: readonly Item[], room: number): ReadonlyMap<Directory, readonly Item[]> {
  const open = new Map<Directory, readonly Item[]>();
  const waiting = directoriesOf(top, 1);
  const later: typeof waiting = [];
  let left = room;
  for (
    let next = waiting.shift() ?? later.shift();
    next !== undefined;
    next = waiting.shift() ?? later.shift()
  ) {
    const { directory, depth, isAside } = next;
    if (!isAside && aside.test(directory.name)) {
      later.push({ directory, depth, isAside: true });
      continue;
    }
    const counts = [mostShown, fewShown];
    const items = counts
      .map((count) => itemsOf(directory, depth, count))
      .find((one) => sizeOf(one) + 1 <= left);
    if (items === undefined) continue;
    open.set(directory, items);
    left -= sizeOf(items) + 1;
    waiting.push(...directoriesOf(items, depth + 1));
  }
  return open;
}

/** What others made, or a machine, or what is much and alike. */
const aside =
  /^(\.[^/]+|vendor|third[-_]party|node_modules|dist|build|out|target|coverage|fixtures?|snapshots|__snapshots__|locales?|assets|data)(\/|$)/i;

const directoriesOf = (
  items: readonly Item[],
  depth: number,
): { directory: Directory; depth: number; isAside: boolean }[] =>
  items.flatMap(({ directory }) => (directory === null ? [] : [{ directory, depth, isAside: false }]));

function itemsOf({ directories, entries }: Directory, depth: number, most: number): readonly Item[] {
  const indent = "  ".repeat(depth);
  const sorted = entries.toSorted(byName);
  const first = sorted.filter(({ name }) => matters.test(name));
  const all = [
    ...first,
    ...directories.toSorted(byName),
    ...sorted.filter(({ name }) => !matters.test(name)),
  ];
  const items = all.slice(0, most).map((one): Item => {
    if ("what" in one) return { line: `${indent}${shown(one.name)}  ${shown(one.what)}`, directory: null };
    return { line: `${indent}${shown(one.name)}/  ${counted(one.files)}`, directory: one };
  });
  if (all.length <= most) return items;
  return [...items, { line: `${indent}… and ${all.length - most} more entries`, directory: null }];
}

/** What says how a project is built, run and read. */
const matters =
  /^(readme|contributing|architecture|agents|claude|makefile|justfile|dockerfile|taskfile|package\.json|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|cargo\.toml|go\.mod|pom\.xml|build\.gradle|gemfile|composer\.json|cmakelists\.txt|tsconfig\.json|deno\.json|mix\.exs)([._-]|$)/i;

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

const counted = (files: number): string => (files === 1 ? "1 file" : `${files} files`);

/** On one line, whatever it holds. */
function shown(name: string): string {
  const text = /[\p{Cc}\u2028\u2029]/u.test(name) ? JSON.stringify(name) : name;
  return text.length <= nameSize ? text : `${text.slice(0, nameSize - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Of more than there is room for, the first, and how many more there are. */
function asManyAsFit(items: readonly Item[], most: number): readonly Item[] {
  const more = (count: number): Item => ({ line: `… and ${count} more entries`, directory: null });
  let count = 0;
  let size = more(items.length).line.length;
  for (; count < items.length; count += 1) {
    size += (items[count]?.line.length ?? 0) + 1;
    if (size > most) break;
  }
  return [...items.slice(0, count), more(items.length - count)];
}

/** In characters, line breaks between lines included. */
const sizeOf = (items: readonly Item[]): number => items.reduce((sum, { line }) => sum + line.length + 1, -1);

const linesOf = (
  items: readonly Item[],
  open: ReadonlyMap<Directory, readonly Item[]>,
  depth: number,
): string[] =>
  items.flatMap(({ line, directory }) => {
    const inside = directory === null ? undefined : open.get(directory);
    return inside === undefined ? [line] : [line, ...linesOf(inside, open, depth + 1)];
  });

interface Growing {
  files: number;
  readonly directories: Map<string, Growing>;
  readonly entries: { readonly name: string; readonly what: string }[];
}

const growing = (): Growing => ({ files: 0, directories: new Map(), entries: [] });

function treeOf(found: Iterable<MapEntry>): Directory {
  const top = growing();
  for (const { path, what } of found) {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let at = top;
    at.files += 1;
    for (const step of names) {
      const next = at.directories.get(step) ?? growing();
      at.directories.set(step, next);
      next.files += 1;
      at = next;
    }
    at.entries.push({ name, what });
  }
  return { name: "", ...top, directories: [...top.directories].map(([name, one]) => lazily(name, one)) };
}

/** What is below is looked at when it is listed: most of a large tree never is. */
function lazily(name: string, grown: Growing): Directory {
  const { name: joined, at } = joinSingles(name, grown);
  return {
    name: joined,
    files: at.files,
    entries: at.entries,
    get directories() {
      return [...at.directories].map(([inner, one]) => lazily(inner, one));
    },
  };
}

/** A directory that holds one directory and nothing else is a step on the way. */
function joinSingles(name: string, grown: Growing): { name: string; at: Growing } {
  let [path, at] = [name, grown];
  for (;;) {
    const [only, ...others] = at.directories;
    if (only === undefined || others.length > 0 || at.entries.length > 0) return { name: path, at };
    path = `${path}/${only[0]}`;
    at = only[1];
  }
}
