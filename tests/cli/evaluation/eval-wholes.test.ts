import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fill } from "../ground.ts";
import { rows } from "../registry/kinds-ground.ts";
import { mailShop, run, said, script, sort, suiteFile } from "./eval-ground.ts";

const slow = { timeout: 120_000 };

/** Mails of three classes; the newer prompt takes bills for orders, and orders right in one answer of two. */
const classes = ["order", "bill", "other"];
const classOf = (at: number): string => classes[at % 3] ?? "";
const cases = rows(
  ...Array.from({ length: 24 }, (_, at) => ({
    id: `c${at + 1}`,
    vars: { text: `mail number ${at + 1} about ${"words ".repeat(at + 1)}` },
    expect: classOf(at),
  })),
);
const quick: Readonly<Record<string, readonly [first: string, second: string]>> = {
  order: ["other", "order"],
  bill: ["order", "order"],
  other: ["other", "other"],
};
const answers = script(
  Object.fromEntries(
    Array.from({ length: 24 }, (_, at) => classOf(at)).flatMap((is, at) =>
      [0, 1].map((sample) => [
        `case/c${at + 1}/${sample + 1}`,
        [{ when: "Be quick", turns: [quick[is]?.[sample]] }, { turns: [is] }],
      ]),
    ),
  ),
);

const suite = (more: object = {}): string =>
  suiteFile({
    samples: { looks: [2] },
    guards: { quality: { metric: "exact_match", margin: 0.2, floor: 0.5 } },
    metrics: { pass_at_2: { pass_at: 2 }, pass_at_1: { pass_at: 1, of: "quasi_exact_match" } },
    report: ["classification_f1", "rouge_l", "bleu_1"],
    ...more,
  });

interface Row {
  readonly name: string;
  readonly part: string | null;
  readonly group: string | null;
  readonly arms: Readonly<
    Record<string, { readonly value: number; readonly low: number; readonly high: number } | null>
  >;
  readonly against: {
    readonly baseline: { readonly value: number; readonly low: number; readonly high: number } | null;
  };
  readonly why: string | null;
}

test(
  "a suite with pass@k and F1 of classes tells them in every form, and its receipt verifies",
  slow,
  async () => {
    const dir = await mailShop({
      "script.yaml": answers,
      "tasks/mails/suite.yaml": suite(),
      "tasks/mails/cases.jsonl": cases,
    });
    const first = await run(dir, 0, "eval --json");
    const receipt = (JSON.parse(first.out) as { receipt: string }).receipt;
    expect(await said(dir, 0, `receipt verify ${receipt}`)).toContain("PROMOTE");
    await said(dir, 0, "promote prompt:sort@1 --to production --why first");
    await fill(dir, { "prompts/sort.prompt": sort("Be quick") });
    const second = await run(dir, 1, "eval --json");
    const { evaluation, over_all: all } = JSON.parse(second.out) as {
      evaluation: string;
      over_all: readonly Row[];
    };
    const of = (name: string, part: string | null = null): Row | undefined =>
      all.find((one) => one.name === name && one.part === part && one.group === null);
    // Orders are right in one answer of two, bills never, others always.
    expect(of("pass_at_2")?.arms).toMatchObject({
      candidate: { value: expect.closeTo(2 / 3, 12) },
      baseline: { value: 1 },
      best: null,
    });
    expect(of("pass_at_1")?.against.baseline?.value).toBeCloseTo(-0.5, 12);
    // Order: 8 hits, 16 wanted, 24 said. Bill: none. Other: 16 hits, 16 wanted, 24 said.
    const f1 = { order: 0.4, bill: 0, other: 0.8 };
    for (const [label, value] of Object.entries(f1))
      expect(of("classification_f1", `class ${label}`)?.arms["candidate"]?.value).toBeCloseTo(value, 12);
    expect(of("classification_f1", "macro")?.arms["candidate"]?.value).toBeCloseTo(0.4, 12);
    expect(of("classification_f1", "micro")?.arms["candidate"]?.value).toBeCloseTo(0.5, 12);
    for (const { against } of all) expect(against.baseline?.high).toBeLessThanOrEqual(1);

    // The same words in each form, and the same again from the file alone.
    const text = await said(dir, 0, `report ${evaluation}`);
    expect(text).toMatch(/^ of all answers +sort@1 +sort@2 +difference +95 %$/m);
    expect(text).toMatch(/^ pass_at_2 +1\.000 +\.667 +−33\.3 pts +−\d+\.\d pts to [−+]\d+\.\d pts$/m);
    expect(text).toMatch(/^ classification_f1 macro +1\.000 +\.400 +−60\.0 pts/m);
    const json = (await run(dir, 0, `report ${evaluation} --json`)).out;
    expect((JSON.parse(json) as { over_all: unknown }).over_all).toEqual(all);
    await writeFile(join(dir, "kept.json"), json);
    expect(await said(dir, 0, "report kept.json")).toBe(text);
    await said(dir, 0, `report ${evaluation} --html out.html --markdown out.md --junit out.xml`);
    for (const file of ["out.html", "out.md", "out.xml"]) {
      const written = await readFile(join(dir, file), "utf8");
      expect(written).toContain("classification_f1 macro");
      expect(written).toMatch(/\.667[\s\S]*−33\.3 pts/);
    }
    // What a stranger is shown by the list, too.
    expect(await said(dir, 0, "report --json")).toContain('"name":"pass_at_2"');
  },
);

