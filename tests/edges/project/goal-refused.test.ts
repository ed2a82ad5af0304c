import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readGoal } from "../../../src/edges/project/goal-file.ts";
import { folder, refusal } from "./folder.ts";

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
const checks = (...lines: string[]): string =>
  `---\nchecks:\n${lines.map((line) => `  - ${line}\n`).join("")}---\nDo it.\n`;
const front = (yaml: string): string => `---\n${yaml}\n---\nDo it.\n`;

/** Every file that is no goal → the one line that says why. */
const refused: readonly (readonly [name: string, content: string | Uint8Array, line: string])[] = [
  // the file
  ["empty", "", "1: the file is empty; write the goal in it"],
  ["only white space", " \n\t\r\n\u00a0\n", "1: the file is empty; write the goal in it"],
  ["only a byte order mark", "\ufeff", "1: the file is empty; write the goal in it"],
  ["binary", Buffer.from("Do it.\nthen\0this"), "2: a NUL byte, so this is no text; name a file of text"],
  [
    "Latin-1",
    Buffer.from("Do it.\n\nMöglichst bald.\n", "latin1"),
    "3: this line is not UTF-8; save the file as UTF-8",
  ],
  [
    "a cut UTF-8 sequence",
    Buffer.from("Do it ü").subarray(0, -1),
    "1: this line is not UTF-8; save the file as UTF-8",
  ],
  [
    "UTF-16 LE",
    Buffer.concat([Buffer.from([0xff, 0xfe]), utf16("Do it.")]),
    "1: the text is UTF-16; save it as UTF-8",
  ],
  [
    "UTF-16 BE",
    Buffer.concat([Buffer.from([0xfe, 0xff]), utf16("Do it.").swap16()]),
    "1: the text is UTF-16; save it as UTF-8",
  ],
  ["UTF-16 without a mark", utf16("Do it and then do it again."), "1: the text is UTF-16; save it as UTF-8"],
  ["UTF-32", Buffer.from("fffe000044000000", "hex"), "1: the text is UTF-32; save it as UTF-8"],
  ["larger than 1 MiB", "a".repeat(1024 * 1024 + 1), " it is larger than 1 MiB; name a shorter file of text"],
  // the front matter as a whole
  [
    "not closed",
    "\n---\nmodel: x\n\nDo it.\n",
    "2: the front matter is not closed; write a line --- after it",
  ],
  [
    "four hyphens",
    "----\nmodel: x\n----\nDo it.",
    "1: front matter begins with exactly three hyphens; write --- in this line",
  ],
  [
    "a long dash",
    "—\nmodel: x\n—\nDo it.",
    "1: front matter begins with exactly three hyphens; write --- in this line",
  ],
  [
    "no text after it",
    "---\nmodel: x\n---\n\n",
    "4: the goal has no text; say after the front matter what is to be true in the end",
  ],
  [
    "only a comment after it",
    "---\n---\n<!-- write\nhere -->\n",
    "3: the goal has no text; say after the front matter what is to be true in the end",
  ],
  ["a list", front("- model: x"), "2: the front matter is a list; write lines of key: value"],
  [
    "a sentence",
    front("\nJust some prose"),
    "3: the front matter is a single value; write lines of key: value",
  ],
  [
    "too long",
    front(`model: ${"x".repeat(65_536)}`),
    "2: the settings are longer than 64 KiB; write shorter ones",
  ],
  // broken YAML
  [
    "a second colon",
    front("model: x\nworkspace: a: b"),
    '3: broken YAML: Nested mappings are not allowed in compact mappings; put text that contains ": " in quotes',
  ],
  ["a tab", front("budget:\n\tmoney: 1"), "3: a tab indents this line; use spaces"],
  ["an open quote", front("workspace: 'x\nmodel: y"), "2: broken YAML: Missing closing 'quote; mend it"],
  [
    "an open bracket",
    front("model: x\nnetwork: { allow: [a }"),
    "3: broken YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; mend it",
  ],
  [
    "a key twice",
    front("model: x\nbudget: { money: 1, money: 2 }"),
    '3: key "money" is given twice; keep one',
  ],
  [
    "a backtick",
    front("workspace: `pwd`"),
    "2: broken YAML: Plain value cannot start with reserved character `; put the text in quotes",
  ],
  ["deep", front(`x: ${"[".repeat(5000)}`), "2: nested too deeply; write it flatter"],
  [
    "somewhat deep",
    checks(`{ path: a, schema: ${"{a: ".repeat(60)}1${"}".repeat(60)} }`),
    "3: nested too deeply; write it flatter",
  ],
  // YAML that looks like something else
  [
    "an alias",
    front("network: { allow: [*.example.com] }"),
    '2: "*.example.com" is a YAML alias; put text that begins with * in quotes',
  ],
  [
    "aliases by the million",
    front("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"),
    '2: "&a" is a YAML anchor; put text that begins with & in quotes',
  ],
  [
    "a lost exclamation mark",
    checks("{ run: ! grep -rq moment src }"),
    '3: "!" is a YAML tag and would be dropped; put text that begins with ! in quotes',
  ],
  [
    "a tag",
    front("model: !!str x"),
    '2: "!!str" is a YAML tag and would be dropped; put text that begins with ! in quotes',
  ],
  ["a key that is a list", front("? [a]\n: 1"), "2: this key is no plain text; write key: value"],
  [
    "__proto__",
    checks("{ path: a, schema: { __proto__: {} } }"),
    '3: the key "__proto__" is never used; take it out',
  ],
  // keys
  [
    "a misspelt key",
    front("model: x\nbuget: { money: 1 }"),
    '3: unknown key "buget"; did you mean "budget"?',
  ],
  [
    "a misspelt key inside",
    front("budget:\n  wall: 2h\n  mony: 1"),
    '4: unknown key "mony" in budget; did you mean "money"?',
  ],
  [
    "a misspelt key in a list",
    checks("{ run: a }", "{ rubic: a }"),
    '4: unknown key "rubic" in checks[1]; did you mean "rubric"?',
  ],
  ["a key one level too high", front("money: 1"), '2: unknown key "money"; did you mean "budget.money"?'],
  ["a key of harness.yaml", front("approvals: {}"), '2: unknown key "approvals"; it belongs in harness.yaml'],
  [
    "a strange key",
    front("colour: red"),
    '2: unknown key "colour"; known are workspace, checks, model, models, budget, sandbox, network, concurrency, attempts',
  ],
  [
    "a merge key",
    front("<<: { model: x }"),
    '2: unknown key "<<"; known are workspace, checks, model, models, budget, sandbox, network, concurrency, attempts',
  ],
  [
    "the first of two, by line",
    front("attempts: 0\nbuget: {}"),
    "2: attempts is 0; give at least 1 (attempts of a task before it is replanned or escalated)",
  ],
  // values
  [
    "text for a number",
    front("budget:\n  money: eight"),
    '3: budget.money is "eight"; give a number (US dollars)',
  ],
  [
    "a negative budget",
    front("budget: { money: -1 }"),
    "2: budget.money is -1; give a number above 0 (US dollars)",
  ],
  ["not a number", front("budget: { money: .nan }"), "2: budget.money is null; give a number (US dollars)"],
  [
    "a fraction",
    front("concurrency: 1.5"),
    "2: concurrency is 1.5; give a whole number (attempts at work at once)",
  ],
  [
    "too many",
    front("attempts: 99"),
    "2: attempts is 99; give at most 20 (attempts of a task before it is replanned or escalated)",
  ],
  [
    "a number for text",
    front("model: 4"),
    "2: model is 4; give text, in quotes (one model for all roles, like anthropic/<model>)",
  ],
  [
    "a bad duration",
    front("budget: { wall: 2 hours }"),
    '2: budget.wall is "2 hours"; it must be like 90s, 30m or 2h',
  ],
  [
    "a duration that is none",
    front("budget: { wall: true }"),
    "2: budget.wall is true; give a number or text (time at work, like 2h)",
  ],
  [
    "a bad choice",
    front("sandbox: { kind: dokcer }"),
    '2: sandbox.kind is "dokcer"; give one of embedded, docker, perhaps docker',
  ],
  [
    "nothing",
    front("model: x\nbudget:\n"),
    "3: budget has no value; give a mapping of keys to values, or take the key out",
  ],
  [
    "a missing value",
    front("sandbox:\n  setup: { network: [] }"),
    "3: sandbox.setup.run is missing; give text (run once, before the tasks: what it adds every slot has)",
  ],
  [
    "a mapping for a list",
    front("checks: { run: a }"),
    "2: checks is a mapping; give a list (what must hold for the goal to be met)",
  ],
  [
    "the workspace of harness.yaml",
    front("workspace: { exclude: [] }"),
    "2: workspace is a mapping; give text (the directory to work on, relative to the goal file; its own if left out)",
  ],
  [
    "a long value",
    front(`concurrency: ${"x".repeat(200)}`),
    `2: concurrency is "${"x".repeat(59)}…; give a whole number (attempts at work at once)`,
  ],
  // checks
  [
    "a check that is two",
    checks("{ id: a, run: x }", "{ id: b, run: x, path: y }"),
    '4: check "b" must have exactly one of run, path and rubric',
  ],
  [
    "a check that is none",
    checks("{ guard: true }"),
    '3: check "c1" must have exactly one of run, path and rubric',
  ],
  [
    "a check id twice",
    checks("{ id: a, run: x }", "{ id: a, run: y }"),
    '4: check id "a" is used twice; rename one',
  ],
  [
    "an id that position gives",
    checks("{ id: c2, run: x }", "{ run: y }"),
    '4: check id "c2" is used twice; rename one',
  ],
  [
    "a bad check id",
    checks("{ id: No Spaces, run: x }"),
    '3: checks[0].id is "No Spaces"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
  ],
  [
    "a field of another type",
    checks("{ run: x }", "{ path: y, exit: 1 }"),
    '4: check "c2": exit goes with run, not with path; take it out',
  ],
  [
    "a threshold without a rubric",
    checks("{ run: x, threshold: 0.5 }"),
    '3: check "c1": threshold goes with rubric, not with run; take it out',
  ],
  [
    "a path that leaves",
    checks("{ path: ../secret }"),
    '3: check "c1": path "../secret" leaves the workspace; give it relative, without ..',
  ],
  ["an empty command", checks('{ run: "" }'), "3: checks[0].run is empty; give some text"],
  [
    "an exit code too high",
    checks("id: a\n    run: x\n    exit: 256"),
    "5: checks[0].exit is 256; give at most 255",
  ],
];

