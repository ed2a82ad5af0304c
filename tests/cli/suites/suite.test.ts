import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { suite } from "../../../src/cli/commands/suite.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import { keepReport } from "../../../src/cli/evaluation/stored-reports.ts";
import { gateAt, readSuiteAt } from "../../../src/cli/suites/read-suite.ts";
import { measuresOf } from "../../../src/evals/scoring/measures.ts";
import type { StoredReport } from "../../../src/evals/report/report.ts";
import { openedAt } from "../../../src/cli/registry/open-registry.ts";
import { reportOf } from "../../evals/suite/reports.ts";
import { folder, harness, fill, start } from "../ground.ts";
import type { Done, Files } from "../ground.ts";
import { does, refused, rows as json } from "../registry/ground.ts";
import { rows } from "../registry/kinds-ground.ts";
import { core, mail, mails } from "./ground.ts";

/** As its first version, for which a person answers. */
async function putInProduction(dir: string): Promise<void> {
  await does(dir, "prompts", "commit", "mails", "-m", "first");
  const why = ["--unproven", "--why", "to begin with"];
  await does(dir, "promote", "prompt:mails@1", "--to", "production", ...why);
}

/** A suite that every check holds of: one guard and one look, so that it is quick. */
const sound = (
  over: (n: number) => object = () => ({}),
  count = 60,
  guards = "guards: { quality: { metric: exact_match, margin: 0.1, floor: 0.6 } }",
): Files => ({
  ...core(mails(count, over), guards, "samples: { looks: [2] }"),
  "harness.yaml": "model: anthropic/claude\n",
});

/** The same before anybody thought of a first version. */
const unfloored = (): Files =>
  sound(undefined, undefined, "guards: { quality: { metric: exact_match, margin: 0.1 } }");

/** Reports as evaluations leave them. */
async function left(dir: string, ...reports: readonly StoredReport[]): Promise<void> {
  const evaluations = await openEvaluations(join(dir, ".harness"));
  for (const report of reports)
    await keepReport(evaluations, { report, receipt: null }, { ...report, decision: null });
  evaluations.close();
}

const casesOf = async (dir: string, name = "core"): Promise<string> =>
  readFile(join(dir, `tasks/${name}/cases.jsonl`), "utf8");

