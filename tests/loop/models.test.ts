import { describe, expect, test } from "vitest";
import type { Body, Entry, EventType } from "../../src/core/event.ts";
import type { ModelErrorClass, ModelResponse, Part } from "../../src/core/model.ts";
import type { RunState } from "../../src/core/run.ts";
import { call, complete, ground, outcomesOf, plan, simpleTask, submit, typesOf } from "./ground.ts";
import type { Ground, Says } from "./ground.ts";

/** What the loop does when models fail, are held back, or say less than is wanted. */

const works: Says = (thread, turn) => {
  if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
  return turn === 1 ? [call("bash", { command: "put a.txt ok" })] : [submit()];
};
const failing = (kind: ModelErrorClass, retryAfterMs: number | null = null): ModelResponse => ({
  outcome: "failed",
  error: { class: kind, message: kind, status: 503, retryAfterMs },
  usage: null,
});
const bodies = <T extends EventType>(entries: readonly Entry[], type: T): Body<T>[] =>
  entries.flatMap((entry) => (entry.type === type ? [entry.body as Body<T>] : []));
const asked = (run: RunState): string[] => [...run.escalations.values()].map(({ kind }) => kind);
const retry = async (made: Ground, run: RunState): Promise<void> => {
  const [open = ""] = run.escalations.keys();
  await made.answer(open, { type: "escalation", choice: "retry", note: null, budget: null });
};

describe("a model that fails", () => {
  test("again and again is left alone ever longer, until a person is asked; who resumes has it asked again", async () => {
    let isUp = false;
    const made = await ground({ says: (...args) => (isUp ? works(...args) : failing("overloaded")) });
    const { stand, run } = await made.go();
    expect([stand, asked(run)]).toEqual(["waiting", ["outage"]]);
    const ended = (await made.entries()).filter(({ type }) => type === "model-ended");
    const gaps = ended.slice(1).map(({ at }, nth) => at - (ended[nth]?.at ?? 0));
    const [first, last] = [ended.at(0)?.at ?? 0, (await made.entries()).at(-1)?.at ?? 0];
    expect(last - first).toBeGreaterThanOrEqual(7_200_000);
    expect(last - first).toBeLessThan(7_210_000);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(ended.length).toBeLessThan(25);
    expect(run.spent.micros).toBe(0);
    isUp = true;
    await retry(made, run);
    expect((await made.go()).run.outcome).toBe("met");
  });

  test.each<ModelErrorClass>(["network", "stalled", "protocol"])(
    "with %s, which may have cost, is tried as often as the run allows, and each try is charged in full",
    async (kind) => {
      const made = await ground({ says: () => failing(kind), limits: { tries: 3, breaker: 9 } });
      const { run } = await made.go();
      const tries = bodies(await made.entries(), "model-ended");
      expect([asked(run), tries.length]).toEqual([["outage"], 3]);
      const reserved = bodies(await made.entries(), "model-started").map((body) => body.reserved);
      expect(tries.map(({ charged }) => charged)).toEqual(reserved);
    },
  );

  test("at a price is tried over minutes: a provider that starts anew is outlasted", async () => {
    const made = await ground({ says: () => failing("network"), limits: { tries: 6, breaker: 9 } });
    await made.go();
    const ended = (await made.entries()).filter(({ type }) => type === "model-ended");
    const waits = ended.map((entry) =>
      entry.type === "model-ended" ? Math.round(((entry.body.retryAt ?? entry.at) - entry.at) / 1000) : null,
    );
    expect(waits).toEqual([1, 2, 4, 60, 300, 300]);
  });

  test.each<ModelErrorClass>(["auth", "bad-request", "missing-script", "wrong-model"])(
    "with %s, which no waiting mends, is not tried again",
    async (kind) => {
      const made = await ground({ says: () => failing(kind) });
      expect(asked((await made.go()).run)).toEqual(["outage"]);
      expect(bodies(await made.entries(), "model-started").length).toBe(1);
    },
  );

  test("once before hours in which nobody was at work is asked again, not given up", async () => {
    let tries = 0;
    const made = await ground({
      says: (thread, ...rest) => {
        if (!thread.startsWith("task/")) return works(thread, ...rest);
        tries += 1;
        if (tries === 1) void made.answer("stop/1", { type: "stop" });
        return tries === 1 ? failing("overloaded") : works(thread, ...rest);
      },
    });
    expect((await made.go()).stand).toBe("stopped");
    made.pass(24 * 3_600_000);
    expect((await made.go()).run.outcome).toBe("met");
    expect(typesOf(await made.entries())).not.toContain("escalation-raised");
  });
});

