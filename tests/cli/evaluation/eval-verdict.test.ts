import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fill } from "../ground.ts";
import { rubric } from "../registry/kinds-ground.ts";
import { found, mailShop, run, said, script, sort, suiteFile, textOfDatabase } from "./eval-ground.ts";

const slow = { timeout: 120_000 };
const receipts = async (dir: string): Promise<string[]> => readdir(join(dir, "receipts")).catch(() => []);

async function opened(more: Parameters<typeof mailShop>[0] = {}): Promise<string> {
  const dir = await mailShop(more);
  await said(dir, 0, "prompts commit sort -m one");
  await said(dir, 0, "promote prompt:sort@1 --to production --unproven --why first");
  return dir;
}

describe("what the gate says", () => {
  test("PROMOTE writes one receipt, with a typed model too, and promote takes it", slow, async () => {
    const dir = await mailShop({ "other.yaml": script() });
    const line = "eval --model scripted/other.yaml";
    expect((await found(dir, 0, line)).receipt).toBe("receipts/sort-1.json");
    await said(dir, 0, line);
    expect(await receipts(dir)).toEqual(["sort-1.json"]);
    const promoted = await said(dir, 0, "promote prompt:sort@1 --to production --why first");
    expect(promoted).toContain("receipts/sort-1.json");
    expect(promoted).not.toContain("look 1");
    expect(await receipts(dir)).toEqual(["sort-1.json"]);
  });

  test("promote evaluates what was not; REJECT is no way in", slow, async () => {
    const dir = await opened();
    await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
    await said(dir, 0, "prompts commit sort -m brief");
    const promoted = await said(dir, 0, "promote prompt:sort@2 --to production --why better");
    expect(promoted).toMatch(/look 1 [\s\S]*PROMOTE[\s\S]*sort@2 is in production/);
    await fill(dir, { "prompts/sort.prompt": sort("always no") });
    expect(await said(dir, 1, "eval")).toMatch(/REJECT +exit 1/);
    expect(await said(dir, 1, "promote prompt:sort@3 --to production --why better")).toContain(
      "sort@3 is not promoted",
    );
    expect(await receipts(dir)).toEqual(["sort-2.json"]);
  });

  test(
    "INCONCLUSIVE ends with 6, and a person may sign for the wider margin that it prints",
    slow,
    async () => {
      const dir = await opened();
      await fill(dir, { "prompts/sort.prompt": sort("four no") });
      const open = await said(dir, 6, "eval");
      const signed =
        /harness (promote prompt:sort@2 --to production --accept quality=-\d+)/.exec(open)?.[1] ?? "";
      expect(await receipts(dir)).toEqual([]);
      expect(await said(dir, 0, `${signed} --why yes`)).toContain("sort@2 is in production");
      // The best ever is another version now, and stands beside production.
      await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
      expect(await said(dir, 0, "eval --ci out")).toMatch(/PROMOTE/);
      expect(await readFile(join(dir, "out", "eval-mails.xml"), "utf8")).toContain("<testsuite");
      expect(await readFile(join(dir, "out", "eval-mails.md"), "utf8")).toContain("PROMOTE");
    },
  );

  test("a version of a model against the one before", slow, async () => {
    const dir = await opened({ "good.yaml": script(), "bad.yaml": script({ "case/*/*": ["no"] }) });
    await said(dir, 0, "models register ft --provider scripted --id good.yaml -m one");
    await said(dir, 0, "models register ft --provider scripted --id bad.yaml -m two");
    const ended = await found(dir, 1, "eval mails --candidate model:ft@2 --baseline model:ft@1");
    expect(ended).toMatchObject({
      candidate: { version: 2 },
      baseline: { version: 1 },
      decision: { verdict: "REJECT" },
    });
  });
});

test("secrets of the project in answers are neither kept nor shown", slow, async () => {
  const secret = "tr0ub4dor-and-3-horses";
  const dir = await mailShop({
    "harness.yaml": "model: scripted/script.yaml\nsecrets: { SHOP_TOKEN: { hosts: [shop.example] } }\n",
    "script.yaml": script({ "case/c5/*": [`yes ${secret}`] }),
  });
  const done = await run(dir, 0, "eval --json", { env: { SHOP_TOKEN: secret } });
  expect(done.err + done.out).not.toContain(secret);
  const text = textOfDatabase(dir);
  expect(text).toContain("SHOP_TOKEN");
  expect(text).not.toContain(secret);
  expect(JSON.parse((await run(dir, 0, "eval --json", { env: { SHOP_TOKEN: secret } })).out)).toEqual(
    JSON.parse(done.out),
  );
});

describe("a rubric as a guard", () => {
  const verdict = (score: number) => [
    {
      calls: [
        {
          submit_verdict: {
            scores: [{ criterion: "answers", score, explanation: "so" }],
            explanation: "all in all",
          },
        },
      ],
    },
  ];
  const judged = {
    "harness.yaml": "model: scripted/script.yaml\nmodels: { evaluator: scripted/judge.yaml }\n",
    "judge.yaml": JSON.stringify({ price: { input: 1, output: 5 }, "verdict/*/*": verdict(0.9) }),
    "rubrics/helpful.yaml": rubric("Does it?"),
    "tasks/mails/suite.yaml": suiteFile({
      guards: { quality: { rubric: "helpful", margin: 0.2, floor: 0.5 } },
    }),
  };

  test(
    "its money is counted and bounded, also after it stopped; without labels it is unproven",
    slow,
    async () => {
      const whole = await mailShop(judged);
      expect(await said(whole, 0, "eval")).toContain("judge unproven: 0 labels");
      const all = (await found(whole, 0, "eval")).looks[0]?.micros ?? 0;
      const dir = await mailShop(judged);
      expect(all).toBeGreaterThan(3000);
      expect(await said(dir, 4, "eval --budget 0.06 --concurrency 1")).toContain("the money is used up");
      expect((await found(dir, 0, "eval --budget 1 --concurrency 1")).looks).toMatchObject([
        { answers: 24, outages: 0, micros: all },
      ]);
    },
  );
});