describe("suite new", () => {
  const project = { "harness.yaml": "", ...core([]), "tasks/core/suite.yaml": "" };

  test.each([
    ["prompt:mails", [], "prompt", "quasi_exact_match"],
    ["prompt:worker", [], "agent", "met"],
    ["prompt:worker", ["--kind", "prompt"], "prompt", "quasi_exact_match"],
    ["prompt:evaluator", [], "judge", "agrees"],
    ["rubric:report", [], "judge", "agrees"],
  ])(
    "of %s %j: a suite that is whole but for what a person must write",
    async (target, more, kind, metric) => {
      const dir = await folder(project);
      const { err } = await does(dir, "suite", "new", "fresh", "--target", target, ...more);
      expect(err).toContain(" wrote tasks/fresh/suite.yaml\n");
      const made = await readSuiteAt(dir, "fresh");
      expect(made.spec).toMatchObject({ suite: "fresh", kind, target });
      expect(gateAt(made, measuresOf(made.spec)).guards["quality"]?.metric).toBe(metric);
      expect(await casesOf(dir, "fresh")).not.toBe("");
      const { code, out } = await harness(dir, ["suite", "check", "fresh"]);
      expect(code).toBe(1);
      expect(out).toMatch(/ ✗ filled .*tasks\/fresh\/cases\.jsonl:1/);
      expect(await refused(dir, "suite", "new", "fresh", "--target", target)).toMatch(/is there already/);
    },
  );

  test("has the variables that the prompt declares, each as it may be given", async () => {
    const schema = "{ text: string, tags(array): string, tone(enum): [kind, curt], note?: string }";
    const dir = await folder({
      ...project,
      "prompts/mails.prompt": `---\ninput: { schema: ${schema} }\n---\n{{text}} {{tags}} {{tone}} {{note}}\n`,
    });
    await does(dir, "suite", "new", "fresh", "--target", "prompt:mails");
    const [first] = (await casesOf(dir, "fresh")).split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({
      id: "c1",
      vars: {
        text: "<fill in: text of case 1, string>",
        tags: ["<fill in: tags of case 1, string>"],
        tone: '<fill in: tone of case 1, one of "kind", "curt">',
      },
      cluster: "first",
    });
    expect(first).not.toContain("note");
  });

  test("begins with a floor, until something is in production", async () => {
    const dir = await folder(project);
    const floorOf = async (name: string): Promise<number | undefined> => {
      await does(dir, "suite", "new", name, "--target", "prompt:mails");
      const made = await readSuiteAt(dir, name);
      return gateAt(made, measuresOf(made.spec)).guards["quality"]?.floor;
    };
    expect(await floorOf("before")).toBe(0.7);
    await putInProduction(dir);
    expect(await floorOf("after")).toBeUndefined();
  });

  test("keeps cases that are there", async () => {
    const dir = await folder({ ...project, "tasks/fresh/cases.jsonl": rows(mail(1)) });
    const { err } = await does(dir, "suite", "new", "fresh", "--target", "prompt:mails");
    expect(err).toContain(" kept  tasks/fresh/cases.jsonl\n wrote tasks/fresh/suite.yaml\n");
    expect(await casesOf(dir, "fresh")).toBe(rows(mail(1)));
  });

  test.each([
    [["new"], /^say its name: harness suite new NAME/],
    [["new", "a b"], /a name is 1 to 40/],
    [["new", "x"], /^say what it evaluates: harness suite new x --target prompt:worker/],
    [["new", "x", "--target", "mails"], /say what it is of/],
    [["new", "x", "--target", "prompt:mails@2"], /a suite is for all versions; write prompt:mails/],
    [["new", "x", "--target", "dataset:d"], /what is evaluated is a prompt, a model or a rubric/],
    [["new", "x", "--target", "prompt:mials"], /there is no prompt "mials"; did you mean "mails"\?/],
    [["new", "x", "--target", "model:ft"], /there is no model ft; make one: harness models register ft/],
    [
      ["new", "x", "--target", "prompt:mails", "--kind", "promt"],
      /--kind promt: there are .*did you mean "prompt"\?/,
    ],
    [["check"], /^say the name of one suite/],
    [["frob", "core"], /there are list, new, add, check, plan, show, log, diff, commit/],
  ])("suite %j is refused", async (argv, words) => {
    const dir = await folder(project);
    expect(await refused(dir, "suite", ...argv)).toMatch(words);
  });
});

