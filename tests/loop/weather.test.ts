import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Entry } from "../../src/core/event.ts";
import { SkewedClock } from "./weather/clock.ts";
import { jobs } from "./weather/honest.ts";
import { wrongs } from "./weather/inspect.ts";
import type { Served } from "./weather/provider.ts";
import { models, pass } from "./weather/run.ts";
import type { Passed, Weather } from "./weather/run.ts";

/**
 * Whole runs through the real edges and SDKs, over real HTTP, with providers that fail in all ways of the fault matrix.
 * Time is real, but what is slept takes none. `HARNESS_LONG=1`: ten times as many. One seed: `HARNESS_SEED=42`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];

const seeds = (first: number, count: number): readonly number[] =>
  only === undefined
    ? Array.from({ length: isLong ? 10 * count : count }, (_, index) => 1000 * first + index)
    : [Number(only)];

const hour = 3_600_000;
const { anthropic, openai, compatible } = models;
const turnedRound = [
  { planner: openai, worker: anthropic, evaluator: compatible },
  { planner: compatible, worker: openai, evaluator: anthropic },
  { planner: anthropic, worker: compatible, evaluator: openai },
] as const;

/** Roles at different providers, others with each seed. */
const calm = (seed: number): Weather => ({
  seed,
  jobs: jobs(14),
  rate: 0,
  stalls: false,
  lies: false,
  models: { ...(turnedRound[seed % 3] ?? turnedRound[0]), fallback: null },
  patience: 25,
});

let clock: SkewedClock;
let calls = 0;
const faults = new Set<string>();

beforeAll(() => {
  clock = new SkewedClock(Date.now.bind(Date));
  vi.spyOn(Date, "now").mockImplementation(() => clock.now());
});
afterAll(() => {
  vi.restoreAllMocks();
});

/** Nothing may be wrong with any run, in whatever weather. */
async function passed(weather: Weather): Promise<Passed> {
  const one = await pass(weather, clock);
  calls += started(one.entries).length;
  for (const fault of faultsOf(one.served)) faults.add(fault);
  expect(await wrongs(one), `again with: HARNESS_SEED=${weather.seed}`).toEqual([]);
  return one;
}

const started = (entries: readonly Entry[]): Extract<Entry, { type: "model-started" }>["body"][] =>
  entries.flatMap((entry) => (entry.type === "model-started" ? [entry.body] : []));

const faultsOf = (served: readonly Served[]): readonly string[] => served.flatMap(({ fault }) => fault ?? []);

const failedBy = (served: readonly Served[], failed: string): readonly Served[] =>
  served.filter(({ becomes }) => "failed" in becomes && becomes.failed === failed);

