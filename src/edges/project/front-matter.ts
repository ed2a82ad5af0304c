import { BadInput } from "./bad-input.ts";

export interface FrontMatter {
  /** The YAML between the two lines of `---`; null when the file has none. */
  readonly yaml: string | null;
  /** The line of the file on which `yaml` begins. */
  readonly yamlLine: number;
  readonly body: string;
  readonly bodyLine: number;
}

/** The first line may carry a comment: `--- # my goal`. */
const opening = /^---[ \t]*(?:[ \t]#.*)?$/;
const closing = /^(?:---|\.\.\.)[ \t]*$/;
/** What editors make of `---`, and what fingers do: one more, one fewer, a long dash, a blank before it. */
const almost = /^\s*[-\u{2010}-\u{2015}\u{2212}]+\s*$/u;
/** How front matter begins for other programs: `---yaml`, and TOML and JSON between fences of their own. */
const foreign = /^(?:---[ \t]*[a-z]+|\+{3}|;{3})[ \t]*$/;
/** A setting in the first line of a file that has no front matter. */
const setting = /^(?:workspace|checks|model|models|budget|sandbox|concurrency|attempts):(?:\s|$)/;

/** Splits a Markdown file. Blank lines before the front matter are let pass. @throws BadInput */
export function splitFrontMatter(path: string, text: string): FrontMatter {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() !== "");
  const first = lines[start] ?? "";
  if (!opening.test(first)) {
    refuseOther(path, start + 1, first);
    return { yaml: null, yamlLine: 1, body: text, bodyLine: 1 };
  }
  const end = lines.findIndex((line, index) => index > start && closing.test(line));
  if (end === -1) throw unclosed(path, lines, start);
  return {
    yaml: lines.slice(start + 1, end).join("\n"),
    yamlLine: start + 2,
    body: lines.slice(end + 1).join("\n"),
    bodyLine: end + 2,
  };
}

/** A first line that was meant to begin front matter, or to be in it, must not become prose in silence. @throws BadInput */
function refuseOther(path: string, line: number, first: string): void {
  if (almost.test(first))
    throw new BadInput(path, line, "front matter begins with exactly three hyphens; write --- in this line");
  if (foreign.test(first))
    throw new BadInput(
      path,
      line,
      "front matter is YAML after a line of three hyphens; write --- in this line",
    );
  const [key] = setting.exec(first) ?? [];
  if (key !== undefined)
    throw new BadInput(
      path,
      line,
      `"${key.trim()}" is a setting, and settings stand in front matter; write a line --- before and after them`,
    );
}

function unclosed(path: string, lines: readonly string[], start: number): BadInput {
  const end = lines.findIndex((line, index) => index > start && almost.test(line));
  return end === -1
    ? new BadInput(path, start + 1, "the front matter is not closed; write a line --- after it")
    : new BadInput(path, end + 1, "front matter ends with exactly three hyphens; write --- in this line");
}
