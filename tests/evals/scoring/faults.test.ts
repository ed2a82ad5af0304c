import { describe, expect, test } from "vitest";
import { rubricsOf, scoringFaults, scoringWarnings } from "../../../src/evals/scoring/faults.ts";
import type { Scoring } from "../../../src/evals/scoring/faults.ts";
import { itemOf, suiteOf } from "./given.ts";

type Given = Readonly<Record<string, unknown>>;

const model = { name: "openai/small", priced: true, logprobs: true };
const scoring = (given: Partial<Scoring> = {}): Scoring => ({
  items: [itemOf()],
  models: [model],
  rubrics: ["helpful"],
  judge: "openai/large",
  ...given,
});
const faultsOf = (suite: Given = {}, given: Partial<Scoring> = {}): readonly string[] =>
  scoringFaults(suiteOf(suite), scoring(given));

const helpful = { guards: { quality: { rubric: "helpful", margin: 0.05 } } };

describe("before the first answer is asked for", () => {
  test("nothing is said of a suite that can be scored", () => {
    expect(faultsOf()).toEqual([]);
    expect(faultsOf({ ...helpful, report: ["robustness", "calibration"], confidence: "logprobs" })).toEqual(
      [],
    );
    expect(scoringWarnings(suiteOf(helpful), scoring())).toEqual([]);
  });

  test("cases without what a guard compares with", () => {
    const bare = itemOf({ id: "c2", expect: undefined });
    const both = { items: [itemOf(), bare, itemOf({ id: "c3", expect: undefined })] };
    expect(faultsOf({}, { items: [bare] })).toEqual([
      "case c2: no expect, with which quasi_exact_match compares: give each one, or guard by another metric",
    ]);
    expect(faultsOf({}, both)).toEqual([expect.stringMatching(/^case c2 and 1 more: no expect/)]);
    // A rubric needs none, and neither does what is only reported.
    expect(faultsOf({ ...helpful, report: ["f1_score"] }, both)).toEqual([]);
  });

  test("a model without price makes cost no guard", () => {
    const models = [
      model,
      { ...model, name: "local/x", priced: false },
      { ...model, name: "local/x", priced: false },
    ];
    expect(faultsOf({}, { models })).toEqual([
      "local/x has no price, so cost cannot guard: give it one under prices in harness.yaml, or name the guards",
    ]);
    expect(faultsOf({ guards: { quality: { metric: "f1_score", margin: 0.05 } } }, { models })).toEqual([]);
  });

  test("a model without logprobs makes no calibration by them", () => {
    const models = [{ ...model, name: "anthropic/x", logprobs: false }];
    const suite = { report: ["calibration"], confidence: "logprobs" };
    expect(faultsOf(suite, { models })).toEqual([
      "anthropic/x tells no logprobs: write confidence: agreement or verbalised in suite.yaml",
    ]);
    expect(faultsOf({ report: ["calibration"] }, { models })).toEqual([]);
    expect(faultsOf({ confidence: "logprobs" }, { models })).toEqual([]);
  });

  test("metrics, forms, variables and schemas that are none", () => {
    const suite = {
      metrics: { shape: { schema: "shape.json" }, refusal: { command: "x" } },
      report: ["robustness", "no_such"],
      perturb: { robustness: ["no_such_form"], variables: ["mial"] },
    };
    expect(faultsOf(suite, { badSchemas: { shape: "there is no shape.json" } })).toEqual([
      "metrics.refusal: refusal is built in: give your metric another name",
      expect.stringMatching(/^report: there is no metric no_such/),
      expect.stringMatching(/^perturb\.robustness: there is no perturbation no_such_form/),
      'perturb.variables: no case has a variable mial; did you mean "mail"?',
      "metrics.shape.schema: there is no shape.json",
    ]);
  });

  test("a rubric that is not there, and a judge that is not named", () => {
    expect(faultsOf(helpful, { rubrics: [], judge: null })).toEqual([
      "rubric helpful: there is no rubrics/helpful.yaml: write it, or name another",
      "no model judges: name one as judge.model in suite.yaml",
    ]);
    expect(faultsOf({}, { rubrics: [], judge: null })).toEqual([]);
  });

  test.each(["prompt:judge", "rubric:helpful"])("the judge is never what it judges: %s", (target) => {
    expect(faultsOf({ ...helpful, target })).toEqual([
      `target: ${target} judges the answers of this suite: evaluate it with a suite of kind judge`,
    ]);
    expect(faultsOf({ kind: "judge", target })).toEqual([]);
    expect(faultsOf({ ...helpful, target: "rubric:report" })).toEqual([]);
  });

  test("a model that judges its own answers is told of", () => {
    expect(scoringWarnings(suiteOf(helpful), scoring({ judge: model.name }))).toEqual([
      expect.stringMatching(/^openai\/small judges its own answers/),
    ]);
    expect(scoringWarnings(suiteOf(), scoring({ judge: model.name }))).toEqual([]);
  });

  test("rubrics of a suite, each once", () => {
    const metrics = { tone: { rubric: "tone" }, again: { rubric: "helpful" } };
    expect(rubricsOf(suiteOf({ ...helpful, metrics }))).toEqual(["helpful", "tone"]);
  });
});
