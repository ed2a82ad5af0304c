import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

const goal = { "goal.md": "Do it.\n" };
const run = ["run", "goal.md"];

/** What harness.yaml holds → the line. */
const settings = (name: string, content: string | Uint8Array, line: string): Row => ({
  name,
  files: { ...goal, "harness.yaml": content },
  argv: run,
  line: `DIR/harness.yaml:${line}`,
});

describe("harness.yaml", () => {
  refuses([
    settings("a list", "- model: x", "1: harness.yaml is a list; write lines of key: value"),
    settings(
      "a sentence",
      "# mine\nuse the best model",
      "2: harness.yaml is a single value; write lines of key: value",
    ),
    settings(
      "front matter",
      "---\nmodel: x\n---\nmore",
      "3: a second YAML document begins here; take the line of --- out",
    ),
    settings(
      "two documents",
      "model: x\n---\nattempts: 2",
      "2: a second YAML document begins here; take the line of --- out",
    ),
    settings("a tab", "budget:\n\tmoney: 1\n", "2: a tab indents this line; use spaces"),
    settings(
      "bad indentation",
      "budget:\n    money: 1\n  wall: 2h\n",
      "3: this line begins in another column than those it belongs to; mend its indentation",
    ),
    settings("a key twice", "model: x\n\nmodel: y\n", '3: key "model" is given twice; keep one'),
    settings(
      "an alias",
      "models: &m { worker: x }\n",
      '1: "&m" is a YAML anchor; put text that begins with & in quotes',
    ),
    settings(
      "a merge key",
      "budget:\n  <<: { money: 1 }\n",
      '2: this is a YAML merge key ("<<"), which is not used here; write the keys themselves',
    ),
    settings(
      "UTF-16",
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("model: x", "utf16le")]),
      "1: the text is UTF-16; save it as UTF-8",
    ),
    settings(
      "Latin-1",
      Buffer.from("# für alle\nmodel: x", "latin1"),
      "1: this line is not UTF-8; save the file as UTF-8",
    ),
    settings("a NUL", "model: x\0", "1: a NUL byte, so this is no text; give a file of text"),
    settings(
      "more than 64 KiB",
      `# ${"x".repeat(65_536)}\nmodel: x`,
      "1: the settings are longer than 64 KiB; write shorter ones",
    ),
    settings("a misspelt key", "aprovals: {}", '1: unknown key "aprovals"; did you mean "approvals"?'),
    settings(
      "a misspelt key below CRLF",
      "model: x\r\nbuget: {}\r\n",
      '2: unknown key "buget"; did you mean "budget"?',
    ),
    settings("a key of goals", "checks: []", '1: unknown key "checks"; it belongs in a goal file'),
    settings(
      "workspace as a goal has it",
      "workspace: src",
      '1: workspace is "src"; give a mapping of keys to values',
    ),
    settings("a number for a budget", "budget: 5", "1: budget is 5; give a mapping of keys to values"),
    settings(
      "patterns that are no list",
      "workspace: { exclude: .env }",
      '1: workspace.exclude is ".env"; give a list',
    ),
    settings(
      "a pattern that is no text",
      "workspace: { scratch: [1] }",
      "1: workspace.scratch[0] is 1; give text, in quotes",
    ),
    settings(
      "a misspelt key of the workspace",
      "workspace: { excludes: [] }",
      '1: unknown key "excludes" in workspace; did you mean "exclude"?',
    ),
    settings(
      "an address that is no text",
      "base_urls: { anthropic: 8080 }",
      "1: base_urls.anthropic is 8080; give text, in quotes",
    ),
    settings(
      "an address without protocol",
      "model: x\nbase_urls:\n  openai: host.example/v1",
      "3: base_urls.openai is no address; write it like https://host/path",
    ),
    settings(
      "an address of another protocol",
      "base_urls: { openai-compatible: ftp://host.example }",
      "1: base_urls.openai-compatible is no address; write it like https://host/path",
    ),
    settings(
      "an address with a password",
      "base_urls:\n  anthropic: https://me:secret@host.example",
      "2: base_urls.anthropic holds a login; take it out, keys have variables of their own",
    ),
    settings(
      "an address of nobody",
      "base_urls: { antropic: https://host.example }",
      '1: unknown key "antropic" in base_urls; did you mean "anthropic"?',
    ),
    settings(
      "prices that are no mapping",
      "prices: 5",
      "1: prices is 5; give a mapping of keys to values (US dollars per million tokens, by model name)",
    ),
    settings(
      "a price that is a number",
      "prices: { anthropic/x: 5 }",
      "1: prices.anthropic/x is 5; give a mapping of keys to values",
    ),
    settings(
      "a price without output",
      "prices: { anthropic/x: { input: 1 } }",
      "1: prices.anthropic/x.output is missing; give a number",
    ),
    settings(
      "a negative price",
      "prices:\n  anthropic/x:\n    input: 1\n    output: -5",
      "4: prices.anthropic/x.output is -5; give at least 0",
    ),
    settings(
      "a price in another unit",
      "prices: { anthropic/x: { input: $1, output: $5 } }",
      '1: prices.anthropic/x.input is "$1"; give a number',
    ),
    settings(
      "a misspelt price",
      "prices: { anthropic/x: { input: 1, outputs: 5 } }",
      '1: unknown key "outputs" in prices.anthropic/x; did you mean "output"?',
    ),
    settings(
      "prices of __proto__",
      "prices: { __proto__: { input: 1, output: 5 } }",
      '1: the key "__proto__" is never used; take it out',
    ),
    settings(
      "a risk that is none",
      "approvals: { ask_from: networks }",
      '1: approvals.ask_from is "networks"; give one of read, write, network, destructive, external, privilege, perhaps network',
    ),
    settings(
      "approvals as a list",
      "approvals: [network]",
      "1: approvals is a list; give a mapping of keys to values",
    ),
    settings(
      "rules that are no list",
      "approvals: { rules: { bash: x } }",
      "1: approvals.rules is a mapping; give a list (in order: the first that fits decides)",
    ),
    settings(
      "traces of everything",
      "traces: { content: all }",
      '1: traces.content is "all"; give one of none, metadata, full',
    ),
    settings(
      "traces without content",
      "traces: {}",
      "1: traces.content is missing; give one of none, metadata, full",
    ),
    settings(
      "a duration in words",
      "budget: { wall: two hours }",
      '1: budget.wall is "two hours"; it must be like 90s, 30m or 2h',
    ),
    settings(
      "too many at once",
      "concurrency: 1000",
      "1: concurrency is 1000; give at most 64 (attempts at work at once)",
    ),
  ]);
});