describe("weather", { timeout: 1_200_000 }, () => {
  test.each(seeds(1, 2))("light: met (seed %i)", async (seed) => {
    const { run } = await passed({ ...calm(seed), rate: 0.05 });
    expect(run.outcome).toBe("met");
  });

  test.each(seeds(2, 4))("heavy (seed %i)", async (seed) => {
    const { served } = await passed({ ...calm(seed), rate: 0.4 });
    expect(faultsOf(served).length).toBeGreaterThan(8);
  });

  test.each(seeds(3, 2))("heavy, and providers that go silent (seed %i)", async (seed) => {
    const { served } = await passed({ ...calm(seed), rate: 0.4, stalls: true });
    expect(faultsOf(served).length).toBeGreaterThan(8);
  });

  test.each(seeds(4, 3))("heavy, and a process that dies at any moment (seed %i)", async (seed) => {
    const { deaths } = await passed({ ...calm(seed), rate: 0.3, deaths: 0.025, stalls: seed % 3 === 0 });
    expect(deaths).toBeGreaterThan(2);
  });

  test.each(seeds(5, 1))("an hour without the worker's provider is waited out (seed %i)", async (seed) => {
    const { run, asked, served } = await passed(out(seed, hour));
    expect(run.outcome).toBe("met");
    expect(asked).toEqual([]);
    expect(served.at(-1)?.at).toBeGreaterThan((served[0]?.at ?? Infinity) + hour);
  });

  test.each(seeds(6, 1))("what lasts longer is a person's, who is told why (seed %i)", async (seed) => {
    const weather = { ...out(seed, hour), limits: { outageMs: hour / 6 } };
    const left = await passed({ ...weather, patience: 0 });
    expect([left.stand, left.run.outcome]).toEqual(["waiting", null]);
    expect([...left.run.escalations.values()].map(({ kind }) => kind)).toEqual(["outage"]);
    const { run, asked } = await passed(weather);
    expect(run.outcome).toBe("met");
    expect(new Set(asked.map(({ kind }) => kind))).toEqual(new Set(["outage"]));
  });

  test.each(seeds(7, 1))(
    "a fallback stands in for a provider that never comes back (seed %i)",
    async (seed) => {
      const weather = out(seed, Infinity);
      const { run, asked, served, entries } = await passed({
        ...weather,
        models: { ...weather.models, fallback: openai },
        // Its own model is out for longer than a run without a fallback would wait.
        limits: { outageMs: 2_000 },
      });
      expect(run.outcome).toBe("met");
      expect(asked).toEqual([]);
      const since = served.findIndex(({ fault }) => fault !== null);
      const later = served.slice(since).filter(({ fault }) => fault === null);
      expect(since).toBeGreaterThan(0);
      expect(new Set(later.map(({ provider }) => provider))).not.toContain("anthropic");
      expect(started(entries).filter(({ model }) => model === openai).length).toBeGreaterThan(10);
    },
  );

  test.each(seeds(8, 1))("what a provider takes in a minute is kept to (seed %i)", async (seed) => {
    const { run, asked, served, entries } = await passed({ ...calm(seed), perMinute: 6 });
    expect(run.outcome).toBe("met");
    expect(asked).toEqual([]);
    expect(entries.some(({ type }) => type === "model-held")).toBe(true);
    // One is told; those that were on their way then are told as well, and nobody else asks.
    const windows = Map.groupBy(
      failedBy(served, "rate-limit"),
      ({ provider, at, becomes }) =>
        `${provider} ${Math.round((at + ("waitMs" in becomes ? (becomes.waitMs ?? 0) : 0)) / 1000)}`,
    );
    expect(windows.size).toBeGreaterThan(2);
    for (const told of windows.values()) expect(told.length).toBeLessThanOrEqual(3);
  });

  test.each(seeds(9, 2))("ceilings are kept, and a person gives more (seed %i)", async (seed) => {
    const budget = { micros: 300_000, tokens: 70_000, turns: 40 };
    const { asked } = await passed({ ...calm(seed), rate: 0.3, budget });
    expect(asked.map(({ kind }) => kind)).toContain("budget");
  });

  test.each(seeds(10, 1))("time is kept to while a provider is out (seed %i)", async (seed) => {
    const { asked } = await passed({ ...out(seed, hour), budget: { wallMs: hour / 3 } });
    expect(asked.map(({ card }) => card)).toContainEqual(
      expect.stringMatching(/^the budget .*\ntime: 20 min/),
    );
  });

  test.each(seeds(11, 1))("usage that nobody could foresee is charged (seed %i)", async (seed) => {
    const { run } = await passed({ ...calm(seed), rate: 0.4, lies: true });
    expect(run.spent.tokens).toBeGreaterThan(0);
  });

  test("was a thousand calls, and most faults of the matrix", (context) => {
    context.skip(only !== undefined, "one seed only");
    if (isLong) process.stdout.write(`${calls} model calls, ${faults.size} different faults\n`);
    expect(calls).toBeGreaterThan(isLong ? 10_000 : 1_000);
    expect(faults.size).toBeGreaterThan(isLong ? 250 : 120);
  });
});

/** The worker's provider is out for so long. */
function out(seed: number, ms: number): Weather {
  return {
    ...calm(seed),
    models: { planner: openai, worker: anthropic, evaluator: compatible, fallback: null },
    outage: { provider: "anthropic", after: 12, ms },
  };
}

describe("what looks at these runs", () => {
  let sound: Passed;
  beforeAll(async () => {
    sound = await pass({ ...calm(1), jobs: jobs(3) }, clock);
  });

  const changes: readonly (readonly [string, (one: Passed) => Passed, RegExp])[] = [
    ["finds nothing where nothing is wrong", (one) => one, /^$/],
    [
      "sees that a half message was acted on",
      (one) => ({ ...one, served: changed(one.served, () => ({ becomes: { failed: "network" } })) }),
      /was begun, and no whole answer says so/,
    ],
    [
      "sees that other arguments were acted on",
      (one) => ({
        ...one,
        served: changed(one.served, () => ({ becomes: { stop: "calls", parts: [] } })),
      }),
      /was begun, and no whole answer says so/,
    ],
    [
      "sees a request of which the journal knows nothing",
      (one) => ({ ...one, served: changed(one.served, () => ({ key: "task/t0/1#7.1" })) }),
      /was sent and not reserved/,
    ],
    ["sees that an edge asked twice", (one) => ({ ...one, requests: one.requests + 1 }), /requests came/],
    ["sees a run that stands and asks nothing", (one) => ({ ...one, stand: "waiting" }), /asks nothing/],
    [
      "sees a result twice",
      (one) => ({
        ...one,
        entries: [...one.entries, ...one.entries.filter(({ type }) => type === "task-accepted")],
      }),
      /was accepted twice/,
    ],
  ];

  test.each(changes)("%s", async (_name, change, shows) => {
    const found = await wrongs(change(sound));
    expect(found.join("\n")).toMatch(shows);
  });

  /** The first answer to a worker. */
  const changed = (served: readonly Served[], change: () => Partial<Served>): readonly Served[] => {
    const at = served.findIndex(({ key }) => key.startsWith("task/"));
    return served.map((one, index) => (index === at ? { ...one, ...change() } : one));
  };
});
