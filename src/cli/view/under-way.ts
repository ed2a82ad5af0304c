import type { Io } from "../io.ts";
import { fit } from "./cells.ts";
import { clock, oneLine } from "./words.ts";

const clearLine = "\r\u001b[K";

/** How long something may take before a person is told that it goes on. */
const silentMs = 1500;

/**
 * Tells of something that may take minutes: on a terminal its last line in place, with the time it took; elsewhere each
 * line as it comes. What is soon done says nothing.
 * @param row the word in front, like `image`
 */
export async function underWay<T>(
  io: Io,
  row: string,
  what: string,
  work: (onLine: (line: string) => void) => Promise<T>,
): Promise<T> {
  const began = Date.now();
  const head = ` ${row.padEnd(10)} `;
  const isLate = (): boolean => Date.now() - began > silentMs;
  let last = "";
  const draw = (): void => {
    if (!isLate()) return;
    const line = `${head}${what}  ${clock(Date.now() - began)}  ${oneLine(last, 200)}`;
    io.err(`${clearLine}${fit(line, Math.max(20, io.columns - 1))}`);
  };
  const held: string[] = [`${head}${what}\n`];
  const say = (line: string): void => {
    last = line;
    if (io.isTerminal) return;
    held.push(`${head}${oneLine(line, 180)}\n`);
    if (isLate()) tell();
  };
  const tell = (): void => io.err(held.splice(0).join(""));
  const timer = io.isTerminal ? setInterval(draw, 200) : setTimeout(tell, silentMs);
  try {
    return await work(say);
  } finally {
    clearInterval(timer);
    clearTimeout(timer);
    if (io.isTerminal && isLate()) io.err(clearLine);
  }
}
