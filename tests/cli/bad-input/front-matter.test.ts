import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

const run = ["run", "goal.md"];

/** What goal.md holds → the line. */
const holds = (name: string, content: string, line: string): Row => ({
  name,
  files: { "goal.md": content },
  argv: run,
  line: `DIR/goal.md:${line}`,
});

/** What stands between the lines of `---`; the first line of it is the file's second. */
const front = (name: string, yaml: string, line: string): Row =>
  holds(name, `---\n${yaml}\n---\nDo it.\n`, line);

describe("front matter that does not begin or end", () => {
  refuses([
    holds(
      "not closed",
      "\n---\nmodel: x\n\nDo it.\n",
      "2: the front matter is not closed; write a line --- after it",
    ),
    holds(
      "not closed, at the end of the file",
      "---\n",
      "1: the front matter is not closed; write a line --- after it",
    ),
    holds(
      "closed by a line with a blank before it",
      "---\nmodel: x\n ---\nDo it.\n",
      "3: front matter ends with exactly three hyphens; write --- in this line",
    ),
    holds(
      "closed by four hyphens",
      "---\nmodel: x\n----\nDo it.\n",
      "3: front matter ends with exactly three hyphens; write --- in this line",
    ),
    holds(
      "closed by a rule in the prose",
      "---\nmodel: x\n\nDo it: all.\n\n---\nMore.\n",
      '4: unknown key "Do it"; known are workspace, checks, …',
    ),
    holds(
      "four hyphens",
      "----\nmodel: x\n----\nDo it.",
      "1: front matter begins with exactly three hyphens; write --- in this line",
    ),
    holds(
      "two hyphens",
      "--\nmodel: x\n--\nDo it.",
      "1: front matter begins with exactly three hyphens; write --- in this line",
    ),
    holds(
      "a long dash",
      "—\nmodel: x\n—\nDo it.",
      "1: front matter begins with exactly three hyphens; write --- in this line",
    ),
    holds(
      "hyphens set in",
      "  ---\nmodel: x\n---\nDo it.",
      "1: front matter begins with exactly three hyphens; write --- in this line",
    ),
    holds(
      "hyphens and a word",
      "---yaml\nmodel: x\n---\nDo it.",
      "1: front matter is YAML after a line of three hyphens; write --- in this line",
    ),
    holds(
      "hyphens, a blank and a word",
      "--- yaml\nmodel: x\n---\nDo it.",
      "1: front matter is YAML after a line of three hyphens; write --- in this line",
    ),
    holds(
      "TOML",
      '+++\nmodel = "x"\n+++\nDo it.',
      "1: front matter is YAML after a line of three hyphens; write --- in this line",
    ),
    holds(
      "JSON",
      ';;;\n{ "model": "x" }\n;;;\nDo it.',
      "1: front matter is YAML after a line of three hyphens; write --- in this line",
    ),
    holds(
      "settings without hyphens",
      "model: x\nchecks:\n  - { run: a }\n\nDo it.",
      '1: "model:" is a setting, and settings stand in front matter; write a line --- before and after them',
    ),
  ]);
});

describe("front matter that is no mapping", () => {
  refuses([
    front("a list", "- model: x", "2: the front matter is a list; write lines of key: value"),
    front(
      "a sentence",
      "\nJust some prose",
      "3: the front matter is a single value; write lines of key: value",
    ),
    front(
      "no blank after the colon",
      "model:x",
      "2: the front matter is a single value; write lines of key: value",
    ),
    front("an equals sign", "model = x", "2: the front matter is a single value; write lines of key: value"),
    front("a number", "5", "2: the front matter is a single value; write lines of key: value"),
    front("an empty list", "[]", "2: the front matter is a list; write lines of key: value"),
    front(
      "too long",
      `model: ${"x".repeat(65_536)}`,
      "2: the settings are longer than 64 KiB; write shorter ones",
    ),
    front(
      "10,000 keys",
      Array.from({ length: 10_000 }, (_, n) => `k${n}: 1`).join("\n"),
      "2: the settings are longer than 64 KiB; write shorter ones",
    ),
  ]);
});

