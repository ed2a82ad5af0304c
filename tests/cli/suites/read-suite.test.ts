import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRegistry } from "../../../src/edges/registry/registry.ts";
import { findSuites, suitesFor } from "../../../src/cli/suites/find-suites.ts";
import { gateAt, readSuiteAt } from "../../../src/cli/suites/read-suite.ts";
import type { Measure } from "../../../src/evals/measure.ts";
import { fill, folder } from "../ground.ts";
import type { Files } from "../ground.ts";
import { does } from "../registry/ground.ts";
import { rows } from "../registry/kinds-ground.ts";
import { core, mail, mails } from "./ground.ts";

test("a suite is read with its parts, its digest as a version has it, and that of its rows", async () => {
  const dir = await folder(core(mails(40), "held_out: { share: 0.5 }"));
  const suite = await readSuiteAt(dir, "core");
  expect(suite).toMatchObject({ name: "core", folder: join(dir, "tasks/core"), spec: { kind: "prompt" } });
  const { held_out, train } = suite.items;
  expect(held_out.length + train.length).toBe(40);
  expect(Math.min(held_out.length, train.length)).toBeGreaterThan(8);
  await does(dir, "suites", "commit", "core", "-m", "first");
  const version = (await readRegistry(dir)).history({ kind: "suite", name: "core" }).versions.get(1);
  expect(version?.made.digest).toBe(suite.digest);
  expect(suite.datasets).toEqual({ "cases.jsonl": suite.content.files["cases.jsonl"] });
});

describe("a suite that cannot be read is told by file, line and what to do", () => {
  const whole = core(mails(3));
  test.each<[string, Files, RegExp]>([
    [
      "a name that is not its folder's",
      { "tasks/core/suite.yaml": "kind: prompt\ntarget: prompt:mails\nsuite: cor\n" },
      /tasks\/core\/suite\.yaml:3: the suite is called "cor", its folder "core"; give both one name/,
    ],
    [
      "a key that nobody knows",
      core([], "gaurds: {}"),
      /suite\.yaml:4: unknown key "gaurds"; did you mean "guards"\?/,
    ],
    [
      "a target without a kind",
      { "tasks/core/suite.yaml": "suite: core\nkind: prompt\ntarget: mails\n" },
      /suite\.yaml:3: target is "mails"; it must be like prompt:worker/,
    ],
    [
      "cases elsewhere",
      core([], "cases: ../other/cases.jsonl"),
      /suite\.yaml:4: cases is .*; name a file of the suite's folder/,
    ],
    [
      "cases that are not there",
      core([], "cases: more.jsonl"),
      /more\.jsonl: the cases are not there; add some/,
    ],
    ["no case", core([]), /cases\.jsonl: there is no case in it; add some/],
    [
      "a case that is wrong",
      core([mail(1), { id: "x", vars: {}, expct: "y" }, { id: "z" }]),
      /cases\.jsonl:2: unknown key "expct"; did you mean "expect"\? \(and 1 more: harness suite check core\)/,
    ],
    [
      "an id twice",
      core([mail(1), mail(2), mail(3, { id: "c1" })]),
      /cases\.jsonl:3: the id c1 is that of line 1 already/,
    ],
    [
      "a line that is no JSON",
      { "tasks/core/cases.jsonl": `${rows(mail(1))}{"id": \n` },
      /tasks\/core\/cases\.jsonl:2: it is no JSON/,
    ],
    [
      "a number that no program keeps",
      { "tasks/core/cases.jsonl": '{"id":"a","vars":{"n":12345678901234567890}}\n' },
      /cases\.jsonl:1: a number is greater than any program keeps exactly/,
    ],
  ])("%s", async (_, files, words) => {
    const dir = await folder({ ...whole, ...files });
    await expect(readSuiteAt(dir, "core")).rejects.toThrow(words);
  });

  test("one that is not there, with the one that is probably meant", async () => {
    const dir = await folder(core(mails(3)));
    await expect(readSuiteAt(dir, "coer")).rejects.toThrow(/there is no suite "coer"; did you mean "core"\?/);
    await expect(readSuiteAt(dir, "other")).rejects.toThrow(/there is no suite "other"; there are core/);
    await rm(join(dir, "tasks"), { recursive: true });
    await expect(readSuiteAt(dir, "core")).rejects.toThrow(/harness suite new core/);
  });

  test("an agent's case without its goal, or with one elsewhere", async () => {
    const agents = (...cases: readonly object[]): Files => ({
      "tasks/core/suite.yaml": "suite: core\nkind: agent\ntarget: prompt:worker\n",
      "tasks/core/cases.jsonl": rows(...cases),
      "tasks/core/a/goal.md": "Do it.\n",
    });
    const dir = await folder(agents({ id: "a", folder: "a" }));
    expect((await readSuiteAt(dir, "core")).items.held_out.length).toBeLessThan(2);
    await fill(dir, agents({ id: "a", folder: "a" }, { id: "b", folder: "b" }));
    await expect(readSuiteAt(dir, "core")).rejects.toThrow(
      /:2: folder is "b", and there is no goal\.md in it/,
    );
    await fill(dir, agents({ id: "a", folder: "../core/a" }));
    await expect(readSuiteAt(dir, "core")).rejects.toThrow(
      /:1: folder is ".*"; name one inside the suite's own/,
    );
  });
});

test("a gate that there is none for is told by the line that asks for it", async () => {
  const lines = [
    "guards:",
    "  quality: { metric: exact_match, margin: 0.05 }",
    "  dear: { metric: cost, margin: 0.1 }",
  ];
  const dir = await folder(core(mails(3), ...lines));
  const suite = await readSuiteAt(dir, "core");
  const exact: Measure = {
    name: "exact_match",
    kind: "rate",
    better: "higher",
    range: [0, 1],
    judged: false,
  };
  const cost: Measure = { ...exact, name: "cost", kind: "ratio", better: "lower", range: [0, null] };
  const others = ["latency", "tokens"].map((name) => ({ ...cost, name }));
  expect(() => gateAt(suite, [exact, cost, ...others])).toThrow(
    /suite\.yaml:6: guards\.dear\.margin: cost is an amount; give a ratio/,
  );
  expect(() => gateAt(suite, [cost, ...others])).toThrow(
    /suite\.yaml:5: guards\.quality\.metric: .* \(and 1 more\)/,
  );
});

test("suites are found by what they evaluate; a broken one is told and hides no other", async () => {
  const dir = await folder(core(mails(3)));
  await fill(dir, { "tasks/broken/suite.yaml": "suite: broken\nkind: what\n", "tasks/README.md": "none\n" });
  await writeFile(join(dir, "tasks/broken/suite.yaml"), "suite: broken\nkind: what\ntarget: prompt:mails\n");
  expect((await findSuites(dir)).map(({ name, fault }) => [name, fault === null])).toEqual([
    ["broken", false],
    ["core", true],
  ]);
  expect((await findSuites(dir))[0]?.fault).toMatch(/suite\.yaml:2: kind is "what"/);
  expect((await suitesFor(dir, "prompt:mails")).map(({ name }) => name)).toEqual(["core"]);
  expect(await suitesFor(dir, "prompt:worker")).toEqual([]);
});
