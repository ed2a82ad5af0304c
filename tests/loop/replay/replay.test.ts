import { describe, expect, test } from "vitest";
import type { Action } from "../../../src/core/action.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Entry } from "../../../src/core/event.ts";
import { threadParts } from "../../../src/core/id.ts";
import type { Ports } from "../../../src/core/ports.ts";
import { scenario } from "../../simulation/scenario.ts";
import { runId, simulate } from "../../simulation/simulate.ts";
import type { Simulated } from "../../simulation/simulate.ts";
import { replaySimulated } from "./ground.ts";

/** `HARNESS_LONG=1`: 300 seeds. */
const seeds = Array.from({ length: process.env["HARNESS_LONG"] === "1" ? 300 : 16 }, (_, seed) => seed);

/** A machine on which nothing breaks and no command takes for ever: its faults could not come again. */
const simulated = async (seed: number, withCrashes: boolean): Promise<Simulated> =>
  simulate(seed, withCrashes, { ...scenario(seed), pace: 0, sandboxFaults: 0 });

const firstOf = (entries: readonly Entry[], is: (entry: Entry) => boolean): number =>
  entries.find(is)?.seq ?? -1;

/** The first call of `publish` on which the policy was asked. */
function firstPublished(entries: readonly Entry[]): number {
  const published = new Set(
    entries.flatMap(({ type, body }) =>
      type === "model-ended"
        ? body.calls.flatMap(({ index, tool, valid }) =>
            tool === "publish" && valid ? [`${body.thread}/${body.turn}/${index}`] : [],
          )
        : [],
    ),
  );
  return firstOf(entries, ({ type, body }) => type === "call-judged" && published.has(body.call));
}

describe("a replay", { timeout: 3_600_000 }, () => {
  test.each([false, true])("comes to the same as the run; with crashes: %s", async (withCrashes) => {
    for (const seed of seeds) {
      const run = await simulated(seed, withCrashes);
      const found = await replaySimulated(run, run.entries);
      expect(found.deviations, `seed ${seed}`).toEqual([]);
      const taken = Object.values(found.taken).reduce((sum, count) => sum + count, 0);
      expect(found.same + taken, `seed ${seed}`).toBe(run.entries.length);
      if (!withCrashes) expect(found.same / run.entries.length, `seed ${seed}`).toBeGreaterThan(0.8);
    }
  });

  test("runs tools, and asks nobody outside", async () => {
    const run = await simulated(4, false);
    const effects = [...run.disk.effects];
    let commands = 0;
    const counting = (ports: Ports): Ports => ({
      ...ports,
      sandbox: {
        ...ports.sandbox,
        open: async (name, dir, hosts) => {
          const slot = await ports.sandbox.open(name, dir, hosts);
          if ("broken" in slot) return slot;
          return { ...slot, exec: async (request) => ((commands += 1), slot.exec(request)) };
        },
      },
    });
    await replaySimulated(run, run.entries, {}, counting);
    expect(commands).toBeGreaterThan(5);
    expect(run.disk.effects).toEqual(effects);
  });

  test("with another byte in one prompt names the first request of that role, and no other", async () => {
    for (const seed of [3, 5, 9]) {
      const run = await simulated(seed, true);
      for (const role of ["planner", "worker", "evaluator"] as const) {
        const expected = firstOf(
          run.entries,
          ({ type, body }) =>
            type === "model-started" && body.turn === 1 && threadParts(body.thread).role === role,
        );
        const found = await replaySimulated(run, run.entries, { prompts: { [role]: '"prompt"!' } });
        expect(found.deviations[0]?.seq ?? -1, `seed ${seed}, ${role}`).toBe(expected);
      }
    }
  });

  test("under one other rule names the first call that is judged otherwise", async () => {
    const stricter = (ports: Ports): Ports => ({
      ...ports,
      policy: {
        ...ports.policy,
        get digest() {
          return ports.policy.digest;
        },
        judge: (tool, assessment, at) => {
          const judgement = ports.policy.judge(tool, assessment, at);
          return tool === "publish" ? { ...judgement, decision: "refuse", because: "a new rule" } : judgement;
        },
      },
    });
    let found = 0;
    for (let seed = 0; seed < 12; seed += 1) {
      const run = await simulated(seed, false);
      const expected = firstPublished(run.entries);
      if (expected === -1) continue;
      found += 1;
      const { deviations } = await replaySimulated(run, run.entries, {}, stricter);
      expect(deviations[0]?.seq, `seed ${seed}`).toBe(expected);
    }
    expect(found).toBeGreaterThan(3);
  });

  test("by a harness that decides one thing otherwise names that event", async () => {
    const run = await simulated(7, false);
    const withheld = new Set<Action["do"]>();
    for (const [kind, type] of [
      ["start-integration", "integration-started"],
      ["start-judging", "judging-started"],
      ["start-attempt", "attempt-started"],
      ["end", "run-ended"],
    ] as const) {
      withheld.clear();
      withheld.add(kind);
      const found = await replaySimulated(run, run.entries, {
        decide: (...args) => decide(...args).filter((action) => !withheld.has(action.do)),
      });
      const expected = firstOf(run.entries, (entry) => entry.type === type);
      expect([found.deviations[0]?.seq, found.deviations[0]?.found], `without ${kind}`).toEqual([
        expected,
        null,
      ]);
      expect(found.isCutShort).toBe(true);
    }
  });

  test("with a tool that does one thing otherwise names the call, and goes on from what was recorded", async () => {
    const run = await simulated(11, false);
    const ended = run.entries.filter(({ type, body }) => type === "call-ended" && body.exit === 0);
    const third = ended[2];
    expect(third).toBeDefined();
    let count = 0;
    const odd = (ports: Ports): Ports => ({
      ...ports,
      sandbox: {
        ...ports.sandbox,
        open: async (name, dir, hosts) => {
          const slot = await ports.sandbox.open(name, dir, hosts);
          if ("broken" in slot || !name.startsWith(`${runId}/task/`)) return slot;
          return {
            ...slot,
            exec: async (request) => {
              const result = await slot.exec(request);
              count += result.exit === 0 ? 1 : 0;
              return result.exit === 0 && count === 3 ? { ...result, exit: 7 } : result;
            },
          };
        },
      },
    });
    const found = await replaySimulated(run, run.entries, {}, odd);
    expect(found.deviations.map(({ seq }) => seq)).toEqual([third?.seq]);
    expect(found.isCutShort).toBe(false);
  });
});
