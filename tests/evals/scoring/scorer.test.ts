import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metrics } from "../../../src/evals/metrics/table.ts";
import { measureFaults, measuresOf } from "../../../src/evals/scoring/measures.ts";
import { qualityName } from "../../../src/evals/suite/guards.ts";
import { scorerFor } from "../../../src/evals/scoring/scorer.ts";
import type { Scored, ScoringPorts } from "../../../src/evals/scoring/scorer.ts";
import type { CommandEnd } from "../../../src/evals/scoring/own.ts";
import type { Answered } from "../../../src/evals/answer.ts";
import { answerOf, askOf, itemOf, never, portsOf, suiteOf } from "./given.ts";

type Given = Readonly<Record<string, unknown>>;

const scored = async (
  suite: Given,
  answered: Partial<Answered> = {},
  ports: Partial<ScoringPorts> = {},
): Promise<Scored> => scorerFor(suiteOf(suite), portsOf(ports)).score(askOf(), answerOf(answered), never);

describe("what a suite measures", () => {
  test("a suite that names no guards has quality by its kind, and what is always told", () => {
    const names = (given: Given): string[] => measuresOf(suiteOf(given)).map(({ name }) => name);
    const always = ["refusal", "invalid", "cost", "latency", "tokens"];
    expect(names({})).toEqual(["quasi_exact_match", ...always]);
    expect(names({ kind: "agent" })).toEqual(["met", ...always]);
    expect(names({ kind: "judge" })).toEqual(["agrees", ...always]);
    expect(names({ metrics: { kind: { rubric: "helpful" } } })).toEqual(["kind", ...always]);
  });

  test("guards, metrics of its own and what it reports, each once", () => {
    const suite = suiteOf({
      guards: {
        quality: { rubric: "helpful", margin: 0.05 },
        cost: { metric: "cost", ratio: 1.15 },
      },
      metrics: { short: { command: "wc -c" }, shape: { schema: {} } },
      report: ["rouge_l", "latency", "calibration", "cost"],
    });
    expect(measuresOf(suite)).toEqual([
      { name: "rubric:helpful", kind: "score", better: "higher", range: [0, 1], judged: true },
      { name: "cost", kind: "ratio", better: "lower", range: [0, null], judged: false },
      { name: "short", kind: "score", better: "higher", range: [0, 1], judged: false },
      { name: "shape", kind: "rate", better: "higher", range: [0, 1], judged: false },
      { name: "refusal", kind: "rate", better: "lower", range: [0, 1], judged: false },
      { name: "invalid", kind: "rate", better: "lower", range: [0, 1], judged: false },
      { name: "latency", kind: "ratio", better: "lower", range: [0, null], judged: false },
      { name: "tokens", kind: "ratio", better: "lower", range: [0, null], judged: false },
      { name: "rouge_l", kind: "score", better: "higher", range: [0, 1], judged: false },
    ]);
    expect(measureFaults(suite)).toEqual([]);
    expect(qualityName(suite)).toBe("rubric:helpful");
  });

  test("what passes is measured for pass@k, which is no measure itself, nor is F1 of classes", () => {
    const suite = suiteOf({
      metrics: { pass_at_4: { pass_at: 4, of: "exact_match" }, pass_at_2: { pass_at: 2 } },
      report: ["classification_f1"],
    });
    expect(measureFaults(suite)).toEqual([]);
    expect(measuresOf(suite).map(({ name }) => name)).toEqual([
      "quasi_exact_match",
      "exact_match",
      "refusal",
      "invalid",
      "cost",
      "latency",
      "tokens",
    ]);
    expect(measureFaults(suiteOf({ kind: "judge", report: ["classification_f1"] }))).toEqual([
      "report: classification_f1 compares with expect, which cases of kind judge do not have: take it out",
    ]);
    expect(measureFaults(suiteOf({ metrics: { pass_at_k: { pass_at: 2 } } }))).toEqual([
      "metrics.pass_at_k: pass_at_k is built in: give your metric another name",
    ]);
  });

  test("robustness is about the quality metric, which is measured for it", () => {
    const guards = { cost: { metric: "cost", ratio: 1.15 } };
    const names = measuresOf(suiteOf({ guards, report: ["robustness"] })).map(({ name }) => name);
    expect(names).toContain("quasi_exact_match");
    expect(measuresOf(suiteOf({ guards })).map(({ name }) => name)).not.toContain("quasi_exact_match");
  });

  test.each([
    ["exactmatch", "there is no metric exactmatch; did you mean"],
    ["absolute_value_difference", "has no upper bound, so it cannot gate"],
    ["ece_10_bin", "is made of all answers at once, so no answer has one: report calibration"],
    ["pass_at_k", "is of several answers to a case: write it under metrics, like pass_at_2: { pass_at: 2 }"],
    ["classification_f1", "is made of all answers at once, and a number of each answer is needed here"],
    ["win_rate", "is made of all answers at once, so no answer has one: take a metric of one answer"],
    ["met", "is measured where a suite is of kind agent, and this is of kind prompt"],
  ])("a guard by %s is a fault", (metric, words) => {
    const faults = measureFaults(suiteOf({ guards: { quality: { metric, margin: 0.05 } } }));
    expect(faults).toEqual([expect.stringMatching(/^guards\.quality: /)]);
    expect(faults[0]).toContain(words);
    expect(faults[0]).not.toContain("\n");
  });

  test("what has no upper bound may be reported; what compares with expect not of an agent; names stay free", () => {
    expect(measureFaults(suiteOf({ report: ["absolute_value_difference"] }))).toEqual([]);
    expect(measureFaults(suiteOf({ kind: "agent", report: ["f1_score"] }))).toEqual([
      "report: f1_score compares with expect, which cases of kind agent do not have: take another",
    ]);
    expect(measureFaults(suiteOf({ metrics: { cost: { command: "x" } } }))).toEqual([
      "metrics.cost: cost is built in: give your metric another name",
    ]);
  });

  test("each metric of one answer says of itself whether its values are 0 or 1", () => {
    const words = fc.constantFrom("a", "the", "a b", "x is a and b", "12", "I cannot help with that.", "");
    const single = metrics.filter(({ needs }) => needs === "gold" || needs === "answer");
    expect(single.length).toBeGreaterThan(15);
    const others = new Set<string>();
    fc.assert(
      fc.property(words, words, (gold, pred) => {
        for (const { name, values, value } of single) {
          const found = value({ gold, pred }, "strict");
          if (found !== 0 && found !== 1) others.add(name);
          if (values === "rate") expect([0, 1]).toContain(found);
        }
      }),
    );
    // Whatever says it is more than 0 or 1 sometimes is.
    const told = single.filter(({ values }) => values === "score").map(({ name }) => name);
    expect([...others].toSorted()).toEqual(told.filter((name) => others.has(name)).toSorted());
    expect(told).toEqual(expect.arrayContaining(["f1_score", "iou_set_match", "rouge_l", "bleu_1"]));
  });
});

