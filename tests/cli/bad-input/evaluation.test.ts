import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { mailCases, script, sort, suiteFile } from "../evaluation/eval-ground.ts";
import { refuses } from "./table.ts";
import type { Ground, Row } from "./table.ts";

const shop = {
  "harness.yaml": "model: scripted/script.yaml\n",
  "prompts/sort.prompt": sort(),
  "tasks/mails/suite.yaml": suiteFile(),
  "tasks/mails/cases.jsonl": mailCases(),
  "script.yaml": script(),
};

/** Words after `harness`, in a shop whose prompt could be evaluated. */
const typed = (line: string, said: string | RegExp, ground: Ground = {}): Row => ({
  name: line,
  argv: line.split(" "),
  line: said,
  ...ground,
  files: { ...shop, ...ground.files },
});

/** The same, found when the store of answers is open already. */
const late = (line: string, said: string | RegExp): Row => ({ ...typed(line, said), leavesEmptyState: true });

/** The same by what is wrong with a file. */
const file = (what: string, line: string, said: string | RegExp, files: Ground["files"]): Row => ({
  ...typed(line, said, { files: files ?? {} }),
  name: `${line}: ${what}`,
});

describe("harness eval", () => {
  refuses([
    typed("eval mials", 'there is no suite "mials"; known are mails; did you mean "mails"?'),
    typed(
      "eval mails --candidate promt:sort@1",
      /--candidate promt:sort@1: say what it is of, .*; did you mean "prompt"\?/,
    ),
    late("eval mails --candidate prompt:sort@9", "there is no sort@9; see: harness prompts log sort"),
    typed(
      "eval mails --candidate prompt:sort@x",
      "--candidate prompt:sort@x: after the name comes @5, @staging, @production or =file",
    ),
    late("eval mails --budget x", "--budget x: give dollars, like 2.50"),
    late(
      "eval mails --model scripted/tasks",
      "scripted/tasks: DIR/tasks cannot be read (EISDIR); name a file with a script",
    ),
    typed("eval mails --ci harness.yaml", "--ci harness.yaml: DIR/harness.yaml is no directory; name one"),
    typed(
      "eval mails --ci script.yaml/a/b",
      "--ci script.yaml/a/b: DIR/script.yaml is no directory; name one",
    ),
    typed("eval --smok", "unknown option '--smok'; did you mean --smoke?; see harness eval --help"),
    {
      name: "outside of a project",
      argv: ["eval"],
      line: "there is no suite yet; make one: harness suite new NAME --target prompt:NAME",
    },
    {
      ...typed("eval", /there is no suite yet.*/),
      name: "eval: a file where suites should be",
      files: { tasks: "x" },
    },
  ]);
});

describe("a suite that cannot be read is not taken for one that says nothing", () => {
  const broken = { "tasks/mails/suite.yaml": "suite: mails\nkind: [prompt\n" };
  const fault = /\S*tasks\/mails\/suite\.yaml:2: this bracket or brace is not closed; close it/;
  refuses([
    file("broken YAML", "eval", fault, broken),
    file("broken YAML", "eval mails", fault, broken),
    file("broken YAML", "suite plan mails", fault, broken),
    file(
      "unknown key",
      "suite plan mails",
      /\S+suite\.yaml:1: unknown key "tarrget"; did you mean "target"\?/,
      {
        "tasks/mails/suite.yaml": suiteFile().replace('"target"', '"tarrget"'),
      },
    ),
    file(
      "twice",
      "suite plan mails",
      /\S+cases\.jsonl:25: the id c1 is that of line 1 already; give it another/,
      {
        "tasks/mails/cases.jsonl": `${mailCases()}${mailCases(1)}`,
      },
    ),
    file(
      "not UTF-8",
      "suite plan mails",
      "tasks/mails/cases.jsonl:1: this line is not UTF-8; save the file as UTF-8",
      {
        "tasks/mails/cases.jsonl": new Uint8Array([0x22, 0xff, 0x22, 0x0a]),
      },
    ),
  ]);
});

describe("reports, receipts, suites, promotions", () => {
  refuses([
    typed(
      "report ./gone.json",
      "report ./gone.json: there is no such file; name a file that harness report --json wrote",
    ),
    typed(
      "report ./tasks",
      "report ./tasks: it is a directory; name a file that harness report --json wrote",
    ),
    typed("receipt verfy x", 'receipt verfy: there are verify and sign; did you mean "verify"?'),
    typed("receipt verify tasks", "tasks: it is no file; name a receipt, they lie in receipts/"),
    typed("suite chek", /harness suite chek: there are list, .*; did you mean "check"\?/),
    typed("suite plan mials", /\S+tasks: there is no suite "mials"; did you mean "mails"\?/),
    typed(
      "suite plan mails --cases 99999999999",
      "--cases 99999999999: give a whole number from 2 to 1000000",
    ),
    typed(
      "promote --check prompt:sort@1",
      "--check looks at all of harness.lock, and prompt:sort@1 is one of it; leave out one of them",
    ),
    typed("label mials", 'there is no suite and no rubric "mials"; did you mean "mails"?'),
    typed(
      "metric exact_mach",
      'metric exact_mach: there is none; did you mean "exact_match"?; harness metric lists all',
    ),
  ]);
});

describe("what lies where state should be", () => {
  refuses([
    {
      ...typed("report", "DIR/.harness is not a directory; move it away"),
      files: { ".harness": "x" },
      code: 5,
    },
    {
      ...typed("report", /DIR\/\.harness\/evals\.db is not a file; .*/),
      name: "report: a directory for evals.db",
      lay: async (dir) => mkdir(join(dir, ".harness", "evals.db"), { recursive: true }),
      code: 5,
    },
    {
      ...typed("report", /DIR\/\.harness\/evals\.db is empty: .*/),
      name: "report: an empty evals.db",
      files: { ".harness/evals.db": "" },
      code: 5,
    },
  ]);
});
