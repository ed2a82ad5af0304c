import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/core/canonical.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { GateSpec } from "../../../src/evals/gate/spec.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { checkLeakage, checkUnique } from "../../../src/evals/suite/check/alike.ts";
import { storedAnswers } from "../../../src/evals/suite/check/arms.ts";
import { standingIn } from "../../../src/evals/suite/plan/standing.ts";
import { sha256 } from "../../core/registry/ground.ts";
import { checkIdentical, checkSabotage } from "../../../src/evals/suite/check/controls.ts";
import { checkNothing, checkOracle, qualityGuard } from "../../../src/evals/suite/check/oracle.ts";
import { trainedOn } from "../../../src/evals/suite/check/trained.ts";
import { checkFilled, checkReferences } from "../../../src/evals/suite/check/written.ts";
import { settleCases } from "../../../src/evals/suite/settle-cases.ts";
import type { SettledCases } from "../../../src/evals/suite/settle-cases.ts";
import type { SuiteSpec } from "../../../src/evals/suite/spec.ts";
import { reportOf } from "./reports.ts";
import type { Given } from "./reports.ts";
import { specOf } from "./writing.ts";

const settled = (rows: readonly Json[], kind: SuiteSpec["kind"] = "prompt"): SettledCases =>
  settleCases(
    specOf({ kind }),
    rows.map((value, index) => ({ line: index + 1, value })),
    () => "wrong",
  );

const gateFor = (metric: string, looks = [2], better = "higher"): GateSpec =>
  gateSpec.parse({ guards: { quality: { kind: "rate", metric, better, margin: 0.05 } }, looks });

const ask = (id: string, text: string, over: Record<string, Json> = {}): Json => ({
  id,
  vars: { text },
  expect: `answer ${id}`,
  ...over,
});

describe("references", () => {
  const found = (metric: string, ...rows: readonly Json[]) =>
    checkReferences(specOf({}), gateFor(metric), settled(rows));

  test("are one class a case where F1 of classes is wanted, and there where pass@k compares with them", () => {
    const wanting = (over: object, ...rows: readonly Json[]) =>
      checkReferences(specOf(over), gateFor("refusal"), settled(rows));
    const f1 = { report: ["classification_micro_f1"] };
    const [one, two] = [ask("a", "x", { expect: "yes" }), ask("b", "y", { expect: ["yes", "no"] })];
    const none: Json = { id: "c", vars: { text: "z" } };
    expect(wanting(f1, one)).toMatchObject({ mark: "holds", found: "each fits classification_micro_f1" });
    expect(wanting(f1, one, two, none)).toMatchObject({
      mark: "fails",
      lines: [2, 3],
      found: "b: F1 of classes needs one expect, and it has 2 (and 1 more)",
    });
    const passing = { metrics: { pass_at_2: { pass_at: 2, of: "exact_match" } } };
    expect(wanting(passing, one, two)).toMatchObject({ mark: "holds", found: "each fits exact_match" });
    expect(wanting(passing, one, none)).toMatchObject({ mark: "fails", lines: [2] });
  });

  test("are there, and fit the metric", () => {
    expect(found("exact_match", ask("a", "x")).mark).toBe("holds");
    const none: Json = { id: "b", vars: { text: "y" } };
    expect(found("exact_match", ask("a", "x"), none)).toMatchObject({
      mark: "fails",
      lines: [2],
      check: "references",
    });
    expect(found("refusal", none)).toMatchObject({ mark: "holds" });
    const numbers = [ask("a", "x", { expect: ["it is 4", "4"] }), ask("b", "y", { expect: ["4", "four"] })];
    expect(found("final_number_exact_match", ...numbers)).toMatchObject({
      mark: "fails",
      lines: [2],
      found: 'b: final_number_exact_match needs a number, and expect is "four"',
    });
    expect(found("absolute_value_difference", ask("a", "x", { expect: "1,204" })).mark).toBe("holds");
    expect(found("absolute_value_difference", ask("a", "x", { expect: "1.5" })).mark).toBe("fails");
  });

  test("of a judge are labels", () => {
    const row = (id: string, over: Record<string, Json>): Json => ({
      id,
      vars: {},
      answer: id,
      rubric: "r",
      ...over,
    });
    const judged = settled([row("a", { label: "pass" }), row("b", {})], "judge");
    const spec = specOf({ kind: "judge" });
    expect(checkReferences(spec, gateFor("agrees"), judged)).toMatchObject({ mark: "fails", lines: [2] });
    const labels = (...all: readonly string[]) =>
      checkNothing(
        spec,
        null,
        settled(
          all.map((label, n) => row(`c${n}`, { label })),
          "judge",
        ),
        new Map(),
      );
    expect(labels("pass", "fail", "pass")).toMatchObject({
      mark: "holds",
      found: expect.stringContaining("2 of 3"),
    });
    expect(labels("pass", "pass")).toMatchObject({
      mark: "fails",
      found: expect.stringContaining("all 2 labels are pass"),
    });
    expect(labels()).toMatchObject({ mark: "unknown" });
  });
});