describe("scores", () => {
  test("of an answer by the metrics of the table", async () => {
    const { scores, micros } = await scored({ report: ["output_tokens", "turns", "exact_match"] });
    expect(scores).toEqual({
      quasi_exact_match: 1,
      refusal: 0,
      invalid: 0,
      cost: 0.0015,
      latency: 812,
      tokens: 150,
      output_tokens: 30,
      turns: 1,
      exact_match: 1,
    });
    expect(micros).toBe(0);
  });

  test.each(["error", "outage"] as const)(
    "an answer that is an %s has it for every score",
    async (outcome) => {
      const { scores, whys } = await scored({}, { outcome, why: "it took too long", text: "" });
      expect(new Set(Object.values(scores))).toEqual(new Set([outcome]));
      expect(Object.keys(scores)).toHaveLength(6);
      expect(whys["quasi_exact_match"]).toBe("it took too long");
    },
  );

  test("what is not known is left out, and is an outage where it guards", async () => {
    const guards = { cost: { metric: "cost", ratio: 1.15 } };
    const unknown = { micros: null, usage: null };
    const { scores, whys } = await scored({ guards }, unknown);
    expect(scores).toEqual({ cost: "outage", refusal: 0, invalid: 0, latency: 812 });
    expect(whys["cost"]).toBe("it is not known");
    const free = { quality: { metric: "f1_score", margin: 0.1 } };
    expect((await scored({ guards: free }, unknown)).scores).not.toHaveProperty("cost");
  });

  test("a case without expect has no match, and is an outage where that guards", async () => {
    const item = itemOf({ expect: undefined });
    const scorer = scorerFor(suiteOf({ report: ["f1_score"] }), portsOf());
    const { scores } = await scorer.score(askOf({ item }), answerOf(), never);
    expect(scores["quasi_exact_match"]).toBe("outage");
    expect(scores).not.toHaveProperty("f1_score");
  });

  test("what subjects measure is taken from them", async () => {
    const agent = await scored(
      { kind: "agent", report: ["attempts"] },
      { measured: { met: 0, attempts: 3 } },
    );
    expect(agent.scores).toMatchObject({ met: 0, attempts: 3, invalid: 0 });
    const judge = await scored({ kind: "judge" }, { measured: { agrees: 1, invalid: 1 } });
    expect(judge.scores).toMatchObject({ agrees: 1, invalid: 1 });
  });

  test.each([
    [{ text: " \n" }, 1, "it is empty"],
    [{ text: "", output: { a: 1 } }, 0, undefined],
    [{ stop: "length" }, 1, "it was cut off: length"],
    [{ stop: "context-full" }, 1, "it was cut off: context-full"],
    [{ stop: "refusal", text: "No." }, 0, undefined],
    [{ measured: { invalid: 1 } }, 1, "its run ended invalid"],
    [{ text: "", measured: { invalid: 0 } }, 0, undefined],
  ])("%j is %i for invalid", async (answered, invalid, why) => {
    const { scores, whys } = await scored({}, answered);
    expect([scores["invalid"], whys["invalid"]]).toEqual([invalid, why]);
  });

  test("an answer that does not fit the prompt of its arm is invalid", async () => {
    const fits: ScoringPorts["fits"] = (arm, text) => (arm === "candidate" ? `${text} is no list` : null);
    const scorer = scorerFor(suiteOf(), portsOf({ fits }));
    const of = async (arm: "candidate" | "baseline"): Promise<unknown> =>
      (await scorer.score(askOf({ arm }), answerOf(), never)).scores["invalid"];
    expect([await of("candidate"), await of("baseline")]).toEqual([1, 0]);
  });

  test("a refusal that the provider reports refuses whatever it says", async () => {
    expect((await scored({}, { stop: "refusal", text: "delivery" })).scores["refusal"]).toBe(1);
  });
});

