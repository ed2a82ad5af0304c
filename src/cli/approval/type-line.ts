import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import { cells, pad } from "../view/cells.ts";
import { visible } from "../view/visible.ts";

/** `cancelled`: escape; `left`: ctrl-c, end of input, or nobody waits for it any more. */
type Typed = { readonly line: string } | "cancelled" | "left";

/** A line that a person types below what they see. `begun`: what stands there already. */
export async function typeLine(
  io: Io,
  keyboard: Keyboard,
  prompt: string,
  over: AbortSignal,
  begun = "",
): Promise<Typed> {
  let line = begun;
  await keyboard.forget();
  for (;;) {
    draw(io, prompt, line);
    const key = await keyboard.next(over);
    if (over.aborted || key === "end" || key === "ctrl-c") return ended(io, "left");
    if (key === "esc" || key === "\u001b") return ended(io, "cancelled");
    const typed = key === "enter" ? { line } : typeKey(line, key);
    if (typeof typed !== "string") return ended(io, typed);
    line = typed;
  }
}

function ended(io: Io, how: Typed): Typed {
  io.err("\n");
  return how;
}

/** The line after a key, or, where the keys came pasted with an enter among them, the whole line. */
function typeKey(line: string, key: string): string | { readonly line: string } {
  if (key === "backspace" || key === "\u007f" || key === "\b") return withoutLast(line);
  if (key === "\u0015") return "";
  // A key that is no character, like an arrow.
  if (/^[\p{Cc}]/u.test(key) || isNamed(key)) return line;
  const [first = "", ...rest] = key.split(/[\r\n]/);
  return rest.length > 0 ? { line: line + first } : line + first;
}

const isNamed = (key: string): boolean => ["up", "down", "left", "right"].includes(key);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const withoutLast = (line: string): string =>
  [...graphemes.segment(line)]
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join("");

/** Over itself, on one row: of a long line its end is shown. */
function draw(io: Io, prompt: string, line: string): void {
  const room = Math.max(10, io.columns - cells(prompt) - 2);
  const shown = visible(line);
  let end = shown;
  while (cells(end) > room) end = end.slice(1);
  io.err(`\r${prompt}${pad(end, room)}${"\b".repeat(Math.max(0, room - cells(end)))}`);
}
