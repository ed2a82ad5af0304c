import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  disguisedIn,
  exact,
  exactName,
  hiddenIn,
  inFrame,
  stillVisible,
  visible,
  visibleLines,
} from "../../../src/cli/view/visible.ts";

describe("what an agent wrote is shown as what it is", () => {
  test.each([
    ["plain words, naïve café 日本語 🎉", "plain words, naïve café 日本語 🎉"],
    ["\u001b[2Jgone\u0007", "␛[2Jgone␇"],
    ["a\rb\nc\td\u007f", "a␍b␊c␉d␡"],
    ["\u009b31m", "‹U+009B›31m"],
    ["safe\u202Etxt.exe", "safe‹U+202E›txt.exe"],
    ["a\u200Bb\u2060c\uFEFFd\u00ADe", "a‹U+200B›b‹U+2060›c‹U+FEFF›d‹U+00AD›e"],
    ["a\u2028b\u00A0c\u3000d\u2003e", "a‹U+2028›b‹U+00A0›c‹U+3000›d‹U+2003›e"],
    ["\u{E0041}\u{E007F}\uE000\u{10FFFE}\ud800x", "‹U+E0041›‹U+E007F›‹U+E000›‹U+10FFFE›‹U+D800›x"],
    ["\u3164\u115F\uFFA0\u2800\u034F\uFE0F", "‹U+3164›‹U+115F›‹U+FFA0›‹U+2800›‹U+034F›‹U+FE0F›"],
    // Marks: as many as a language needs on a letter, none on a blank or on nothing.
    [`e${"\u0301".repeat(5)}`, "e\u0301\u0301\u0301‹U+0301›‹U+0301›"],
    ["\u0301a \u0338b", "‹U+0301›a ‹U+0338›b"],
    // Our own marks, written by somebody else.
    ["‹U+202E› ␛ ‹x›", "‹U+2039›U+202E› ‹U+241B› ‹x›"],
  ])("%j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test.each([
    ["pаypal", "p‹U+0430 cyrillic a›ypal"],
    [
      "rm сору аррӏе",
      "rm ‹U+0441 cyrillic c›‹U+043E cyrillic o›‹U+0440 cyrillic p›‹U+0443 cyrillic y› ‹U+0430 cyrillic a›‹U+0440 cyrillic p›‹U+0440 cyrillic p›‹U+04CF cyrillic l›‹U+0435 cyrillic e›",
    ],
    ["ｒｍ 𝗿m", "‹U+FF52 fullwidth r›‹U+FF4D fullwidth m› ‹U+1D5FF mathematical r›m"],
    ["Ωmega", "‹U+03A9 greek Ω›mega"],
    // Words of a language with letters of its own are words.
    ["документы отчёт.txt Ελλάδα µm GitHubの", "документы отчёт.txt Ελλάδα µm GitHubの"],
  ])("letters of another script than they seem: %s", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("lines stay lines only where that is asked", () => {
    expect(visibleLines("a\n\tb\r\n\u001b")).toBe("a\n\tb␍\n␛");
  });

  test("in a frame nobody else draws lines; in a command nothing looks like punctuation that is none", () => {
    expect(inFrame("│ └─ ok ↪ ‹x›")).toBe("‹U+2502› ‹U+2514›‹U+2500› ok ↪ ‹U+2039›x‹U+203A›");
    expect(exact("│ ‹9 spaces› ↪ ‐rf ⁄ ∕ −")).toBe(
      "‹U+2502› ‹U+2039›9 spaces‹U+203A› ‹U+21AA› ‹U+2010›rf ‹U+2044› ‹U+2215› ‹U+2212›",
    );
    expect(exact("echo 'Grüße, 修复：ok'")).toBe("echo 'Grüße, 修复：ok'");
  });

  test("of a name all but ASCII is marked", () => {
    expect(exactName("пример.example:443")).toContain("‹U+043F cyrillic п›");
    expect(exactName("packages.example:443")).toBe("packages.example:443");
  });

  test("what cannot be seen and what is disguised is listed, each once", () => {
    expect(hiddenIn("a\u202Eb\u202E\u200B\n\tc")).toEqual([
      "‹U+202E› right-to-left override",
      "‹U+200B› zero-width space",
    ]);
    expect(disguisedIn("сurl x; сurl y; файл")).toEqual(["‹U+0441 cyrillic c›url"]);
  });
});

const nasty = fc.oneof(
  fc.constantFrom(
    "a",
    "Z",
    " ",
    "‹",
    "›",
    "U+",
    "202E",
    "␛",
    "\n",
    "\t",
    "\u0301",
    "\u202E",
    "\u200D",
    "а",
    "│",
    "↪",
  ),
  fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code)),
);
const text = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(""));
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{DI}]|(?! )\p{Zs}|^\p{M}|\p{M}{4}|\s\p{M}/u;

describe("for any text", () => {
  const forAny = (check: (text: string) => void): void => {
    fc.assert(
      fc.property(text, (one) => {
        check(one);
      }),
    );
  };

  test.each([visible, inFrame, exact, exactName])(
    "%o leaves nothing that is obeyed, hidden or floods",
    (show) => {
      forAny((one) => expect(show(one)).not.toMatch(unsafe));
    },
  );

  test("lines keep line feeds and tabs and nothing else", () => {
    forAny((one) => expect(visibleLines(one).replaceAll(/[\n\t]/g, "")).not.toMatch(unsafe));
  });

  test.each([visible, inFrame, exact, exactName])("%o can be read back: no two texts look alike", (show) => {
    forAny((one) => expect(readBack(show(one))).toBe(one));
  });

  test("shown twice it is still safe, and plain text stays as it is", () => {
    forAny((one) => expect(stillVisible(visible(one))).toBe(visible(one)));
    forAny((one) => expect(stillVisible(one)).not.toMatch(unsafe));
    forAny((one) => expect(visibleLines(visibleLines(one))).toBe(visibleLines(one)));
    forAny((one) => expect(visible(visible(one))).not.toMatch(unsafe));
    forAny((one) => {
      const plain = one.replaceAll(/[^\x20-\x7e]/g, "");
      expect(visible(plain)).toBe(plain);
    });
  });

  test("a long text is marked as a short one is", () => {
    const count = (length: number): number => visible("é\u202E".repeat(length)).length;
    expect(count(20_000)).toBe(10 * count(2_000));
  });
});

/** What `visible` and its kin were given. */
const readBack = (shown: string): string =>
  shown
    .replaceAll(/[\u2400-\u241F]/g, (picture) => String.fromCharCode(picture.charCodeAt(0) - 0x2400))
    .replaceAll("␡", "\u007f")
    .replaceAll(/‹U\+([0-9A-F]{4,6})(?: [a-z]+ [^›]+)?›/gu, (_, hex: string) =>
      String.fromCodePoint(parseInt(hex, 16)),
    );
