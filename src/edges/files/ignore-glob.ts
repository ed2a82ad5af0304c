/**
 * Globs of a `.gitignore`, read as gitignore(5) has them: `*` and `?` stay in a name, `**` between slashes crosses
 * directories, `\` takes the next character as it is. Characters are code points; to git they are bytes.
 */

/** One piece of a glob. */
export type GlobPiece =
  /** One character as it is. */
  | { readonly type: "char"; readonly char: string }
  | { readonly type: "any-char" }
  /** `*`, and any other run of stars. */
  | { readonly type: "any-name" }
  /** `**` with a slash after it, which it includes: any number of directories, none too. */
  | { readonly type: "directories" }
  /** `**` at the end: everything, whatever slashes are in it. */
  | { readonly type: "everything" }
  /** A bracket expression, in its own text and as a regular expression for one character. */
  | { readonly type: "class"; readonly text: string; readonly source: string };

/** null: nothing ever fits, since a bracket is not closed or a `\` stands at the end. */
export function globPieces(glob: string): readonly GlobPiece[] | null {
  const chars = Array.from(glob);
  const pieces: GlobPiece[] = [];
  for (let at = 0; at < chars.length;) {
    const read = pieceAt(chars, at);
    if (read === null) return null;
    pieces.push(read.piece);
    at = read.end;
  }
  return pieces;
}

interface Read {
  readonly piece: GlobPiece;
  readonly end: number;
}

function pieceAt(chars: readonly string[], at: number): Read | null {
  const char = chars[at] ?? "";
  switch (char) {
    case "\\": {
      const next = chars[at + 1];
      return next === undefined ? null : { piece: { type: "char", char: next }, end: at + 2 };
    }
    case "?":
      return { piece: { type: "any-char" }, end: at + 1 };
    case "*":
      return starsAt(chars, at);
    case "[":
      return classAt(chars, at);
    default:
      return { piece: { type: "char", char }, end: at + 1 };
  }
}

function starsAt(chars: readonly string[], at: number): Read {
  let end = at;
  while (chars[end] === "*") end += 1;
  const isAlone = end - at > 1 && (at === 0 || chars[at - 1] === "/");
  if (isAlone && chars[end] === "/") return { piece: { type: "directories" }, end: end + 1 };
  // Before a slash that is written `\/` there must be a directory: so git has it.
  const isEnd = end === chars.length || (chars[end] === "\\" && chars[end + 1] === "/");
  if (isAlone && isEnd) return { piece: { type: "everything" }, end };
  return { piece: { type: "any-name" }, end };
}

/** Classes of ASCII, as git has them. */
const namedClasses: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: " \\t\\n\\r",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

/** `[…]`: a `]` that comes first is one of its characters; `!` or `^` at the start turns it round. No slash ever fits. */
function classAt(chars: readonly string[], start: number): Read | null {
  const isNegated = chars[start + 1] === "!" || chars[start + 1] === "^";
  const first = start + (isNegated ? 2 : 1);
  let [at, ranges] = [first, ""];
  /** The character that a `-` would make a range from. */
  let from: string | null = null;
  for (; at === first || chars[at] !== "]"; at += 1) {
    const char = chars[at];
    if (char === undefined) return null;
    const next = chars[at + 1];
    if (char === "-" && from !== null && next !== undefined && next !== "]") {
      at += next === "\\" ? 2 : 1;
      const to = chars[at];
      if (to === undefined) return null;
      ranges += range(from, to);
      from = null;
    } else if (char === "[" && next === ":") {
      const end = chars.indexOf("]", at + 2);
      if (end === -1) return null;
      const name = chars.slice(at + 2, end).join("");
      if (name.endsWith(":")) {
        const named = namedClasses[name.slice(0, -1)];
        if (named === undefined) return null;
        [ranges, from, at] = [ranges + named, null, end];
      } else [ranges, from] = [ranges + escaped(char), char];
    } else {
      if (char === "\\") at += 1;
      const one = chars[at];
      if (one === undefined) return null;
      [ranges, from] = [ranges + escaped(one), one];
    }
  }
  const text = chars.slice(start, at + 1).join("");
  return { piece: { type: "class", text, source: `(?!/)[${isNegated ? "^" : ""}${ranges}]` }, end: at + 1 };
}

const range = (from: string, to: string): string =>
  (from.codePointAt(0) ?? 0) <= (to.codePointAt(0) ?? 0) ? `${escaped(from)}-${escaped(to)}` : "";

/** A character of a regular expression with the flag `u`, in a class or outside. */
const escaped = (char: string): string =>
  /[\w\s/]/.test(char) && char !== "\n" ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;

/** A regular expression for the flags `s` and `u`, without anchors; null: nothing ever fits. */
export function globSource(glob: string): string | null {
  const pieces = globPieces(glob);
  return pieces === null ? null : pieces.map(sourceOf).join("");
}

function sourceOf(piece: GlobPiece): string {
  switch (piece.type) {
    case "char":
      return escaped(piece.char);
    case "any-char":
      return "[^/]";
    case "any-name":
      return "[^/]*";
    case "directories":
      return "(?:.*/)?";
    case "everything":
      return ".*";
    case "class":
      return piece.source;
  }
}
