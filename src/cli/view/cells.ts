const ascii = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** East Asian wide and fullwidth characters and emoji take two cells of a terminal; combining marks take none. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
const nothing = /^\p{M}+$/u;

const cellsOf = (grapheme: string): number => (nothing.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1);

/** How many cells of a terminal a line without control characters takes. */
export function cells(line: string): number {
  if (ascii.test(line)) return line.length;
  let sum = 0;
  for (const { segment } of graphemes.segment(line)) sum += cellsOf(segment);
  return sum;
}

/** At most `width` cells of a line, ended by an ellipsis where something was left out. Its spaces are kept. */
export function fit(line: string, width: number): string {
  if (cells(line) <= width) return line;
  let kept = "";
  let room = Math.max(1, width) - 1;
  for (const { segment } of graphemes.segment(line)) {
    room -= cellsOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Filled with spaces up to `width` cells, and cut there. */
export function pad(line: string, width: number): string {
  const kept = fit(line, width);
  return kept + " ".repeat(Math.max(0, width - cells(kept)));
}

/** As `pad`, with the text at the right. */
export function padLeft(line: string, width: number): string {
  const kept = fit(line, width);
  return " ".repeat(Math.max(0, width - cells(kept))) + kept;
}

/** Lines of at most `width` cells, broken at ` · ` and at wider gaps (which then fall away), else between words. */
export function wrap(text: string, width: number): readonly string[] {
  const parts = [...text.matchAll(/( · | {2,}|^)((?:(?! · | {2,}).)+)/gu)];
  return join(
    parts.flatMap(([, gap = "", part = ""]) => (cells(part) <= width ? [{ gap, part }] : words(gap, part))),
    width,
  );
}

interface Piece {
  readonly gap: string;
  readonly part: string;
}

const words = (gap: string, text: string): readonly Piece[] =>
  text.split(" ").map((part, index) => ({ gap: index === 0 ? gap : " ", part }));

function join(pieces: readonly Piece[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const { gap, part } of pieces) {
    const longer = line === "" ? part : line + gap + part;
    if (cells(longer) > width && line !== "") lines.push(line);
    line = cells(longer) <= width ? longer : fit(part, width);
  }
  return [...lines, line];
}
