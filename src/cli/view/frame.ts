import { cells, fit, pad } from "./cells.ts";

/** What stands in a frame under a name, as lines of at most `width` cells each. Safe to show already. */
export interface Row {
  readonly name: string;
  readonly lines: (width: number) => readonly string[];
}

interface Framed {
  readonly title: string;
  readonly rows: readonly Row[];
  /** Below a divider of their own: somebody else's words. */
  readonly quoted: { readonly title: string; readonly lines: Row["lines"] } | null;
  /** What can be done; some may be left for a line of their own. */
  readonly keys: readonly string[];
  readonly aside: string;
}

/** Cells that the names of rows take, with the gap behind them. */
const names = 10;
const narrowest = 32;
const widest = 120;

/**
 * A frame of at most `columns` - 1 cells, closed at the left and right of every line: what stands in it can neither leave
 * it nor, as no character that draws frames is left in it, look like a part of it.
 */
export function frame({ title, rows, quoted, keys, aside }: Framed, columns: number): readonly string[] {
  const width = Math.max(narrowest, Math.min(columns - 1, widest));
  const inside = width - 4;
  const line = (text: string): string => `│ ${pad(text, inside)} │`;
  const named = rows.flatMap(({ name, lines }) =>
    lines(inside - names).map((text, index) => line(pad(index === 0 ? name : "", names) + text)),
  );
  const said = quoted === null ? [] : quoted.lines(inside).map(line);
  return [
    edge("┌", title, "", "┐", width),
    ...named,
    ...(quoted === null ? [] : [edge("├", quoted.title, "", "┤", width), ...said]),
    ...bottom(keys, aside, width),
  ];
}

/** On the last line of the frame where they fit, else above it. */
function bottom(keys: readonly string[], aside: string, width: number): readonly string[] {
  const all = keys.join("  ");
  if (cells(all) + cells(aside) + 10 <= width) return [edge("└", all, aside, "┘", width)];
  const lines = keys.reduce<readonly string[]>((before, key) => {
    const last = before.at(-1);
    const longer = last === undefined ? key : `${last}  ${key}`;
    return last !== undefined && cells(longer) <= width - 4
      ? [...before.slice(0, -1), longer]
      : [...before, key];
  }, []);
  return [
    edge("├", "", "", "┤", width),
    ...lines.map((text) => `│ ${pad(text, width - 4)} │`),
    edge("└", "", aside, "┘", width),
  ];
}

/** `┌ title ───── aside ──┐` */
function edge(left: string, title: string, aside: string, right: string, width: number): string {
  const end = aside === "" ? right : ` ${fit(aside, width - 8)} ──${right}`;
  const room = width - cells(end) - 1;
  const begin = title === "" ? left : `${left} ${fit(title, room - 2)} `;
  return begin + "─".repeat(Math.max(0, width - cells(begin) - cells(end))) + end;
}
