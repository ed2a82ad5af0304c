import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { label } from "../../../src/cli/commands/label.ts";
import { fill, folder, root } from "../ground.ts";
import type { Files } from "../ground.ts";
import { rows, rubric } from "../registry/kinds-ground.ts";
import { mailCases, mailShop, run, said, sort, suiteFile } from "./eval-ground.ts";
import { ioAt } from "./ground.ts";

const slow = { timeout: 600_000 };

/** A call that gives the one criterion, under this key, this score. */
const verdict = (key: string, score: number) => ({
  submit_verdict: {
    scores: [{ criterion: key, score, explanation: `Dear or not: ${score}` }],
    explanation: "all in all",
  },
});

/** Whoever is polite passes. Told to be blind, all pass; told to be hasty, one of six of each is mistaken. */
const judgedBy = (key: string): object => {
  const way = (score: number, ...when: readonly string[]) => ({
    ...(when.length === 0 ? {} : { when }),
    turns: [verdict(key, score)],
  });
  return {
    price: { input: 1, output: 5 },
    [key.includes(".") ? "judge/work/*/*" : "verdict/*/*"]: [
      way(1, "Be blind."),
      way(0, "Be hasty.", "Dear Ada, odd"),
      way(1, "Be hasty.", "Hey you, odd"),
      way(1, "Dear Ada,"),
      way(0),
    ],
  };
};

/** So many are polite, so many not; every sixth says odd things. */
const works = (each: number): string =>
  rows(
    ...Array.from({ length: 2 * each }, (_, at) => ({
      id: `w${at + 1}`,
      vars: { mail: `mail number ${at + 1}` },
      answer: `${at < each ? "Dear Ada," : "Hey you,"} ${at % 6 === 5 ? "odd" : "even"} regards`,
      rubric: "helpful",
      label: at < each ? "pass" : "fail",
    })),
  );

async function judgeShop(target: string, key: string, more: Files): Promise<string> {
  return folder({
    "harness.yaml": JSON.stringify({ model: "scripted/script.yaml", sandbox: { kind: "embedded" } }),
    "script.yaml": JSON.stringify(judgedBy(key)),
    "rubrics/helpful.yaml": rubric("Is it polite?"),
    "tasks/verdicts/suite.yaml": suiteFile({
      suite: "verdicts",
      kind: "judge",
      target,
      guards: { quality: { metric: "agrees", margin: 0.2, floor: 0.6 } },
    }),
    // A verdict of the evaluator is a run of its own.
    "tasks/verdicts/cases.jsonl": works(target === "prompt:evaluator" ? 6 : 12),
    ...more,
  });
}

/** A prompt of ours with a sentence more at its end. */
const ourPrompt = async (name: string, rule: string): Promise<Files> => {
  const path = `prompts/${name}.prompt`;
  return { [path]: `${await readFile(join(root, path), "utf8")}\n${rule}\n` };
};

const targets = [
  {
    target: "rubric:helpful",
    key: "answers",
    says: (rule: string) => ({ "rubrics/helpful.yaml": rubric(rule) }),
  },
  { target: "prompt:judge", key: "answers", says: async (rule: string) => ourPrompt("judge", rule) },
  {
    target: "prompt:evaluator",
    key: "helpful.answers",
    says: async (rule: string) => ourPrompt("evaluator", rule),
  },
];

describe.each(targets)("a suite of verdicts, for $target", ({ target, key, says }) => {
  const receipt = `receipts/${target.startsWith("rubric") ? "rubric-helpful" : target.slice(7)}`;

  test("who agrees with people is promoted, who passes all is refused", slow, async () => {
    const dir = await judgeShop(target, key, await says("Be exact."));
    const first = await said(dir, 0, "eval verdicts");
    expect(first).toContain("reported   accuracy 1.00 · κ 1.00 · sensitivity 1.00 · specificity 1.00");
    expect(first).toContain(`PROMOTE    ${receipt}-1.json`);
    await said(dir, 0, `promote ${target}@1 --to production --why first`);

    await fill(dir, await says("Be blind."));
    const blind = await said(dir, 1, "eval verdicts");
    expect(blind).toContain(
      "accuracy 1.00 → .50 · κ 1.00 → .00 · sensitivity 1.00 → 1.00 · specificity 1.00 → .00",
    );
    expect(blind).toContain("REJECT");
    const refused = await run(dir, 1, `promote ${target}@2 --to production --why better`);
    expect(refused.err).toContain("REJECT");
    await said(dir, 0, "promote --check");
  });
});

