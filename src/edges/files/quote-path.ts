import { pathBytes } from "./names.ts";

const letters: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/**
 * A path of a tree as git writes it in patches and reads it in streams (`core.quotePath`): in double quotes with
 * C escapes when it has bytes outside printable ASCII, a quote or a backslash, else as it is.
 */
export function quotePath(path: string, prefix: string = ""): string {
  const bytes = [...pathBytes(path)];
  const plain = bytes.every((byte) => byte >= 0x20 && byte < 0x7f && letters[byte] === undefined);
  const text = bytes.map(spell).join("");
  return plain ? prefix + text : `"${prefix}${text}"`;
}

function spell(byte: number): string {
  const letter = letters[byte];
  if (letter !== undefined) return letter;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\${byte.toString(8).padStart(3, "0")}`;
}
