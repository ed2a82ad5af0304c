import * as fc from "fast-check";
import { expect, test } from "vitest";
import { base85Lines } from "../../../src/edges/files/base85.ts";
import { decodeLine } from "./unpacked.ts";

async function encoded(...chunks: readonly Uint8Array[]): Promise<string> {
  let text = "";
  for await (const lines of base85Lines(inTurn(chunks))) text += lines;
  return text;
}

async function* inTurn(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

test.each<[string, string, string]>([
  ["nothing", "", ""],
  ["what git packs an empty file into", "7801030000000001", "HcmV?d00001\n"],
  ["one byte", "ff", "A{{R30\n"],
  ["the highest four", "ffffffff", "D|NsC0\n"],
  ["the last capital", "00".repeat(26), `Z${"0".repeat(35)}\n`],
  ["the first small letter", "00".repeat(27), `a${"0".repeat(35)}\n`],
  ["a whole line and one more", "00".repeat(53), `z${"0".repeat(65)}\nA00000\n`],
])("base85Lines: %s", async (_, hex, text) => {
  expect(await encoded(Buffer.from(hex, "hex"))).toBe(text);
});

test("base85Lines: comes back byte for byte, however it was cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), async (chunks) => {
      const lines = (await encoded(...chunks)).split("\n");
      expect(lines.pop()).toBe("");
      expect(Buffer.concat(lines.map(decodeLine))).toEqual(Buffer.concat(chunks));
      expect(lines.slice(0, -1).every((line) => line.length === 66 && line.startsWith("z"))).toBe(true);
    }),
  );
});
