import * as fc from "fast-check";
import { expect, test } from "vitest";
import { after, inProduction, noHistory } from "../../../src/core/registry/history.ts";
import type { History } from "../../../src/core/registry/history.ts";
import { newVersion, promotion, rollback } from "../../../src/core/registry/stage.ts";
import type { No } from "../../../src/core/registry/stage.ts";
import type { LockRecord } from "../../../src/core/registry/record.ts";
import { by, made, put, read, sha256, textOf, worker } from "./ground.ts";

const receipt = sha256("receipt");
const to = (version: number, stage: "staging" | "production", over = {}) =>
  ({ version, to: stage, receipt: null, isUnproven: false, ...over }) as const;
const no = (answer: LockRecord | No): string => ("no" in answer ? answer.no : "it is done");

const two = [made(1), made(2), put(1, "production", null), put(2, "staging", null)];

test("staging asks for nothing; production asks for a receipt or a person", () => {
  const history = worker([made(1)]);
  expect(promotion(history, to(1, "staging"), by)).toEqual(put(1, "staging", null));
  expect(no(promotion(history, to(1, "production"), by))).toMatch(
    /no receipt.*harness promote prompt:worker@1 --to production --unproven --why/,
  );
  expect(promotion(history, to(1, "production", { isUnproven: true }), by)).toMatchObject({
    receipt: "unproven",
  });
  expect(promotion(history, to(1, "production", { receipt }), by)).toMatchObject({ receipt });
  expect(promotion(history, to(1, "production", { receipt, isUnproven: true }), by)).toMatchObject({
    receipt,
  });
});

test("what is there already, what is not there, what is in production", () => {
  const history = worker(two);
  expect(no(promotion(history, to(2, "staging"), by))).toMatch(/is in staging already/);
  expect(no(promotion(history, to(1, "staging"), by))).toMatch(/harness rollback prompt:worker/);
  expect(no(promotion(history, to(7, "staging"), by))).toMatch(
    /no worker@7, the newest is worker@2.*harness prompts commit/,
  );
  expect(promotion(history, to(2, "production", { isUnproven: true }), by)).toMatchObject({ before: 1 });
});

test("a rollback takes the receipt along that the version had", () => {
  const history = worker([
    made(1),
    made(2),
    put(1, "production", null, { receipt }),
    put(2, "production", 1),
  ]);
  expect(rollback(history, by)).toEqual(put(1, "production", 2, { isRollback: true, receipt }));
});

test("nothing to roll back to", () => {
  expect(no(rollback(worker([made(1)]), by))).toMatch(/no version of worker is in production/);
  expect(no(rollback(worker(two), by))).toMatch(/nothing was in production before worker@1.*harness promote/);
});

test("a version that says the same as any other is not made again", () => {
  const of = { digest: sha256("closure 1"), text: sha256("another spelling"), renderer: 1 };
  expect(no(newVersion(worker(two), of, by))).toMatch(/this is worker@1 already/);
  expect(newVersion(worker(two), { ...of, digest: sha256("new") }, by)).toMatchObject({ version: 3 });
  expect(newVersion(noHistory({ kind: "prompt", name: "a" }), of, by)).toMatchObject({ version: 1 });
});

test("whatever is done, what the rules allow is read back without a fault, and each stage holds one version", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("make" as const) }),
    fc.record({ do: fc.constant("back" as const) }),
    fc.record({
      do: fc.constant("put" as const),
      version: fc.integer({ min: 1, max: 5 }),
      to: fc.constantFrom("staging" as const, "production" as const),
      isUnproven: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let history: History = noHistory({ kind: "prompt", name: "worker" });
      for (const [index, one] of steps.entries()) {
        const answer =
          one.do === "make"
            ? newVersion(history, { digest: sha256(`${index}`), text: sha256(""), renderer: 1 }, by)
            : one.do === "back"
              ? rollback(history, by)
              : promotion(history, { ...one, receipt: null }, by);
        // Each at a time of its own: two of the same second would be one line.
        if (!("no" in answer))
          history = after(history, { ...answer, at: new Date(index * 1000).toISOString() });
      }
      const back = read(textOf(history.records));
      expect(back.faults).toEqual([]);
      if (history.records.length > 0) expect(back.byName.get("prompt:worker")).toEqual(history);
      const stages = [...history.versions.values()].map(({ stage }) => stage);
      expect(stages.filter((stage) => stage === "production")).toHaveLength(
        inProduction(history) === null ? 0 : 1,
      );
      expect(stages.filter((stage) => stage === "staging")).toHaveLength(history.staging === null ? 0 : 1);
      const unproven = history.records.filter((one) => one.record === "stage" && one.stage === "production");
      expect(unproven.every((one) => one.record === "stage" && one.receipt === "unproven")).toBe(true);
    }),
    { numRuns: 80 },
  );
});
