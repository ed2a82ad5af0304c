import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Arm } from "../../../src/evals/answer.ts";
import { evaluate } from "../../../src/evals/runner/evaluate.ts";
import type { EvaluationPlan } from "../../../src/evals/runner/evaluate.ts";
import { outlookOf } from "../../../src/evals/runner/outlook.ts";
import { purse } from "../../../src/evals/runner/purse.ts";
import { MemoryAnswers } from "../../memory/answer-store.ts";
import { complete, itemOf, itemsUpTo, never, planOf, watching, world } from "./ground.ts";

const loud = { id: "robustness:loud", put: ({ case: { id } }: { case: { id: string } }) => itemOf(id) };

/** Undecided to the last look, whoever answers; always the same. */
const says = ({ item: { case: one } }: { item: { case: { id: string } } }) =>
  complete(Number(one.id.slice(1)) % 2 === 0 ? "right" : "wrong");

test("what is said to be asked is what is asked, whatever is known already", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        earlier: fc.integer({ min: 0, max: 12 }),
        stale: fc.boolean(),
        own: fc.integer({ min: 0, max: 300 }),
        arms: fc.constantFrom<readonly Arm[]>(["candidate", "baseline"], ["candidate", "baseline", "best"]),
        isAlike: fc.boolean(),
        hasForms: fc.boolean(),
      }),
      async ({ earlier, stale, own, arms, isAlike, hasForms }) => {
        const store = new MemoryAnswers();
        const one = world({
          store,
          says,
          ...(isAlike ? { identity: ({ item, form }) => `${item.case.id} ${form ?? ""}` } : {}),
        });
        const given: Partial<EvaluationPlan> = { arms, forms: hasForms ? [loud] : [] };
        if (earlier > 0)
          await evaluate(one, planOf({ ...given, id: "old", items: itemsUpTo(earlier) }), never, watching());
        const plan = planOf({ ...given, freshMs: stale ? -1 : 1_000_000 });
        // It is begun, and stops for want of money.
        await evaluate({ ...one, purse: purse(own * 10) }, plan, never, watching());
        const before = one.subject.asked.length;
        const outlook = await outlookOf(one, plan);
        expect(one.subject.asked).toHaveLength(before);
        const seen = watching();
        const { looks, asked } = await evaluate(
          { ...one, purse: purse(null) },
          { ...plan, outlook },
          never,
          seen,
        );
        const reached = outlook[looks.length - 1];
        expect(reached).toMatchObject({ samples: looks.at(-1)?.samples, answers: looks.at(-1)?.answers });
        expect(one.subject.asked.length - before).toBe(reached?.toAsk);
        // Two that are answered by one ask are both told as asked.
        if (!isAlike) expect(asked).toBe(reached?.toAsk);
        for (const { done, total, toAsk } of seen.progress) expect(toAsk).toBeLessThanOrEqual(total - done);
      },
    ),
    { numRuns: 60 },
  );
});

test("a look's time goes by what is still to be asked of it, not by what is known", async () => {
  const one = world({ says });
  const plan = planOf();
  await evaluate({ ...one, purse: purse(20 * 10) }, plan, never, watching());
  const outlook = await outlookOf(one, plan);
  expect(outlook[0]).toEqual({ samples: 2, answers: 48, toAsk: 28 });
  const seen = watching();
  await evaluate({ ...one, purse: purse(null) }, { ...plan, outlook }, never, seen);
  const first = seen.progress.filter(({ samples }) => samples === 2);
  expect(first[0]?.toAsk).toBeLessThanOrEqual(28);
  expect(first.at(-1)?.toAsk).toBe(0);
});
