import { fileChunks } from "./file-chunks.ts";
import { RegistryRefused } from "./refused.ts";

/** A line of a file, or several where quotes hold line ends. */
export interface RawRecord {
  /** On which it begins, counted from 1. */
  readonly line: number;
  /** Without its line end. */
  readonly bytes: Buffer;
}

/** So much of a file is held at once at most. */
const longest = 16 * 1024 * 1024;
const [lineFeed, carriageReturn, quote] = [0x0a, 0x0d, 0x22];

/**
 * The records of a file of text, those of one chunk at a time. A byte order mark is no part of the first.
 * @param hasQuotes whether a line end between double quotes ends nothing @throws RegistryRefused naming the line
 */
export async function* rawRecords(
  path: string,
  shown: string,
  hasQuotes: boolean,
  onBytes: (chunk: Buffer) => void,
): AsyncGenerator<readonly RawRecord[]> {
  const cutter: Cutter = { rest: Buffer.alloc(0), line: 1, lines: 1, isOpen: false, hasQuotes };
  for await (const chunk of fileChunks(path, shown)) {
    onBytes(chunk);
    yield cut(cutter, chunk);
    if (cutter.rest.length > longest)
      throw new RegistryRefused(`${shown}:${cutter.line}: ${tooLong(hasQuotes)}`);
  }
  if (cutter.rest.length > 0) yield [recordOf(cutter.rest, cutter.line)];
}

const tooLong = (hasQuotes: boolean): string =>
  `this record is longer than 16 MiB${hasQuotes ? "; is a quote not closed?" : "; write shorter lines"}`;

interface Cutter {
  /** What has been looked at and ended nowhere. */
  rest: Buffer;
  /** On which `rest` begins. */
  line: number;
  /** How many lines `rest` is of. */
  lines: number;
  /** Whether it ends between quotes. */
  isOpen: boolean;
  readonly hasQuotes: boolean;
}

/** The records that end in this chunk. */
function cut(cutter: Cutter, chunk: Buffer): readonly RawRecord[] {
  const bytes = cutter.rest.length === 0 ? chunk : Buffer.concat([cutter.rest, chunk]);
  const found: RawRecord[] = [];
  let start = 0;
  for (const end of lineEnds(bytes, cutter.rest.length, cutter)) {
    found.push(recordOf(bytes.subarray(start, end), cutter.line));
    cutter.line += cutter.lines;
    cutter.lines = 1;
    start = end + 1;
  }
  cutter.rest = bytes.subarray(start);
  return found;
}

/** Line feeds that end a record. */
function* lineEnds(bytes: Buffer, from: number, cutter: Cutter): Generator<number> {
  if (!cutter.hasQuotes) {
    for (let at = bytes.indexOf(lineFeed, from); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) yield at;
    return;
  }
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) cutter.isOpen = !cutter.isOpen;
    else if (byte === lineFeed && cutter.isOpen) cutter.lines++;
    else if (byte === lineFeed) yield at;
  }
}

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

function recordOf(bytes: Buffer, line: number): RawRecord {
  const start = line === 1 && bytes.subarray(0, 3).equals(mark) ? 3 : 0;
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return { line, bytes: bytes.subarray(start, Math.max(start, end)) };
}