test("a smoke run has one answer to each case, and says what that leaves undefined", slow, async () => {
  const dir = await mailShop({
    "script.yaml": answers,
    "tasks/mails/suite.yaml": suite({ held_out: { share: 0.5 }, report: ["classification_macro_f1"] }),
    "tasks/mails/cases.jsonl": cases,
  });
  const text = await said(dir, 0, "eval --smoke");
  expect(text).toMatch(/^ pass_at_2 +not defined: it takes 2 answers to each case, and there is 1$/m);
  expect(text).toMatch(/^ classification_macro_f1 +1\.000 +/m);
});

test.each<[object, string]>([
  [
    { guards: { f1: { metric: "classification_macro_f1", margin: 0.05, floor: 0.5 } } },
    "guards.f1.metric: classification_macro_f1 is made of all answers at once, and a number of each answer is needed here: name one of a single answer, like quasi_exact_match, and classification_macro_f1 under report",
  ],
  [
    {
      guards: { p: { metric: "pass_at_2", margin: 0.05, floor: 0.5 } },
      metrics: { pass_at_2: { pass_at: 2, of: "exact_match" } },
    },
    "guards.p.metric: pass_at_2 is made of all answers to a case at once, and a number of each answer is needed here: name exact_match itself, as pass_at_2 is reported anyway",
  ],
  [
    { report: ["pass_at_k"], metrics: {} },
    "report.0: pass_at_k is of several answers to a case: write it under metrics, like pass_at_2: { pass_at: 2 }",
  ],
  [
    { metrics: { pass_at_4: { pass_at: 4 } } },
    "metrics.pass_at_4.pass_at: it takes 4 answers to each case, and samples.looks ends at 2: lower it, or plan a look of 4",
  ],
  [
    { metrics: { p: { pass_at: 2, of: "f1_score" } } },
    "metrics.p.of: f1_score is no rate, so it does not say whether an answer passes: name one that is 0 or 1 (exact_match, refusal, invalid)",
  ],
  [
    { metrics: { p: { pass_at: 2, of: "exact_mtch" } } },
    "metrics.p.of: there is no metric exact_mtch; did you mean",
  ],
])("what cannot be, %j, is refused by check and eval before anything is asked", slow, async (more, words) => {
  const dir = await mailShop({ "tasks/mails/suite.yaml": suite(more), "tasks/mails/cases.jsonl": cases });
  expect(await said(dir, 1, "suite check mails")).toContain(words);
  const refused = await said(dir, 2, "eval");
  expect(refused).toContain(words.slice(words.indexOf(": ") + 2));
  expect(refused).not.toContain("look 1");
});

test("a case with two right answers has no class", slow, async () => {
  const two = cases.replace('"expect":"bill"', '"expect":["bill","order"]');
  expect(two).not.toBe(cases);
  const dir = await mailShop({ "tasks/mails/suite.yaml": suite(), "tasks/mails/cases.jsonl": two });
  expect(await said(dir, 1, "suite check mails")).toContain(
    "c2: F1 of classes needs one expect, and it has 2",
  );
  expect(await said(dir, 2, "eval")).toContain(
    "case c2: F1 of classes needs one expect, and it has 2: mend it, or take classification_f1 out of report",
  );
});
