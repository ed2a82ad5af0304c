import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answered, Ask, ScoredAnswer } from "../../../src/evals/answer.ts";
import { gather } from "../../../src/evals/runner/gather.ts";
import type { Gathered, Gathering } from "../../../src/evals/runner/gather.ts";
import { SubjectRefused, unanswered } from "../../../src/evals/subject/subject.ts";
import { MemoryAnswers } from "../../memory/answer-store.ts";
import { asksOf, complete, gathering, itemsUpTo, nameOf, nameOfAnswer, never, world } from "./ground.ts";
import type { World } from "./ground.ts";

const both = ["candidate", "baseline"] as const;
const go = async (
  made: World,
  asks: readonly Ask[],
  given: Partial<Gathering> = {},
  signal = never,
  onAnswer: (answer: ScoredAnswer) => void = () => undefined,
): Promise<Gathered> => gather(made, gathering(given), asks, signal, onAnswer);

const sorted = (names: readonly string[]): string[] => names.toSorted();
const outage = (micros: number | null = 0): Answered => ({
  ...unanswered("outage", "server: down"),
  micros,
});

describe("every ask", () => {
  test("is answered once, told once, durable before it is told, and never more at once than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 16 }), async (count, concurrency) => {
        const made = world();
        const asks = asksOf(both, itemsUpTo(count), 2);
        const told: string[] = [];
        const { answers, stopped } = await go(made, asks, { concurrency }, never, (one) => {
          expect(made.store.disk.has(`${one.key} eval1`)).toBe(true);
          told.push(nameOfAnswer(one));
        });
        const wanted = sorted(asks.map(nameOf));
        expect(stopped).toBeNull();
        for (const names of [made.subject.asked, told, answers.map(nameOfAnswer)])
          expect(sorted(names)).toEqual(wanted);
        for (const one of answers) expect(one.answered.text).toBe(nameOfAnswer(one));
        expect(made.subject.mostOpen).toBeLessThanOrEqual(concurrency);
        expect(made.subject.mostOpen).toBe(Math.min(concurrency, asks.length));
        expect(made.purse.spent()).toBe(10 * asks.length);
        expect(made.store.disk.size).toBe(asks.length);
      }),
      { numRuns: 25 },
    );
  });

  test("of more than one chunk, too", async () => {
    const made = world();
    const asks = asksOf(["candidate"], itemsUpTo(700), 2);
    const { answers } = await go(made, asks, { concurrency: 64 });
    expect(sorted(answers.map(nameOfAnswer))).toEqual(sorted(asks.map(nameOf)));
    expect(made.subject.asked).toHaveLength(1400);
  });

  test("is not asked when its answer is kept: the second time nothing is", async () => {
    const first = world();
    const asks = asksOf(both, itemsUpTo(20), 1);
    await go(first, asks);
    const second = world({ store: first.store });
    const { answers } = await go(second, asks);
    expect(second.subject.asked).toEqual([]);
    expect(answers.every(({ reused }) => !reused)).toBe(true);
    expect(second.purse.spent()).toBe(first.purse.spent());
    const third = world({ store: first.store });
    const later = await go(third, asks, { evaluation: "eval2" });
    const again = later.answers.filter(({ reused }) => !reused);
    expect(again.every(({ arm }) => arm === "baseline")).toBe(true);
    expect(later.rechecks).toHaveLength(again.length);
    expect(third.purse.spent()).toBe(10 * again.length);
  });

  test("of two arms that say the very same to the model is asked once, paid once, and kept once, resumed too", async () => {
    const identity = ({ item, sample }: Ask): string => `${item.case.id} ${sample}`;
    const made = world({ identity });
    const asks = asksOf(both, itemsUpTo(15), 2);
    const { answers } = await go(made, asks);
    expect(answers).toHaveLength(60);
    expect(made.subject.asked).toHaveLength(30);
    expect(made.store.disk.size).toBe(30);
    expect(made.purse.spent()).toBe(300);
    const texts = new Map(answers.map((one) => [nameOfAnswer(one), one.answered.text]));
    for (const [name, text] of texts) expect(texts.get(name.replace("baseline", "candidate"))).toBe(text);
    const resumed = world({ identity, store: made.store });
    await go(resumed, asks);
    expect(resumed.subject.asked).toEqual([]);
    expect(resumed.purse.spent()).toBe(300);
  });
});

