import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Charge } from "../../src/core/cost/charge.ts";
import type { PlanOutcome } from "../../src/core/cost/plan-outcome.ts";
import { costRows, keys } from "../../src/core/cost/rows.ts";
import { sumOf, sumsByPurpose } from "../../src/core/cost/sum.ts";
import { bar, percent } from "../../src/cli/view/cost-bar.ts";
import { calibrationTexts, forecastTexts } from "../../src/cli/view/cost-forecast.ts";
import { decimalsFor, moneyText, shares } from "../../src/cli/view/cost-money.ts";
import { costText } from "../../src/cli/view/cost-text.ts";
import { cells } from "../../src/cli/view/cells.ts";
import { folder, harness, runId } from "./ground.ts";
import { greeting, misses, writes } from "./stories.ts";

const seat = { terminal: { columns: 80, rows: 24, write: () => undefined } };

/** One attempt misses, one call of the other is not counted by its provider. */
const script = {
  "task/greet/1": misses.map((turn) => ({ ...turn, usage: { input: 3000, output: 100, cache_read: 2400 } })),
  "task/greet/*": writes("Hello.").map((turn, index) => ({
    ...turn,
    ...(index === 0 ? { usage: "none" } : {}),
  })),
};

/** A project with a run whose model has no price, and then one whose model has. */
interface Ran {
  readonly dir: string;
  readonly id: string;
}
const made: { ran?: Ran } = {};
beforeAll(async () => {
  const dir = await folder(greeting({ price: { input: 1, output: 5 }, ...script }), false);
  await writeFile(join(dir, "free.yaml"), greeting(script)["script.yaml"] ?? "");
  await harness(dir, ["run", "goal.md", "--model", "scripted/free.yaml"]);
  made.ran = { dir, id: runId((await harness(dir, ["run", "goal.md"])).err) };
});
afterAll(async () => {
  if (made.ran !== undefined) await rm(made.ran.dir, { recursive: true });
});

function ranTwice(): Ran {
  if (made.ran === undefined) throw new Error("nothing was run");
  return made.ran;
}

interface Told {
  readonly total: { readonly micros: number | null; readonly calls: number };
  readonly rows: readonly { readonly key: string; readonly micros: number | null; readonly calls: number }[];
}

const asked = async (dir: string, ...argv: readonly string[]): Promise<Told> =>
  JSON.parse((await harness(dir, ["cost", ...argv, "--json"])).out) as Told;

