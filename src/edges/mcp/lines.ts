/**
 * Bytes in chunks, given on as lines without their end. A line of more than `limit` bytes is `tooLong`, once; nothing
 * after it is read.
 */
export function readLines(
  limit: number,
  onLine: (line: string, bytes: number) => void,
  tooLong: () => void,
): (chunk: Buffer) => void {
  let begun: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer): boolean => {
    if (size > limit) return false;
    size += part.length;
    if (size <= limit) begun.push(part);
    else {
      begun = [];
      tooLong();
    }
    return size <= limit;
  };
  const end = (): void => {
    const [line, bytes] = [Buffer.concat(begun).toString("utf8"), size];
    begun = [];
    size = 0;
    onLine(line, bytes);
  };
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      if (!add(chunk.subarray(from, at))) return;
      end();
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  };
}
