import type { Freshness } from "../../loop/fresh.ts";
import { oneLine } from "./words.ts";

/** `clean   fresh: as run 7k2m left it`, `chart   stale: its input raw/a.csv changed`. */
export const freshnessRow = ({ task, kept, because }: Freshness): readonly [string, string] => [
  oneLine(task, 40),
  kept === null
    ? `stale: ${because.map((why) => oneLine(why, 160)).join("; ")}`
    : `fresh: as run ${kept.from.run} left it`,
];
