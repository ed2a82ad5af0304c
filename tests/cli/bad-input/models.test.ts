import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Ground, Row } from "./table.ts";

/** A model named on the command line. */
const model = (name: string, line: string, ground: Ground = {}): Row => ({
  name: JSON.stringify(name).slice(0, 80),
  ...ground,
  files: { "goal.md": "Do it.\n", ...ground.files },
  argv: ["run", "goal.md", "--model", name],
  line,
});
const key = { ANTHROPIC_API_KEY: "key", OPENAI_API_KEY: "key" };

describe("names of models", () => {
  refuses([
    {
      ...model(
        "",
        "no model for the planner; give --model anthropic/<model>, or set model: in goal.md or harness.yaml",
      ),
      name: "none",
      argv: ["run", "goal.md"],
    },
    model(
      "",
      'no provider of models is called ""; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      " ",
      'no provider of models is called " "; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model("anthropic", '"anthropic" names no model; write anthropic/MODEL'),
    model("anthropic/", '"anthropic/" names no model; write anthropic/MODEL'),
    model("anthropic/ ", '"anthropic/ " names no model; write anthropic/MODEL'),
    model("scripted/", '"scripted/" names no model; write scripted/FILE'),
    model(
      "antropic/some-model",
      'no provider of models is called "antropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "Anthropic/some-model",
      'no provider of models is called "Anthropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "open-ai/some-model",
      'no provider of models is called "open-ai"; did you mean "openai"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "some-model",
      'no provider of models is called "some-model"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "/some-model",
      'no provider of models is called ""; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "google/some-model",
      'no provider of models is called "google"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "ollama/some-model",
      'no provider of models is called "ollama"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "__proto__/x",
      'no provider of models is called "__proto__"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "constructor",
      'no provider of models is called "constructor"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "\u0430nthropic/x",
      'no provider of models is called "аnthropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "anth\nropic/x",
      'no provider of models is called "anth\\nropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      "\u001b[31mred/x",
      'no provider of models is called "\\u001b[31mred"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    model(
      `${"x".repeat(300)}/y`,
      'no provider of models is called "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
    ),
    {
      ...model(
        "",
        'goal.md:3: no provider of models is called "antropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
      ),
      name: "a model of the goal",
      files: { "goal.md": "---\nattempts: 2\nmodel: antropic/x\n---\nDo it.\n" },
      argv: ["run", "goal.md"],
    },
    {
      ...model(
        "",
        'goal.md:4: no provider of models is called "gpt"; write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
      ),
      name: "a model of one role in the goal",
      files: {
        "goal.md": "---\nmodel: scripted/s.yaml\nmodels:\n  evaluator: gpt\n---\nDo it.\n",
        "s.yaml": "plan/1: [a]",
      },
      argv: ["run", "goal.md"],
    },
    {
      ...model(
        "",
        'harness.yaml:2: no provider of models is called "antropic"; did you mean "anthropic"? write PROVIDER/MODEL with one of anthropic, openai, openai-compatible, scripted',
      ),
      name: "a model of harness.yaml",
      files: {
        "goal.md": "Do it.\n",
        "harness.yaml": "# mine\nmodels: { planner: antropic/x, worker: x, evaluator: x }\n",
      },
      argv: ["run", "goal.md"],
    },
    {
      ...model(
        "",
        "no model for the worker; give --model anthropic/<model>, or set model: in goal.md or harness.yaml",
      ),
      name: "no model for one role",
      files: {
        "goal.md": "---\nmodels: { planner: scripted/s.yaml }\n---\nDo it.\n",
        "s.yaml": "plan/1: [a]",
      },
      argv: ["run", "goal.md"],
    },
  ]);
});

describe("keys, addresses and prices", () => {
  refuses([
    {
      ...model(
        "anthropic/some-model",
        "anthropic/some-model needs a key: set ANTHROPIC_API_KEY, with: export ANTHROPIC_API_KEY=…; a model of openai/ needs OPENAI_API_KEY instead",
      ),
      name: "no key of anthropic",
    },
    {
      ...model(
        "openai/some-model",
        "openai/some-model needs a key: set OPENAI_API_KEY, with: export OPENAI_API_KEY=…; a model of anthropic/ needs ANTHROPIC_API_KEY instead",
      ),
      name: "no key of openai",
    },
    {
      ...model(
        "anthropic/some-model",
        "anthropic/some-model needs a key: set ANTHROPIC_API_KEY, with: export ANTHROPIC_API_KEY=…; a model of openai/ needs OPENAI_API_KEY instead",
        {
          env: { OPENAI_API_KEY: "key" },
        },
      ),
      name: "the key of another",
    },
    {
      ...model(
        "openai/some-model",
        "openai/some-model needs a key: set OPENAI_API_KEY, with: export OPENAI_API_KEY=…; a model of anthropic/ needs ANTHROPIC_API_KEY instead",
        {
          env: { OPENAI_API_KEY: " " },
        },
      ),
      name: "a key that is blank",
    },
    {
      ...model(
        "anthropic/m",
        "ANTHROPIC_API_KEY holds blanks or characters that no key has; set it to the key alone",
        { env: { ANTHROPIC_API_KEY: "a b" } },
      ),
      name: "a key with a blank in it",
    },
    {
      ...model(
        "anthropic/m",
        "ANTHROPIC_API_KEY holds blanks or characters that no key has; set it to the key alone",
        { env: { ANTHROPIC_API_KEY: "ключ" } },
      ),
      name: "a key of other letters",
    },
    {
      ...model("anthropic/m", "ANTHROPIC_BASE_URL is no address; write it like https://host/path", {
        env: { ...key, ANTHROPIC_BASE_URL: "host" },
      }),
      name: "an address that is none",
    },
    {
      ...model("openai/m", "OPENAI_BASE_URL is no address; write it like https://host/path", {
        env: { ...key, OPENAI_BASE_URL: "ftp://host.example" },
      }),
      name: "an address of ftp",
    },
    {
      ...model("openai/m", "OPENAI_BASE_URL holds a login; take it out, keys have variables of their own", {
        env: { ...key, OPENAI_BASE_URL: "https://a:b@host.example" },
      }),
      name: "an address with a login",
    },
    {
      ...model(
        "anthropic/m",
        "ANTHROPIC_API_KEY is meant for anthropic.com, and harness.yaml would send it to host.example; if you want that, set ANTHROPIC_BASE_URL=https://host.example",
        {
          env: key,
          files: { "harness.yaml": "base_urls: { anthropic: https://host.example }\n" },
        },
      ),
      name: "a file that would send the key elsewhere",
    },
    {
      ...model(
        "openai-compatible/m",
        "openai-compatible/m needs the address of its server: set OPENAI_COMPATIBLE_BASE_URL, or base_urls: { openai-compatible: http://… } in harness.yaml",
      ),
      name: "no address of a compatible server",
    },
    {
      ...model(
        "",
        "openai-compatible/m has no known price, so a money budget cannot be kept; set prices: in harness.yaml, or a token budget instead",
        { env: { OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:9" } },
      ),
      name: "no price and a budget of money",
      argv: ["run", "goal.md", "--model", "openai-compatible/m", "--budget", "2"],
    },
    {
      ...model(
        "openai-compatible/m",
        "openai-compatible/m has no known price, so a money budget cannot be kept; set prices: in harness.yaml, or a token budget instead",
        {
          env: { OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:9" },
          files: { "goal.md": "---\nbudget: { money: 2 }\n---\nDo it.\n" },
        },
      ),
      name: "no price and a budget in the goal",
    },
  ]);
});

/** A script as the model; `line` without its name. */
const script = (name: string, content: string | Uint8Array, line: string): Row => ({
  ...model("scripted/s.yaml", `DIR/s.yaml:${line}`, { files: { "s.yaml": content } }),
  name,
});
const scriptIs = (name: string, lay: (path: string) => unknown, line: string): Row => ({
  ...model("scripted/s.yaml", line, { lay: (dir) => lay(join(dir, "s.yaml")) }),
  name,
});

describe("scripts", () => {
  refuses([
    scriptIs(
      "not there",
      () => undefined,
      "DIR/s.yaml: there is no such script; check the name after scripted/",
    ),
    scriptIs("a directory", mkdir, "DIR/s.yaml: it is no regular file; name a script"),
    scriptIs(
      "a FIFO",
      (path) => execFileSync("mkfifo", [path]),
      "DIR/s.yaml: it is no regular file; name a script",
    ),
    scriptIs(
      "a link to itself",
      async (path) => symlink("s.yaml", path),
      "DIR/s.yaml: it cannot be read (ELOOP); mend that or name another script",
    ),
    scriptIs(
      "1 GB",
      async (path) => writeFile(path, "").then(async () => truncate(path, 1e9)),
      "DIR/s.yaml: it is larger than 16 MiB; name a script",
    ),
    {
      ...model(
        `scripted/${"x".repeat(300)}`,
        "DIR/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: it cannot be read (ENAMETOOLONG); mend that or name another script",
      ),
      name: "a name of 300 characters",
    },
    { ...model("scripted//dev/zero", "/dev/zero: it is no regular file; name a script"), name: "a device" },
    script("empty", "", " it has no threads; write plan/1: and a list of turns"),
    script("only comments", "# later", " it has no threads; write plan/1: and a list of turns"),
    script("only options", "delay_ms: 0", " it has no threads; write plan/1: and a list of turns"),
    script("a list", "- a", "1: a script is a list; write threads like plan/1: and under each its turns"),
    script(
      "a sentence",
      "Do it.",
      '1: a script is the text "Do it."; write threads like plan/1: and under each its turns',
    ),
    script("UTF-16", Buffer.from("\ufeffplan/1: [a]", "utf16le"), " it is not UTF-8; save it as UTF-8"),
    script("binary", "plan/1: [a]\0", "1: broken YAML: Unexpected scalar at node end"),
    script("a tab", "plan/1:\n\t- a", "2: broken YAML: Tabs are not allowed as indentation"),
    script("a key twice", "plan/1: [a]\nplan/1: [b]", "2: broken YAML: Map keys must be unique"),
    script("a thread that is none", "plans/1: [a]", '1: unknown key "plans/1"; did you mean "plan"?'),
    script(
      "a thread without a number",
      "plan: [a]",
      '1: unknown key "plan"; no thread can fit it; write plan/VERSION, with * for any one segment',
    ),
    script(
      "a key that begins with a star",
      "*/1: [a]",
      "1: broken YAML: Unexpected flow-seq-start at node end; put a key that begins with * in quotes",
    ),
    script(
      "turns that are text",
      "plan/1: a",
      '1: the turns of plan/1 are the text "a"; write a list, each turn after a -',
    ),
    script("no turns", "plan/1: []", "1: plan/1 has no turns; add one, or take the key out"),
    script(
      "a turn that is a number",
      "plan/1: [5]",
      "1: a turn is 5; write text, or a mapping like { say: … } or { TOOL: { … } }",
    ),
    script(
      "a misspelt word",
      "plan/1:\n  - { say: a, sotp: end }",
      '2: unknown key "sotp" in a turn; did you mean "stop"?',
    ),
    script(
      "two calls without a list",
      "plan/1:\n  - { a: {}, b: {} }",
      '2: "b" is a second call; list both under calls',
    ),
    script(
      "a delay of a day",
      "delay_ms: 86400000\nplan/1: [a]",
      "1: delay_ms is 86400000; give milliseconds from 0 to 600000",
    ),
    script(
      "a negative price",
      "price: { input: -1, output: 1 }\nplan/1: [a]",
      "1: input is -1; give dollars per million tokens, 0 or more",
    ),
    script(
      "a lost exclamation mark",
      "plan/1:\n  - { bash: { command: ! a } }",
      '2: "!" is a YAML tag and would be dropped; put text that begins with ! in quotes',
    ),
    script(
      "a billion laughs",
      [
        "a: &a [x,x]",
        "b: &b [*a,*a]",
        ...Array.from(
          { length: 20 },
          (_, n) => `c${n}: &c${n} [${n === 0 ? "*b,*b" : `*c${n - 1},*c${n - 1}`}]`,
        ),
      ].join("\n"),
      "2: Excessive alias count indicates a resource exhaustion attack; put text that begins with * in quotes",
    ),
  ]);
});