/** What is called harness.yaml → the line. */
const is = (name: string, lay: (path: string) => unknown, line: string): Row => ({
  name,
  files: goal,
  lay: (dir) => lay(join(dir, "harness.yaml")),
  argv: run,
  line,
});

describe("harness.yaml that is no file", () => {
  refuses([
    is("a directory", mkdir, "DIR/harness.yaml: it is a directory; give a file of text"),
    is(
      "a FIFO",
      (path) => execFileSync("mkfifo", [path]),
      "DIR/harness.yaml: it is no regular file; give a file of text",
    ),
    is(
      "a link to itself",
      async (path) => symlink("harness.yaml", path),
      "DIR/harness.yaml: its symbolic links lead in a circle; mend them, or give the file itself",
    ),
    is(
      "a link that leads nowhere",
      async (path) => symlink("gone.yaml", path),
      "DIR/harness.yaml: this symbolic link leads nowhere; mend it, or remove it",
    ),
    is(
      "1 GB",
      async (path) => writeFile(path, "").then(async () => truncate(path, 1e9)),
      "DIR/harness.yaml: it is larger than 1 MiB; give a shorter file of text",
    ),
    {
      name: "called harness.yml",
      files: { ...goal, "harness.yml": "" },
      argv: run,
      line: "DIR/harness.yml: this is not read; rename it to harness.yaml",
    },
    ...[["runs"], ["show"], ["resume"], ["approvals"], ["gc"], ["backup", "x.tar"], ["restore", "x.tar"]].map(
      (argv): Row => ({
        name: `broken, for harness ${argv[0]}`,
        files: { "harness.yaml": "modle: x\n" },
        argv,
        line: 'DIR/harness.yaml:1: unknown key "modle"; did you mean "model"?',
      }),
    ),
  ]);
});

const rubric = (more: string): string => `rubric: fine\nthreshold: 0.7\ncriteria:\n${more}`;
const fine = "  - { id: a, ask: Is it good? }\n";

const project = { "goal.md": "---\nmodel: scripted/s.yaml\n---\nDo it.\n", "s.yaml": "plan/1: [a]" };