describe("what is kept", () => {
  test("is errors, and never outages: those are asked again", async () => {
    const says = ({ item }: Ask, times: number): Answered => {
      if (item.case.id === "c1") return unanswered("error", "bad-request: no");
      return item.case.id === "c2" && times === 0 ? outage() : complete("x");
    };
    const made = world({ says });
    const asks = asksOf(["candidate"], itemsUpTo(5), 1);
    const { answers } = await go(made, asks);
    expect(answers.map((one) => `${one.case} ${one.answered.outcome}`).toSorted()).toEqual([
      "c0 complete",
      "c1 error",
      "c2 outage",
      "c3 complete",
      "c4 complete",
    ]);
    expect(made.store.disk.size).toBe(4);
    made.subject.asked.length = 0;
    const again = await go(made, asks);
    expect(made.subject.asked).toEqual(["candidate c2 1"]);
    expect(again.answers.find((one) => one.case === "c1")?.answered.why).toBe("bad-request: no");
    expect(again.answers.find((one) => one.case === "c2")?.answered.outcome).toBe("complete");
  });

  test("is told and scored only when it is durable, however long the disk takes", async () => {
    const made = world();
    const put = made.store.put.bind(made.store);
    Object.assign(made.store, {
      put: async (answer: Parameters<typeof put>[0]) => {
        await made.clock.sleepUntil(made.clock.now() + 5000, never);
        return put(answer);
      },
    });
    let told = 0;
    await go(made, asksOf(both, itemsUpTo(10), 1), {}, never, (one) => {
      told += 1;
      expect(made.store.disk.has(`${one.key} eval1`)).toBe(true);
    });
    expect(told).toBe(20);
  });

  test("is kept at once, however long others are being scored", async () => {
    const scoring: (() => void)[] = [];
    let isFirst = true;
    const made = world({
      score: async () => {
        if (isFirst) {
          isFirst = false;
          return { quality: 1 };
        }
        return new Promise((resolve) => scoring.push(() => resolve({ quality: 1 })));
      },
    });
    const asks = asksOf(["candidate"], itemsUpTo(41), 1);
    const ending = go(made, asks, { concurrency: 2 });
    await made.clock.sleepUntil(made.clock.now() + 100_000, never);
    expect(made.store.disk.size).toBe(41);
    expect(scoring.length).toBeLessThanOrEqual(4);
    for (let done = 0; done < 40; done += 1) {
      while (scoring.length === 0) await made.clock.sleepUntil(made.clock.now() + 1, never);
      scoring.shift()?.();
    }
    expect((await ending).answers).toHaveLength(41);
  });
});