describe("a file that is no goal is refused in one line", () => {
  test.for(refused)("%s", async ([, content, line]) => {
    const dir = await folder({ "goal.md": content });
    const said = await refusal(dir, readGoal(join(dir, "goal.md")));
    expect(said).toBe(`DIR/goal.md:${line}`);
    expect(said).not.toContain("\n");
  });

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
});

describe("what is no file of text is refused, and never waited for", () => {
  test("missing, with the name that was probably meant", async () => {
    const dir = await folder({ "goal.md": "Do it." });
    expect(await refusal(dir, readGoal(join(dir, "gaol.md")))).toBe(
      'DIR/gaol.md: there is no such file; did you mean "goal.md"?',
    );
    expect(await refusal(dir, readGoal(join(dir, "goal")))).toBe(
      'DIR/goal: there is no such file; did you mean "goal.md"?',
    );
    expect(await refusal(dir, readGoal(join(dir, "elsewhere/x.md")))).toBe(
      "DIR/elsewhere/x.md: there is no such file; check the name",
    );
    expect(await refusal(dir, readGoal(join(dir, "goal.md/x")))).toBe(
      "DIR/goal.md/x: there is no such file; check the name",
    );
  });

  test("a directory", async () => {
    const dir = await folder({ "README.md": "", "first.md": "" });
    expect(await refusal(dir, readGoal(dir))).toBe(
      "DIR: it is a directory; name a file in it, like DIR/first.md",
    );
    await mkdir(join(dir, "bare"));
    expect(await refusal(dir, readGoal(join(dir, "bare")))).toBe(
      "DIR/bare: it is a directory; name a file in it",
    );
  });

  test("a FIFO, a socket, a device", async () => {
    const dir = await folder();
    execFileSync("mkfifo", [join(dir, "goal.md")]);
    expect(await refusal(dir, readGoal(join(dir, "goal.md")))).toBe(
      "DIR/goal.md: it is no regular file; name a file of text",
    );
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, "socket"), resolve));
    onTestFinished(() => void server.close());
    expect(await refusal(dir, readGoal(join(dir, "socket")))).toBe(
      "DIR/socket: it is no regular file; name a file of text",
    );
    expect(await refusal(dir, readGoal("/dev/null"))).toBe(
      "/dev/null: it is no regular file; name a file of text",
    );
  });

  test("links in a circle, names no file can have", async () => {
    const dir = await folder();
    await symlink("a.md", join(dir, "a.md"));
    expect(await refusal(dir, readGoal(join(dir, "a.md")))).toBe(
      "DIR/a.md: its symbolic links lead in a circle; name the file itself",
    );
    expect(await refusal(dir, readGoal(join(dir, `${"x".repeat(300)}.md`)))).toContain(
      ": the name is too long for a file; check it",
    );
    expect(await refusal(dir, readGoal(join(dir, "a\0.md")))).toBe(
      "DIR/a\\u{0}.md: this cannot be the name of a file; check it",
    );
  });

  test("a file of exactly 1 MiB is read", async () => {
    const dir = await folder();
    await writeFile(join(dir, "goal.md"), "a".repeat(1024 * 1024));
    expect((await readGoal(join(dir, "goal.md"))).text).toHaveLength(1024 * 1024);
  });
});