describe("a fallback", () => {
  const models = async (made: Ground): Promise<string[]> =>
    bodies(await made.entries(), "model-started").map(({ model }) => model);

  test("is asked while the own model is left alone, however long that lasts", async () => {
    const made = await ground({
      says: () => failing("overloaded"),
      limits: { breaker: 2, outageMs: 60_000, turns: 60, stale: 60, repeats: 60 },
      fallback: (thread, turn) => {
        if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
        made.pass(10_000);
        if (turn < 50) return [call("bash", { command: `exists ${turn}` })];
        return turn === 50 ? [call("bash", { command: "put a.txt ok" })] : [submit()];
      },
    });
    const { run } = await made.go();
    expect([run.outcome, typesOf(await made.entries()).includes("escalation-raised")]).toEqual([
      "met",
      false,
    ]);
    const names = await models(made);
    expect(names.slice(0, 3)).toEqual(["test/model", "test/model", "test/fallback"]);
    // One call for all after each pause, to find out.
    expect(names.filter((name) => name === "test/model").length).toBeLessThan(9);
  });

  test("gives way as soon as the own model answers", async () => {
    let calls = 0;
    const made = await ground({
      says: (...args) => ((calls += 1) <= 2 ? failing("server") : works(...args)),
      fallback: (...args) => {
        made.pass(60_000);
        return works(...args);
      },
      limits: { breaker: 2 },
    });
    expect((await made.go()).run.outcome).toBe("met");
    expect(await models(made)).toEqual([
      "test/model",
      "test/model",
      "test/fallback",
      "test/model",
      "test/model",
    ]);
  });

  test.each<ModelErrorClass>(["auth", "wrong-model"])(
    "is asked at once where the own model fails with %s",
    async (kind) => {
      const made = await ground({ says: () => failing(kind), fallback: works });
      expect((await made.go()).run.outcome).toBe("met");
      expect((await models(made)).slice(0, 2)).toEqual(["test/model", "test/fallback"]);
    },
  );

  test("that is out as well leaves the decision to a person", async () => {
    const out: Says = () => failing("overloaded");
    const made = await ground({ says: out, fallback: out });
    expect(asked((await made.go()).run)).toEqual(["outage"]);
  });
});

describe("a model that is held back for all runs of its key", () => {
  test("is not asked before then, and nothing is reserved meanwhile", async () => {
    const until = 500_000;
    const made = await ground({ says: works, heldUntil: (now) => (now < until ? until : null) });
    const { run } = await made.go();
    const entries = await made.entries();
    expect(run.outcome).toBe("met");
    expect(bodies(entries, "model-held")).toEqual([{ thread: "plan/1", model: "test/model", until }]);
    const first = entries.find(({ type }) => type === "model-started");
    expect(first?.at).toBeGreaterThan(until);
  });
});

describe("an answer", () => {
  test("for which nothing more fits makes the context smaller and is asked for again", async () => {
    let isFull = true;
    const made = await ground({
      says: (thread, turn) => {
        if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
        if (turn === 3 && isFull) {
          isFull = false;
          return failing("context-full");
        }
        if (turn < 3) return [call("bash", { command: `exists ${turn}` })];
        return turn === 3 ? [call("bash", { command: "put a.txt ok" })] : [submit()];
      },
    });
    expect((await made.go()).run.outcome).toBe("met");
    expect(bodies(await made.entries(), "context-compacted").map(({ throughTurn }) => throughTurn)).toEqual([
      1,
    ]);
  });

  test("that is a pause is told to go on and is no silence", async () => {
    const paused: ModelResponse = {
      ...(complete([]) as Extract<ModelResponse, { outcome: "complete" }>),
      stop: "pause",
    };
    const made = await ground({
      says: (thread, turn) => {
        if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
        if (turn <= 5) return paused;
        return turn === 6 ? [call("bash", { command: "put a.txt ok" })] : [submit()];
      },
    });
    expect((await made.go()).run.outcome).toBe("met");
    expect(outcomesOf(await made.entries())).toEqual(["a accepted"]);
  });

  test("turn after turn without anything new gives the attempt up", async () => {
    const around = (turn: number): readonly Part[] => [call("bash", { command: `exists ${turn % 2}` })];
    const made = await ground({
      limits: { attempts: 1, stale: 4, turns: 60 },
      says: (thread, turn) => (thread.startsWith("plan/") ? [plan(simpleTask("a"))] : around(turn)),
    });
    await made.go();
    expect(outcomesOf(await made.entries())).toEqual(["a gave-up"]);
    expect(
      bodies(await made.entries(), "model-started").filter(({ thread }) => thread === "task/a/1").length,
    ).toBe(6);
  });
});
