import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import {
  contentText,
  datasetContent,
  datasetDigest,
  modelContent,
  modelDigest,
  rubricDigest,
  suiteContent,
  suiteDigest,
} from "../../../src/core/registry/content.ts";
import type { DatasetContent, ModelContent, SuiteContent } from "../../../src/core/registry/content.ts";
import type { RubricSpec } from "../../../src/core/goal.ts";
import { sha256 } from "./ground.ts";
import { reversed, variantsOf } from "./variants.ts";

const model: ModelContent = {
  provider: "openai",
  id: "ft:m:1",
  base: "gpt-m",
  training: [
    { sha256: sha256("a"), dataset: "train@1" },
    { sha256: sha256("b"), dataset: null },
  ],
  parameters: { n_epochs: 3, stop: ["a"], deep: { lr: 0.1, is: true } },
  commit: "abcdef1",
  metrics: { loss: 0.25 },
};
const dataset: DatasetContent = {
  path: "data/train.jsonl",
  format: "jsonl",
  sha256: sha256("rows"),
  bytes: 10,
  rows: 2,
  fields: ["a"],
  split: {
    by: "cluster",
    share: 0.8,
    train: { rows: 1, sha256: sha256("t") },
    held_out: { rows: 1, sha256: sha256("h") },
  },
};
const suite: SuiteContent = { files: { "suite.yaml": sha256("s"), "cases/a.jsonl": sha256("c") } };
const rubric: RubricSpec = {
  rubric: "helpful",
  threshold: 0.7,
  criteria: [
    { id: "answers", weight: 3, ask: "Does it?", levels: { "0": "no", "1": "yes" }, must: 0.5 },
    { id: "short", weight: 1, ask: "Is it short?" },
  ],
};

/** What of each kind is its closure. */
const { training } = model;
const kinds: readonly (readonly [
  name: string,
  value: object,
  digest: (value: never) => string,
  no: readonly string[],
])[] = [
  ["model", model, (one) => modelDigest(sha256, one), []],
  ["dataset", dataset, (one) => datasetDigest(sha256, one), ["path", "bytes", "rows", "fields"]],
  ["suite", suite, (one) => suiteDigest(sha256, one), []],
];

describe.each(kinds)("%s", (name, value, digest, no) => {
  const of = (one: unknown): string => digest(one as never);

  test("every character of every part counts", () => {
    const seen = new Set([of(value)]);
    let variants = 0;
    for (const [key, part] of Object.entries(value)) {
      if (no.includes(key)) continue;
      const bare = key === "training" ? training.map((one) => one.sha256) : part;
      for (const variant of variantsOf(bare)) {
        const changed =
          key === "training" ? (variant as string[]).map((one) => ({ sha256: one, dataset: null })) : variant;
        seen.add(of({ ...value, [key]: changed }));
        variants += 1;
      }
    }
    expect(variants).toBeGreaterThan(100);
    expect(seen.size).toBe(variants + 1);
  });

  test("where it lies and what is counted of it are no part of it", () => {
    for (const key of no)
      for (const variant of variantsOf((value as Record<string, unknown>)[key]))
        expect(of({ ...value, [key]: variant })).toBe(of(value));
    if (name === "model")
      expect(of({ ...model, training: training.map((one) => ({ ...one, dataset: "other@2" })) })).toBe(
        of(model),
      );
  });

  test("order of keys changes nothing, and neither does its text, written and read again", () => {
    expect(of(reversed(value))).toBe(of(value));
    const schema = { model: modelContent, dataset: datasetContent, suite: suiteContent }[name as "model"];
    const text = contentText(value as never);
    const read = schema.parse(JSON.parse(text.replaceAll("\n", "\r\n")));
    expect(of(read)).toBe(of(value));
    expect(contentText(read)).toBe(text);
  });
});

test("a dataset that is split, one split otherwise and one that is not are three", () => {
  const of = (split: DatasetContent["split"]): string => datasetDigest(sha256, { ...dataset, split });
  const other = dataset.split === null ? null : { ...dataset.split, share: 0.5 };
  expect(new Set([of(null), of(dataset.split), of(other)]).size).toBe(3);
});

test("of a rubric every value counts; a default left out is the default", () => {
  const digest = (spec: unknown): string => rubricDigest(sha256, spec as RubricSpec);
  expect(digest(reversed(rubric))).toBe(digest(rubric));
  const [first, second] = rubric.criteria;
  const bare = { id: "short", ask: "Is it short?" };
  expect(digest({ ...rubric, criteria: [first, bare] })).toBe(digest(rubric));
  const others = [
    { ...rubric, rubric: "helpfull" },
    { ...rubric, threshold: 0.71 },
    { ...rubric, criteria: [second, first] },
    { ...rubric, criteria: [first] },
    ...[
      { id: "answer" },
      { weight: 2 },
      { ask: "Does it ?" },
      { must: 0.6 },
      { must: undefined },
      { levels: { "0": "no", "1": "Yes" } },
      { levels: { "0": "no", "0.9": "yes" } },
      { levels: undefined },
    ].map((change) => ({ ...rubric, criteria: [{ ...first, ...change }, second] })),
  ];
  expect(new Set([rubric, ...others].map(digest)).size).toBe(others.length + 1);
});

test("the same content is another version in another kind", () => {
  expect(suiteDigest(sha256, { files: {} })).not.toBe(sha256(canonical({ files: {} })));
  expect(suiteDigest(sha256, { files: {} })).not.toBe(datasetDigest(sha256, { files: {} } as never));
});

test("what a version may not say is refused: other fields, digests that are none, numbers that are none", () => {
  expect(modelContent.safeParse({ ...model, more: 1 }).success).toBe(false);
  expect(modelContent.safeParse({ ...model, parameters: { a: Infinity } }).success).toBe(false);
  expect(modelContent.safeParse({ ...model, commit: "HEAD" }).success).toBe(false);
  expect(datasetContent.safeParse({ ...dataset, sha256: "abc" }).success).toBe(false);
  expect(datasetContent.safeParse({ ...dataset, split: { ...dataset.split, share: 1 } }).success).toBe(false);
});

test("parameters of any kind: re-serialised the same, changed another", () => {
  const json = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(json, json, (parameters, others) => {
      const of = (one: unknown): string => modelDigest(sha256, { ...model, parameters: one as never });
      expect(of(JSON.parse(JSON.stringify(reversed(parameters))))).toBe(of(parameters));
      expect(of(parameters) === of(others)).toBe(canonical(parameters) === canonical(others));
    }),
    { numRuns: 60 },
  );
});
