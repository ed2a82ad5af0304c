/** Takes any number of bytes and keeps at most a limit: half from the beginning, half from the end. */
export interface KeptOutput {
  add(bytes: Uint8Array): void;
  /** How many bytes came in all. */
  total(): number;
  end(): { readonly output: Uint8Array; readonly dropped: number };
}

export function keepOutput(limit: number): KeptOutput {
  const headLimit = Math.floor(limit / 2);
  const head: Uint8Array[] = [];
  let headSize = 0;
  const tail = lastBytes(limit - headLimit);
  let total = 0;
  return {
    add: (bytes) => {
      total += bytes.length;
      const first = bytes.subarray(0, headLimit - headSize);
      headSize += first.length;
      if (first.length > 0) head.push(first);
      if (first.length < bytes.length) tail.add(bytes.subarray(first.length));
    },
    total: () => total,
    end: () => {
      const output = concat([...head, tail.bytes()]);
      return { output, dropped: total - output.length };
    },
  };
}

/** The last `limit` bytes, in at most twice the memory plus what came last. */
function lastBytes(limit: number): { add(bytes: Uint8Array): void; bytes(): Uint8Array } {
  let parts: Uint8Array[] = [];
  let size = 0;
  const bytes = (): Uint8Array => concat(parts).subarray(Math.max(0, size - limit));
  return {
    add: (more) => {
      parts.push(more);
      size += more.length;
      if (size <= 2 * limit) return;
      parts = [bytes()];
      size = parts[0]?.length ?? 0;
    },
    bytes,
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
