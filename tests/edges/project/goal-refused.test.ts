import * as fc from "fast-check";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BadInput } from "../../../src/edges/project/bad-input.ts";
import { readGoal } from "../../../src/edges/project/goal-file.ts";
import { folder, refusal } from "./folder.ts";

const front = (yaml: string): string => `---\n${yaml}\n---\nDo it.\n`;

/** What is refused, each with its whole line, is in tests/cli/bad-input. */
describe("the line of a refusal", () => {
  test("CRLF counts as one line, and so does CR", async () => {
    const dir = await folder({
      "a.md": "---\r\nmodel: x\r\nbuget: {}\r\n---\r\nDo it.",
      "b.md": "---\rmodel: x\rbuget: {}\r---\rDo it.",
    });
    for (const name of ["a.md", "b.md"]) {
      expect(await refusal(dir, readGoal(join(dir, name)))).toBe(
        `DIR/${name}:3: unknown key "buget"; did you mean "budget"?`,
      );
    }
  });

  test("control characters are spelt out, so that the line stays one", async () => {
    const dir = await folder({ "goal.md": front('"a\\n\\u202eb": 1') });
    expect(await refusal(dir, readGoal(join(dir, "goal.md")))).toContain(
      'unknown key "a\\n\\u{202e}b"; known are',
    );
    expect(await refusal(dir, readGoal(join(dir, "no\nfile")))).toBe(
      "DIR/no\\u{a}file: there is no such file; check the name",
    );
  });

  test("the middle of a very long path is left out", () => {
    expect(new BadInput(`/${"a/".repeat(500)}goal.md`, 7, "x").message).toMatch(
      /^(?:\/a){60}…(?:\/a)+\/goal\.md:7: x$/,
    );
  });
});

/** Settings as people slip: right and wrong keys, values of every kind, broken lines. */
const keys = [
  "model",
  "models",
  "budget",
  "checks",
  "sandbox",
  "workspace",
  "attempts",
  "money",
  "wall",
  "run",
  "id",
];
const slip = fc.oneof(
  fc.constantFrom(
    "",
    "~",
    "yes",
    "010",
    "5,00",
    "[",
    "{",
    "}",
    "'",
    '"',
    "*a",
    "&a",
    "! x",
    "- a",
    "\t",
    "a: b",
    "2h",
  ),
  fc.double().map(String),
  fc.json(),
  fc.string(),
);
const line = fc
  .tuple(fc.constantFrom("", "  ", "\t", "- "), fc.constantFrom(...keys, "x", "__proto__", "<<"), slip)
  .map(([before, key, value]) => `${before}${key}: ${value}`);

test.each<[string, fc.Arbitrary<string | Uint8Array>]>([
  [
    "slips in front matter",
    fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => front(lines.join("\n"))),
  ],
  ["any text", fc.string({ unit: "binary" })],
  ["any bytes", fc.uint8Array({ maxLength: 200 })],
])("%s: a goal, or a refusal of one line that names a line of the file", async (_, contents) => {
  const dir = await folder();
  const path = join(dir, "goal.md");
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      await writeFile(path, content);
      const error = await readGoal(path).then(
        () => null,
        (error: unknown) => error,
      );
      if (error === null) return;
      expect(error).toBeInstanceOf(BadInput);
      const { message, line: at } = error as BadInput;
      expect(message).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u);
      const lines = Buffer.from(content)
        .toString()
        .split(/\r\n?|\n/).length;
      expect(at).toBeGreaterThanOrEqual(1);
      expect(at).toBeLessThanOrEqual(lines);
    }),
    { numRuns: 150 },
  );
});

test("a file of exactly 1 MiB is read", async () => {
  const dir = await folder();
  await writeFile(join(dir, "goal.md"), "a".repeat(1024 * 1024));
  expect((await readGoal(join(dir, "goal.md"))).text).toHaveLength(1024 * 1024);
});
