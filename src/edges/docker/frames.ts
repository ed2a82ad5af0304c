/**
 * The stream of an exec without a terminal: frames of one byte for the stream (0 to 2), three of zero, the length of
 * the payload as four bytes, big endian, and the payload (Docker Engine API, "Stream format"). Gives payloads as they
 * come, whole or in parts, in memory bounded by the pieces that arrive. `isWhole`: no frame has begun and not ended.
 */
export function frames(onPayload: (bytes: Uint8Array) => void): Frames {
  const header = new Uint8Array(headerSize);
  let had = 0;
  let left = 0;
  const add = (piece: Uint8Array): void => {
    for (let at = 0; at < piece.length;) {
      if (left > 0) {
        const payload = piece.subarray(at, at + left);
        onPayload(payload);
        left -= payload.length;
        at += payload.length;
        continue;
      }
      const more = piece.subarray(at, at + headerSize - had);
      header.set(more, had);
      had += more.length;
      at += more.length;
      if (had < headerSize) return;
      left = new DataView(header.buffer).getUint32(4);
      had = 0;
    }
  };
  return { add, isWhole: () => had === 0 && left === 0 };
}

interface Frames {
  add(piece: Uint8Array): void;
  isWhole(): boolean;
}

const headerSize = 8;