describe("money", () => {
  const dear = (ask: Ask): Answered =>
    complete(nameOf(ask), { micros: 3 + (Number(ask.item.case.id.slice(1)) % 8) });

  test("is never overspent, and the answers stop where the next might not be paid", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 20 }),
        async (budget, concurrency) => {
          const made = world({ says: dear, budget });
          const asks = asksOf(both, itemsUpTo(20), 1);
          const { answers, stopped } = await go(made, asks, { concurrency });
          expect(made.purse.spent()).toBe(made.subject.micros);
          expect(made.subject.micros).toBeLessThanOrEqual(budget);
          expect(answers).toHaveLength(made.subject.answered.length);
          if (answers.length === asks.length) expect(stopped).toBeNull();
          else {
            expect(stopped).toBe("budget");
            expect(budget - made.purse.spent()).toBeLessThan(10);
          }
          const later = world({ says: dear, store: made.store });
          await go(later, asks, { concurrency });
          expect(sorted([...made.subject.answered, ...later.subject.asked])).toEqual(
            sorted(asks.map(nameOf)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test("what a provider does not say was used counts as all that it may have cost, resumed too", async () => {
    const says = (): Answered => complete("x", { micros: null });
    const made = world({ says, budget: 75, ceiling: 25 });
    const asks = asksOf(["candidate"], itemsUpTo(5), 1);
    expect((await go(made, asks)).stopped).toBe("budget");
    expect(made.subject.asked).toHaveLength(3);
    expect(made.purse.spent()).toBe(75);
    const resumed = world({ says, budget: 75, ceiling: 25, store: made.store });
    const { stopped } = await go(resumed, asks);
    expect([stopped, resumed.subject.asked, resumed.purse.spent()]).toEqual(["budget", [], 75]);
  });

  test("an outage that cost something is asked again with money of its own, and all of it counts", async () => {
    const says = (_: Ask, times: number): Answered => (times < 2 ? outage(4) : complete("x"));
    const rich = world({ says });
    const asks = asksOf(["candidate"], itemsUpTo(1), 1);
    const { answers } = await go(rich, asks);
    expect(answers[0]?.answered).toMatchObject({ outcome: "complete", micros: 18 });
    expect(rich.purse.spent()).toBe(18);
    const poor = world({ says, budget: 17 });
    expect((await go(poor, asks)).stopped).toBe("budget");
    expect(poor.subject.micros).toBe(8);
    const worst = world({ says: () => outage(4) });
    expect((await go(worst, asks)).answers[0]?.answered).toMatchObject({ outcome: "outage", micros: 12 });
    expect(worst.subject.asked).toHaveLength(3);
  });
});

describe("it stops", () => {
  test("at its time: what is under way ends, nothing more is asked", async () => {
    const made = world();
    const until = made.clock.now() + 300;
    const asks = asksOf(both, itemsUpTo(100), 1);
    made.subject.onAsk = () => expect(made.clock.now()).toBeLessThan(until + 20);
    const { answers, stopped } = await go(made, asks, { until, concurrency: 4 });
    expect(stopped).toBe("time");
    expect(answers.length).toBeGreaterThan(8);
    expect(answers.length).toBeLessThan(200);
    expect(sorted(answers.map(nameOfAnswer))).toEqual(sorted(made.subject.asked));
  });

  test("at twenty outages in a row, not at as many among answers", async () => {
    const down = world({ says: () => outage() });
    const { stopped, answers } = await go(down, asksOf(["candidate"], itemsUpTo(600), 1), { concurrency: 1 });
    expect([stopped, answers.length, down.subject.asked.length]).toEqual(["outage", 20, 20]);
    expect(down.store.disk.size).toBe(0);
    let asked = 0;
    const shaky = world({ says: () => ((asked += 1) % 20 === 0 ? complete("x") : outage()) });
    const ended = await go(shaky, asksOf(["candidate"], itemsUpTo(100), 1), { concurrency: 1 });
    expect(ended.stopped).toBeNull();
    expect(ended.answers).toHaveLength(100);
  });

  test("when nobody can score: what is asked stays with one batch, however slow scoring is", async () => {
    const free = world({
      mostMs: 0,
      score: async () => {
        await free.clock.sleepUntil(free.clock.now() + 1000, never);
        return { quality: "outage" as const };
      },
    });
    const { stopped, why } = await go(free, asksOf(["candidate"], itemsUpTo(500), 1), { concurrency: 8 });
    expect({ stopped, why }).toEqual({ stopped: "scoring", why: "quality: nobody says why" });
    expect(free.subject.asked.length).toBeLessThanOrEqual(32);
  });

  test("when it is interrupted, before or anywhere within: all that was answered is kept, the rest is asked later", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(45), fc.integer({ min: 1, max: 9 }), async (at, concurrency) => {
        const stop = new AbortController();
        const made = world();
        if (at === 0) stop.abort();
        made.subject.onAsk = () => {
          if (made.subject.asked.length === at) stop.abort();
        };
        const asks = asksOf(both, itemsUpTo(20), 1);
        const { answers, stopped } = await go(made, asks, { concurrency }, stop.signal);
        expect(stopped).toBe(at > 40 ? null : "interrupted");
        expect(sorted(answers.map(nameOfAnswer))).toEqual(sorted(made.subject.answered));
        expect(made.store.disk.size).toBe(made.subject.answered.length);
        const later = world({ store: made.store });
        const rest = await go(later, asks, { concurrency });
        expect(sorted(rest.answers.map(nameOfAnswer))).toEqual(sorted(asks.map(nameOf)));
        expect(sorted([...made.subject.answered, ...later.subject.asked])).toEqual(sorted(asks.map(nameOf)));
      }),
      { numRuns: 60 },
    );
  });
});

