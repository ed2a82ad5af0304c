import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvFields, delimiterOf } from "../../../src/core/registry/csv-record.ts";
import { rowDiff } from "../../../src/core/registry/row-diff.ts";
import type { Row } from "../../../src/core/registry/row-diff.ts";
import { sideOf } from "../../../src/core/registry/split.ts";
import { sha256 } from "./ground.ts";

describe("a record of a table", () => {
  test("is read as it was written, whatever is in its fields", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", " ", "é"), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(",", ";"),
        (fields, by) => {
          const written = fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(by);
          expect(csvFields(written, by)).toEqual(fields);
        },
      ),
    );
    expect(csvFields("a,,b c", ",")).toEqual(["a", "", "b c"]);
    expect(csvFields("", ",")).toEqual([""]);
    expect(csvFields("a,", ",")).toEqual(["a", ""]);
  });

  test.each(['"a', '"a"b,c', 'x,"'])(
    "a quote that is not closed, or too early, is no record: %s",
    (record) => {
      expect(csvFields(record, ",")).toBeNull();
    },
  );

  test("semicolons only where there is no comma", () => {
    expect(["a;b", "a,b", "a,b;c", "a"].map(delimiterOf)).toEqual([";", ",", ",", ","]);
  });
});

describe("the part a row is in", () => {
  const side = (value: unknown, share = 0.8): string => sideOf(sha256, value as never, share);

  test("follows from the value alone, and about a share of the values is in train", () => {
    const values = Array.from({ length: 4000 }, (_, index) => `doc${index}`);
    const train = values.filter((value) => side(value) === "train").length;
    expect(train).toBeGreaterThan(3100);
    expect(train).toBeLessThan(3300);
    expect(values.map((value) => side(value))).toEqual(
      values
        .toReversed()
        .map((value) => side(value))
        .toReversed(),
    );
  });

  test("is pinned: what was in train stays there in every later version", () => {
    expect(["d1", "d2", "d4", "d6", 1, 2, null, { a: 1 }].map((value) => side(value, 0.5))).toEqual(pinned);
    expect(side({ b: 1, a: 2 })).toBe(side({ a: 2, b: 1 }));
  });

  test("a larger share only moves values to train", () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.01, max: 0.98, noNaN: true }), (value, share) => {
        const wasTrain = side(value, share) === "train";
        expect(!wasTrain || side(value, share + 0.01) === "train").toBe(true);
      }),
    );
  });
});

const pinned = ["held_out", "train", "train", "train", "train", "held_out", "train", "train"];

describe("what differs between two files of rows", () => {
  const row = (line: number, id: string | null, digest: string): Row => ({ line, id, digest });
  const told = (before: readonly Row[], after: readonly Row[]): object => {
    const { added, removed, changed, ...rest } = rowDiff(before, after);
    const lines = (rows: readonly Row[]): number[] => rows.map(({ line }) => line);
    return {
      added: lines(added),
      removed: lines(removed),
      changed: lines(changed.map((one) => one.after)),
      ...rest,
    };
  };

  test("by id: added, removed, changed", () => {
    const before = [row(1, "a", "1"), row(2, "b", "2"), row(3, "c", "3")];
    const after = [row(1, "b", "2!"), row(2, "c", "3"), row(3, "d", "4")];
    expect(told(before, after)).toEqual({
      by: "id",
      added: [3],
      removed: [1],
      changed: [1],
      same: 1,
      isMoved: false,
    });
  });

  test("by content, where an id is missing or twice", () => {
    const named = [row(1, "a", "1"), row(2, "b", "2")];
    for (const other of [row(2, null, "3"), row(2, "a", "3")])
      expect(told(named, [row(1, "a", "1"), other])).toEqual({
        by: "line",
        added: [2],
        removed: [2],
        changed: [],
        same: 1,
        isMoved: false,
      });
    expect(told([row(1, null, "1"), row(2, null, "1")], [row(1, null, "1")])).toMatchObject({
      removed: [2],
      same: 1,
    });
  });

  test("the same rows in another order", () => {
    expect(told([row(1, "a", "1"), row(2, "b", "2")], [row(1, "b", "2"), row(2, "a", "1")])).toMatchObject({
      same: 2,
      isMoved: true,
      changed: [],
    });
  });

  test("each row is told once, and undoing the difference gives the other file", () => {
    const rows = fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c", "d", null), fc.constantFrom("1", "2", "3")), {
        maxLength: 8,
      })
      .map((all) => all.map(([id, digest], index) => row(index + 1, id, digest)));
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const found = rowDiff(before, after);
        const { length: changed } = found.changed;
        expect(found.same + found.added.length + changed).toBe(after.length);
        expect(found.same + found.removed.length + changed).toBe(before.length);
        const contents = (all: readonly Row[]): string[] => all.map(({ digest }) => digest).toSorted();
        const kept = before
          .filter((one) => !found.removed.includes(one))
          .map((one) => ({
            ...one,
            digest: found.changed.find((change) => change.before === one)?.after.digest ?? one.digest,
          }));
        expect(contents([...kept, ...found.added])).toEqual(contents(after));
      }),
    );
  });
});
