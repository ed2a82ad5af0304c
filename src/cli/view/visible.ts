import { foreign, latinOf, markOf, scriptOf } from "./mark.ts";

/**
 * Text that an agent, a model, a tool or a server chose, on one line and safe to show: nothing in it is obeyed by a
 * terminal, is hidden, or takes the looks of something else. A character that cannot be shown as what it is stands there
 * as its mark (`markOf`). Nobody can write a mark: in the text itself a picture of a control character, and a ‹ before
 * `U+`, are marked like any other. All else is unchanged, so that no two texts come out alike.
 */
export const visible = (text: string): string => shown(text, isOdd);

/**
 * As `visible`, of a text parts of which are marked already: marks stay as they are, whoever wrote them. For lists and
 * logs, through which a text may go twice; what a person decides about is shown by the others.
 */
export const stillVisible = (text: string): string =>
  shown(text, (character) => isOdd(character) && !picture.test(character), true);

/** As `stillVisible`, with line feeds and tabs as they are. */
export const visibleLines = (text: string): string =>
  shown(text, (character) => !/[\n\t]/.test(character) && isOdd(character) && !picture.test(character), true);

/** As `visible`, inside a frame: the characters that frames are drawn with, every ‹ and every › are marked too. */
export const inFrame = (text: string): string =>
  shown(text, (character) => isOdd(character) || drawing.test(character));

/**
 * As `inFrame`, for text of which each character counts, like a command. Besides, every ↪ and ⋮ (with them the
 * harness says something of its own) and what looks like punctuation of a shell and is none are marked.
 */
export const exact = (text: string): string =>
  shown(text, (character) => isOdd(character) || drawing.test(character) || misleading.test(character));

/** As `exact`, for a name that programs take as it is (of a program, a host): all but ASCII is marked. */
export const exactName = (text: string): string => shown(text, (character) => !/[\x20-\x7e]/.test(character));

/** Characters of a text that nobody can see, each once, as marks with what they are called. */
export const hiddenIn = (text: string): readonly string[] =>
  [...new Set(text.match(hidden) ?? [])].map((character) => {
    const name = names.get(character) ?? "";
    return name === "" ? markOf(character) : `${markOf(character)} ${name}`;
  });

/** Words of a text in which letters are taken for others, each once, with these marked. */
export const disguisedIn = (text: string): readonly string[] =>
  [...new Set(text.match(word) ?? [])].filter(isDisguised).map(visible);

/** Letters and digits; what stands on them belongs to them. */
const word = /[\p{L}\p{N}\p{M}]+/gu;
const pieces = /[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]/gsu;

/**
 * Controls; what a terminal may not draw at all (formats, fillers, selectors, unassigned, private, halves of pairs); and
 * what separates lines without being a line feed.
 */
const unseen = String.raw`\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u2800\u{1D159}`;
/** As hidden in a command: a line feed or tab there is nothing odd. */
const hidden = new RegExp(String.raw`(?![\t\n])[${unseen}]|(?! )\p{Zs}`, "gu");
/** Pictures of controls, and blanks that are no space, besides. */
const odd = new RegExp(String.raw`[${unseen}\u2400-\u2426]|(?! )\p{Zs}`, "u");

/** Lines and blocks, and the quotes of a mark. */
const drawing = /[\u2500-\u259F‹›]/;
/** What we set before a line that is no line of the text; hyphens, dots, slashes, bars and colons that are others than they look. */
const misleading =
  /[↪⋮\u2010-\u2012\u2024\u2044\u2212\u2215\u2216\u2223\u2236\u29F5\u29F8\u29F9\u2758\uA789]/;

const picture = /[\u2400-\u2426]/;

const isOdd = (character: string): boolean => odd.test(character);

/** Three marks on a letter are enough for any language; one on nothing changes what stands before it. */
const mostOnOne = 3;

function shown(text: string, isMarked: (character: string) => boolean, keepsMarks = false): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let out = "";
  /** Marks that stand on the last character; none may stand on a blank or on a mark of ours. */
  let above = mostOnOne;
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    const isWordOdd = isDisguised(piece);
    for (const character of piece) {
      const isAbove = /\p{M}/u.test(character);
      const isTooMany = isAbove && above >= mostOnOne;
      const isForged = !keepsMarks && character === "‹" && text.startsWith("U+", index + 1);
      const isHere =
        isTooMany || isForged || isMarked(character) || (isWordOdd && scriptOf(character) !== null);
      out += isHere ? markOf(character) : character;
      above = isHere || /\s/.test(character) ? mostOnOne : isAbove ? above + 1 : 0;
    }
  }
  return out;
}

/** Latin with letters of a script that has look-alikes, or nothing but look-alikes. */
function isDisguised(piece: string): boolean {
  if (!foreign.test(piece)) return false;
  const letters = piece.match(/\P{M}/gu) ?? [];
  if (letters.some((character) => /\p{Script=Latin}/u.test(character) && scriptOf(character) === null))
    return true;
  return letters.length > 1 && letters.every((character) => latinOf(character) !== null);
}

const names: ReadonlyMap<string, string> = new Map([
  ["\0", "NUL"],
  ["\r", "carriage return"],
  ["\u001b", "escape"],
  ["\b", "backspace"],
  ["\u00A0", "no-break space"],
  ["\u00AD", "soft hyphen"],
  ["\u200B", "zero-width space"],
  ["\u200C", "zero-width non-joiner"],
  ["\u200D", "zero-width joiner"],
  ["\u200E", "left-to-right mark"],
  ["\u200F", "right-to-left mark"],
  ["\u2028", "line separator"],
  ["\u202A", "left-to-right embedding"],
  ["\u202B", "right-to-left embedding"],
  ["\u202D", "left-to-right override"],
  ["\u202E", "right-to-left override"],
  ["\u2066", "left-to-right isolate"],
  ["\u2067", "right-to-left isolate"],
  ["\uFEFF", "byte order mark"],
]);