test("who errs on some is told how often on which, also where the report is read later", slow, async () => {
  const dir = await judgeShop("rubric:helpful", "answers", { "rubrics/helpful.yaml": rubric("Be hasty.") });
  const line = "accuracy .83 · κ .67 · sensitivity .83 · specificity .83";
  expect(await said(dir, 0, "eval verdicts")).toContain(line);
  const [id = ""] = /\be[0-9a-f]{9}\b/.exec(await said(dir, 0, "report")) ?? [];
  expect(await said(dir, 0, `report ${id}`)).toContain(line);
});

describe("answers that people label say how far the judge of a suite can be trusted", () => {
  const passes = [
    { when: "begin answer yes", turns: [verdict("answers", 1)] },
    { turns: [verdict("answers", 0)] },
  ];
  const shop = async (): Promise<string> =>
    mailShop({
      "harness.yaml": "model: scripted/script.yaml\nmodels: { evaluator: scripted/judge.yaml }\n",
      "script.yaml": JSON.stringify({
        price: { input: 1, output: 5 },
        "case/*/*": ["yes"],
        ...Object.fromEntries(Array.from({ length: 26 }, (_, at) => [`case/c${at + 1}/*`, ["no"]])),
      }),
      "judge.yaml": JSON.stringify({ price: { input: 1, output: 5 }, "verdict/*/*": passes }),
      "rubrics/helpful.yaml": rubric("Is it yes?"),
      "tasks/mails/suite.yaml": suiteFile({
        guards: { quality: { rubric: "helpful", margin: 0.2, floor: 0.5 } },
      }),
      "tasks/mails/cases.jsonl": mailCases(104),
    });

  /** People like every yes, but for mails from the hundredth on. */
  async function labelled(dir: string, most: number): Promise<void> {
    const listed = (await said(dir, 0, "label mails --json")).trimEnd().split("\n");
    const lines = listed.slice(0, most).map((line) => {
      const { id, vars, answer } = JSON.parse(line) as { id: string; vars: { text: string }; answer: string };
      const isLiked = answer === "yes" && !/number 10\d /.test(vars.text);
      return `${JSON.stringify({ id, label: isLiked ? "pass" : "fail" })}\n`;
    });
    expect(await label(ioAt(dir), "mails", {}, Readable.from([lines.join("")]))).toBe(0);
  }

  test("below a hundred it is unproven, then its margin is what it truly is", slow, async () => {
    const dir = await shop();
    expect(await said(dir, 0, "eval")).toContain("judge unproven: 0 labels, 100 make it");
    await said(dir, 0, "promote prompt:sort@1 --to production --why first");

    await labelled(dir, 40);
    await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
    const some = await said(dir, 0, "eval");
    expect(some).toContain("judge unproven: 40 labels, 100 make it");
    expect(some).toMatch(/judge .*\(40 labels\), so its margin is truly .*unproven/);

    await labelled(dir, 64);
    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    const all = await said(dir, 0, "eval");
    // All 73 good ones are found good, and 26 of 31 bad ones bad: what is left of a difference is .84 of it.
    expect(all).toContain("judge helpful agrees with people κ .88");
    expect(all).toContain(
      "finds 1.00 of good answers good and .84 of bad ones bad (104 labels), so its margin is truly −23.8 pts",
    );
    expect(all).not.toContain("unproven");
  });
});
