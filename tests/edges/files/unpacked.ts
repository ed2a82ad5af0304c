import { inflateSync } from "node:zlib";

/** A patch with the bytes of its binary files in hex instead of packed. */
export const unpacked = (text: string): string =>
  text.replaceAll(/^(literal \d+\n)((?:[^\n]+\n)+)/gm, (_, head: string, packed: string) => {
    const bytes = Buffer.concat(packed.trimEnd().split("\n").map(decodeLine));
    return `${head}${inflateSync(bytes).toString("hex")}\n`;
  });

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/** The bytes of one line of git's base 85, written apart from the code that is tested. */
export function decodeLine(line: string): Buffer {
  const [length = "", ...rest] = line;
  const size = /[A-Z]/.test(length) ? length.charCodeAt(0) - 64 : length.charCodeAt(0) - 70;
  const groups = rest.join("").match(/.{5}/g) ?? [];
  const bytes = groups.map((group) => {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(Array.from(group).reduce((sum, digit) => sum * 85 + digits.indexOf(digit), 0));
    return word;
  });
  return Buffer.concat(bytes).subarray(0, size);
}