/** What a prompt of the project's own holds → the line. */
const prompt = (name: string, path: string, content: string, line: string): Row => ({
  name,
  files: { ...project, [path]: content },
  argv: run,
  line,
});

describe("prompts", () => {
  refuses([
    prompt(
      "empty",
      "prompts/worker.prompt",
      "",
      "DIR/prompts/worker.prompt:1: the prompt is empty; write it, or remove the file",
    ),
    prompt(
      "a NUL",
      "prompts/planner.prompt",
      "Plan.\0",
      "DIR/prompts/planner.prompt:1: a NUL byte, so this is no text; give a file of text",
    ),
    prompt(
      "an open tag",
      "prompts/worker.prompt",
      "---\n---\n{{#if task}}\n",
      "DIR/prompts/worker.prompt:4: broken template: a block that is opened is not closed",
    ),
    prompt(
      "called .prompt.md",
      "prompts/worker.prompt.md",
      "x",
      "DIR/prompts/worker.prompt.md: this is not read; let its name end in .prompt",
    ),
    prompt(
      "a directory",
      "prompts/evaluator.prompt/x",
      "",
      "DIR/prompts/evaluator.prompt: it is a directory; give a file of text",
    ),
  ]);
});

/** What rubrics/fine.yaml holds → the line; no goal needs to name it. */
const graded = (name: string, content: string | Uint8Array, line: string): Row => ({
  name,
  files: { ...project, "rubrics/fine.yaml": content },
  argv: run,
  line: `DIR/rubrics/${line}`,
});

