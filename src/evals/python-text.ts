/**
 * Text as Python 3 reads it, which HELM's definitions lean on: words may be of any script, and white space is what
 * `str.isspace` says, which is not what `\s` says here.
 */

const spaces = "[\\t-\\r\\x1c-\\x20\\x85\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaceRun = new RegExp(`${spaces}+`, "u");
const outerSpaces = new RegExp(`^${spaces}+|${spaces}+$`, "gu");

/** `\w` of Python's `re`, as the inside of a character class. */
export const wordLetters = "\\p{L}\\p{N}_";
/** `\b` before a word and after one, where the word begins and ends with letters or digits. */
export const wordStart = `(?<![${wordLetters}])`;
export const wordEnd = `(?![${wordLetters}])`;

/** `str.split()`: the runs between white space. */
export const splitWords = (text: string): readonly string[] =>
  text.split(spaceRun).filter((word) => word !== "");

/** `str.strip()`. */
export const strip = (text: string): string => text.replaceAll(outerSpaces, "");

/** `str.capitalize()`: the first letter large, all others small. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  const [head = "", ...tail] = first.toUpperCase();
  return head + tail.join("").toLowerCase() + text.slice(first.length).toLowerCase();
}

/** A text for `RegExp` in which no letter has a meaning of its own. */
export const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
