import { decodeText, encodeText } from "../../core/canonical.ts";
import { keepOutput } from "../../core/kept-output.ts";
import type { Redaction } from "../../core/redaction.ts";

/** A body as a model may see it: redacted before it is cut, so that no half of a value stays at the cut. */
export interface Body {
  /** Bytes that came. */
  readonly size: number;
  /** null: it is no text. */
  readonly text: string | null;
  /** What must be said of it. */
  readonly notes: readonly string[];
}

const mostKept = 262_144;
const mostRead = 64 * 2 ** 20;

/** Reads to the end, or to where it breaks off. Never rejects. */
export async function readBody(
  pieces: AsyncIterable<Uint8Array>,
  type: string,
  redaction: Redaction,
  reasonOf: (error: Error) => string,
  /** What ended a body that ends with its connection: that looks like any other end. */
  brokenBy: () => Error | null,
): Promise<Body> {
  const shown = textKeeper(type, redaction);
  let size = 0;
  let end: string | null = null;
  const breakOff = (error: Error): void => {
    end = `the body broke off after ${grouped(size)} bytes: ${reasonOf(error)}`;
  };
  try {
    for await (const piece of pieces) {
      size += piece.length;
      shown.take(piece);
      if (size > mostRead) {
        end = `the body is longer than ${grouped(mostRead)} bytes; the rest was not read`;
        break;
      }
    }
    const error = end === null ? brokenBy() : null;
    if (error !== null) breakOff(error);
  } catch (error) {
    breakOff(error as Error);
  }
  const { text, notes } = shown.end();
  return { size, text, notes: end === null ? notes : [end, ...notes] };
}

interface TextKeeper {
  take(bytes: Uint8Array): void;
  end(): { readonly text: string | null; readonly notes: readonly string[] };
}

function textKeeper(type: string, redaction: Redaction): TextKeeper {
  const decoder = decoderOf(type);
  const stream = redaction.stream();
  const kept = keepOutput(mostKept);
  let isBinary = /^(image|audio|video|font)\/(?!svg)|^application\/(octet-stream|zip|gzip|pdf)\b/i.test(type);
  let unreadable = 0;
  let read = 0;
  const keep = (text: string): void => {
    read += text.length;
    unreadable += text.split("\u{FFFD}").length - 1;
    isBinary ||= text.includes("\0");
    kept.add(encodeText(stream.push(text)));
  };
  return {
    take: (bytes) => {
      if (!isBinary) keep(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      if (!isBinary) keep(decoder.decode());
      if (isBinary || unreadable * 10 > read) return { text: null, notes: [] };
      kept.add(encodeText(stream.end()));
      const notes =
        unreadable > 0 ? [`the body is not all ${decoder.encoding}; what cannot be read is U+FFFD`] : [];
      return withCut(kept.end(), notes);
    },
  };
}

/** By what the answer says, where that is known; UTF-8 else. */
function decoderOf(type: string): InstanceType<typeof TextDecoder> {
  const [, label = "utf-8"] = /;\s*charset="?([\w.:-]+)/i.exec(type) ?? [];
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}

function withCut(
  { output, dropped }: { readonly output: Uint8Array; readonly dropped: number },
  notes: readonly string[],
): { readonly text: string; readonly notes: readonly string[] } {
  if (dropped === 0) return { text: decodeText(output), notes };
  const [head, tail] = [output.subarray(0, mostKept / 2), output.subarray(mostKept / 2)];
  const said = `${grouped(dropped)} bytes of the middle of the body are left out`;
  return { text: `${decodeText(head)}\n[… ${said} …]\n${decodeText(tail)}`, notes: [...notes, said] };
}

/** 1234567 → 1,234,567 */
const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