describe("rubrics", () => {
  refuses([
    graded("nothing", "# later\n", "fine.yaml:1: rubric is missing; give text"),
    graded("no bytes", "", "fine.yaml:1: rubric is missing; give text"),
    graded("a list", "- rubric: fine", "fine.yaml:1: the rubric is a list; write lines of key: value"),
    graded(
      "a sentence",
      "Is it good?",
      "fine.yaml:1: the rubric is a single value; write lines of key: value",
    ),
    graded(
      "UTF-16",
      Buffer.from("\ufeffrubric: fine", "utf16le"),
      "fine.yaml:1: the text is UTF-16; save it as UTF-8",
    ),
    graded(
      "a tab",
      "rubric: fine\ncriteria:\n\t- id: a\n",
      "fine.yaml:3: a tab indents this line; use spaces",
    ),
    graded(
      "a question with a colon",
      rubric("  - id: a\n    ask: Say: is it good?\n"),
      'fine.yaml:5: there are two ": " in this line; put text that contains ": " in quotes',
    ),
    graded(
      "another name",
      rubric(fine).replace("fine", "good"),
      'fine.yaml:1: the rubric is called "good", its file "fine"; give both one name',
    ),
    graded(
      "a name with a path",
      rubric(fine).replace("fine", "../fine"),
      'fine.yaml:1: rubric is "../fine"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    graded(
      "a name of look-alike letters",
      rubric(fine).replace("fine", "f\u0456ne"),
      'fine.yaml:1: rubric is "fіne" (with U+0456); it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    graded(
      "no name",
      rubric(fine).replace("rubric: fine\n", ""),
      "fine.yaml:1: rubric is missing; give text",
    ),
    graded(
      "no threshold",
      rubric(fine).replace("threshold: 0.7\n", ""),
      "fine.yaml:1: threshold is missing; give a number",
    ),
    graded(
      "a threshold in percent",
      rubric(fine).replace("0.7", "70"),
      "fine.yaml:2: threshold is 70; give at most 1",
    ),
    graded(
      "a threshold of text",
      rubric(fine).replace("0.7", "high"),
      'fine.yaml:2: threshold is "high"; give a number',
    ),
    graded("no criteria", "rubric: fine\nthreshold: 1\n", "fine.yaml:1: criteria is missing; give a list"),
    graded(
      "an empty list of criteria",
      "rubric: fine\nthreshold: 1\ncriteria: []\n",
      "fine.yaml:3: criteria is an empty list; give at least 1 of them",
    ),
    graded(
      "criteria as a mapping",
      "rubric: fine\nthreshold: 1\ncriteria: { a: Is it good? }\n",
      "fine.yaml:3: criteria is a mapping; give a list",
    ),
    graded(
      "a criterion that is text",
      rubric("  - Is it good?\n"),
      'fine.yaml:4: criteria[0] is "Is it good?"; give a mapping of keys to values',
    ),
    graded(
      "a criterion without a question",
      rubric("  - { id: a }\n"),
      "fine.yaml:4: criteria[0].ask is missing; give text",
    ),
    graded(
      "a question that is empty",
      rubric('  - { id: a, ask: "" }\n'),
      "fine.yaml:4: criteria[0].ask is empty; give some text",
    ),
    graded(
      "a criterion without an id",
      rubric("  - { ask: Is it good? }\n"),
      "fine.yaml:4: criteria[0].id is missing; give text",
    ),
    graded(
      "an id in capitals",
      rubric("  - { id: A, ask: Is it good? }\n"),
      'fine.yaml:4: criteria[0].id is "A"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    graded(
      "an id twice",
      rubric(`${fine}  - { id: a, ask: Again? }\n`),
      'fine.yaml:5: criterion id "a" is used twice; rename one',
    ),
    graded(
      "a misspelt key",
      rubric("  - { id: a, ask: A?, wieght: 2 }\n"),
      'fine.yaml:4: unknown key "wieght" in criteria[0]; did you mean "weight"?',
    ),
    graded(
      "a weight of nothing",
      rubric("  - { id: a, ask: A?, weight: 0 }\n"),
      "fine.yaml:4: criteria[0].weight is 0; give a number above 0",
    ),
    graded(
      "a weight of text",
      rubric("  - { id: a, ask: A?, weight: heavy }\n"),
      'fine.yaml:4: criteria[0].weight is "heavy"; give a number',
    ),
    graded(
      "a must above 1",
      rubric("  - { id: a, ask: A?, must: 2 }\n"),
      "fine.yaml:4: criteria[0].must is 2; give at most 1",
    ),
    graded(
      "a must that is yes",
      rubric("  - { id: a, ask: A?, must: yes }\n"),
      'fine.yaml:4: criteria[0].must is "yes"; give a number',
    ),
    graded(
      "levels as a list",
      rubric("  - { id: a, ask: A?, levels: [bad, good] }\n"),
      "fine.yaml:4: criteria[0].levels is a list; give a mapping of keys to values",
    ),
    graded(
      "a level that is no score",
      rubric("  - id: a\n    ask: A?\n    levels:\n      0: bad\n      high: good\n"),
      'fine.yaml:8: level "high" of criterion "a" is no score; give a number from 0 to 1',
    ),
    graded(
      "a level above 1",
      rubric("  - { id: a, ask: A?, levels: { 1.5: all } }\n"),
      'fine.yaml:4: level "1.5" of criterion "a" is no score; give a number from 0 to 1',
    ),
    graded(
      "a level that is no",
      rubric("  - { id: a, ask: A?, levels: { 0: false } }\n"),
      "fine.yaml:4: criteria[0].levels.0 is false; give text, in quotes",
    ),
    graded(
      "a level twice",
      rubric("  - { id: a, ask: A?, levels: { 0: x, 0: y } }\n"),
      'fine.yaml:4: key "0" is given twice; keep one',
    ),
    graded(
      "a key of goals",
      `${rubric(fine)}checks: []\n`,
      'fine.yaml:5: unknown key "checks"; known are rubric, threshold, criteria',
    ),
    {
      ...graded("called .yml", "", "fine.yml: this is not read; let its name end in .yaml"),
      files: { ...project, "rubrics/fine.yml": rubric(fine) },
    },
    {
      ...graded(
        "called by capitals",
        "",
        "Fine.yaml: the name of a rubric must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit; rename the file",
      ),
      files: { ...project, "rubrics/Fine.yaml": rubric(fine) },
    },
    {
      ...graded(
        "called by two words",
        "",
        "very fine.yaml: the name of a rubric must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit; rename the file",
      ),
      files: { ...project, "rubrics/very fine.yaml": rubric(fine) },
    },
    {
      ...graded("a directory", "", "fine.yaml: it is a directory; give a file of text"),
      files: { ...project, "rubrics/fine.yaml/x": "" },
    },
    {
      ...graded("a FIFO", "", "fine.yaml: it is no regular file; give a file of text"),
      files: { ...project, "rubrics/README.md": "" },
      lay: (dir) => execFileSync("mkfifo", [join(dir, "rubrics/fine.yaml")]),
    },
  ]);
});
