import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answered, Ask } from "../../../src/evals/answer.ts";
import { GateFault } from "../../../src/evals/gate/decide.ts";
import { evaluate } from "../../../src/evals/runner/evaluate.ts";
import type { Evaluated, EvaluationPlan } from "../../../src/evals/runner/evaluate.ts";
import { outlookOf } from "../../../src/evals/runner/outlook.ts";
import { keyOf } from "../../../src/evals/runner/reuse.ts";
import { purse } from "../../../src/evals/runner/purse.ts";
import { unanswered } from "../../../src/evals/subject/subject.ts";
import { MemoryAnswers } from "../../memory/answer-store.ts";
import { fixed } from "../../simulation/random.ts";
import {
  complete,
  gateOf,
  itemOf,
  itemsUpTo,
  nameOf,
  nameOfAnswer,
  never,
  planOf,
  sha256,
  watching,
  world,
} from "./ground.ts";
import type { World } from "./ground.ts";

const go = async (
  made: World,
  given: Partial<EvaluationPlan> = {},
  signal = never,
): Promise<Evaluated & { seen: ReturnType<typeof watching> }> => {
  const seen = watching();
  return { ...(await evaluate(made, planOf(given), signal, seen)), seen };
};

/** Right in so many of a hundred answers, by its name alone. */
const right = (ask: Ask, percent: number): Answered =>
  complete(fixed(nameOf(ask), "right") * 100 < percent ? "right" : "wrong");
const even = (ask: Ask): Answered => right(ask, 80);
const open = { gate: gateOf(), items: itemsUpTo(15) };
const sorted = (names: readonly string[]): string[] => names.toSorted();