describe("front matter that is broken YAML", () => {
  refuses([
    front(
      "a second colon",
      "model: x\nworkspace: a: b",
      '3: there are two ": " in this line; put text that contains ": " in quotes',
    ),
    front("a tab", "budget:\n\tmoney: 1", "3: a tab indents this line; use spaces"),
    front("a tab after blanks", "budget:\n  \tmoney: 1", "3: a tab indents this line; use spaces"),
    front("a tab before a list", "checks:\n\t- { run: a }", "3: a tab indents this line; use spaces"),
    front(
      "one blank too many",
      "model: x\n workspace: a",
      "2: the next line is set in further than this one, which has its value already; mend the indentation",
    ),
    front(
      "one blank too few",
      "budget:\n  money: 1\n wall: 2h",
      "4: this line begins in another column than those it belongs to; mend its indentation",
    ),
    front(
      "a list entry set out",
      "checks:\n  - run: a\n - run: b",
      "4: this entry begins in another column than those it belongs to; mend its indentation",
    ),
    front(
      "a list and a key at one level",
      "checks:\n- run: a\nrun: b\n- run: c",
      "5: this line fits neither the list nor the keys around it; mend its indentation",
    ),
    front("an open single quote", "workspace: 'x\nmodel: y", "2: this quote ' is not closed; close it"),
    front("an open double quote", 'workspace: "x\nmodel: y', '2: this quote " is not closed; close it'),
    front(
      "a quote inside quotes",
      'workspace: "a "b" c"',
      "2: something follows the end of a value; put the whole value in quotes, other quotes inside it doubled",
    ),
    front(
      "a backslash that escapes nothing",
      'workspace: "C:\\dir"',
      "2: \\d means nothing between double quotes; use single quotes",
    ),
    front(
      "an open bracket",
      "model: x\nnetwork: { allow: [a }",
      "3: this bracket or brace is not closed; close it",
    ),
    front(
      "an open brace",
      "budget: { money: 1\nmodel: x",
      "2: this bracket or brace is not closed; close it",
    ),
    front(
      "a brace too many",
      "budget: { money: 1 }}",
      "2: there is a bracket or brace too many; take it out",
    ),
    front(
      "a missing comma",
      "budget: { money: 1 wall: 2h }",
      "2: a comma is missing between brackets or braces; put it in",
    ),
    front("a backtick", "workspace: `pwd`", "2: no text may begin with `; put it in quotes"),
    front("an at sign", "model: @x", "2: no text may begin with @; put it in quotes"),
    front("a percent sign", "model: %x", "2: no text may begin with %; put it in quotes"),
    front("a directive", "%YAML 1.1\nmodel: x", "3: a line that begins with % is no setting; take it out"),
    front(
      "a second document",
      "model: x\n--- # more\nattempts: 2",
      "3: a second YAML document begins here; take the line of --- out",
    ),
    front(
      "a key twice",
      "model: x\nbudget: { money: 1, money: 2 }",
      '3: key "money" is given twice; keep one',
    ),
    front(
      "a key twice, far apart",
      "model: x\nattempts: 2\nmodel: y",
      '4: key "model" is given twice; keep one',
    ),
    front("a key twice, once in quotes", 'model: x\n"model": y', '3: key "model" is given twice; keep one'),
    front("a key that is a list", "? [a]\n: 1", "2: this key is no plain text; write key: value"),
    front("a key that is nothing", ": x", "2: this key is no plain text; write key: value"),
    front("5,000 brackets", `x: ${"[".repeat(5000)}`, "2: nested too deeply; write it flatter"),
    front("5,000 braces", `x: ${"{a: ".repeat(5000)}`, "2: nested too deeply; write it flatter"),
    front(
      "60 levels",
      `checks: [{ path: a, schema: ${"{a: ".repeat(60)}1${"}".repeat(60)} }]`,
      "2: nested too deeply; write it flatter",
    ),
    front(
      "60 levels of indentation",
      Array.from({ length: 60 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
      "41: nested too deeply; write it flatter",
    ),
  ]);
});

const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
for (const [one, before] of ["ba", "cb", "dc", "ed", "fe", "gf", "hg", "ih"])
  bomb.push(`${one}: &${one} [${`*${before}, `.repeat(9)}]`);

describe("front matter that YAML reads as something else than it looks", () => {
  refuses([
    front(
      "an alias",
      "network: { allow: [*.example.com] }",
      '2: "*.example.com" is a YAML alias; put text that begins with * in quotes',
    ),
    front(
      "an alias without an anchor",
      "model: *x",
      '2: "*x" is a YAML alias; put text that begins with * in quotes',
    ),
    front("an anchor", "model: &x y", '2: "&x" is a YAML anchor; put text that begins with & in quotes'),
    front(
      "a billion laughs",
      bomb.join("\n"),
      '2: "&a" is a YAML anchor; put text that begins with & in quotes',
    ),
    front(
      "an anchor in itself",
      "checks: &a [*a]",
      '2: "&a" is a YAML anchor; put text that begins with & in quotes',
    ),
    front(
      "a merge key",
      "<<: { model: x }",
      '2: this is a YAML merge key ("<<"), which is not used here; write the keys themselves',
    ),
    front(
      "a merge key of an alias",
      "budget: &b { money: 1 }\nmodels:\n  <<: *b",
      '2: "&b" is a YAML anchor; put text that begins with & in quotes',
    ),
    front(
      "a lost exclamation mark",
      "checks: [{ run: ! grep -rq moment src }]",
      '2: "!" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    front(
      "a tag of YAML",
      "model: !!str x",
      '2: "!!str" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    front(
      "a tag of a language",
      "model: !!js/function 'x'",
      '2: "!!js/function" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    front(
      "a tag with an address",
      "model: !<tag:host.example,2000:x> y",
      '2: "tag:host.example,2000:x" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    front(
      "binary",
      "model: !!binary aGVsbG8=",
      '2: "!!binary" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    front("yes", "checks: [{ run: a, guard: yes }]", '2: checks[0].guard is "yes"; give true or false'),
    front("no", "checks: [{ run: a, guard: no }]", '2: checks[0].guard is "no"; give true or false'),
    front("on", "checks: [{ run: a, guard: on }]", '2: checks[0].guard is "on"; give true or false'),
    front(
      "a leading zero",
      "attempts: 010",
      "2: 010 begins with a zero, which not every program reads alike; write it without, or in quotes",
    ),
    front(
      "a leading zero of a command's exit",
      "checks: [{ run: a, exit: 012 }]",
      "2: 012 begins with a zero, which not every program reads alike; write it without, or in quotes",
    ),
    front(
      "an underscore in a number",
      "budget: { tokens: 1_000_000 }",
      '2: budget.tokens is "1_000_000"; give a whole number',
    ),
    front(
      "a comma in a number",
      "budget:\n  money: 5,00",
      '3: budget.money is "5,00"; give a number (US dollars)',
    ),
    front(
      "a comma in a number between braces",
      "budget: { money: 5,00 }",
      '2: unknown key "0" in budget; a comma ends the value before it, so write a number with a point, like 5.00',
    ),
    front("a dollar sign", "budget: { money: $5 }", '2: budget.money is "$5"; give a number (US dollars)'),
    front(
      "a currency behind",
      "budget: { money: 5 USD }",
      '2: budget.money is "5 USD"; give a number (US dollars)',
    ),
    front(
      "a version",
      "model: 4.6",
      "2: model is 4.6; give text, in quotes (one model for all roles, like anthropic/<model>)",
    ),
    front(
      "a time as YAML 1.1 has it",
      "budget: { wall: 1:30 }",
      '2: budget.wall is "1:30"; it must be like 90s, 30m or 2h',
    ),
    front(
      "infinity",
      "budget: { money: .inf }",
      "2: budget.money is without end; give a number (US dollars)",
    ),
    front(
      "not a number",
      "budget: { money: .nan }",
      "2: budget.money is not a number; give a number (US dollars)",
    ),
    front(
      "a number too large",
      "budget: { tokens: 1e400 }",
      "2: budget.tokens is without end; give a whole number",
    ),
    front(
      "null",
      "model: null",
      "2: model has no value; give text (one model for all roles, like anthropic/<model>), or take the key out",
    ),
    front(
      "a tilde",
      "model: ~",
      "2: model has no value; give text (one model for all roles, like anthropic/<model>), or take the key out",
    ),
    front(
      "true for text",
      "model: true",
      "2: model is true; give text, in quotes (one model for all roles, like anthropic/<model>)",
    ),
    front(
      "an invisible blank before a key",
      "\u00a0model: x",
      '2: unknown key "\\u{a0}model"; did you mean "model"?',
    ),
  ]);
});

describe("unknown keys", () => {
  refuses([
    front("misspelt", "model: x\nbuget: { money: 1 }", '3: unknown key "buget"; did you mean "budget"?'),
    front("in capitals", "Model: x", '2: unknown key "Model"; did you mean "model"?'),
    front("with a blank at its end", '"model ": x', '2: unknown key "model "; did you mean "model"?'),
    front(
      "with a look-alike letter",
      "m\u043edel: x",
      '2: unknown key "mоdel" (with U+043E); did you mean "model"?',
    ),
    front(
      "with a zero-width blank",
      "mo\u200bdel: x",
      '2: unknown key "mo\\u{200b}del"; did you mean "model"?',
    ),
    front(
      "misspelt inside",
      "budget:\n  wall: 2h\n  mony: 1",
      '4: unknown key "mony" in budget; did you mean "money"?',
    ),
    front(
      "misspelt in a list",
      "checks:\n  - { run: a }\n  - { rubic: a }",
      '4: unknown key "rubic" in checks[1]; did you mean "rubric"?',
    ),
    front(
      "misspelt three levels down",
      "sandbox:\n  setup:\n    run: a\n    netwrok: []",
      '5: unknown key "netwrok" in sandbox.setup; did you mean "network"?',
    ),
    front("one level too high", "money: 1", '2: unknown key "money"; did you mean "budget.money"?'),
    front(
      "one level too low",
      "budget: { attempts: 1, concurrency: 2 }",
      '2: unknown key "concurrency" in budget; known are money, tokens, …',
    ),
    front("of harness.yaml", "approvals: {}", '2: unknown key "approvals"; it belongs in harness.yaml'),
    front("of a rubric", "threshold: 0.5", '2: unknown key "threshold"; known are workspace, checks, …'),
    front("of a script", "delay_ms: 0", '2: unknown key "delay_ms"; known are workspace, checks, …'),
    front("strange", "colour: red", '2: unknown key "colour"; known are workspace, checks, …'),
    front("a number", "1: x", '2: unknown key "1"; known are workspace, checks, …'),
    front("with a line feed", '"a\\nb": x', '2: unknown key "a\\nb"; known are workspace, checks, …'),
    front(
      "that would colour the terminal",
      '"\\e[31mred": x',
      '2: unknown key "\\u001b[31mred"; known are workspace, checks, …',
    ),
    front(
      "of 1,000 characters",
      `${"k".repeat(1000)}: x`,
      '2: unknown key "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…; known are workspace, checks, …',
    ),
    front("__proto__", "__proto__: { model: x }", '2: the key "__proto__" is never used; take it out'),
    front(
      "__proto__ inside",
      "checks: [{ path: a, schema: { __proto__: {} } }]",
      '2: the key "__proto__" is never used; take it out',
    ),
    front("constructor", "constructor: x", '2: unknown key "constructor"; known are workspace, checks, …'),
    front("toString", "toString: x", '2: unknown key "toString"; known are workspace, checks, …'),
    front(
      "hasOwnProperty inside",
      "budget: { hasOwnProperty: 1 }",
      '2: unknown key "hasOwnProperty" in budget; known are money, tokens, …',
    ),
    front(
      "the first of two, by line",
      "attempts: 0\nbuget: {}",
      "2: attempts is 0; give at least 1 (attempts of a task before it is replanned or escalated)",
    ),
  ]);
});