describe("suite add", () => {
  /** With these lines on stdin. */
  async function piped(dir: string, lines: string): Promise<Done> {
    const written = { out: "", err: "" };
    const io = {
      cwd: dir,
      env: {},
      out: (text: string) => void (written.out += text),
      err: (text: string) => void (written.err += text),
      isTerminal: false,
      isOutTerminal: false,
      keyboard: null,
      columns: 200,
      rows: 24,
    };
    try {
      return { code: await suite(io, "add", ["core"], {}, Readable.from([lines])), ...written };
    } catch (error) {
      return { code: 2, out: written.out, err: (error as Error).message };
    }
  }

  test("appends a case, or one a line of stdin, after a last line that did not end", async () => {
    const dir = await folder({ ...core([]), "tasks/core/cases.jsonl": JSON.stringify(mail(1)) });
    const { err } = await does(dir, "suite", "add", "core", "--case", JSON.stringify(mail(2), null, 2));
    expect(err).toMatch(/^ added 1 case to tasks\/core\/cases\.jsonl: \d held out, \d to train on\n$/);
    expect(await piped(dir, `${rows(mail(3))}\n${rows(mail(4))}`)).toMatchObject({ code: 0 });
    expect(await casesOf(dir)).toBe(rows(mail(1), mail(2), mail(3), mail(4)));
  });

  test("begins the file of a suite that has none", async () => {
    const { "tasks/core/cases.jsonl": _, ...files } = core([]);
    const dir = await folder(files);
    await does(dir, "suites", "add", "core", "--case", JSON.stringify(mail(1)));
    expect(await casesOf(dir)).toBe(rows(mail(1)));
  });

  test.each([
    [
      [mail(3), mail(1, { vars: { text: "new" } })],
      /^nothing was added: line 2: the id c1 is that of line 1 already/,
    ],
    [[mail(3), mail(4), mail(3, { id: "c5" })], /line 3: it says the same as c3/],
    [
      [mail(3, { id: "new", vars: { text: "mail number 1 about something" }, expect: "topic 1" })],
      /line 1: it says the same as c1/,
    ],
    [[mail(3, { expcet: "x" })], /line 1: unknown key "expcet"; did you mean "expect"\?/],
  ])("takes all of them or none", async (cases, words) => {
    const dir = await folder(core([mail(1)]));
    const done = await piped(dir, rows(...cases));
    expect(done).toMatchObject({ code: 2 });
    expect(done.err).toMatch(words);
    expect(await casesOf(dir)).toBe(rows(mail(1)));
  });

  test("what is no JSON, nothing at all, or on top of what is broken, is refused", async () => {
    const dir = await folder(core([mail(1)]));
    expect((await piped(dir, `${rows(mail(2))}{"id"\n`)).err).toMatch(/^line 2: it is no JSON/);
    expect((await piped(dir, "\n")).err).toMatch(/^stdin holds no case/);
    await writeFile(join(dir, "tasks/core/cases.jsonl"), rows(mail(1), { id: "bad" }));
    expect((await piped(dir, rows(mail(2)))).err).toMatch(/line 2 of the cases there are is broken/);
  });

  test("of many processes at once none loses a case of another", async () => {
    const dir = await folder(core([mail(0)]));
    const children = [1, 2, 3].map((n) =>
      start(dir, ["suite", "add", "core", "--case", JSON.stringify(mail(n))]),
    );
    const done = await Promise.all(children.map(async ({ ended }) => ended));
    expect(done.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect((await casesOf(dir)).split("\n").toSorted().slice(1)).toEqual(
      rows(...mails(4))
        .split("\n")
        .slice(0, 4),
    );
  });
});

test.each([
  [
    ["suite", "check", "core", "--model", "x"],
    "unknown option '--model'; harness suite check takes --json; see harness suite --help",
  ],
  [
    ["suites", "new", "core", "--modle", "x"],
    "harness suite new takes --target, --kind, --json; see harness suite --help",
  ],
  [
    ["suite", "add", "core", "--from-run", "", "--task", "t"],
    "--from-run: the id of the run is empty; harness runs lists all",
  ],
  [
    ["suite", "add", "core", "--from-run", "--task", "t"],
    "--from-run: the id of the run is empty; harness runs lists all",
  ],
  [["suite", "add", "core", "t"], "say the name of one suite: harness suite add core"],
])("%j is refused in words of its own", async (argv, words) => {
  expect(await refused(await folder(sound()), ...argv)).toContain(words);
});

describe("suite check", () => {
  interface Found {
    readonly check: string;
    readonly mark: string;
    readonly found: string;
    readonly lines: readonly number[];
  }
  const failing = async (dir: string): Promise<readonly Found[]> => {
    const done = await harness(dir, ["suite", "check", "core", "--json"]);
    const found = json(done) as readonly Found[];
    const fails = found.filter(({ mark, check }) => mark !== "holds" && !["model", "floors"].includes(check));
    expect(done.code).toBe(fails.some(({ mark }) => mark === "fails") ? 1 : 0);
    return fails;
  };

  test("holds of a sound one, a line each", async () => {
    const { out } = await does(await folder(sound()), "suite", "check", "core");
    const lines = out.trimEnd().split("\n");
    expect(lines.slice(0, -1).map((line) => line.slice(1, 13).trim())).toEqual(
      [
        "cases",
        "filled",
        "renders",
        "model",
        "floors",
        "references",
        "scored",
        "unique",
        "leakage",
        "training",
        "oracle",
        "nothing",
        "sabotage",
        "identical",
      ].map((check) => `✓ ${check}`),
    );
    expect(lines.at(-1)).toBe(" ok  14 checks hold");
  });

  const long = "a long text that is the same in these two cases, to the letter";
  test.each<[string, Files, readonly number[]]>([
    ["cases", { "tasks/core/cases.jsonl": rows(...mails(60), { id: "x" }) }, [61]],
    ["filled", sound((n) => (n === 7 ? { vars: { text: "<fill in: text>" } } : {})), [8]],
    ["renders", sound((n) => (n === 7 ? { vars: { txet: "seven" } } : {})), [8]],
    [
      "scored",
      core(
        mails(60),
        "guards: { quality: { metric: exact_match, margin: 0.1 } }",
        "samples: { looks: [2] }\nmetrics: { same: { command: echo 1, rate: true } }",
      ),
      [],
    ],
    ["references", { "tasks/core/cases.jsonl": rows(...mails(60), { id: "x", vars: { text: "x" } }) }, [61]],
    [
      "unique",
      sound((n) => (n === 7 || n === 9 ? { vars: { text: `Same${n === 7 ? "" : "!"}` } } : {})),
      [8, 10],
    ],
    [
      "oracle",
      core(
        mails(60, (n) => ({ expect: n === 7 ? "short" : `a longer answer of ${n} words` })),
        "guards: { quality: { metric: bleu_4, margin: 0.1 } }",
        "samples: { looks: [2] }",
      ),
      [8],
    ],
    [
      "gate",
      {
        "tasks/core/suite.yaml":
          "suite: core\nkind: prompt\ntarget: prompt:mails\nguards: { quality: { metric: exact_match, ratio: 2 } }\n",
      },
      [],
    ],
    ["sabotage", sound(() => ({ expect: "always the same" })), []],
  ])("finds that %s fails, and nothing else", async (check, files, lines) => {
    const dir = await folder({ ...sound(), ...files });
    const found = await failing(dir);
    expect(found.map((one) => [one.check, one.mark, one.lines])).toEqual([[check, "fails", lines]]);
  });

  const script = 'case/*/*: ["yes"]\n';
  const saying = (line: string, files: Files = {}): Files => ({
    ...sound(),
    "tasks/core/suite.yaml": `${sound()["tasks/core/suite.yaml"]}${line}\n`,
    ...files,
  });
  test.each<[string, Files, RegExp]>([
    [
      "a script that lies where the suite is not",
      saying("model: scripted/tasks/core/script.yaml", { "tasks/core/script.yaml": script }),
      /^tasks\/core\/suite\.yaml:6: model: .*there is no .*tasks\/core\/tasks\/core\/script\.yaml, .*; write scripted\/script\.yaml$/,
    ],
    [
      "one of the project's root",
      saying("judge: { model: scripted/judge.yaml }", { "judge.yaml": script }),
      /suite\.yaml:6: judge\.model: .*; write scripted\/\.\.\/\.\.\/judge\.yaml$/,
    ],
    ["one that is nowhere", saying("model: scripted/none.yaml"), /; put it there$/],
    [
      "one that cannot be read",
      saying("model: scripted/s.yaml", { "tasks/core/s.yaml": "no: script\n" }),
      /s\.yaml/,
    ],
    [
      "a provider",
      saying("model: antropic/claude"),
      /no provider of models is called "antropic"; did you mean "anthropic"/,
    ],
    ["harness.yaml's", saying("", { "harness.yaml": "model: scripted/none.yaml\n" }), /^harness\.yaml: /],
  ])("a model that is not there is told: %s", async (_, files, words) => {
    const done = await harness(await folder(files), ["suite", "check", "core", "--json"]);
    const found = (json(done) as readonly Found[]).find(({ check }) => check === "model");
    expect(found).toMatchObject({ mark: "fails", found: expect.stringMatching(words) });
    expect(done.code).toBe(1);
  });

  test("harness eval says where such a script lies, before anything is asked; another model that is typed is asked", async () => {
    const dir = await folder(
      saying("model: scripted/tasks/core/script.yaml", { "tasks/core/script.yaml": script }),
    );
    expect(await refused(dir, "eval", "core", "--candidate", "prompt:mails=file")).toMatch(
      /suite\.yaml:6: model: scripted\/tasks\/core\/script\.yaml: there is no .*; write scripted\/script\.yaml$/,
    );
    const typed = ["--smoke", "--model", "scripted/tasks/core/script.yaml"];
    expect((await harness(dir, ["eval", "core", "--candidate", "prompt:mails=file", ...typed])).code).toBe(0);
  });

  test("models are looked for where the suite, its prompt or the project name them; a key is not needed", async () => {
    const modelIn = async (files: Files): Promise<string> =>
      / . model +(.*)\n/.exec((await harness(await folder(files), ["suite", "check", "core"])).out)?.[1] ??
      "";
    expect(await modelIn(saying("model: scripted/s.yaml", { "tasks/core/s.yaml": script }))).toBe(
      "scripted/s.yaml",
    );
    expect(await modelIn(sound())).toBe("anthropic/claude, as harness.yaml says");
    expect(
      await modelIn({
        ...sound(),
        "prompts/mails.prompt":
          "---\nmodel: openai/own\ninput: { schema: { text: string } }\n---\nSay {{text}}\n",
      }),
    ).toBe("openai/own, as its prompt says");
    expect(await modelIn({ ...sound(), "harness.yaml": "" })).toMatch(
      /^neither suite\.yaml nor harness\.yaml names one/,
    );
  });

  test.each<[string, Files]>([
    ["whatever harness.yaml says", { "harness.yaml": "models: { evaluator: scripted/none.yaml }\n" }],
    ["without any harness.yaml", {}],
    [
      "also beside a model: that is not there, which nobody asks then",
      {
        "tasks/grades/suite.yaml":
          "suite: grades\nkind: judge\ntarget: prompt:evaluator\njudge: { model: scripted/s.yaml }\nmodel: scripted/none.yaml\n",
      },
    ],
  ])("who judges as a suite of judgements says is the model of its arms: %s", async (_, files) => {
    const dir = await folder({
      "tasks/grades/suite.yaml":
        "suite: grades\nkind: judge\ntarget: prompt:evaluator\njudge: { model: scripted/s.yaml }\n",
      "tasks/grades/s.yaml": script,
      "tasks/grades/cases.jsonl": rows({ id: "c1", vars: {}, answer: "done", label: "pass" }),
      ...files,
    });
    const { out } = await harness(dir, ["suite", "check", "grades"]);
    expect(out).toMatch(/\n ✓ model +scripted\/s\.yaml\n/);
  });

  test("warns where a first version has no floor to reach, until something is in production", async () => {
    const dir = await folder(unfloored());
    const check = async (): Promise<string> => (await does(dir, "suite", "check", "core")).out;
    const before = await check();
    expect(before).toMatch(
      /\n ! floors .*harness eval refuses one; write floor: in guards, like floor: 0\.7\n/,
    );
    expect(before).toMatch(/\n ok {2}13 checks hold · 1 warning\n$/);
    await putInProduction(dir);
    expect(await check()).toContain(" ✓ floors      there is a version in production to compare with");
  });

  test("says on a terminal which check is at work, and takes it away; elsewhere nothing", async () => {
    const dir = await folder(sound());
    const { err } = await does(dir, "suite", "check", "core");
    expect(err).toBe("");
    const shown = await harness(dir, ["suite", "check", "core"], {
      terminal: { columns: 80, rows: 24, write: () => undefined },
    });
    expect(shown.err).toContain("\r\u001b[K checking model\r\u001b[K checking scored");
    expect(shown.err.endsWith("\r\u001b[K")).toBe(true);
    expect(shown.out).toMatch(/ ok {2}14 checks hold\n$/);
  });

  test("finds texts that are shared across clusters", async () => {
    const dir = await folder({
      ...sound((n) => (n === 7 || n === 9 ? { vars: { text: long, of: `${n}` } } : {})),
      "prompts/mails.prompt": "---\ninput: { schema: { text: string, of?: string } }\n---\n{{text}} {{of}}\n",
    });
    expect((await failing(dir)).map(({ check, lines }) => [check, lines])).toEqual([["leakage", [8, 10]]]);
  });

  test("finds held-out cases in what a model was trained on, and says where it could not look", async () => {
    const held = (await readSuiteAt(await folder(sound()), "core")).items.held_out[0]?.case;
    const chat = {
      messages: [
        { role: "user", content: `Say the topic of Mail number ${held?.id.slice(1)}, about something.` },
      ],
    };
    const dir = await folder({ ...sound(), "data/train.jsonl": rows({ messages: [] }, chat) });
    const register = ["models", "register", "ft", "--provider", "openai", "--id", "ft:1", "-m", "x"];
    await does(dir, ...register, "--training-dataset", "data/train.jsonl");
    expect(await failing(dir)).toEqual([expect.objectContaining({ check: "training", mark: "unknown" })]);
    await does(dir, "datasets", "add", "data/train.jsonl", "-m", "x");
    const [found, ...more] = await failing(dir);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ check: "training", mark: "fails", lines: [Number(held?.id.slice(1)) + 1] });
    expect(found?.found).toContain(
      `${held?.id} is in what ft@1 was trained on (${held?.id}: data/train.jsonl:2)`,
    );
    await fill(dir, { "data/train.jsonl": rows({ messages: [] }) });
    expect(await failing(dir)).toEqual([expect.objectContaining({ check: "training", mark: "unknown" })]);
  });

  test("an agent's cases are tried: what is right passes their checks, what nobody touched does not", async () => {
    const names = Array.from({ length: 12 }, (_, n) => `c${n}`);
    const files = Object.fromEntries(
      names.flatMap((name, n) => [
        [
          `tasks/core/${name}/goal.md`,
          goal(n === 5 ? "workspace.md" : "RESULT.md", n === 3 ? "<fill in: x>" : "Do."),
        ],
        [`tasks/core/${name}/workspace/workspace.md`, "here\n"],
        [`tasks/core/${name}/oracle/${n === 7 ? "OTHER.md" : "RESULT.md"}`, "done\n"],
      ]),
    );
    const dir = await folder({
      ...sound(),
      "tasks/core/suite.yaml":
        "suite: core\nkind: agent\ntarget: prompt:worker\nheld_out: { share: 1 }\nsamples: { looks: [2] }\n",
      "tasks/core/cases.jsonl": rows(...names.map((name) => ({ id: name, folder: name }))),
      ...files,
    });
    expect((await failing(dir)).map(({ check, mark, lines }) => [check, mark, lines])).toEqual([
      ["filled", "fails", [4]],
      ["oracle", "fails", [8]],
      ["nothing", "fails", [6]],
    ]);
    expect(await readdir(join(dir, ".harness/evals"))).toEqual([]);
  });

  const goal = (path: string, words: string): string =>
    `---\nworkspace: workspace\nchecks: [{ id: done, path: ${path} }]\n---\n${words}\n`;
});