describe("harness cost", () => {
  test("of one run: what the money was for, each task, what is a guess, the forecast", async () => {
    const { dir, id } = ranTwice();
    const { code, out } = await harness(dir, ["cost", id], seat);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^ run ${id} · A greeting\\n\\n accepted work `));
    expect(out).toMatch(/^ rejected attempts +\$0\.007000 +\d+ % {2}█+/m);
    expect(out).toMatch(/^ greet +~\$0\.\d{6} +\S+ +\d+ % +\S+ +4 {2}█+$/m);
    expect(out).toMatch(/^ \(planning\) +\$0\.\d{6} .* 1 {2}[█▏▎▍▌▋▊▉]+$/m);
    expect(out).toMatch(/^ ~ +1 call is charged what was reserved \(\$0\.\d{6}\): 1 not counted by/m);
    expect(out).toMatch(
      /^ forecast {2}\$0\.\d+–\d\.\d+ for 1 task; took \$0\.\d+: (within|below) it, \d+ % of/m,
    );
    expect(out).not.toContain("in work");
  });

  test("of all runs: a row each, money that is not known neither in a sum nor as $0", async () => {
    const { dir, id } = ranTwice();
    const { out } = await harness(dir, ["cost"], seat);
    expect(out).toContain(" 2 runs of this project\n");
    const [unknown = "", known = ""] = out.split("\n").filter((line) => /^ \S{4} {2}A greeting/.test(line));
    expect(unknown).toMatch(/^ \S{4} {2}A greeting +unknown /);
    expect(known).toMatch(new RegExp(`^ ${id} {2}A greeting +~\\$0\\.\\d{6} `));
    expect(out).toMatch(/^ total +~\$0\.\d{6}\+\? /m);
    expect(out.replaceAll(/\n {2,}/g, " ")).toMatch(
      /^ \? +5 calls of scripted\/free\.yaml, .* in .* out: their price is unknown and in no sum/m,
    );
    expect(out.slice(out.indexOf(" run "))).not.toMatch(/\$0(?!\.\d)|\$0\.0+(?!\d)/);
  });

  test.each(keys)(
    "by %s: lines that fit, amounts that add up as they are shown and as they are",
    async (by) => {
      const { dir, id } = ranTwice();
      const { out } = await harness(dir, ["cost", "--by", by], seat);
      const lines = out.split("\n");
      expect(lines.filter((line) => cells(line) >= 80)).toEqual([]);
      const amounts = (from: number, to: number): number =>
        lines
          .slice(from, to)
          .reduce((sum, line) => sum + Math.round(1e6 * Number(/\$([\d.]+)/.exec(line)?.[1] ?? 0)), 0);
      const total = lines.findIndex((line) => line.startsWith(" total"));
      const told = await asked(dir, "--by", by);
      const story = JSON.parse((await harness(dir, ["show", id, "--json"])).out) as {
        readonly spent: { readonly micros: number };
        readonly costs: Readonly<Record<string, number>>;
      };
      expect(told.total.micros).toBe(story.spent.micros);
      expect(Object.values(story.costs).reduce((sum, micros) => sum + micros, 0)).toBe(story.spent.micros);
      expect(amounts(lines.indexOf("") + 1, lines.indexOf("", lines.indexOf("") + 1))).toBe(
        story.spent.micros,
      );
      expect(amounts(lines.indexOf("", lines.indexOf("") + 1), total)).toBe(story.spent.micros);
      expect(told.rows.reduce((sum, { micros }) => sum + (micros ?? 0), 0)).toBe(told.total.micros);
      expect(told.rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(told.total.calls);
    },
  );

  test("--since: calls that ended since, by days of UTC", async () => {
    const { dir } = ranTwice();
    const all = await asked(dir);
    expect((await asked(dir, "--since", "2")).total).toEqual(all.total);
    expect((await asked(dir, "--since", "2020-02-29")).total).toEqual(all.total);
    const { out } = await harness(dir, ["cost", "--since", "2020-02-29"], seat);
    expect(out).toContain(" 2 runs of this project · calls since 2020-02-29 (UTC)\n");
  });

  test("--since leaves out what ended before", async () => {
    const { dir } = ranTwice();
    const all = await asked(dir);
    onTestFinished(() => void vi.useRealTimers());
    // Only the date: three days from now.
    vi.setSystemTime(Date.now() + 3 * 86_400_000);
    expect((await asked(dir, "--since", "5")).total).toEqual(all.total);
    expect(await asked(dir, "--since", "2")).toMatchObject({ total: { calls: 0, micros: 0 }, rows: [] });
    const { out } = await harness(dir, ["cost", "--since", "2"]);
    expect(out).toContain("\n no call of a model has ended\n");
  });

  test.each([
    [["--by", "colour"], "--by colour: there are run, task, role, model, prompt, day"],
    [["--since", "2026-02-30"], "--since 2026-02-30: give a day that has come, like "],
    [["--since", "2999-01-01"], "--since 2999-01-01: give a day that has come, like "],
    [["--since", "0"], "--since 0: give a day"],
    [["nope"], "no run is called nope"],
  ])("%j is refused with what to say instead", async (argv, said) => {
    const { dir } = ranTwice();
    const { code, out, err } = await harness(dir, ["cost", ...argv]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`harness: ${said}`);
  });

  test("where nothing has a price, bars are of tokens and no amount is made up", async () => {
    const dir = await folder(greeting({}));
    const id = runId((await harness(dir, ["run", "goal.md"])).err);
    const { out } = await harness(dir, ["cost", id], seat);
    expect(out).toMatch(/^ accepted work +[\d.]+k? tokens +\d+ % {2}█+/m);
    expect(out).toMatch(/^ task +price +tokens in +cached +out +calls$/m);
    expect(out).toMatch(/^ greet +unknown .* 2 {2}█+$/m);
    expect(out).toMatch(/^ forecast {2}\S+–\S+ tokens for 1 task; took \S+ tokens: /m);
    expect(out.slice(0, out.indexOf(" ?"))).not.toContain("$");
    expect(JSON.parse((await harness(dir, ["cost", "--json"])).out)).toMatchObject({
      total: { micros: null, unpriced: { calls: 3 } },
      purposes: { accepted: { micros: null }, rejected: { micros: 0, calls: 0 } },
    });
  });
});

const amounts = fc.array(fc.oneof(fc.nat(30_000), fc.nat(50_000_000)), { maxLength: 12 });

describe("amounts as they are shown", () => {
  test("add up to the total as it is shown, each less than one off, and equal to it where each rounds so", () => {
    fc.assert(
      fc.property(amounts, (micros) => {
        const total = micros.reduce((sum, one) => sum + one, 0);
        const decimals = decimalsFor(total);
        const unit = 10 ** (6 - decimals);
        const shown = shares(micros, decimals);
        const sum = shown.reduce((all, one) => all + one, 0);
        expect(moneyText(sum * unit, decimals)).toBe(moneyText(total, decimals));
        for (const [index, one] of micros.entries())
          expect(Math.abs((shown[index] ?? 0) * unit - one)).toBeLessThan(unit);
        const rounded = micros.map((one) => Math.round(one / unit));
        if (rounded.reduce((all, one) => all + one, 0) === Math.round(total / unit))
          expect(shown.toSorted((a, b) => a - b)).toEqual(rounded.toSorted((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  test("are cents from a dollar on, exact below; something never reads as nothing", () => {
    expect(moneyText(1_234_567, 2)).toBe("$1.23");
    expect(moneyText(157_925, decimalsFor(157_925))).toBe("$0.157925");
    expect(moneyText(4_000, 2)).toBe("<$0.01");
    expect(moneyText(0, 2)).toBe("$0");
    expect(shares([3_335_000, 3_335_000, 3_330_000], 2)).toEqual([334, 333, 333]);
  });

  test("bars are as long as their share, what is something has one, what is not all is not 100 %", () => {
    expect([bar(1, 2, 8), bar(2, 2, 8), bar(1, 1e9, 8), bar(0, 2, 8), bar(0, 0, 8)]).toEqual([
      "████",
      "████████",
      "▏",
      "",
      "",
    ]);
    expect([percent(1, 3), percent(1, 1000), percent(999, 1000), percent(3, 3), percent(0, 0)]).toEqual([
      "33 %",
      "<1 %",
      "99 %",
      "100 %",
      "0 %",
    ]);
  });
});

const charge: fc.Arbitrary<Charge> = fc.record({
  run: fc.constantFrom("7k2m", "p6me"),
  at: fc.nat(2_000_000_000_000),
  role: fc.constantFrom("planner", "worker", "evaluator"),
  task: fc.constantFrom(null, "clean", "a-task-with-the-longest-name-of-all-tasks"),
  attempt: fc.nat(3),
  model: fc.constantFrom(
    "scripted/script.yaml",
    `openai-compatible/${"a-model-with-a-long-name-".repeat(4)}v1`,
  ),
  prompt: fc.constantFrom(null, "0".repeat(64), "f".repeat(64)),
  purpose: fc.constantFrom("accepted", "rejected", "inWork", "planning", "judging"),
  outcome: fc.constantFrom("complete", "failed", "cut"),
  micros: fc.option(fc.nat(50_000_000)),
  tokens: fc.record({ input: fc.nat(9_000_000), cached: fc.nat(9_000_000), output: fc.nat(900_000) }),
  guess: fc.constantFrom(null, null, "cut", "uncounted"),
});

test("a page of whatever there is has no line that is too long", () => {
  fc.assert(
    fc.property(
      fc.array(charge, { maxLength: 12 }),
      fc.constantFrom(...keys),
      fc.integer({ min: 30, max: 240 }),
      (charges, by, columns) => {
        const text = costText(
          {
            title: "run 7k2m, a title",
            by,
            rows: costRows(charges, by),
            total: sumOf(charges),
            purposes: sumsByPurpose(charges),
            open: [{ micros: 900, input: 90, output: 10 }],
            unpriced: [...new Set(charges.map(({ model }) => model))],
            forecasts: ["$0.29–1.84 for 4 tasks; took $0.14: below it, 8 % of its high end"],
          },
          columns,
        );
        expect(text.split("\n").filter((line) => cells(line) >= columns)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test("a cut call and an open one are told apart from what was counted", () => {
  const one: Charge = {
    run: "7k2m",
    at: 0,
    role: "worker",
    task: "clean",
    attempt: 1,
    model: "scripted/w",
    prompt: null,
    purpose: "inWork",
    outcome: "cut",
    micros: 900,
    tokens: { input: 90, cached: 0, output: 10 },
    guess: "cut",
  };
  const charges = [one, { ...one, outcome: "complete", micros: 100, guess: null } as const];
  const page = {
    title: "run 7k2m",
    by: "task",
    rows: costRows(charges, "task"),
    total: sumOf(charges),
    purposes: sumsByPurpose(charges),
    open: [{ micros: 500, input: 50, output: 5 }],
    unpriced: [],
    forecasts: [],
  } as const;
  expect(costText(page, 80)).toBe(` run 7k2m

 accepted work              $0    0 %
 rejected attempts          $0    0 %
 in work            ~$0.001000  100 %  ████████████████████████████████
 planning                   $0    0 %
 judging                    $0    0 %

 task             money  tokens in  cached  out  calls
 7k2m/clean  ~$0.001000        180     0 %   20      2  ███████████████████████
 total       ~$0.001000        180     0 %   20      2

 ~     1 call is charged what was reserved ($0.000900): 1 cut
 open  1 call has not ended; that may add up to $0.000500
`);
  expect(costText({ ...page, rows: [], total: sumOf([]) }, 80)).toBe(
    " run 7k2m\n\n no call of a model has ended\n",
  );
});

describe("a forecast against what it took", () => {
  const plan: PlanOutcome = {
    version: 1,
    forecast: { micros: [2_000_000, 4_000_000], tokens: [1_000, 5_000], ms: [0, 0] },
    tasks: 3,
    accepted: 3,
    micros: 3_000_000,
    unpriced: 0,
    tokens: 9_000,
    status: "done",
  };
  test.each<[string, Partial<PlanOutcome>, readonly string[]]>([
    ["within", {}, ["$2.00–4.00 for 3 tasks; took $3.00: within it, 75 % of its high end"]],
    ["above", { micros: 6_000_000 }, ["$2.00–4.00 for 3 tasks; took $6.00: above it, 150 % of its high end"]],
    ["below", { micros: 10 }, ["$2.00–4.00 for 3 tasks; took $0.0000: below it, <1 % of its high end"]],
    [
      "in tokens where a price is unknown",
      { unpriced: 1 },
      ["1.0k–5.0k tokens for 3 tasks; took 9.0k tokens: above it, 180 % of its high end"],
    ],
    [
      "at work still",
      { accepted: 1, status: "open" },
      ["$2.00–4.00 for 3 tasks; so far $3.00 with 1 of 3 accepted, 75 % of its high end"],
    ],
    [
      "left",
      { accepted: 1, status: "left" },
      ["$2.00–4.00 for 3 tasks; took $3.00 with 1 of 3 accepted, 75 % of its high end"],
    ],
    ["of nobody", { forecast: null }, []],
  ])("%s", (_, change, texts) => {
    expect(forecastTexts([{ ...plan, ...change }])).toEqual(texts);
  });

  test("many: how often it held, of plans that are done", () => {
    const plans = [plan, plan, { ...plan, micros: 9e9 }, { ...plan, status: "open" } as const];
    expect(calibrationTexts(plans)).toEqual(["3 plans done: 2 within the range, 0 below it, 1 above it"]);
    expect(calibrationTexts([{ ...plan, forecast: null }])).toEqual([]);
    expect(forecastTexts([plan, { ...plan, version: 2 }])[1]).toMatch(/^\S+ for 3 tasks of plan 2; /);
  });
});