test("what is still to be filled in is found anywhere in a case", () => {
  const rows = [
    ask("a", "x"),
    ask("b", "y", { vars: { deep: [{ in: "see <fill in: this>" }] } }),
    ask("c", "z"),
  ];
  expect(checkFilled(settled(rows))).toMatchObject({ mark: "fails", lines: [2] });
  expect(checkFilled(settled(rows.slice(0, 1)))).toMatchObject({ mark: "holds" });
  expect(checkFilled(settled(rows.slice(2)), ["c"])).toMatchObject({ mark: "fails", lines: [1] });
});

describe("cases that are too much alike", () => {
  test("ask the same but for case, punctuation and spaces", () => {
    const rows = [ask("a", "Where is  it?"), ask("b", "where is it"), ask("c", "where is she")];
    expect(checkUnique(settled(rows))).toMatchObject({
      mark: "fails",
      lines: [1, 2],
      found: "the same is asked by a = b",
    });
    expect(checkUnique(settled(rows.slice(1)))).toMatchObject({ mark: "holds" });
    const numbers = [ask("a", "x", { vars: { n: 1, t: "x" } }), ask("b", "x", { vars: { n: 2, t: "x" } })];
    expect(checkUnique(settled(numbers))).toMatchObject({ mark: "holds" });
  });

  const long = "the quick brown fox jumps over the lazy dog and away";
  const doc = (id: string, text: string, cluster: string): Json => ({ id, cluster, vars: { doc: text, id } });
  const leak = (rows: readonly Json[], train: readonly string[] = []) => {
    const cases = settled(rows);
    const isTrain = (item: Item): boolean => train.includes(item.case.id);
    return checkLeakage(cases, {
      train: cases.items.filter(isTrain),
      held_out: cases.items.filter((item) => !isTrain(item)),
    });
  };

  test("share a text across the split, or across clusters", () => {
    const rows = [doc("a", long, "1"), doc("b", `${long.toUpperCase()}!`, "2"), doc("c", "other", "3")];
    expect(leak(rows, ["b"])).toMatchObject({
      mark: "fails",
      lines: [1, 2],
      found: "held-out cases and others hold the same text: a (cluster 1), b (cluster 2)",
    });
    expect(leak(rows)).toMatchObject({
      mark: "fails",
      found: expect.stringMatching(/^different clusters hold/),
    });
    expect(leak([doc("a", long, "1"), doc("b", long, "1")])).toMatchObject({ mark: "holds" });
    expect(leak([doc("a", "short", "1"), doc("b", "short", "2")], ["a"])).toMatchObject({ mark: "holds" });
  });

  test("but for what half of all clusters have, which is an instruction", () => {
    const rows = Array.from({ length: 8 }, (_, n) => doc(`c${n}`, n < 4 ? long : `own ${n}`, `k${n}`));
    expect(leak(rows, ["c0"])).toMatchObject({ mark: "holds" });
    expect(leak([...rows, doc("c8", "own 8", "k8")], ["c0"])).toMatchObject({ mark: "fails" });
  });
});

