/** Digits of git's base 85, as its `base85.c` has them. */
const digits = Buffer.from(
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
  "latin1",
);

/** Most bytes that a line holds: its length is one letter, A to Z for 1 to 26 and a to z for 27 to 52. */
const lineBytes = 52;
const [upper, lower, lineFeed] = [0x41, 0x61, 0x0a];

/** Bytes as lines of base 85, as they come; only the last line may be shorter than the others. */
export async function* base85Lines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % lineBytes);
    if (whole > 0) yield lines(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield lines(rest);
}

function lines(bytes: Buffer): string {
  // Each line: its length, five digits for every four bytes, a line feed.
  const out = Buffer.allocUnsafe(Math.ceil(bytes.length / lineBytes) * (2 + (lineBytes / 4) * 5));
  let end = 0;
  for (let at = 0; at < bytes.length; at += lineBytes) {
    const line = bytes.subarray(at, at + lineBytes);
    out[end++] = line.length <= 26 ? upper + line.length - 1 : lower + line.length - 27;
    for (let from = 0; from < line.length; from += 4) end = writeGroup(out, end, line, from);
    out[end++] = lineFeed;
  }
  return out.toString("latin1", 0, end);
}

/** Four bytes, zero where there are none left, as one number of five digits, the highest first. @returns the new end */
function writeGroup(out: Buffer, end: number, bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; at < from + 4; at++) value = value * 256 + (bytes[at] ?? 0);
  for (let at = end + 4; at >= end; at--) {
    out[at] = digits[value % 85] ?? 0;
    value = Math.floor(value / 85);
  }
  return end + 5;
}
