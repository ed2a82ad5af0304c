import { array, assert, constantFrom, integer, json, property, string, tuple } from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, it, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import type { Json } from "../../src/core/canonical.ts";
import { redaction, valueFault } from "../../src/core/redaction.ts";
import { formsOf } from "../../src/core/secret-forms.ts";

const value = `p/4+q~"s ecrét&<K'>`;
const hidden = redaction([{ name: "TOKEN", value }]);
const mark = "{{secret:TOKEN}}";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a value is found", () => {
  it.each<[string, string]>([
    ["as it is", value],
    ["in a query", encodeURIComponent(value)],
    ["in a query, as strict encoders write it", encodeURIComponent(value).replaceAll("'", "%27")],
    [
      "in a query with small letters",
      encodeURIComponent(value).replaceAll(/%../g, (one) => one.toLowerCase()),
    ],
    ["in a form", new URLSearchParams({ value }).toString().slice(6)],
    ["in JSON", JSON.stringify(value).slice(1, -1)],
    ["in JSON in JSON", JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ["in JSON with escaped slashes", JSON.stringify(value).slice(1, -1).replaceAll("/", "\\/")],
    ["in JSON of ASCII", JSON.stringify(value).slice(1, -1).replaceAll("é", "\\u00e9")],
    [
      "in HTML",
      value
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#39;"),
    ],
    ["in base64", base64(value)],
    ["in base64 without padding", base64(value).replaceAll("=", "")],
    ["in base64 of addresses", Buffer.from(value).toString("base64url")],
    ["in hex", Buffer.from(value).toString("hex")],
    ["in hex with capitals", Buffer.from(value).toString("hex").toUpperCase()],
  ])("%s", (_, form) => {
    expect(hidden.text(`a ${form} b ${form}`)).toBe(`a ${mark} b ${mark}`);
    expect(Buffer.from(hidden.bytes(encodeText(`é ${form} b`))).toString()).toBe(`é ${mark} b`);
    expect(Buffer.from(hidden.bytes(Buffer.from(`x${form}y`, "utf16le"))).toString("utf16le")).toBe(
      `x${mark}y`,
    );
  });

  it.each(["", "u", "us", "use", "user:"])("in base64 after %j, as a login is sent", (before) => {
    for (const after of ["", ":", "::", ":::"]) {
      const header = base64(before + value + after);
      const shown = hidden.text(`Basic ${header}`);
      expect(shown).toContain(mark);
      // What is left of it is the first and last character, which depend on what is around it, too.
      expect(shown.replace(mark, "").length).toBeLessThanOrEqual(
        `Basic ${base64(before)}${base64(after)}`.length + 4,
      );
    }
  });

  it("in keys and strings of JSON, at any depth, and as a number", () => {
    const digits = redaction([{ name: "PIN", value: "12345678" }]);
    expect(
      digits.jsonValue({ a: [12_345_678, 1_234_567, true, null], x12345678: { b: "-12345678-" } }),
    ).toEqual({
      a: ["{{secret:PIN}}", 1_234_567, true, null],
      "x{{secret:PIN}}": { b: "-{{secret:PIN}}-" },
    });
    const twice = { "12345678": 1, [base64("12345678")]: 2 };
    expect(digits.jsonValue(twice)).toEqual({ "{{secret:PIN}}": 1, "{{secret:PIN}} (2)": 2 });
    expect(Object.keys(digits.jsonValue(JSON.parse('{"__proto__": 1}') as Json) as object)).toEqual([
      "__proto__",
    ]);
  });

  it("by each line of a key in several lines, but for the lines that all keys have", () => {
    const lines = ["x", "y"].map((letter) => letter.repeat(64));
    const pem = redaction([
      { name: "KEY", value: `-----BEGIN KEY-----\n${lines.join("\n")}\n-----END KEY-----` },
    ]);
    expect(pem.text(`+ ${lines[0]}\r\n+ ${lines[1]}`)).toBe("+ {{secret:KEY}}\r\n+ {{secret:KEY}}");
    expect(pem.text("-----BEGIN KEY-----")).toBe("-----BEGIN KEY-----");
  });
});

describe("values that overlap", () => {
  const both = redaction([
    { name: "LONG", value: "abcdefghij" },
    { name: "SHORT", value: "cdefghij" },
    { name: "LATER", value: "ijklmnop" },
    { name: "SAME", value: "xxxxxxxx" },
    { name: "AROUND", value: "0abcdefghij123" },
  ]);
  it.each<[string, string]>([
    ["abcdefghij", "{{secret:LONG}}"],
    ["-cdefghij", "-{{secret:SHORT}}"],
    ["bcdefghijk", "b{{secret:SHORT}}k"],
    ["abcdefghijklmnop", "{{secret:LONG}}"],
    ["cdefghijcdefghij", "{{secret:SHORT}}{{secret:SHORT}}"],
    ["abcdefghi", "abcdefghi"],
    ["0abcdefghij123", "{{secret:AROUND}}"],
    ["0abcdefghij12-", "0{{secret:LONG}}12-"],
    ["x".repeat(30), "{{secret:SAME}}"],
    ["x".repeat(7), "x".repeat(7)],
    [`${"x".repeat(8)} ${"x".repeat(8)}`, "{{secret:SAME}} {{secret:SAME}}"],
  ])("%s → %s", (text, shown) => {
    expect(both.text(text)).toBe(shown);
    expect(Buffer.from(both.bytes(encodeText(text))).toString()).toBe(shown);
  });
});

