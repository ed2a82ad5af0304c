import { visibleLines } from "../view/visible.ts";

/** Text that is HTML: made by `html` and `trusted` alone. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: strings are text of anybody, never markup. */
export type Piece = Html | string | number | null | readonly Piece[];

/**
 * HTML with values filled in, between tags or in attributes in double quotes. Strings are escaped, and what nobody could
 * see in them, or what would turn the text around it, is made visible.
 */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const text = parts.map((part, index) => {
    // Lines of a template are set in to be read here.
    const markup = part.replaceAll(/\s*\n\s*/g, "\n");
    return index === 0 ? markup : textOf(pieces[index - 1] ?? null) + markup;
  });
  return new Html(text.join(""));
}

/** Markup out of this directory, in which nothing is of others: styles. */
export const trusted = (text: string): Html => new Html(text);

/** Bytes that a text takes in the page. */
export const weight = (text: string): number => Buffer.byteLength(escaped(text));

function textOf(piece: Piece): string {
  if (piece === null) return "";
  if (typeof piece === "number") return String(piece);
  if (typeof piece === "string") return escaped(piece);
  return piece instanceof Html ? piece.text : piece.map(textOf).join("");
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  visibleLines(text).replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