describe("it rejects, when all that was under way has ended and is kept", () => {
  const asks = asksOf(both, itemsUpTo(30), 1);
  const left = async (made: World, asked: readonly Ask[] = asks): Promise<string[]> => {
    const later = world({ store: made.store });
    const { answers } = await go(later, asked);
    expect(sorted(answers.map(nameOfAnswer))).toEqual(sorted(asked.map(nameOf)));
    return later.subject.asked;
  };

  test.each([0, 7, 25, 59])("when the subject refuses after %i answers", async (after) => {
    const refusal = new SubjectRefused("model: the key is refused");
    let answered = 0;
    const made = world({
      says: (ask) => ((answered += 1) > after ? refusal : complete(nameOf(ask))),
    });
    await expect(go(made, asks)).rejects.toBe(refusal);
    expect(made.subject.open).toBe(0);
    expect(made.store.disk.size).toBe(made.subject.answered.length);
    expect(sorted([...made.subject.answered, ...(await left(made))])).toEqual(sorted(asks.map(nameOf)));
  });

  test("when an ask cannot even be put, though others are under way", async () => {
    const made = world();
    const many = asksOf(["candidate"], itemsUpTo(900), 1);
    const broken = new Error("c700: the prompt has no variable x");
    Object.assign(made.subject, {
      identity: async (ask: Ask) => {
        if (ask.item.case.id === "c700") throw broken;
        return nameOf({ ...ask, sample: 0 });
      },
    });
    await expect(go(made, many)).rejects.toBe(broken);
    expect(made.subject.open).toBe(0);
    expect(made.store.disk.size).toBe(made.subject.answered.length);
  });

  test("when what it may cost cannot be told", async () => {
    const made = world();
    const broken = new Error("no such model");
    Object.assign(made.subject, { ceiling: async () => Promise.reject(broken) });
    await expect(go(made, asks)).rejects.toBe(broken);
    expect(made.subject.asked).toEqual([]);
  });

  test("when the scorer is broken: the answers are kept", async () => {
    const broken = new Error("a bug");
    let scored = 0;
    const made = world({
      score: async () => {
        scored += 1;
        if (scored === 10) throw broken;
        return { quality: 1 };
      },
    });
    await expect(go(made, asks)).rejects.toBe(broken);
    expect(made.store.disk.size).toBe(made.subject.answered.length);
    expect(made.subject.answered.length).toBeGreaterThanOrEqual(10);
  });

  test.each(["find", "put"])("when the store does not %s", async (what) => {
    const full = new Error("the disk is full");
    const store = new MemoryAnswers();
    let times = 0;
    const right = store[what as "put"].bind(store);
    Object.assign(store, {
      [what]: async (given: never) => {
        times += 1;
        if (what === "find" || times > 12) throw full;
        return right(given);
      },
    });
    const made = world({ store });
    await expect(go(made, asks)).rejects.toBe(full);
    expect(made.subject.open).toBe(0);
    const kept = new MemoryAnswers({ disk: store.disk });
    const there = what === "find" ? 0 : 12;
    expect(kept.disk.size).toBe(there);
    expect(await left({ ...made, store: kept })).toHaveLength(60 - there);
  });
});

describe("a stored answer that is asked again", () => {
  test("is compared with the new one, which counts", async () => {
    const asks = asksOf(["baseline"], itemsUpTo(200), 1);
    const first = world({ says: () => complete("old wrong", { served: "model-1" }) });
    await go(first, asks);
    const second = world({
      store: first.store,
      says: ({ item }) =>
        item.case.id.endsWith("0")
          ? unanswered("error", "stalled: too long")
          : complete("new", { served: "model-2" }),
    });
    const { answers, rechecks } = await go(second, asks, { evaluation: "eval2" });
    const fresh = answers.filter(({ reused }) => !reused);
    expect(rechecks).toHaveLength(fresh.length);
    expect(rechecks.length).toBeGreaterThan(8);
    for (const { case: id, before, now, servedBefore, servedNow } of rechecks) {
      expect(before).toEqual({ quality: 0, "rate of errors": 0 });
      expect(servedBefore).toBe("model-1");
      if (id.endsWith("0")) expect([now, servedNow]).toEqual([{ "rate of errors": 1 }, null]);
      else expect([now, servedNow]).toEqual([{ quality: 1, "rate of errors": 0 }, "model-2"]);
    }
    const resumed = world({ store: first.store });
    const again = await go(resumed, asks, { evaluation: "eval2" });
    const byCase = (list: Gathered["rechecks"]): unknown[] =>
      list.toSorted((a, b) => (a.case < b.case ? -1 : 1));
    expect(byCase(again.rechecks)).toEqual(byCase(rechecks));
    expect(resumed.subject.asked).toEqual([]);
  });

  test("is not compared where the new one is an outage", async () => {
    const asks = asksOf(["baseline"], itemsUpTo(150), 1);
    const first = world();
    await go(first, asks);
    const second = world({ store: first.store, says: () => outage() });
    expect((await go(second, asks, { evaluation: "eval2", concurrency: 1 })).rechecks).toEqual([]);
  });
});