describe("metrics of one's own", () => {
  const shape = { type: "object", properties: { kind: { type: "string" } }, required: ["kind"] };

  test("a schema reads the text, or what a finishing call said", async () => {
    const of = async (answered: Partial<Answered>): Promise<unknown> =>
      (await scored({ metrics: { shape: { schema: shape } } }, answered, { schemas: { shape } })).scores[
        "shape"
      ];
    expect(await of({ text: '{"kind": "delivery"}' })).toBe(1);
    expect(await of({ text: '{"kind": 3}' })).toBe(0);
    expect(await of({ text: "delivery" })).toBe(0);
    expect(await of({ text: "no JSON", output: { kind: "delivery" } })).toBe(1);
    expect(await of({ text: '{"kind": "delivery"}', output: { other: 1 } })).toBe(0);
  });

  const short = { command: "node short.js", range: [0, 10] };

  async function byCommand(
    ends: readonly CommandEnd[],
    spec: Given = short,
  ): Promise<{ score: unknown; why: unknown; asked: string[] }> {
    const asked: string[] = [];
    const left = [...ends];
    const commands: ScoringPorts["commands"] = {
      folder: "/suite",
      run: async ({ command, cwd, stdin, timeoutMs }) => {
        asked.push(`${command} in ${cwd} for ${timeoutMs}: ${stdin}`);
        return left.shift() ?? { stdout: "", wrong: "was asked too often" };
      },
    };
    const { scores, whys } = await scored({ metrics: { short: spec } }, {}, { commands });
    return { score: scores["short"], why: whys["short"], asked };
  }

  const said = (stdout: string): CommandEnd => ({ stdout, wrong: null });

  test("a command is told case and answer, nothing of the arm, and its last line is the score", async () => {
    const { score, asked } = await byCommand([said("looking\n 7.5 \n\n")]);
    expect(score).toBe(7.5);
    expect(asked).toHaveLength(1);
    const [where = "", stdin = ""] = asked[0]?.split(": ", 1) ?? [];
    expect(where).toBe("node short.js in /suite for 30000");
    expect(stdin).toBe("");
    const sent: unknown = JSON.parse(asked[0]?.slice(where.length + 2) ?? "");
    expect(sent).toEqual({
      case: { id: "c1", vars: { mail: "Where is my parcel?" }, expect: "delivery", groups: [] },
      answer: { text: "delivery", output: null },
    });
  });

  test("what goes wrong once is tried again; twice is an outage that says why", async () => {
    const broken = { stdout: "5", wrong: "ended with exit 1: no such file" };
    expect(await byCommand([broken, said("5")])).toMatchObject({ score: 5 });
    expect(await byCommand([broken, broken, said("5")])).toMatchObject({
      score: "outage",
      why: "node short.js: ended with exit 1: no such file",
    });
  });

  test.each([
    ["", short],
    ["good", short],
    ["NaN", short],
    ["Infinity", short],
    ["11", short],
    ["-0.1", short],
    ["7 of 10", short],
    ["0.5", { command: "x", rate: true }],
  ])("%j is no score", async (stdout, spec) => {
    const { score, why, asked } = await byCommand([said(stdout), said(stdout)], spec);
    expect(score).toBe("outage");
    expect(why).toMatch(/: (its last line is|it says) .*: (print|a rate)/);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["1e1", 10],
    [".5", 0.5],
    ["+3.", 3],
    ["a\n0", 0],
  ])("%j is the score %d", async (stdout, number) => {
    expect((await byCommand([said(stdout)])).score).toBe(number);
  });

  test("an evaluation that is stopped scores nothing", async () => {
    const stopped = new AbortController();
    const commands: ScoringPorts["commands"] = {
      folder: "/suite",
      run: async () => (stopped.abort(new Error("stopped")), { stdout: "", wrong: "was ended by SIGKILL" }),
    };
    const scorer = scorerFor(suiteOf({ metrics: { short } }), portsOf({ commands }));
    await expect(scorer.score(askOf(), answerOf(), stopped.signal)).rejects.toThrow("stopped");
  });
});
