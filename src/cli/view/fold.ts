import { cells } from "./cells.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A line cut into pieces of at most `width` cells, inside of no mark: put together they are the line. */
export function fold(line: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let [piece, room] = ["", width];
  for (const part of partsOf(line, width)) {
    const taken = cells(part);
    if (taken > room && piece !== "") {
      pieces.push(piece);
      [piece, room] = ["", width];
    }
    piece += part;
    room -= taken;
  }
  return [...pieces, piece];
}

/** What is not to be cut: a mark that fits, a run of ASCII where it is cut anyway, else one grapheme. */
function* partsOf(line: string, width: number): Iterable<string> {
  for (const [part] of line.matchAll(/‹[^›]*›|[^‹]+|‹/gu)) {
    if (part.startsWith("‹") && cells(part) <= width) yield part;
    else for (const { segment } of graphemes.segment(part)) yield segment;
  }
}

/** As `fold`, between words where it can be; blanks there count as one, and fall away at an end. */
export function foldWords(line: string, width: number): readonly string[] {
  if (cells(line) <= width) return [line];
  const lines: string[] = [];
  let begun = "";
  for (const [word] of line.matchAll(/(?:‹[^›]*›|[^ ])+/gu)) {
    const longer = begun === "" ? word : `${begun} ${word}`;
    if (cells(longer) <= width) {
      begun = longer;
      continue;
    }
    if (begun !== "") lines.push(begun);
    const pieces = fold(word, width);
    lines.push(...pieces.slice(0, -1));
    begun = pieces.at(-1) ?? "";
  }
  return [...lines, begun];
}
