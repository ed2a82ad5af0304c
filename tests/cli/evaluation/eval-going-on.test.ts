import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { join } from "node:path";
import { fill, noEngine, root, start } from "../ground.ts";
import { found, keptBy, mailCases, mailShop, run, said, script, sort, suiteFile } from "./eval-ground.ts";
import type { Found } from "./eval-ground.ts";

const slow = { timeout: 120_000 };
const total = (dir: string): number => Object.values(keptBy(dir)).reduce((sum, n) => sum + n, 0);

describe("an evaluation goes on where it was left", () => {
  test("after its money was used up; the same again asks nothing and says the same", slow, async () => {
    const dir = await mailShop();
    const stopped = await said(dir, 4, "eval --budget 0.0105 --concurrency 1");
    const line =
      /the money is used up; (\d+) answers? (?:is|are) kept, go on with: harness (.+) --budget …/.exec(
        stopped,
      );
    expect(Number(line?.[1])).toBe(total(dir));
    expect(total(dir)).toBeGreaterThan(0);
    expect(total(dir)).toBeLessThan(24);
    const kept = total(dir);
    const more = await run(dir, 0, `${line?.[2] ?? ""} --budget 1 --json`);
    const first = JSON.parse(more.out) as Found;
    expect(more.err).toContain(
      ` forecast   24 answers, ${kept} known: ${24 - kept} to ask, money and time unknown`,
    );
    expect(total(dir)).toBe(24);
    expect(Object.keys(keptBy(dir))).toEqual([first.evaluation]);
    expect(first.receipt).toBe("receipts/sort-1.json");
    // Less money takes nothing back.
    const again = await run(dir, 0, "eval --budget 0.0105 --json");
    expect(JSON.parse(again.out)).toEqual(first);
    expect(again.err).toContain(" forecast   24 answers, all known: nothing to ask or to pay\n");
    expect(total(dir)).toBe(24);
  });

  test("how it goes on is said with all that makes it the same", slow, async () => {
    const dir = await mailShop({ "other.yaml": script() });
    await said(dir, 0, "prompts commit sort -m one");
    await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
    const stopped = await said(
      dir,
      4,
      "eval mails --baseline prompt:sort@1 --model scripted/other.yaml --budget 0.0105",
    );
    expect(stopped).toContain(
      "harness eval mails --candidate prompt:sort@2 --baseline prompt:sort@1 --model scripted/other.yaml --budget …",
    );
  });

  test("after kill -9: only what is not there is asked", slow, async () => {
    const dir = await mailShop({ "script.yaml": script({ delay_ms: 30 }) });
    const child = spawn(process.execPath, [join(root, "bin", "harness.cjs"), "eval", "--concurrency", "4"], {
      cwd: dir,
      env: { ...process.env, ...noEngine, HARNESS_FAILPOINT: "answers/after" },
      stdio: "ignore",
    });
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    expect(signal).toBe("SIGKILL");
    const before = total(dir);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(24);
    const { looks } = await found(dir, 0, "eval");
    expect(looks).toMatchObject([{ answers: 24 }]);
    expect(total(dir)).toBe(24);
  });

  test(
    "ctrl-c keeps what was answered; meanwhile another process with the same one is refused",
    slow,
    async () => {
      const dir = await mailShop({ "script.yaml": script({ delay_ms: 400 }) });
      const child = start(dir, ["eval", "--concurrency", "1"]);
      await child.said("forecast");
      const refused = await said(dir, 5, "eval");
      expect(refused).toContain(`is at work in process ${child.pid} on `);
      // Whoever only looks waits for nobody.
      expect(await said(dir, 0, "report")).toBe(" there is no report yet; make one with: harness eval\n");
      child.process.kill("SIGINT");
      const { code, err } = await child.ended;
      expect({ code, err }).toMatchObject({
        code: 130,
        err: expect.stringMatching(/answers? (is|are) kept/) as string,
      });
      const before = total(dir);
      await said(dir, 0, "eval --concurrency 24");
      expect(before).toBeLessThan(24);
      expect(total(dir)).toBe(24);
    },
  );
});

test("what another suite asked before is forecast as known", slow, async () => {
  const dir = await mailShop();
  await said(dir, 0, "eval mails");
  await fill(dir, {
    "tasks/letters/suite.yaml": suiteFile({ suite: "letters" }),
    "tasks/letters/cases.jsonl": mailCases(),
  });
  expect(await said(dir, 0, "eval letters")).toContain(
    " forecast   24 answers, all known: nothing to ask or to pay\n",
  );
  expect(total(dir)).toBe(24);
});

test("production's answers are taken from earlier, but for a tenth", slow, async () => {
  const dir = await mailShop();
  await said(dir, 0, "eval");
  // Who signs for a margin is told where there is none of the name, and where none is needed.
  const promote = "promote prompt:sort@1 --to production --why first";
  expect(await said(dir, 2, `${promote} --accept qualty=-6`)).toContain(
    'no guard qualty; did you mean "quality"?',
  );
  expect(await said(dir, 2, `${promote} --accept quality=40`)).toContain("as it is; leave it out");
  await said(dir, 0, promote);
  await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
  const { out, err } = await run(dir, 0, "eval --json");
  const { evaluation, looks } = JSON.parse(out) as Found;
  expect(looks).toMatchObject([{ answers: 48 }]);
  const asked = keptBy(dir)[evaluation] ?? 0;
  expect(asked).toBeGreaterThanOrEqual(24);
  expect(asked).toBeLessThan(36);
  // What is said to be left is left: nothing that is known is paid for in the forecast, and nothing that is asked is not.
  const forecast = / forecast {3}48 answers, (\d+) known: (\d+) to ask, \$(\.\d+)/.exec(err);
  expect([Number(forecast?.[1]), Number(forecast?.[2])]).toEqual([48 - asked, asked]);
  expect(Number(forecast?.[3])).toBeGreaterThan(0.9 * ((looks[0]?.micros ?? 0) / 1e6));
});

test("outages are counted as repeated also where the call waited them out", slow, async () => {
  const fail = { class: "overloaded", times: 1, retry_after: 0 };
  const dir = await mailShop({ "script.yaml": script({ "case/c5/*": [{ fail, say: "yes" }] }) });
  const { looks } = await found(dir, 0, "eval");
  expect(looks).toMatchObject([{ repeated: 1, outages: 0 }]);
});
