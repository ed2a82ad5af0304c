import type { Imported } from "../../edges/files/import.ts";
import type { Rows } from "./rows.ts";
import { stillVisible } from "./visible.ts";
import { fit } from "./cells.ts";

type LeftOut = Imported["leftOut"];

/** Paths of each reason that are named; the command that names them all follows where there are more. */
const mostNamed = 4;
/** Cells of a path. */
const widest = 40;

/** What no worker will see, by reason; no row when everything is seen. `scratch`: the run's own patterns. */
export function leftOutRow(leftOut: LeftOut, scratch: readonly string[], run: string): Rows {
  if (leftOut.length === 0) return [];
  const groups = Map.groupBy(leftOut, ({ why }) => reasonOf(why, scratch));
  const texts = [...groups].map(([reason, items]) => `${named(items)} (${reason})`);
  const isCut = [...groups.values()].some((items) => items.length > mostNamed);
  return [["left out", [...texts, ...(isCut ? [`all: harness show ${run} --left-out`] : [])].join("   ")]];
}

/** The setting that leaves it out, or what the import says. */
function reasonOf(why: string, scratch: readonly string[]): string {
  const [, pattern] = /^excluded by (.*)$/s.exec(why) ?? [];
  if (pattern === undefined) return why;
  return scratch.includes(pattern) ? "workspace.scratch" : "workspace.exclude";
}

function named(items: LeftOut): string {
  const names = items.slice(0, mostNamed).map(({ path }) => fit(stillVisible(path), widest));
  const more = items.length - names.length;
  return `${names.join("  ")}${more === 0 ? "" : `  and ${more} more`}`;
}
