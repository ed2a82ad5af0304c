const named: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001B",
  E: "\u001B",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const escape =
  /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S])|([\s\S]))/g;

/** What `$'…'` stands for. */
export const ansiText = (raw: string): string =>
  raw.replaceAll(escape, (...found) => meant(found.slice(1, 7) as string[]));

function meant([byte, short, long, octal, control, other]: readonly string[]): string {
  const hex = byte ?? short ?? long;
  if (hex !== undefined) return character(Number.parseInt(hex, 16));
  if (octal !== undefined) return character(Number.parseInt(octal, 8) & 0xff);
  if (control !== undefined) return character(control.charCodeAt(0) & 0x1f);
  return named[other ?? ""] ?? other ?? "";
}

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD");
