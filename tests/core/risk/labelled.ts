import { dangers } from "./labelled-dangers.ts";
import { dangersOne } from "./labelled-more-one.ts";
import { dangersTwo } from "./labelled-more-two.ts";
import { more } from "./labelled-more.ts";
import { reads } from "./labelled-reads.ts";
import { fifth } from "./labelled-fifth.ts";
import { fourth } from "./labelled-fourth.ts";
import { third } from "./labelled-third.ts";
import { writes } from "./labelled-writes.ts";

/** Commands by what they may do at least: a line each; `⏎` is a line end, `§` is `$` with `{`, `¬` a backtick. */
export interface Family {
  readonly name: string;
  /** `read`, `write`: nobody is asked. All others: somebody is, and the level is at least this. */
  readonly label: "read" | "write" | "network" | "destructive" | "external" | "privilege";
  readonly lines: string;
}

export interface Labelled {
  readonly family: string;
  readonly label: Family["label"];
  readonly command: string;
}

export const labelled: readonly Labelled[] = [
  ...reads,
  ...writes,
  ...dangers,
  ...more,
  ...third,
  ...fifth,
  fourth,
  dangersOne,
  dangersTwo,
].flatMap(({ name, label, lines }) =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({
      family: `${name} (${label})`,
      label,
      command: line.replaceAll("⏎", "\n").replaceAll("§", "${").replaceAll("¬", "`"),
    })),
);
