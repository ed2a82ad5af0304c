import * as fc from "fast-check";
import { symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { BadInput } from "../../../src/edges/project/bad-input.ts";
import { splitFrontMatter } from "../../../src/edges/project/front-matter.ts";
import { readGoal } from "../../../src/edges/project/goal-file.ts";
import { titleOf } from "../../../src/edges/project/title.ts";
import { folder } from "./folder.ts";

const whole = `---                                   # goal.md: the whole front matter is optional
workspace: .
checks:
  - { id: tests, run: npm test, guard: true }        # must stay true
  - { id: no-moment, run: "! grep -rq moment src package.json", exit: 0, protect: ["test/**"] }
  - { path: out.json, schema: { type: object, required: [a] } }
  - { rubric: helpful, threshold: 0.8 }
budget: { money: 8, wall: 2h }
sandbox:
  dockerfile: sandbox/Dockerfile
  setup: { run: npm ci }
---

Replace moment with date-fns in payments/. Keep the public API. Leave the fixtures alone.
`;

describe("readGoal", () => {
  test("reads front matter, prose, checks and bytes", async () => {
    const dir = await folder({ "goal.md": whole });
    const goal = await readGoal(join(dir, "goal.md"));
    expect(goal.path).toBe(join(dir, "goal.md"));
    expect(goal.title).toBe("Replace moment with date-fns in payments/");
    expect(goal.text).toBe(
      "Replace moment with date-fns in payments/. Keep the public API. Leave the fixtures alone.",
    );
    expect(Buffer.from(goal.source).toString()).toBe(whole);
    expect(goal.spec.budget).toEqual({ money: 8, wall: "2h" });
    expect(goal.spec.sandbox?.setup).toEqual({ run: "npm ci", network: [], key: [] });
    expect(goal.checks).toEqual([
      { id: "tests", type: "command", run: "npm test", guard: true },
      {
        id: "no-moment",
        type: "command",
        run: "! grep -rq moment src package.json",
        exit: 0,
        protect: ["test/**"],
      },
      { id: "c3", type: "file", path: "out.json", schema: { type: "object", required: ["a"] } },
      { id: "c4", type: "rubric", rubric: "helpful", threshold: 0.8 },
    ]);
  });

  const good: readonly (readonly [name: string, content: string, text: string])[] = [
    ["prose alone", "Do it.", "Do it."],
    ["a byte order mark", "\ufeff---\nmodel: x\n---\nDo it.", "Do it."],
    ["CRLF", "---\r\nmodel: x\r\n---\r\nDo it.\r\nAll.\r\n", "Do it.\nAll."],
    ["blank lines before the front matter", "\n\n---\nmodel: x\n---\nDo it.", "Do it."],
    ["front matter of comments", "---\n# model: x\n---\nDo it.", "Do it."],
    ["empty front matter", "---\n---\nDo it.", "Do it."],
    ["front matter closed with dots", "---\nmodel: x\n...\nDo it.", "Do it."],
    ["a rule in the prose", "Do it.\n\n---\n\nAll of it.", "Do it.\n\n---\n\nAll of it."],
    ["a rule after the front matter", "---\n---\nDo it.\n---\nAll.", "Do it.\n---\nAll."],
    ["an indented first line", "\n    code\n", "    code"],
  ];
  test.for(good)("takes %s", async ([, content, text]) => {
    const dir = await folder({ "goal.md": content });
    expect((await readGoal(join(dir, "goal.md"))).text).toBe(text);
  });

  test("follows a symbolic link and takes a relative path", async () => {
    const dir = await folder({ "real.md": "Do it." });
    await symlink("real.md", join(dir, "goal.md"));
    const goal = await readGoal(relative(process.cwd(), join(dir, "goal.md")));
    expect(goal.path).toBe(join(dir, "goal.md"));
  });

  test("a refusal names a file near the person relative to where they stand", () => {
    expect(new BadInput(join(process.cwd(), "a/goal.md"), 3, "x").message).toBe("a/goal.md:3: x");
    expect(new BadInput("/elsewhere/goal.md", null, "x").message).toBe("/elsewhere/goal.md: x");
  });
});

describe("titleOf", () => {
  const titles: readonly (readonly [text: string, title: string])[] = [
    ["# Tidy the orders #\n\nDo it.", "Tidy the orders"],
    ["### Tidy\n\n# Not this", "Tidy"],
    ["Some words.\n\n# The title\n", "The title"],
    ["Some words. More.\n\n## A part\n", "Some words"],
    ["```\n# no heading\n```\nDo it.", "# no heading"],
    ["The title\n=========\n\nDo it.", "The title"],
    ["Replace moment in payments/. Keep the rest.", "Replace moment in payments/"],
    ["A sentence that\ngoes on. And more.", "A sentence that goes on"],
    ["Use e.g. jq here. Then stop.", "Use e.g. jq here"],
    ["Make these:\n\n- a\n- b", "Make these"],
    ["- first thing\n- second thing", "first thing"],
    ["1. first\n   thing\n2. second", "first thing"],
    ["Is it done?", "Is it done?"],
    ["<!-- a comment -->\n# Title", "Title"],
    ["# \u001b[31mred\u202e\tx", "[31mred x"],
    ["#hashtag is no heading", "#hashtag is no heading"],
    ["```\n```", "``` ```"],
    ["word ".repeat(30), `${"word ".repeat(19).trim()}…`],
    ["x".repeat(200), `${"x".repeat(99)}…`],
  ];
  test.for(titles)("%j → %j", ([text, title]) => {
    expect(titleOf(text)).toBe(title);
  });

  test("is one line of at most 100 for any text, and not empty where there are letters", () => {
    const piece = fc.oneof(
      fc.constantFrom("# ", "\n", "```", "- ", ". ", "<!--", "-->", "===", "\u202e", "😀"),
      fc.string({ unit: "grapheme" }),
    );
    const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        const title = titleOf(text);
        expect(title.length).toBeLessThanOrEqual(100);
        expect(title).not.toMatch(/[\p{Cc}\u202E]/u);
        expect(title.isWellFormed()).toBe(true);
        expect(title).toBe(title.trim());
        if (/\p{L}/u.test(text.replaceAll(/<!--[\s\S]*?-->/g, ""))) expect(title).not.toBe("");
      }),
    );
  });
});

test("front matter and body are all of the file, at the lines it says", () => {
  const line = fc.constantFrom("---", "a: 1", "", "text", "--- # note", "...");
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
      let split;
      try {
        split = splitFrontMatter("/goal.md", lines.join("\n"));
      } catch (error) {
        expect(error).toBeInstanceOf(BadInput);
        expect(lines.find((line) => line !== "")).toMatch(/^---/);
        return;
      }
      expect(lines.slice(split.bodyLine - 1).join("\n")).toBe(split.body);
      if (split.yaml !== null)
        expect(lines.slice(split.yamlLine - 1, split.bodyLine - 2).join("\n")).toBe(split.yaml);
    }),
  );
});
