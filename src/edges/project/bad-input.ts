import { isAbsolute, relative } from "node:path";

/** A file a person wrote that cannot be used. `message` is one line: `path:line: what is wrong; what to do`. */
export class BadInput extends Error {
  override readonly name = "BadInput";
  readonly path: string;
  /** Counted from 1; null when it is the file as a whole. */
  readonly line: number | null;
  constructor(path: string, line: number | null, what: string) {
    super(visible(`${shortest(path)}${line === null ? "" : `:${line}`}: ${what}`));
    this.path = path;
    this.line = line;
  }
}

/** Relative to where the person stands, unless it lies elsewhere. The middle of a path that nobody would read is left out. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  const shown = near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
  return shown.length <= longest ? shown : `${shown.slice(0, longest / 2)}…${shown.slice(-longest / 4)}`;
}

const longest = 240;

/** What could break the line or disguise it (control, direction and zero-width characters, odd blanks), as `\u{…}`. */
const visible = (text: string): string =>
  text.replaceAll(
    /(?! )[\p{Cc}\p{Cf}\p{Z}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
