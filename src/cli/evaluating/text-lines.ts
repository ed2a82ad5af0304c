import { fstatSync } from "node:fs";
import type { Readable } from "node:stream";
import { Refused } from "../exit.ts";

/** A line of an input, counted from 1, without its end. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** Lines of UTF-8 as they come, empty ones left out; a mark at the beginning and line ends of Windows are none of it. @throws Refused */
export async function* textLines(input: Readable): AsyncGenerator<TextLine> {
  let number = 0;
  let open: Uint8Array[] = [];
  refuseDirectory(input);
  for await (const chunk of input) {
    let rest = Buffer.from(chunk as string | Uint8Array);
    for (let end = rest.indexOf(lineFeed); end !== -1; end = rest.indexOf(lineFeed)) {
      number += 1;
      const text = textOf([...open, rest.subarray(0, end)], number);
      open = [];
      rest = rest.subarray(end + 1);
      if (text.trim() !== "") yield { number, text };
    }
    if (rest.length > 0) open.push(rest);
  }
  const text = textOf(open, number + 1);
  if (text.trim() !== "") yield { number: number + 1, text };
}

const lineFeed = 0x0a;

/** Node takes a directory for an input without anything in it. */
function refuseDirectory(input: Readable): void {
  if (input === process.stdin && fstatSync(process.stdin.fd).isDirectory())
    throw new Refused("stdin is a directory; give lines, of a file or through a pipe");
}

function textOf(parts: readonly Uint8Array[], number: number): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refused(`line ${number}: it is not UTF-8; write UTF-8`);
  }
}
