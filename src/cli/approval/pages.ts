import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";

/**
 * Lines, as many at a time as the terminal has rows, until the person has seen enough.
 * @returns whether they left altogether (ctrl-c, end of input)
 */
export async function showPages(
  io: Io,
  keyboard: Keyboard,
  lines: readonly string[],
  over: AbortSignal,
): Promise<boolean> {
  for (let at = 0; at < lines.length;) {
    const size = Math.max(3, io.rows - 2);
    io.err(`${lines.slice(at, at + size).join("\n")}\n`);
    at += size;
    if (at >= lines.length) return false;
    io.err(`   line ${at} of ${lines.length}   [space] goes on   any other key: enough\n`);
    await keyboard.forget();
    const key = await keyboard.next(over);
    if (over.aborted) return false;
    if (key === "ctrl-c" || key === "end") return true;
    if (key !== " " && key !== "enter" && key !== "d") return false;
  }
  return false;
}