describe("cases in what a model was trained on", () => {
  const idsIn = (cases: readonly Json[], row: Json): readonly string[] =>
    trainedOn(settled(cases).items)
      .inRow(row)
      .map(({ case: { id } }) => id);
  const long = "please tell me where my parcel is";

  test("are found inside longer texts, all their texts and no others", () => {
    const both: Json = { id: "b", vars: { text: `${long}, thank you very much`, tone: "kind" } };
    const cases = [ask("a", long), both, ask("c", "some other mail that nobody trained on")];
    const chat = (content: string): Json => ({
      messages: [
        { role: "user", content },
        { role: "x", content: "kind" },
      ],
    });
    expect(idsIn(cases, chat(`Say the topic.\n\n${long.toUpperCase()}`))).toEqual(["a"]);
    expect(idsIn(cases, chat(`so: ${long}, thank you very much! bye`))).toEqual(["a", "b"]);
    expect(idsIn(cases, { text: `${long}, thank you very much` })).toEqual(["a"]);
    expect(idsIn(cases, chat("please tell me"))).toEqual([]);
    const longer = ask("d", `hello there, ${long}`);
    expect(idsIn([ask("a", long), longer], chat(`hello there, ${long}`)).toSorted()).toEqual(["a", "d"]);
  });

  test("short ones as whole texts, those without texts by their values", () => {
    const cases: Json[] = [ask("a", "2 + 2"), { id: "n", vars: { n: 7 } }];
    expect(idsIn(cases, { q: "2 + 2", a: "4" })).toEqual(["a"]);
    expect(idsIn(cases, { q: "12 + 21", a: "4" })).toEqual([]);
    expect(idsIn(cases, { n: 7 })).toEqual(["n"]);
    expect(idsIn(cases, { vars: { n: 7 } })).toEqual(["n"]);
    expect(idsIn(cases, { n: 8 })).toEqual([]);
    expect(idsIn([], { n: 8 })).toEqual([]);
  });
});

describe("the oracle and whoever does nothing", () => {
  const both = (
    metric: string,
    rows: readonly Json[],
    kind: SuiteSpec["kind"] = "prompt",
    tried = new Map(),
  ) => {
    const gate = gateFor(metric, [2], metric === "refusal" ? "lower" : "higher");
    const given = [specOf({ kind }), qualityGuard(gate, metric), settled(rows, kind), tried] as const;
    return { oracle: checkOracle(...given), nothing: checkNothing(...given) };
  };

  test("what is right scores best, an empty answer worst", () => {
    expect(both("exact_match", [ask("a", "x")])).toMatchObject({
      oracle: { mark: "holds" },
      nothing: { mark: "holds" },
    });
    const short = [ask("a", "x"), ask("b", "y", { expect: ["one two three four five", "yes"] })];
    expect(both("bleu_4", short).oracle).toMatchObject({
      mark: "fails",
      lines: [1, 2],
    });
    expect(both("refusal", [ask("a", "x")]).nothing).toMatchObject({ mark: "fails", lines: [1] });
    expect(both("helpful", [ask("a", "x")])).toMatchObject({
      oracle: { mark: "unknown" },
      nothing: { mark: "unknown" },
    });
  });

  test("of agents as whoever worked them says", () => {
    const rows = ["a", "b"].map((id): Json => ({ id, folder: id }));
    const fine = { oracle: null, nothing: null };
    const tried = (b: object) =>
      both(
        "met",
        rows,
        "agent",
        new Map<string, object>([
          ["a", fine],
          ["b", { ...fine, ...b }],
        ]),
      );
    expect(tried({})).toMatchObject({ oracle: { mark: "holds" }, nothing: { mark: "holds" } });
    expect(tried({ oracle: "fails tests" }).oracle).toMatchObject({
      mark: "fails",
      lines: [2],
      found: "b: fails tests",
    });
    expect(tried({ nothing: "passes" }).nothing).toMatchObject({ mark: "fails", lines: [2] });
    expect(both("met", rows, "agent", new Map([["a", fine]])).oracle).toMatchObject({ mark: "unknown" });
  });
});

