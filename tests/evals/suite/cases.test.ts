import { array, assert, double, property, record, string, uuid } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/core/canonical.ts";
import type { Item } from "../../../src/evals/suite/case.ts";
import { settleCases } from "../../../src/evals/suite/settle-cases.ts";
import type { SettledCases } from "../../../src/evals/suite/settle-cases.ts";
import { splitItems } from "../../../src/evals/suite/split.ts";
import { sha256 } from "../../core/registry/ground.ts";
import { specOf } from "./writing.ts";

const settled = (rows: readonly Json[], over: object = {}): SettledCases =>
  settleCases(
    specOf(over),
    rows.map((value, index) => ({ line: index + 1, value })),
    (issues) => issues.map(({ path, message }) => `${path.join(".")} ${message}`).join(),
  );

const faultsOf = (rows: readonly Json[], over: object = {}): readonly string[] =>
  settled(rows, over).faults.map(({ line, what }) => `${line}: ${what}`);

const ask = (id: string, over: Record<string, Json> = {}): Json => ({ id, vars: { text: id }, ...over });

describe("cases", () => {
  test("a case is in the cluster it names, in that of a variable, or one by its id", () => {
    const clusters = (rows: readonly Json[], over: object = {}): readonly string[] =>
      settled(rows, over).items.map(({ cluster }) => cluster);
    expect(clusters([ask("a", { cluster: "d" }), ask("b"), ask("c", { cluster: "b" })])).toEqual([
      "d",
      "b",
      "b",
    ]);
    const by = { held_out: { by: "text" } };
    expect(clusters([ask("a", { cluster: "d" }), ask("b", { vars: { text: { n: [1] } } })], by)).toEqual([
      "a",
      '{"n":[1]}',
    ]);
  });

  test("what is wrong with a case is told by its line, and the others are kept", () => {
    const rows: Json[] = [
      ask("a"),
      { id: "b", vars: { text: "b" }, expects: "x" },
      ask("a", { vars: { text: "other" } }),
      ask("c", { vars: { text: "a" }, cluster: "z", groups: ["g"] }),
      ask("d", { vars: { text: "a" }, expect: "yes" }),
      7,
      { id: "no spaces", vars: {} },
    ];
    const { items, lineOf, faults } = settled(rows);
    expect(items.map(({ case: { id } }) => id)).toEqual(["a", "d"]);
    expect([...lineOf]).toEqual([
      ["a", 1],
      ["d", 5],
    ]);
    expect(faults.map(({ line }) => line)).toEqual([2, 3, 4, 6, 7]);
    expect(faults[0]?.what).toContain("expects");
    expect(faults[1]?.what).toBe("the id a is that of line 1 already; give it another");
    expect(faults[2]?.what).toMatch(/^it says the same as a \(line 1\); keep one/);
  });

  test("cases are of their suite's kind", () => {
    const judge = { id: "j", vars: {}, answer: "x", rubric: "helpful", label: "pass" };
    const agent = { id: "g", folder: "g" };
    expect(faultsOf([judge], { kind: "judge" })).toEqual([]);
    expect(faultsOf([agent], { kind: "agent" })).toEqual([]);
    expect(faultsOf([agent, { ...agent, id: "h" }], { kind: "agent" })[0]).toMatch(
      /^2: it says the same as g/,
    );
    for (const kind of ["prompt", "judge", "agent"] as const)
      for (const [other, row] of Object.entries({ prompt: ask("a"), judge, agent }))
        if (other !== kind) expect(faultsOf([row], { kind })).toHaveLength(1);
  });

  test("the variable that is the cluster must be there", () => {
    const by = { held_out: { by: "doc" } };
    expect(
      faultsOf([ask("a"), ask("b", { vars: { doc: "" } }), ask("c", { vars: { doc: "x" } })], by),
    ).toEqual([
      '1: held_out.by of suite.yaml is "doc", and this case has no such variable; give it one',
      '2: held_out.by of suite.yaml is "doc", and this case has no such variable; give it one',
    ]);
    expect(faultsOf([ask("a")], { held_out: { by: "toString" } })).toHaveLength(1);
    expect(faultsOf([{ id: "g", folder: "g" }], { kind: "agent", ...by })[0]).toContain("write by: cluster");
  });
});

describe("the split", () => {
  const item = record({ id: uuid(), cluster: string({ minLength: 1, maxLength: 6 }) }).map(
    ({ id, cluster }): Item => ({ case: { id, vars: {}, groups: [] }, cluster }),
  );
  const items = array(item, { maxLength: 60 });
  const share = double({ min: 0.01, max: 1, noNaN: true });
  const split = (all: readonly Item[], part: number) => splitItems(sha256, all, part);

  test("has each case once, in order, and clusters whole", () => {
    assert(
      property(items, share, (all, part) => {
        const { held_out, train } = split(all, part);
        expect(held_out.length + train.length).toBe(all.length);
        expect(all.filter((one) => held_out.includes(one))).toEqual(held_out);
        const apart = new Set(train.map(({ cluster }) => cluster));
        expect(held_out.filter(({ cluster }) => apart.has(cluster))).toEqual([]);
      }),
    );
  });

  test("is the same for a case whatever else is there, and a larger share only adds to held_out", () => {
    assert(
      property(items, items, share, share, (some, more, one, two) => {
        const before = split(some, one);
        const after = split([...more, ...some], one);
        expect(after.held_out).toEqual(expect.arrayContaining([...before.held_out]));
        expect(after.train).toEqual(expect.arrayContaining([...before.train]));
        const [less, greater] = [Math.min(one, two), Math.max(one, two)];
        expect(split(some, greater).held_out).toEqual(
          expect.arrayContaining([...split(some, less).held_out]),
        );
      }),
    );
  });

  test("puts the share of clusters into held_out that is asked for, and all of them for 1", () => {
    const many = Array.from({ length: 5000 }, (_, n): Item => ({
      case: { id: `c${n}`, vars: {}, groups: [] },
      cluster: `c${n}`,
    }));
    for (const part of [0.2, 0.5, 0.8, 0.95]) {
      const error = Math.sqrt((part * (1 - part)) / many.length);
      expect(Math.abs(split(many, part).held_out.length / many.length - part)).toBeLessThan(4 * error);
    }
    expect(split(many, 1)).toEqual({ held_out: many, train: [] });
  });
});
