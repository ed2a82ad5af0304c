import { assert, constantFrom, infiniteStream, nat, property, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { differences } from "../../../src/core/manifest/differences.ts";
import { fieldsOf } from "../../../src/core/manifest/fields.ts";
import type { Field } from "../../../src/core/manifest/fields.ts";
import { manifestOf } from "../../../src/core/manifest/manifest.ts";
import type { Manifest, ManifestSources } from "../../../src/core/manifest/manifest.ts";

const digest = (letter: string): string => letter.repeat(64);

/** What a run was made of in which every field says something. */
const sources: ManifestSources = {
  run: "7k2m",
  createdAt: 0,
  head: { seq: 9, hash: digest("1") },
  created: {
    kind: "goal",
    goal: digest("2"),
    config: digest("3"),
    base: digest("4"),
    pins: {
      harness: "0.1.0",
      prompts: { planner: digest("5"), worker: digest("6"), evaluator: digest("7") },
      rubrics: { style: digest("8") },
      models: { planner: "a/one", worker: "a/two", evaluator: "a/three", fallback: "a/four" },
      policy: digest("9"),
      image: "image@1",
      profile: "profile-1",
      capabilities: digest("a"),
      prices: digest("b"),
    },
    limits: {
      concurrency: 3,
      attempts: 3,
      turns: 60,
      replans: 1,
      rejections: 2,
      gradings: 3,
      tries: 6,
      collisions: 2,
      repeats: 3,
      stale: 6,
      silences: 3,
      breaker: 5,
      outageMs: 1000,
      crashes: 3,
      outputTokens: 16_000,
      compactAt: 120_000,
      review: false,
      task: { micros: 1, tokens: 2, wallMs: 3 },
    },
    budget: { micros: 1, tokens: 2, wallMs: 3, turns: 4, attempts: 5 },
    seed: 0,
    parent: null,
    plan: digest("c"),
  },
  config: {
    title: "A goal",
    text: "# A goal",
    checks: [
      { id: "builds", type: "command", run: "make" },
      { id: "page", type: "file", path: "index.html" },
    ],
    protect: ["tests/**"],
    scratch: ["cache/**"],
    sandbox: { kind: "docker", memory: 1, cpus: 2, disk: 3 },
    environment: digest("d"),
    notes: ["a note"],
    askFrom: "network",
    network: [{ host: "a.example", repeat: false }],
    expireMs: 1000,
    workspace: "/somewhere",
    git: { commit: "abc", dirty: 2 },
    leftOut: ["big.bin (large)"],
    prompts: { worker: "worker@5" },
    models: { worker: "my-ft@2" },
    facts: { commit: "def", node: "24.0.0", platform: "linux x64", secrets: ["TOKEN"], tools: digest("e") },
  },
  policy: { rules: [], opens: true, outside: { http_request: digest("f") }, askFrom: "network" },
  capabilities: { programs: ["sh"], native: true, network: false, python: "Python 3.13.2", notes: [] },
  prices: { "a/one": { input: 1, output: 2, cacheRead: 1, cacheWrite: 1 } },
  lockfiles: { "package-lock.json": digest("0") },
  served: { planner: ["one-1"], worker: ["two-1"], evaluator: ["three-1"] },
  gone: 0,
};
const manifest = manifestOf(sources);

const fields = fieldsOf(manifest);

const keys = fields.map(({ key }) => key);

/** The same with another value in the fields of these names. */
const changed = (keys: readonly string[]): readonly Field[] =>
  fields.map((field) =>
    keys.includes(field.key) ? { ...field, value: "other", exact: `${field.exact} other` } : field,
  );

const keysOf = (before: readonly Field[], after: readonly Field[]): readonly string[] =>
  differences(before, after).map(({ key }) => key);

test("each key is there once, and a field that differs by itself is named", () => {
  expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
  expect(fields.length).toBeGreaterThan(60);
  for (const { key } of fields) expect(keysOf(fields, changed([key])), `${key} alone`).toEqual([key]);
  for (const { key } of fields)
    expect(
      keysOf(
        fields,
        fields.filter((field) => field.key !== key),
      ),
    ).toEqual([key]);
});

/** Paths to all values in a manifest that are no part of what it was made of. */
const beside = new Set(["manifest", "run", "created", "head", "parent", "grade", "because"]);

type Path = readonly (string | number)[];

function leaves(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]));
}

/** The same value with another one at that place. */
function otherAt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined)
    return typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : `${String(value)}x`;
  if (Array.isArray(value))
    return value.map((part, index) => (String(index) === key ? otherAt(part, rest) : part));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [key]: otherAt(record[String(key)], rest) };
}

/** The goal's words count once, as its text, its settings by themselves; what a policy can open is the sandbox's matter. */
const silent = new Set(["data.goal", "data.title", "configuration.policy.opens"]);

const told = leaves(manifest).filter(
  ([first, ...rest]) => !beside.has(String(first)) && !silent.has([first, ...rest].join(".")),
);

test("whatever one value of a manifest is another, exactly one field differs, from either side", () => {
  expect(told.length).toBeGreaterThan(70);
  for (const path of told) {
    const other = fieldsOf(otherAt(manifest, path) as Manifest);
    // A version is a name for a digest or a model, and a check under another name is another check.
    const isName = path.at(-1) === "version" || /^configuration\.checks\.\d\.id$/.test(path.join("."));
    if (isName) continue;
    const found = keysOf(fields, other);
    expect(found.length, `at ${path.join(".")}`).toBe(1);
    expect(keysOf(other, fields), `at ${path.join(".")}`).toEqual(found);
  }
});

test("of any fields that differ at once those are named that do not follow from others, from either side", () => {
  assert(
    property(uniqueArray(constantFrom(...keys), { maxLength: 6 }), (some) => {
      const found = keysOf(fields, changed(some));
      expect(keysOf(changed(some), fields)).toEqual(found);
      expect(some).toEqual(expect.arrayContaining([...found]));
      if (some.length > 0) expect(found.length).toBeGreaterThan(0);
    }),
  );
});

/** The same value with the keys of each record in another order. */
function shuffled(value: unknown, order: (keys: readonly string[]) => readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((part) => shuffled(part, order));
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(order(Object.keys(record)).map((key) => [key, shuffled(record[key], order)]));
}

test("the order in which keys were written is no difference", () => {
  assert(
    property(infiniteStream(nat()), (ranks) => {
      const order = (keys: readonly string[]): readonly string[] =>
        keys
          .map((key) => [ranks.next().value as number, key] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, key]) => key);
      expect(keysOf(fields, fieldsOf(shuffled(manifest, order) as Manifest))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});
