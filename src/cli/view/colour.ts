import type { Io } from "../io.ts";

const codes: Readonly<Record<string, number>> = { "✓": 32, "✗": 31, "?": 33, "!": 33, "●": 36 };

/** A line with its mark in colour, on a terminal whose owner did not set NO_COLOR. */
export function colourMark(line: string, io: Io): string {
  if (!io.isTerminal || (io.env["NO_COLOR"] ?? "") !== "") return line;
  return line.replace(/^ ([✓✗?!●])(?= )/u, (_, mark: string) => ` \u001b[${codes[mark]}m${mark}\u001b[0m`);
}
