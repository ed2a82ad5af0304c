/**
 * Headers of tar archives in the format of POSIX ustar (pax(1), "ustar Interchange Format"): a block of 512 bytes before
 * each file, whose bytes are filled up to whole blocks; two blocks of zeros end the archive. A size of 8 GiB or more is
 * written in base 256, as GNU tar and bsdtar write and read it.
 */
export const blockBytes = 512;

/** Zeros at the end of an archive. */
export const endBytes = 2 * blockBytes;

export interface Member {
  readonly name: string;
  readonly size: number;
}

/** Where fields of a header stand: offset and length in bytes. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const;

/** Above what eleven octal digits can say. */
const hugeSize = 8 ** 11;

/** The header of a plain file that only its owner may read. `at`: its date, in seconds of the Unix epoch. */
export function headerOf({ name, size }: Member, at: number): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  const write = (field: keyof typeof fields, text: string): void =>
    void block.write(text, fields[field][0], "latin1");
  write("name", name);
  write("mode", "0000600\0");
  write("uid", "0000000\0");
  write("gid", "0000000\0");
  if (size < hugeSize) write("size", `${octal(size, 11)}\0`);
  else {
    block[fields.size[0]] = 0x80;
    block.writeBigUInt64BE(BigInt(size), fields.size[0] + 4);
  }
  write("mtime", `${octal(at, 11)}\0`);
  write("type", "0");
  write("magic", "ustar\x0000");
  write("checksum", `${octal(checksumOf(block), 6)}\0 `);
  return block;
}

/** What a header says, null when it is none. */
export function readHeader(bytes: Uint8Array): Member | null {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = (field: keyof typeof fields): string => {
    const [at, length] = fields[field];
    return block.toString("latin1", at, at + length).replace(/\0.*$/s, "");
  };
  if (block.length !== blockBytes || text("magic") !== "ustar") return null;
  if (Number.parseInt(text("checksum"), 8) !== checksumOf(block)) return null;
  const [at] = fields.size;
  const size = block[at] === 0x80 ? Number(block.readBigUInt64BE(at + 4)) : Number.parseInt(text("size"), 8);
  return Number.isSafeInteger(size) ? { name: text("name"), size } : null;
}

/** Bytes that fill a file of this size up to a whole block. */
export const fillOf = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

/** The sum of all bytes, those of the sum itself taken as blanks. */
function checksumOf(block: Uint8Array): number {
  const [from, length] = fields.checksum;
  return block.reduce((sum, byte, at) => sum + (at >= from && at < from + length ? 0x20 : byte), 0);
}

const octal = (value: number, digits: number): string => Math.floor(value).toString(8).padStart(digits, "0");