describe("controls go through the gate", () => {
  const gate = gateFor("exact_match", [2, 4]);
  const quality = qualityGuard(gate, "exact_match");
  const cases = (
    count: number,
    clusters = count,
    right = (n: number) => `answer ${n % 4}`,
  ): readonly Item[] =>
    settled(
      Array.from({ length: count }, (_, n) =>
        ask(`c${n}`, `text ${n}`, { expect: right(n), cluster: `k${n % clusters}` }),
      ),
    ).items;
  const assumed = { quality: { kind: "rate", rate: 0.8, discordance: 0.3, gain: 0 } } as const;
  const none = new Map();

  test("a sabotaged prompt is rejected, unless cases are few, all alike, or nothing tells right from wrong", () => {
    expect(checkSabotage(gate, quality, cases(40), none)).toMatchObject({
      mark: "holds",
      found: "what is right, given to other cases: REJECT with 40 held-out cases in 40 clusters",
    });
    expect(checkSabotage(gate, quality, cases(2), none)).toMatchObject({ mark: "fails" });
    expect(
      checkSabotage(
        gate,
        quality,
        cases(40, 40, () => "yes"),
        none,
      ),
    ).toMatchObject({ mark: "fails" });
    expect(checkSabotage(gate, null, cases(40), none)).toMatchObject({ mark: "fails" });
    expect(checkSabotage(gate, quality, [], none)).toMatchObject({
      mark: "fails",
      found: "no case is held out",
    });
  });

  const production = sha256("old");
  const report = (items: readonly Item[], right: (n: number, k: number) => boolean) => {
    const given = items.map((item, n): Given => {
      const hits = [0, 1, 2, 3].map((k) => right(n, k));
      const texts = hits.map((hit) => (hit ? `answer ${n % 4}` : "no idea"));
      return {
        arm: "baseline",
        case: item.case.id,
        texts,
        scores: hits.map((hit) => ({ exact_match: Number(hit) })),
      };
    });
    const reports = [reportOf(gate, items, given)];
    return storedAnswers(gate, reports, items, standingIn(reports, production));
  };

  test("stored answers are given to other cases and scored anew", () => {
    const items = cases(40);
    expect(
      checkSabotage(
        gate,
        quality,
        items,
        report(items, () => true),
      ),
    ).toMatchObject({
      mark: "holds",
      found: expect.stringMatching(/^stored answers of production, given to other cases: REJECT/),
    });
    expect(
      checkSabotage(
        gate,
        quality,
        items,
        report(items, () => false),
      ),
    ).toMatchObject({ mark: "fails" });
  });

  test("equal arms are not rejected; how often they are promoted is told", () => {
    const found = checkIdentical(gate, cases(300), none, assumed, "seed");
    expect(found).toMatchObject({ mark: "holds" });
    const [, promoted = "", rejected = ""] = /: (\d+) PROMOTE, (\d+) REJECT/.exec(found.found) ?? [];
    expect(Number(promoted)).toBeGreaterThan(20);
    expect(Number(rejected)).toBeLessThan(8);
    expect(checkIdentical(gate, cases(300), none, assumed, "seed")).toEqual(found);
    expect(checkIdentical(gate, cases(20, 4), none, assumed, "seed").found).toContain("none is promoted");
    expect(checkIdentical(gate, [], none, assumed, "seed")).toMatchObject({ mark: "fails" });
  });

  test("of stored answers half are against the other half, drawn anew each time", () => {
    const items = cases(60);
    const stored = report(items, (n, k) => n % 5 > 0 && (n + k) % 7 > 0);
    const { found, mark } = checkIdentical(gate, items, stored, assumed, "seed");
    expect(mark).toBe("holds");
    expect(found).toMatch(
      /^100 pairs of equal arms from stored answers of production, K = 2: \d+ PROMOTE, \d REJECT/,
    );
    expect(storedAnswers(gateFor("other"), [], items, null).size).toBe(0);
    const reports = [reportOf(gate, items, [])];
    expect(storedAnswers(gate, reports, items, standingIn(reports, sha256("another"))).size).toBe(0);
  });

  test("production that got worse while it was asked is told from itself", () => {
    const items = cases(40);
    expect(
      checkIdentical(
        gate,
        items,
        report(items, (_, k) => k < 2),
        assumed,
        "seed",
      ),
    ).toMatchObject({
      mark: "fails",
      found: expect.stringContaining("later answers of production to these cases are worse"),
    });
    const better = checkIdentical(
      gate,
      items,
      report(items, (_, k) => k >= 2),
      assumed,
      "seed",
    );
    expect(better).toMatchObject({ mark: "holds" });
  });
});
