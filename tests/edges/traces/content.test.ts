import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redaction } from "../../../src/core/redaction.ts";
import { contentReader, cut, fieldBytes, fitJson } from "../../../src/edges/traces/content.ts";
import { bounded, sizeOf } from "../../../src/edges/traces/wire-span.ts";
import type { WireSpan } from "../../../src/edges/traces/wire-span.ts";
import { Texts } from "./items.ts";

const secret = "correct-horse-battery";
const long = Array.from({ length: 60 }, (_, at) => `part${at}`).join("-");
const kept = redaction([
  { name: "TOKEN", value: secret },
  { name: "LONG", value: long },
]);
const full = (texts: Texts): ReturnType<typeof contentReader> => contentReader(texts, kept, "full");
const text = fc.string({ unit: "binary", maxLength: 400 });

describe("a cut text", () => {
  test("keeps within its bytes, begins as the whole does and says how much is missing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 64, max: 600 }), (whole, most) => {
        const said = cut(whole, most);
        const size = Buffer.byteLength(whole);
        const [, head = said, more = "0"] = /^([^]*)\n\[cut: (\d+) more bytes\]$/.exec(said) ?? [];
        expect(Buffer.byteLength(said)).toBeLessThanOrEqual(most);
        expect({ isWhole: said === whole, isWellFormed: said.isWellFormed() }).toEqual({
          isWhole: size <= most,
          isWellFormed: true,
        });
        expect(whole.startsWith(head)).toBe(true);
        expect(Buffer.byteLength(head) + Number(more)).toBe(size);
      }),
    );
  });

  test("JSON stays JSON", () => {
    const value = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 3000 }), { maxKeys: 4 });
    fc.assert(
      fc.property(value, fc.integer({ min: 1500, max: 4000 }), (made, most) => {
        const said = fitJson(JSON.stringify(made), most);
        expect(Buffer.byteLength(said)).toBeLessThanOrEqual(most);
        expect(Object.keys(JSON.parse(said) as object)).toEqual(Object.keys(made));
      }),
      { numRuns: 50 },
    );
  });
});

describe("a stored text", () => {
  test("goes with no secret, wherever it lies and wherever the text is cut", async () => {
    const texts = new Texts();
    const near = [0, 990, 1000, fieldBytes - secret.length - 1, fieldBytes - 10, fieldBytes - 1, fieldBytes];
    for (const at of near) {
      const content = texts.put(`${"x".repeat(at)}${secret}${"y".repeat(500)}`);
      const said = await full(texts).read(content);
      expect(said).not.toContain(secret.slice(0, 8));
      const other = await full(texts).read(
        texts.put(`${"x".repeat(Math.max(0, at - 300))}${long}${"y".repeat(900)}`),
      );
      expect(other).not.toContain(long.slice(0, 8));
      expect(Buffer.byteLength(said ?? "")).toBeLessThanOrEqual(fieldBytes);
    }
  });

  test("a long one is cut with a note of how much", async () => {
    const texts = new Texts();
    const said = await full(texts).read(texts.put("ä".repeat(fieldBytes)));
    expect(said?.slice(0, 5)).toBe("äääää");
    const [, more = ""] = /\[cut: (\d+) more bytes\]$/.exec(said ?? "") ?? [];
    expect(said?.replace(/\n\[cut.*/, "").length).toBe((2 * fieldBytes - Number(more)) / 2);
  });

  test("bytes that are no text become one, without NUL", async () => {
    const texts = new Texts();
    const said = await full(texts).read(texts.put(Uint8Array.from([0x61, 0, 0xff, 0xfe, 0x62])));
    expect(said).toBe("a\u{fffd}\u{fffd}\u{fffd}b");
  });

  test("a long request stays JSON with its roles", async () => {
    const texts = new Texts();
    const messages = Array.from({ length: 20 }, (_, at) => ({ role: "user", text: `${at}`.repeat(50_000) }));
    const said = (await full(texts).read(texts.put(JSON.stringify({ messages }), "json"))) ?? "";
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(fieldBytes);
    expect((JSON.parse(said) as { messages: unknown[] }).messages).toHaveLength(20);
  });

  test("one that was dropped is said to be so", async () => {
    const gone = { digest: "0".repeat(64), form: "text" } as const;
    expect(await full(new Texts()).read(gone)).toBe("(no longer stored)");
  });
});

test("values and names are redacted, too", () => {
  const reader = full(new Texts());
  expect(JSON.stringify(reader.metadata({ a: secret, [secret]: { b: [secret] } }))).not.toContain(secret);
  expect(reader.text(`task ${secret}`)).toBe("task {{secret:TOKEN}}");
});

test("a span of many long texts fits its bytes, the short ones whole", () => {
  const long = Object.fromEntries(
    ["a", "b", "c", "d", "e", "f"].map((name) => [name, `"\n`.repeat(120_000)]),
  );
  const wire: WireSpan = {
    trace: "0".repeat(32),
    id: "1".repeat(16),
    parent: null,
    name: "n",
    isClient: false,
    start: 0,
    end: 1,
    error: null,
    attributes: { ...long, kind: "tool", n: 3 },
    event: null,
  };
  const fit = bounded(wire);
  expect(sizeOf(wire)).toBeGreaterThan(1024 * 1024);
  expect(sizeOf(fit)).toBeLessThanOrEqual(1024 * 1024);
  expect(fit.attributes).toMatchObject({ kind: "tool", n: 3 });
});
