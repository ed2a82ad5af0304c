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

/** Relative to where the person stands, unless it lies elsewhere. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
}

/** Control and direction characters, which could break the line or disguise it, as `\u{…}`. */
const visible = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