test("values that cannot be told from other text are refused", () => {
  expect(valueFault("TOKEN", "1234567")).toMatch(/^secret TOKEN has fewer than 8 characters/);
  expect(valueFault("TOKEN", " \n ".repeat(5))).toMatch(/is blank/);
  expect(valueFault("TOKEN", "ret:TOKEN")).toMatch(/its own placeholder/);
  expect(valueFault("TOKEN", "x".repeat(65_537))).toMatch(/more than 65536/);
  expect(valueFault("TOKEN", "12345678")).toBeNull();
  expect(() => redaction([{ name: "A1", value: "short" }])).toThrow(/secret A1 has fewer/);
});

test("what holds nothing is given back as it is", () => {
  const bytes = encodeText("nothing");
  expect(hidden.bytes(bytes)).toBe(bytes);
  expect(redaction([]).text("any {{secret:X}}")).toBe("any {{secret:X}}");
});

test("a stream holds back only what may be the beginning of a value", () => {
  const stream = redaction([{ name: "AB", value: "abcdefgh" }]).stream();
  expect(stream.push("one abc")).toBe("one ");
  expect(stream.push("x abcdefg")).toBe("abcx ");
  expect(stream.push("h!")).toBe("{{secret:AB}}!");
  expect(stream.push("abcabcd")).toBe("abc");
  expect(stream.end()).toBe("abcd");
});

/** Few letters, so that values share beginnings, ends and each other; no braces, which placeholders have. */
const letters = constantFrom("a", "b", "A", "0", "1", "+", "/", "=", " ", "é", "\u{1F600}");
/** Parts of one string: they overlap, and one lies in the middle of another. */
const values: Arbitrary<readonly string[]> = tuple(
  string({ unit: letters, minLength: 16, maxLength: 16 }),
  array(tuple(integer({ min: 0, max: 8 }), integer({ min: 8, max: 16 })), { minLength: 1, maxLength: 4 }),
).map(([whole, parts]) => parts.map(([from, size]) => whole.slice(from, from + size).toWellFormed()));
const usable = (list: readonly string[]): boolean =>
  list.every((one, at) => valueFault(`NAME_${at}`, one) === null);
const named = (list: readonly string[]): { name: string; value: string }[] =>
  list.map((one, at) => ({ name: `NAME_${at}`, value: one }));

/** Text in which forms of the values stand whole, in part and beside each other. */
const around = (list: readonly string[]): Arbitrary<string> => {
  const forms = list.flatMap(formsOf);
  const piece = tuple(constantFrom(...forms), integer({ min: 0, max: 40 }), integer({ min: 0, max: 3 }));
  return array(piece, { maxLength: 12 }).map((pieces) =>
    pieces
      .map(([form, cut, kind]) => (kind === 0 ? form.slice(cut) : kind === 1 ? form.slice(0, cut) : form))
      .join(""),
  );
};
const cases = values
  .filter(usable)
  .chain((list) =>
    tuple(array(integer({ min: 1, max: 9 })), around(list)).map(([sizes, text]) => ({ list, sizes, text })),
  );

test("no form of a value survives, however the text is cut; a second pass changes nothing", () => {
  assert(
    property(cases, ({ list, sizes, text }) => {
      const hidden = redaction(named(list));
      const whole = hidden.text(text);
      for (const form of list.flatMap(formsOf)) expect(whole).not.toContain(form);
      expect(hidden.text(whole)).toBe(whole);
      const stream = hidden.stream();
      let given = "";
      for (let at = 0, turn = 0; at < text.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        given += stream.push(text.slice(at, at + size));
        at += size;
      }
      expect(given + stream.end()).toBe(whole);
      if (text.isWellFormed()) expect(Buffer.from(hidden.bytes(encodeText(text))).toString()).toBe(whole);
    }),
    { numRuns: 150 },
  );
});

test("text without a value stays, and so does JSON", () => {
  assert(
    property(
      array(integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      json(),
      (text, written) => {
        expect(hidden.text(text)).toBe(text);
        expect(hidden.jsonValue(JSON.parse(written) as Json)).toEqual(JSON.parse(written));
      },
    ),
    { numRuns: 60 },
  );
});

test("many values and much text: the work grows with the text, not with the values", () => {
  const many = Array.from({ length: 300 }, (_, at) => ({
    name: `N_${at}`,
    value: `${"a".repeat(20)}-${at}-value`,
  }));
  // The worst for a search that begins anew: each letter may be the beginning of all values.
  const text = "a".repeat(1_000_000);
  const hidden = redaction(many);
  expect(hidden.text(`${text}${many[7]?.value}`)).toBe(`${"a".repeat(1_000_000)}{{secret:N_7}}`);
});

test("of values that overlap the one with the most characters gives its name, in text as in bytes", () => {
  const hidden = redaction(named(["éb0/=1+b/", "ééb0/=1+b"]));
  const text = "/=Aééb0/=1+b/";
  expect(Buffer.from(hidden.bytes(encodeText(text))).toString()).toBe(hidden.text(text));
});