describe("looks", () => {
  test("are taken until the gate decides: nothing is asked for beyond", async () => {
    const bad = world({ says: (ask) => (ask.arm === "candidate" ? complete("wrong") : complete("right")) });
    const { looks, decision, answers, stopped, seen } = await go(bad, { items: itemsUpTo(40) });
    expect(decision?.verdict).toBe("REJECT");
    expect(looks.map(({ samples }) => samples)).toEqual([2]);
    expect([answers.length, bad.subject.asked.length, stopped]).toEqual([160, 160, null]);
    expect(seen.looks).toEqual([{ look: looks[0], decision }]);
  });

  test("go on while it is open, each with the answers of those before, and end with the last", async () => {
    const made = world({ says: even });
    const { looks, decision, answers } = await go(made, open);
    expect(decision?.verdict).toBe("INCONCLUSIVE");
    expect(decision?.next).toBeNull();
    expect(looks.map(({ samples, answers: count }) => [samples, count])).toEqual([
      [2, 60],
      [4, 120],
      [8, 240],
    ]);
    expect(looks.map(({ micros }) => micros)).toEqual([600, 1200, 2400]);
    expect(new Set(answers.map(nameOfAnswer)).size).toBe(240);
    expect(made.subject.asked).toHaveLength(240);
    const times = looks.map(({ wallMs }) => wallMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test("without a gate there is one, and no decision", async () => {
    const made = world();
    const { looks, decision, answers } = await go(made, { isGated: false, arms: ["candidate"] });
    expect([looks.length, decision, answers.length]).toEqual([1, null, 24]);
  });

  test("forms are asked with the first look only, and are no answers of the gate", async () => {
    const made = world({ says: (ask) => (ask.form === null ? even(ask) : complete("wrong")) });
    const forms = [
      { id: "robustness:loud", put: ({ case: { id } }: { case: { id: string } }) => itemOf(id) },
    ];
    const { answers, decision } = await go(made, { ...open, forms });
    expect(answers.filter(({ form }) => form !== null)).toHaveLength(30);
    const plain = await go(world({ says: even }), open);
    expect(decision).toEqual(plain.decision);
  });

  test("count errors, outages that were asked again, and those that remain", async () => {
    const says = (ask: Ask, times: number): Answered => {
      if (ask.item.case.id === "c1") return unanswered("error", "stalled: too long");
      if (ask.item.case.id === "c2" && times === 0) return unanswered("outage", "server: down");
      return ask.item.case.id === "c3" ? unanswered("outage", "server: down") : even(ask);
    };
    const made = world({ says });
    const { looks, answers, seen } = await go(made, { ...open, gate: gateOf({ looks: [2] }) });
    expect(looks).toMatchObject([{ answers: 60, errors: 4, repeated: 8, outages: 4 }]);
    expect(new Set(answers.map(nameOfAnswer)).size).toBe(60);
    expect(seen.progress.at(-1)).toMatchObject({ done: 60, total: 60, errors: 4, outages: 4, reused: 0 });
    for (const { done, total } of seen.progress) expect(done).toBeLessThanOrEqual(total);
  });

  test("money is unknown where a model has no price", async () => {
    const made = world({ says: () => complete("right", { micros: null }), ceiling: null });
    expect((await go(made, open)).looks[0]?.micros).toBeNull();
  });

  test("answers come in one order, whenever they came", async () => {
    const one = await go(world({ says: even }), { ...open, concurrency: 1 });
    const other = await go(world({ says: even, mostMs: 999 }), { ...open, concurrency: 30 });
    expect(other.answers).toEqual(one.answers);
    expect(other.decision).toEqual(one.decision);
  });
});

describe("a gate that could not judge it", () => {
  test("is refused before anything is asked", async () => {
    const made = world();
    await expect(go(made, { arms: ["candidate"] })).rejects.toThrow(GateFault);
    await expect(go(made, { items: [] })).rejects.toThrow("there are no items");
    await expect(go(made, { items: [itemOf("a"), itemOf("a")] })).rejects.toThrow("item a is there twice");
    expect(made.subject.asked).toEqual([]);
  });
});

describe("money", () => {
  test("is looked at before a look: one that cannot be paid is not begun", async () => {
    const made = world({ says: even, budget: 1190 });
    const { looks, stopped, decision } = await go(made, open);
    expect([looks.length, stopped, decision?.verdict]).toEqual([1, "budget", "INCONCLUSIVE"]);
    expect(made.subject.asked).toHaveLength(60);
    const enough = world({ says: even, budget: 1210 });
    expect((await go(enough, open)).looks).toHaveLength(2);
  });

  test("that ends within a look leaves the look before to decide, and keeps what was answered", async () => {
    const dear = (ask: Ask): Answered => ({ ...even(ask), micros: ask.sample > 2 ? 10 : 5 });
    const made = world({ says: dear, budget: 700 });
    const { looks, stopped, decision, answers } = await go(made, open);
    expect([looks.length, stopped, decision?.look]).toEqual([1, "budget", 2]);
    expect(answers.length).toBeGreaterThan(60);
    expect(answers.length).toBeLessThan(120);
    expect(made.subject.micros).toBeLessThanOrEqual(700);
    const later = await go({ ...world({ says: dear, store: made.store }), purse: purse(10_000) }, open);
    expect(later.looks).toHaveLength(3);
    expect(made.store.disk.size).toBe(240);
  });

  test("a first look that is not whole decides nothing", async () => {
    const made = world({ says: even, budget: 300 });
    const { looks, decision, stopped, answers, seen } = await go(made, open);
    expect([looks, decision, stopped, seen.looks]).toEqual([[], null, "budget", []]);
    expect(answers.length).toBe(30);
  });
});

describe("an evaluation that is interrupted anywhere", () => {
  /** Without what depends on when things happened. */
  const lasting = ({ looks, answers, decision, stopped }: Evaluated): unknown => ({
    looks: looks.map(({ samples, answers: count, micros, errors, outages }) => ({
      samples,
      count,
      micros,
      errors,
      outages,
    })),
    answers,
    decision,
    stopped,
  });
  const says = (ask: Ask, times: number): Answered => {
    const odd = fixed(nameOf({ ...ask, sample: 0 }), "odd");
    if (odd < 0.05) return unanswered("error", "bad-request: no");
    return odd < 0.1 && times === 0 && ask.sample === 1 ? unanswered("outage", "server: down") : even(ask);
  };

  test("ends as if it had not been, each answer paid once, however often it is interrupted", async () => {
    const whole = lasting(await go(world({ says, store: new MemoryAnswers() }), open));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        async (points, concurrency) => {
          const kept = new MemoryAnswers();
          const answered: string[] = [];
          for (const point of points) {
            const stop = new AbortController();
            const made = world({ says, store: kept });
            made.subject.onAsk = () => {
              if (made.subject.asked.length > point) stop.abort();
            };
            await go(made, { ...open, concurrency }, stop.signal);
            answered.push(...made.subject.answered);
          }
          const last = world({ says, store: kept });
          const ended = await go(last, { ...open, concurrency });
          expect(lasting(ended)).toEqual(whole);
          const all = sorted([...answered, ...last.subject.answered]);
          const lost = all.filter((name, at) => name === all[at - 1]);
          expect(lost.every((name) => says(askOf(name), 0).outcome === "outage")).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("dies with its process in the same way: at any commit, before or after", async () => {
    const whole = lasting(await go(world({ says }), open));
    for (const [at, number] of [
      ["answers/before", 1],
      ["answers/after", 1],
      ["answers/before", 40],
      ["answers/after", 101],
    ] as const) {
      const disk = new Map<string, string>();
      let passed = 0;
      const dying = new MemoryAnswers({
        disk,
        failpoint: (now) => {
          if (now === at && (passed += 1) === number) throw new Error("killed");
        },
      });
      await expect(go(world({ says, store: dying }), open)).rejects.toThrow("killed");
      const there = disk.size;
      const last = world({ says, store: new MemoryAnswers({ disk }) });
      expect(lasting(await go(last, open))).toEqual(whole);
      expect(last.subject.answered.length).toBeLessThanOrEqual(240 - there + 20);
    }
  });
});

const askOf = (name: string): Ask => {
  const [arm, id = "", sample] = name.split(" ");
  return { arm: arm as Ask["arm"], item: itemOf(id), sample: Number(sample), form: null };
};

describe("stored answers of production", () => {
  const wide = { items: itemsUpTo(100), gate: gateOf({ looks: [1] }) };
  const earlier = async (served: string): Promise<MemoryAnswers> => {
    const first = world({ says: (ask) => ({ ...even(ask), served }) });
    await go(first, { ...wide, id: "eval0" });
    return first.store;
  };

  test("are taken where they hold: a tenth is asked again, and the candidate", async () => {
    const made = world({ says: even, store: await earlier("model-1"), identity: newCandidate });
    const { answers, seen, looks } = await go(made, wide);
    expect(seen.notes).toEqual([]);
    const reused = answers.filter((one) => one.reused);
    expect(reused.every(({ arm }) => arm === "baseline")).toBe(true);
    expect(reused.length).toBeGreaterThan(75);
    expect(reused.length).toBeLessThan(100);
    expect(made.subject.asked).toHaveLength(200 - reused.length);
    expect(looks[0]?.micros).toBe(10 * made.subject.asked.length);
    expect(seen.progress.at(-1)).toMatchObject({ done: 200, reused: reused.length });
  });

  test("are all asked again, once, where another model answers now; each place has one answer", async () => {
    const made = world({ says: even, store: await earlier("model-0"), identity: newCandidate });
    const { answers, seen, looks } = await go(made, wide);
    expect(seen.notes).toHaveLength(1);
    expect(seen.notes[0]).toMatch(
      /stored answers are not taken: they are of model-0, and now model-1 answers; asking \d+ again/,
    );
    expect(answers.every(({ reused, answered }) => !reused && answered.served === "model-1")).toBe(true);
    expect(sorted(answers.map(nameOfAnswer))).toEqual(sorted(made.subject.asked));
    expect(new Set(made.subject.asked).size).toBe(200);
    expect(looks[0]).toMatchObject({ answers: 200, micros: 2000 });
    const resumed = world({ says: even, store: made.store, identity: newCandidate });
    const again = await go(resumed, wide);
    expect(again.answers).toEqual(answers);
    expect(resumed.subject.asked).toEqual([]);
    expect(resumed.purse.spent()).toBe(2000);
  });

  test("so are a candidate's of the same time, as both arms are compared with each other", async () => {
    const store = await earlier("model-0");
    const { answers } = await go(world({ says: even, store }), wide);
    expect(answers.every(({ answered }) => answered.served === "model-1")).toBe(true);
  });

  test("where money ends before they are asked again, nothing is decided", async () => {
    const store = await earlier("model-0");
    const made = world({ says: even, store, identity: newCandidate, budget: 1300 });
    const { looks, decision, stopped, answers } = await go(made, wide);
    expect([looks, decision, stopped]).toEqual([[], null, "budget"]);
    expect(answers.every(({ reused }) => !reused)).toBe(true);
    expect(new Set(answers.map(nameOfAnswer)).size).toBe(answers.length);
  });
});

describe("where nothing is answered nothing is compared", () => {
  const once = { gate: gateOf({ looks: [1] }), isGated: false };
  const error = (): Answered => ({ ...unanswered("error", "bad-request: no"), micros: 0 });

  test("errors of both arms end it, and those of one arm are its own", async () => {
    const all = await go(world({ says: error }), { ...open, concurrency: 1 });
    expect([all.looks, all.decision, all.stopped]).toEqual([[], null, "errors"]);
    expect(all.answers.length).toBeLessThan(30);
    expect(all.seen.notes).toEqual(["no version gets an answer: bad-request: no"]);
    const one = world({ says: (ask) => (ask.arm === "candidate" ? error() : even(ask)) });
    expect((await go(one, { ...open, concurrency: 1 })).decision?.verdict).toBe("REJECT");
  });

  test("however few there are, unless there are so few that it may be chance", async () => {
    const few = async (cases: number): Promise<Evaluated["stopped"]> =>
      (await go(world({ says: error }), { ...once, items: itemsUpTo(cases) })).stopped;
    expect([await few(3), await few(4)]).toEqual([null, "errors"]);
  });

  test("outages alone end it at once", async () => {
    const down = world({ says: () => unanswered("outage", "server: down") });
    const { looks, stopped, seen } = await go(down, { ...once, items: itemsUpTo(4) });
    expect([looks, stopped]).toEqual([[], "outage"]);
    expect(down.subject.asked).toHaveLength(8);
    expect(seen.notes).toEqual(["no answers come: server: down"]);
  });

  test("one answer is enough to go on with the rest", async () => {
    const shaky = world({ says: (ask) => (ask.item.case.id === "c0" ? even(ask) : error()) });
    const { looks } = await go(shaky, { ...once, items: itemsUpTo(9) });
    expect(looks).toMatchObject([{ errors: 16 }]);
  });
});

describe("what does not answer", () => {
  const error = (why: string): Answered => ({ ...unanswered("error", why), micros: 0 });
  const outage = (micros: number | null = 0): Answered => ({
    ...unanswered("outage", "server: 529"),
    micros,
  });

  test.each([4, 30])(
    "errors that ended it are asked again, %i cases: who was told to mend it has",
    async (cases) => {
      const store = new MemoryAnswers();
      const given = { items: itemsUpTo(cases), gate: gateOf({ least_df: 2 }) };
      for (const _ of [1, 2, 3]) {
        const broken = world({ store, says: () => error("bad-request: credit balance is too low") });
        expect((await go(broken, given)).stopped).toBe("errors");
        expect(broken.subject.asked.length).toBeGreaterThanOrEqual(Math.min(8, cases));
        expect(store.disk.size).toBe(0);
      }
      const mended = world({ store, says: even });
      const { stopped, looks } = await go(mended, given);
      expect([stopped, looks[0]?.errors]).toEqual([null, 0]);
    },
  );

  test("errors that count are kept, also where they came first", async () => {
    const store = new MemoryAnswers();
    const says = (ask: Ask): Answered => (ask.arm === "candidate" ? error("context-full") : even(ask));
    expect((await go(world({ store, says }), open)).decision?.verdict).toBe("REJECT");
    const again = world({ store, says });
    expect((await go(again, open)).decision?.verdict).toBe("REJECT");
    expect(again.subject.asked).toEqual([]);
  });

  test.each([0, null])(
    "cases that never answer are no provider that is down (what each cost: %s)",
    async (micros) => {
      const says = (ask: Ask): Answered =>
        Number(ask.item.case.id.slice(1)) % 20 === 0 ? outage(micros) : even(ask);
      const lost = world({ says });
      const { stopped, looks } = await go(lost, {
        items: itemsUpTo(200),
        gate: gateOf({ looks: [2] }),
        concurrency: 1,
      });
      expect([stopped, looks[0]?.outages, looks[0]?.answers]).toEqual([null, 40, 800]);
    },
  );

  test("a provider that goes down on the way ends it, however few are left; one that comes back does not", async () => {
    const says =
      (isBack: boolean) =>
      (ask: Ask, times: number): Answered =>
        Number(ask.item.case.id.slice(1)) % 2 === 0 || (isBack && times > 0) ? even(ask) : outage();
    const half = { items: itemsUpTo(12), gate: gateOf({ looks: [1], least_df: 2 }), concurrency: 1 };
    const last = world({ says: (ask, times) => (asked(last) > 14 ? outage() : says(true)(ask, times)) });
    const asked = (made: World): number => made.subject.asked.length;
    const { stopped, seen } = await go(last, half);
    expect([stopped, seen.notes]).toEqual(["outage", ["no answers come: server: 529"]]);
    expect((await go(world({ says: says(true) }), half)).stopped).toBeNull();
    // Half of the cases never answer, but others do in between: nobody is down.
    expect((await go(world({ says: says(false) }), half)).looks).toMatchObject([{ outages: 12 }]);
  });

  test("an arm whose outages turn into errors when asked again is that arm's own", async () => {
    const says = (ask: Ask, times: number): Answered =>
      ask.arm === "baseline" ? even(ask) : times === 0 && ask.sample === 1 ? outage() : error("timeout");
    const { decision, stopped } = await go(world({ says }), { ...open, concurrency: 1 });
    expect([decision?.verdict, stopped]).toEqual(["REJECT", null]);
  });

  test("where one arm's provider is down the other's answers are not all paid first", async () => {
    const half = world({ says: (ask) => (ask.arm === "candidate" ? outage() : even(ask)) });
    const { stopped, seen } = await go(half, { items: itemsUpTo(300), concurrency: 4 });
    expect(stopped).toBe("outage");
    expect(half.subject.asked.length).toBeLessThan(60);
    expect(seen.notes).toEqual(["no answers come: none to the candidate: server: 529"]);
  });
});

test("a look is affordable by what must be paid, not by what is known", async () => {
  const store = new MemoryAnswers();
  const gate = gateOf({ looks: [1, 3] });
  const items = itemsUpTo(40);
  await go(world({ store, says: even }), { gate, items, id: "old" });
  // Of production the first answers are gone; those of the second look are known.
  for (const item of items)
    store.disk.delete(`${keyOf(sha256, 1, nameOf({ arm: "baseline", item, sample: 0, form: null }))} old`);
  const made = world({ store, says: even, budget: 1800, identity: newCandidate });
  const plan = planOf({ gate, items });
  const outlook = await outlookOf(made, plan);
  const { looks } = await evaluate(made, { ...plan, outlook }, never, watching());
  expect(looks.map(({ samples }) => samples)).toEqual([1, 3]);
  // Without knowing that it looks twice as dear.
  const blind = world({ says: even, budget: 1800, identity: newCandidate });
  expect(await evaluate(blind, plan, never, watching())).toMatchObject({ stopped: "budget" });
});

const newCandidate = (ask: Ask): string =>
  `${ask.arm === "candidate" ? "new " : ""}${nameOf({ ...ask, sample: 0 })}`;

test("two evaluations at once, of one production, share what is kept and both end right", async () => {
  const store = new MemoryAnswers();
  const says = (ask: Ask): Answered => even(ask);
  const one = world({ says, store });
  const other = world({
    says,
    store,
    identity: (ask) => (ask.arm === "candidate" ? "other " : "") + nameOf({ ...ask, sample: 0 }),
  });
  const [first, second] = await Promise.all([
    go(one, { ...open, id: "evala" }),
    go(other, { ...open, id: "evalb" }),
  ]);
  const alone = await go(world({ says }), open);
  for (const ended of [first, second]) {
    expect(ended.decision).toEqual(alone.decision);
    expect(sorted(ended.answers.map(nameOfAnswer))).toEqual(sorted(alone.answers.map(nameOfAnswer)));
  }
  const asked = one.subject.asked.length + other.subject.asked.length;
  expect(asked).toBeLessThanOrEqual(480);
  const third = world({ says, store });
  const { answers } = await go(third, { ...open, id: "evalc" });
  expect(third.subject.asked.every((name) => name.startsWith("baseline"))).toBe(true);
  expect(answers.filter(({ reused }) => reused).length).toBeGreaterThan(200);
});
