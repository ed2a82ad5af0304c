import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AnswerStore, KeptAnswer } from "../../src/evals/runner/store.ts";
import { kept, keyOf } from "./kept-answer.ts";

/** Something durable on which processes open stores of answers. */
export interface AnswersGround {
  /** `end`: the process ends in order. */
  open(
    failpoint?: (at: string) => void,
  ): Promise<{ readonly store: AnswerStore; readonly end: () => Promise<void> }>;
  remove(): Promise<void>;
}

/** What every `AnswerStore` keeps. `make` gives new, empty ground. */
export function answersContract(name: string, make: () => Promise<AnswersGround>): void {
  describe(`answers: ${name}`, () => {
    let ground: AnswersGround;
    beforeEach(async () => {
      ground = await make();
    });
    afterEach(() => ground.remove());

    it("gives back every field of what was put, to whoever opens it later", async () => {
      const { store, end } = await ground.open();
      const one = kept("a", "eval1", 1);
      await store.put(one);
      expect(await store.find([one.key, keyOf("b")])).toEqual(new Map([[one.key, [one]]]));
      await end();
      const later = await ground.open();
      expect(await later.store.find([keyOf("b"), one.key])).toEqual(new Map([[one.key, [one]]]));
      await later.end();
    });

    it("finds nothing for no keys, and nothing in what is empty", async () => {
      const { store, end } = await ground.open();
      expect(await store.find([])).toEqual(new Map());
      expect(await store.find([keyOf("a")])).toEqual(new Map());
      await end();
    });

    it("has one answer per key and evaluation, the later in place of the earlier, and the newest first", async () => {
      const put = fc.record({
        key: fc.constantFrom("a", "b", "c"),
        evaluation: fc.constantFrom("eval1", "eval2", "eval3"),
        at: fc.integer({ min: 0, max: 5 }),
        text: fc.string(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(put, { maxLength: 12 }), fc.boolean(), async (puts, atOnce) => {
          const fresh = await make();
          const { store, end } = await fresh.open();
          const answers = puts.map(({ key, evaluation, at, text }) => kept(key, evaluation, at, text));
          if (atOnce) await Promise.all(answers.map(async (one) => store.put(one)));
          else for (const one of answers) await store.put(one);
          const found = await store.find(["a", "b", "c"].map(keyOf));
          await end();
          await fresh.remove();
          for (const key of ["a", "b", "c"].map(keyOf)) {
            const last = new Map(
              answers.filter((one) => one.key === key).map((one) => [one.evaluation, one]),
            );
            const list = found.get(key) ?? [];
            expect(list.toSorted(byEvaluation)).toEqual([...last.values()].toSorted(byEvaluation));
            const times = list.map(({ at }) => at);
            expect(times).toEqual(times.toSorted((a, b) => b - a));
            expect(found.has(key)).toBe(list.length > 0);
          }
        }),
        { numRuns: 20 },
      );
    });

    it("is the same for all who have it open", async () => {
      const [one, two] = [await ground.open(), await ground.open()];
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) =>
          (n % 2 === 0 ? one : two).store.put(kept(`k${n}`, "eval1", n)),
        ),
      );
      const keys = Array.from({ length: 40 }, (_, n) => keyOf(`k${n}`));
      expect((await one.store.find(keys)).size).toBe(40);
      expect((await two.store.find(keys)).size).toBe(40);
      await one.end();
      await two.end();
    });

    it("commits together what is given together", async () => {
      let commits = 0;
      const { store, end } = await ground.open((at) => {
        if (at === "answers/before") commits += 1;
      });
      await Promise.all(Array.from({ length: 64 }, async (_, n) => store.put(kept(`k${n}`, "eval1", n))));
      expect(commits).toBe(1);
      await end();
    });

    it.each([
      ["answers/before", 0],
      ["answers/after", 3],
    ])(
      "tells nobody that it is kept when it dies at %s, and has all of the commit or nothing",
      async (at, there) => {
        let isArmed = false;
        const { store, end } = await ground.open((now) => {
          if (isArmed && now === at) throw new Error("dead");
        });
        await store.put(kept("before", "eval1", 1));
        isArmed = true;
        const names = ["x", "y", "z"];
        const told = await Promise.allSettled(names.map(async (one) => store.put(kept(one, "eval1", 2))));
        expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
        isArmed = false;
        await end();
        const later = await ground.open();
        expect((await later.store.find(names.map(keyOf))).size).toBe(there);
        expect((await later.store.find([keyOf("before")])).size).toBe(1);
        await later.end();
      },
    );
  });
}

const byEvaluation = (a: KeptAnswer, b: KeptAnswer): number => (a.evaluation < b.evaluation ? -1 : 1);
