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
/** What editors make of `---`, and what fingers do: one more, one fewer, a long dash. */
const almost = /^[-\u{2010}-\u{2015}\u{2212}]+[ \t]*$/u;

/** Splits a Markdown file. Blank lines before the front matter are let pass. @throws BadInput */
export function splitFrontMatter(path: string, text: string): FrontMatter {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() !== "");
  const first = lines[start] ?? "";
  if (!opening.test(first)) {
    if (almost.test(first)) {
      throw new BadInput(
        path,
        start + 1,
        `front matter begins with exactly three hyphens; write --- in this line`,
      );
    }
    return { yaml: null, yamlLine: 1, body: text, bodyLine: 1 };
  }
  const end = lines.findIndex((line, index) => index > start && closing.test(line));
  if (end === -1) {
    throw new BadInput(path, start + 1, "the front matter is not closed; write a line --- after it");
  }
  return {
    yaml: lines.slice(start + 1, end).join("\n"),
    yamlLine: start + 2,
    body: lines.slice(end + 1).join("\n"),
    bodyLine: end + 2,
  };
}
