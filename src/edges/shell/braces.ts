import type { Piece, Word } from "../../core/shell.ts";

/** A bracket or comma that may belong to a brace expansion. */
export interface Brace {
  readonly brace: string;
}

const isBrace = (piece: Piece | Brace): piece is Brace => "brace" in piece;

interface Open {
  readonly before: Piece[];
  readonly done: Piece[][];
}

/** `a{b,c}d` becomes one piece with two words; what only looks like one is text. */
export function expandBraces(pieces: readonly (Piece | Brace)[]): Piece[] {
  const open: Open[] = [];
  let now: Piece[] = [];
  for (const piece of pieces) {
    const last = open.at(-1);
    if (!isBrace(piece)) now.push(piece);
    else if (piece.brace === "{") {
      open.push({ before: now, done: [] });
      now = [];
    } else if (last === undefined) now.push(plain(piece.brace));
    else if (piece.brace === ",") {
      last.done.push(now);
      now = [];
    } else {
      open.pop();
      for (const inside of closed([...last.done, now])) last.before.push(inside);
      now = last.before;
    }
  }
  return open.length === 0
    ? now
    : [...open.flatMap(({ before, done }) => [...before, ...unclosed(done)]), ...now];
}

const plain = (value: string): Piece => ({ kind: "text", value, isQuoted: false });

function closed(parts: readonly Piece[][]): Piece[] {
  if (parts.length > 1) return [{ kind: "choice", words: parts.map(wordOf) }];
  const only = parts[0] ?? [];
  const text = only.map((piece) => (piece.kind === "text" ? piece.value : "")).join("");
  if (/^(?:-?\d+|[a-zA-Z])\.\.(?:-?\d+|[a-zA-Z])(?:\.\.-?\d+)?$/.test(text)) return [{ kind: "range" }];
  return [plain("{"), ...only, plain("}")];
}

const wordOf = (pieces: Piece[]): Word => ({ text: "", pieces });

const unclosed = (parts: readonly Piece[][]): Piece[] => [
  plain("{"),
  ...parts.flatMap((part) => [...part, plain(",")]),
];