describe("suite plan", () => {
  test("says what can be proved, from guesses that are named as such, and how much is enough", async () => {
    const dir = await folder(unfloored());
    const { out } = await does(dir, "suite", "plan", "core");
    const rest = String.raw`K = 2: \d+(?:\.\d)? % PROMOTE · quality \d+(?:\.\d)? % · \d+ answers`;
    expect(out).toMatch(
      /^ suite +core, held out: \d\d cases in \d\d clusters\n gate +quality −10 pts · planned look at K = 2\n/,
    );
    expect(out).toContain(
      "quality: 85 % score 1, two answers to a case differ in 20 % (nothing is measured yet: a guess)",
    );
    expect(out).toMatch(new RegExp(` if equal +${rest}\n`));
    expect(out).toMatch(
      / smallest +.* quality −\d+(\.\d+)? pts\n for 80 % +\d+ cases at K = 2.*; or one look at K = \d+ with these cases\n/,
    );
  });

  test("takes what a person says, and more cases prove more", async () => {
    const dir = await folder(unfloored());
    const plan = async (...argv: readonly string[]) =>
      json(await does(dir, "suite", "plan", "core", "--json", ...argv))[0] as {
        readonly cases: { readonly items: number; readonly clusters: number; readonly alike: number };
        readonly gate: { readonly looks: readonly number[]; readonly power: number };
        readonly guards: object;
        readonly plan: { readonly looks: readonly { readonly chance: number }[]; readonly cases: number };
      };
    const [few, many] = [await plan("--cases", "60"), await plan("--cases", "200")];
    expect(many.plan.looks[0]?.chance).toBeGreaterThan((few.plan.looks[0]?.chance ?? 1) + 0.1);
    const said = await plan(
      "--cases",
      "90",
      "--clusters",
      "30",
      "--alike",
      "0.3",
      "--rate",
      "0.7",
      "--discordance",
      "0.1",
      "--gain",
      "-0.02",
      "--looks",
      "1,3",
      "--power",
      "0.9",
    );
    expect(said).toMatchObject({
      cases: { items: 90, clusters: 30, alike: 0.3 },
      gate: { looks: [1, 3], power: 0.9 },
      guards: { quality: { ground: "said", assumption: { rate: 0.7, discordance: 0.1, gain: -0.02 } } },
    });
    expect(said.plan.looks).toHaveLength(2);
  });

  test("reads the reports that evaluations left, of what is in production now", async () => {
    const dir = await folder(unfloored());
    await putInProduction(dir);
    const history = (await openedAt(dir)).registry.history({ kind: "prompt", name: "mails" });
    const digest = history.versions.get(1)?.made.digest ?? "";
    const read = await readSuiteAt(dir, "core");
    const gate = gateAt(read, measuresOf(read.spec));
    const items = read.items.held_out;
    const given = items.map(({ case: { id } }, n) => ({
      arm: "baseline" as const,
      case: id,
      scores: [{ exact_match: 1 }, { exact_match: n % 2 }],
    }));
    const found = reportOf(gate, items, given);
    const report = { ...found, baseline: { ...found.candidate, name: "mails", digest } };
    const other = { ...report, id: "r2", suite: { ...report.suite, name: "other" }, answers: [] };
    await left(dir, report, other);
    const { out } = await does(dir, "suite", "plan", "core");
    expect(out).toContain(`(measured, ${2 * items.length} answers of production)`);
    expect(out).toMatch(/K = 2: .* answers, about \$0\.\d+\n/);
    expect((await harness(dir, ["suite", "check", "core"])).out).toContain("stored answers of production");
    await writeFile(
      join(dir, "prompts/mails.prompt"),
      "---\ninput: { schema: { text: string } }\n---\nTopic of {{text}}?\n",
    );
    await does(dir, "prompts", "commit", "mails", "-m", "second");
    await does(dir, "promote", "prompt:mails@2", "--to", "production", "--unproven", "--why", "shorter");
    expect((await does(dir, "suite", "plan", "core")).out).toContain("(nothing is measured yet: a guess)");
    expect((await harness(dir, ["suite", "check", "core"])).out).toContain("drawn as assumed");
  });

  test("of a first version is of its floors, by the answers of the newest candidate", async () => {
    const floored = sound(
      undefined,
      undefined,
      "guards:\n  quality: { metric: exact_match, margin: 0.1, floor: 0.6 }\n  refusals: { metric: refusal, margin: 0.02 }",
    );
    const dir = await folder(floored);
    const guessed = (await does(dir, "suite", "plan", "core")).out;
    expect(guessed).toMatch(
      /\n gate +quality at least \.600 · refusals has no floor · planned look at K = 2\n/,
    );
    expect(guessed).toContain("against    nothing is in production: a first version must reach the floors");
    expect(guessed).toContain(
      "quality: 80 % score 1, two answers to a case differ in 20 % (nothing is measured yet: a guess)",
    );
    const read = await readSuiteAt(dir, "core");
    const items = read.items.held_out;
    const given = items.map(({ case: { id } }, n) => ({
      arm: "candidate" as const,
      case: id,
      scores: [0, 1].map(() => ({ exact_match: Number(n % 4 > 0), refusal: 0 })),
    }));
    await left(dir, reportOf(gateAt(read, measuresOf(read.spec)), items, given));
    const { out } = await does(dir, "suite", "plan", "core");
    expect(out).toContain(`(measured, ${2 * items.length} answers of candidate new@1)`);
    expect(out).toMatch(
      new RegExp(`\\n if so +K = 2: \\d+ % PROMOTE · quality \\d+ % · ${2 * items.length} answers, about`),
    );
    expect(out).toMatch(
      /\n hardest +floors that such a version reaches by K = 2, each guard alone: quality at least \.\d+\n/,
    );
    expect(out).not.toContain("−10 pts");
    expect((await harness(dir, ["suite", "check", "core"])).out).toContain(
      "stored answers of candidate new@1",
    );
    expect(await refused(dir, "suite", "plan", "core", "--against-best")).toMatch(
      /^--against-best: nothing is in production/,
    );
  });

  test("of a first version without any floor says that eval refuses it", async () => {
    const { out } = await does(await folder(unfloored()), "suite", "plan", "core");
    expect(out).toContain(
      "no guard has a floor that a first version must reach, so harness eval refuses; write floor: in guards",
    );
  });

  test.each([
    [["--cases", "1"], /--cases 1: give a whole number from 2/],
    [["--cases", "90", "--clusters", "91"], /--clusters 91: there are 90 cases only/],
    [["--rate", "1"], /--rate 1: give a number between 0 and 1/],
    [["--rate", ""], /--rate : give a number/],
    [["--sd", "-1"], /--sd -1: give a number above 0/],
    [["--looks", "4,2"], /--looks 4,2: give at most six growing whole numbers/],
    [["--alike", "1.5"], /--alike 1\.5: give a number from 0 to 1/],
  ])("%j is refused", async (argv, words) => {
    const dir = await folder(unfloored());
    expect(await refused(dir, "suite", "plan", "core", ...argv)).toMatch(words);
  });
});

test("suites are listed with what they evaluate, a broken one too; suite and suites are the same", async () => {
  const dir = await folder({
    ...sound((n) => ({ cluster: `k${n % 20}` })),
    "tasks/odd/suite.yaml": "suite: odd\n",
  });
  await does(dir, "suite", "commit", "core", "-m", "first");
  const { out } = await does(dir, "suites");
  expect(out).toMatch(
    /^ core  prompt  prompt:mails +60 cases in 20 clusters, \d\d held out  core@1\n odd   broken +[^\n]*suite\.yaml:1: kind is missing/,
  );
  expect((await does(dir, "suite")).out).toBe(out);
  expect(json(await does(dir, "suites", "--json"))).toContainEqual(
    expect.objectContaining({
      suite: "core",
      kind: "prompt",
      cases: 60,
      clusters: 20,
      version: "core@1",
      faults: 0,
    }),
  );
});
