/** Takes any number of bytes and keeps at most a limit: half from the beginning, half from the end. */
export interface KeptOutput {
  add(bytes: Uint8Array): void;
  /** How many bytes came in all. */
  total(): number;
  end(): { readonly output: Uint8Array; readonly dropped: number };
}

export function keepOutput(limit: number): KeptOutput {
  const head = new Uint8Array(Math.floor(limit / 2));
  const tail = lastBytes(limit - head.length);
  let total = 0;
  return {
    add: (bytes) => {
      const first = bytes.subarray(0, Math.max(0, head.length - total));
      if (first.length > 0) head.set(first, total);
      total += bytes.length;
      tail.add(bytes.subarray(first.length));
    },
    total: () => total,
    end: () => {
      const last = tail.bytes();
      const output = new Uint8Array(Math.min(total, head.length) + last.length);
      output.set(head.subarray(0, Math.min(total, head.length)));
      output.set(last, output.length - last.length);
      return { output, dropped: total - output.length };
    },
  };
}

/** The last `limit` bytes, in a ring: what comes is copied, so that nothing else is held on to. */
function lastBytes(limit: number): { add(bytes: Uint8Array): void; bytes(): Uint8Array } {
  const ring = new Uint8Array(limit);
  let total = 0;
  return {
    add: (more) => {
      const kept = more.subarray(Math.max(0, more.length - limit));
      total += more.length - kept.length;
      const at = limit === 0 ? 0 : total % limit;
      const first = kept.subarray(0, limit - at);
      ring.set(first, at);
      ring.set(kept.subarray(first.length), 0);
      total += kept.length;
    },
    bytes: () => {
      if (total <= limit) return ring.slice(0, total);
      const at = total % limit;
      const found = new Uint8Array(limit);
      found.set(ring.subarray(at));
      found.set(ring.subarray(0, at), limit - at);
      return found;
    },
  };
}
