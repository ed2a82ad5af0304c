import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SuiteFacts } from "../../../src/cli/receipts/against-files.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import type { Measured, Receipt } from "../../../src/evals/receipt/receipt.ts";
import { verifyReceipt } from "../../../src/evals/receipt/verify-receipt.ts";
import { gate, sha256, sideOf } from "../../evals/receipt/ground.ts";
import { folder, harness } from "../ground.ts";
import { commits, does, lockOf, promoted, refused } from "../registry/ground.ts";
import { keep, measuredIn, promoteWith, suite } from "./ground.ts";

/** worker@1 in production, worker@2 made, and their suite: made once, copied for each test. */
const made = promoted(suite, false);
async function project(): Promise<string> {
  const dir = await folder();
  await cp(await made, dir, { recursive: true });
  return dir;
}
afterAll(async () => rm(await made, { recursive: true, force: true }));

const production = ["--to", "production", "--why", "it is better"];
const promotes = async (dir: string, version: number, ...more: readonly string[]): Promise<string> =>
  (await does(dir, "promote", `prompt:worker@${version}`, ...production, ...more)).err;
const refusal = async (dir: string, version = 2, ...more: readonly string[]): Promise<string> =>
  refused(dir, "promote", `prompt:worker@${version}`, ...production, ...more);
const check = async (dir: string): Promise<string> => (await harness(dir, ["promote", "--check"])).err;

test("from production to the next by a receipt, and on to a third", async () => {
  const dir = await project();
  const path = await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1 }));
  const short = sha256(await readFile(join(dir, path), "utf8")).slice(0, 4);
  expect(await promotes(dir, 2)).toBe(
    ` proof  ${path}: harness receipt verify ${path}\n worker@2 is in production, worker@1 archived · receipt ${short}\n next: git add harness.lock prompts/versions receipts && git commit\n`,
  );
  await commits(dir, "three");
  // worker@2 is no better beyond doubt, so worker@1 is the best until it was seen again.
  await keep(dir, await measuredIn(dir, { candidate: 3, baseline: 2, best: 1 }));
  expect(await promotes(dir, 3)).toContain("worker@3 is in production, worker@2 archived");
  expect(await check(dir)).toBe(
    " ok  3 versions, 3 promotions to production, each with its file and its proof; unproven: worker@1\n",
  );
  expect((await does(dir, "rollback", "prompt:worker", "--why", "it forgets")).err).toContain(
    `receipt ${short}`,
  );
  expect(await check(dir)).toContain(" ok  3 versions, 4 promotions");
});

test("a first version is held against the floors of its suite", async () => {
  const dir = await project();
  await rm(join(dir, "harness.lock"));
  await rm(join(dir, "prompts/versions"), { recursive: true });
  await does(dir, "prompts", "commit", "worker", "-m", "first");
  await keep(dir, await measuredIn(dir, { candidate: 1 }));
  expect(await promotes(dir, 1)).toContain("worker@1 is in production · receipt");
  expect(await check(dir)).toContain(" ok  1 version");
});

describe("what is not of here and now lets nothing in", () => {
  interface Wrong {
    readonly name: string;
    readonly said: RegExp;
    readonly over?: (whole: Receipt) => Partial<Omit<Measured, "items">>;
    readonly after?: (dir: string) => Promise<unknown>;
  }
  const wrong: readonly Wrong[] = [
    {
      name: "a stale baseline",
      over: () => ({ baseline: sideOf(7) }),
      said: /it is stale: it was held against prompt:worker@7, and prompt:worker@1 is in production/,
    },
    {
      name: "a baseline of that number and another text",
      over: () => ({ baseline: sideOf(1) }),
      said: /it is stale/,
    },
    {
      name: "another version of the same text",
      over: ({ candidate }) => ({ candidate: { ...candidate, version: 9 } }),
      said: /it is about prompt:worker@9, not prompt:worker@2/,
    },
    {
      name: "another name",
      over: ({ candidate }) => ({ candidate: { ...candidate, name: "planner" } }),
      said: /it is about prompt:planner@2, not/,
    },
    {
      name: "the training part",
      over: () => ({ split: { side: "train", share: 0.8, candidates: 1 } }),
      said: /it was measured on the training part/,
    },
    {
      name: "other cases",
      over: () => ({ datasets: { "cases.jsonl": sha256("easy") } }),
      said: /its cases are not those of the suite: tasks\/core\/cases\.jsonl/,
    },
    {
      name: "cases that the suite has not",
      over: () => ({ datasets: { "easy.jsonl": sha256("easy") } }),
      said: /tasks\/core\/easy\.jsonl of that digest is another/,
    },
    {
      name: "another suite",
      over: ({ suite: { name } }) => ({ suite: { name, version: null, digest: sha256("easy") } }),
      said: /suite core of digest \w{4}: neither tasks\/core nor a version of it is that/,
    },
    {
      name: "a version of the suite that there is not",
      over: (whole) => ({ suite: { ...whole.suite, version: 4 } }),
      said: /suite core@4 of digest/,
    },
    {
      name: "a lenient rubric",
      over: ({ judge }) => ({
        judge: judge === null ? null : { ...judge, rubrics: { helpful: sha256("lenient") } },
      }),
      said: /rubric helpful of digest \w{4}: neither its file nor a version/,
    },
    {
      name: "a suite that was changed since",
      after: async (dir) => writeFile(join(dir, "tasks/core/notes.md"), "more\n"),
      said: /neither tasks\/core nor a version of it is that/,
    },
  ];
  test.each(wrong)("$name", async ({ over = () => ({}), after, said }) => {
    const dir = await project();
    const whole = await measuredIn(dir, { candidate: 2, baseline: 1 });
    const path = await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1, over: over(whole) }));
    await after?.(dir);
    const line = await refusal(dir);
    expect(line).toMatch(said);
    expect(line).toContain(`no receipt lets worker@2 into production: ${path}: `);
    expect(line).toContain("to evaluate it: harness eval core --candidate prompt:worker@2; without one");
    expect(line).toContain("--unproven --why");
  });

  test("another verdict; a file that was changed; a loose one of older days", async () => {
    const dir = await project();
    const rejected = await measuredIn(dir, { candidate: 2, baseline: 1, worth: { candidate: 0.4 } });
    const path = await keep(dir, rejected);
    expect(await refusal(dir)).toMatch(/: its verdict is REJECT; to evaluate it/);
    // A suite that is for another target evaluated it all the same, as one does a model.
    const yaml = join(dir, "tasks/core/suite.yaml");
    const suite = await readFile(yaml, "utf8");
    await writeFile(yaml, suite.replace(/target: .*/, "target: prompt:planner"));
    expect(await refusal(dir)).toContain("to evaluate it: harness eval core --candidate prompt:worker@2");
    await writeFile(yaml, suite);
    const text = receiptText(await measuredIn(dir, { candidate: 2, baseline: 1 }));
    await writeFile(join(dir, path), text.replace('"quality":0.8', '"quality":0.9'));
    expect(await refusal(dir)).toMatch(/: item c\d+: a score or answer of it was changed/);
    await writeFile(join(dir, path), JSON.stringify({ digest: rejected.digest, verdict: "PROMOTE" }));
    expect(await refusal(dir)).toContain(
      "no receipt in receipts/ is for worker@2; to evaluate it: harness eval core",
    );
    await rm(join(dir, "tasks"), { recursive: true });
    expect(await refusal(dir)).toContain("write a suite for it (harness suite new NAME)");
    expect(await promotes(dir, 2, "--unproven")).toContain(
      "worker@2 is in production, worker@1 archived · unproven",
    );
  });

  test("a gate or cases that the suite, read as it is, does not ask for", async () => {
    const dir = await project();
    await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1 }));
    const items = Array.from({ length: 60 }, (_, index) => ({
      id: `c${index + 1}`,
      cluster: `k${index + 1}`,
    }));
    const reading = (facts: Partial<SuiteFacts>) => ({
      readSuite: async () => ({ gate, items, datasets: ["cases.jsonl"], ...facts }),
    });
    const said = async (facts: Partial<SuiteFacts>): Promise<string> =>
      promoteWith(dir, 2, reading(facts)).catch((error: Error) => error.message);
    expect(await said({ gate: { ...gate, alpha: 0.01 } })).toMatch(
      /its gate is not the one that tasks\/core\/suite\.yaml/,
    );
    expect(await said({ datasets: ["cases.jsonl", "more.jsonl"] })).toMatch(
      /does not name the files of cases/,
    );
    expect(await said({ items: items.slice(1) })).toMatch(/its item c1 is no held-out case/);
    expect(await said({ items: [...items, { id: "hard", cluster: "x" }] })).toMatch(
      /the held-out case hard of/,
    );
    expect(await said({ items: items.map((one) => ({ ...one, cluster: "k1" })) })).toMatch(
      /its item c2 is no/,
    );
    expect(await said({})).toContain("worker@2 is in production");
  });
});

describe("the best version ever", () => {
  /** worker@2 in production, better than worker@1 beyond doubt; worker@3 took its place, a little worse; worker@4 is there to be tried. */
  async function declined(): Promise<string> {
    const dir = await project();
    await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1, worth: { candidate: 0.9 } }));
    await promotes(dir, 2);
    await commits(dir, "three");
    await keep(dir, await measuredIn(dir, { candidate: 3, baseline: 2, worth: { candidate: 0.76 } }));
    await promotes(dir, 3);
    await commits(dir, "four");
    return dir;
  }

  test("is held against too, where it is not the one in production", async () => {
    const dir = await declined();
    await keep(dir, await measuredIn(dir, { candidate: 4, baseline: 3 }));
    expect(await refusal(dir, 4)).toMatch(
      /it is stale: it was held against no best version ever, and that is prompt:worker@2/,
    );
    await keep(dir, await measuredIn(dir, { candidate: 4, baseline: 3, best: 1 }));
    expect(await refusal(dir, 4)).toMatch(
      /against prompt:worker@1 as the best version ever, and that is prompt:worker@2/,
    );
    await keep(
      dir,
      await measuredIn(dir, { candidate: 4, baseline: 3, best: 2, worth: { candidate: 0.84 } }),
    );
    expect(await promotes(dir, 4)).toContain("worker@4 is in production");
    expect(await check(dir)).toContain(" ok ");
  });

  test("is no other than one that was in production", async () => {
    const dir = await project();
    await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1, best: 9 }));
    expect(await refusal(dir)).toMatch(/prompt:worker@9, which never was in production/);
  });
});

describe("stored evaluations", () => {
  test("one that passed is written to receipts/ and used; never over another file", async () => {
    const dir = await project();
    await keep(dir, await measuredIn(dir, { candidate: 9, baseline: 1 }), "worker-2.json");
    const stored = await measuredIn(dir, { candidate: 2, baseline: 1 });
    const old = await measuredIn(dir, { candidate: 2, baseline: 1, seed: 2, over: { at: stored.at - 1 } });
    const said = await promoteWith(dir, 2, { storedReceipts: async () => [old, stored] });
    expect(said).toContain("receipts/worker-2-2.json");
    expect(await readFile(join(dir, "receipts/worker-2-2.json"), "utf8")).toBe(receiptText(stored));
    expect((await readdir(join(dir, "receipts"))).toSorted()).toEqual(["worker-2-2.json", "worker-2.json"]);
    expect(await check(dir)).toContain(" ok ");
  });

  const open = { candidate: 2, baseline: 1, worth: { candidate: 0.72 } };

  test("one that is INCONCLUSIVE passes with a margin that a person signs for, and says so for ever", async () => {
    const dir = await project();
    const stored = await measuredIn(dir, open);
    expect(stored.verdict).toBe("INCONCLUSIVE");
    const evaluations = { storedReceipts: async () => [stored] };
    const without = await promoteWith(dir, 2, evaluations).catch((error: Error) => error.message);
    expect(without).toContain("the stored evaluation e7k2: its verdict is INCONCLUSIVE");
    expect(without).toContain(
      'harness promote prompt:worker@2 --to production --accept quality=-12 --why "…"; to evaluate it',
    );
    const said = await promoteWith(dir, 2, evaluations, { accept: ["quality=-12"], why: "cheaper" });
    expect(said).toContain("worker@2 is in production, worker@1 archived · receipt");
    const text = await readFile(join(dir, "receipts/worker-2.json"), "utf8");
    const { receipt, faults } = verifyReceipt(text, sha256);
    expect(faults).toEqual([]);
    expect(receipt).toMatchObject({
      verdict: "PROMOTE",
      gate: stored.gate,
      accepted: { margins: { quality: 0.12 }, why: "cheaper" },
    });
    expect(await check(dir)).toContain(" ok ");
    expect((await does(dir, "receipt", "verify", "receipts/worker-2.json")).out).toMatch(
      /quality .* −12\.0 pts +holds, as a person accepts\n[^]*accepted quality=-12 by .*: cheaper/,
    );
  });

  test.each([
    [["quality=-11"], /still INCONCLUSIVE/],
    [["quality=-1"], /accept a margin from 0\.1/],
    [["quality=+12"], /quality is worse below, so it begins with -; write quality=-12/],
    [["cost=-1.3"], /it has no sign; write cost=1\.3/],
    [["qualty=-12"], /there is no guard qualty; did you mean "quality"/],
    [["quality"], /write it like quality=-6/],
    [["quality=-12", "quality=-13"], /quality is there twice/],
    [["cost=1.01"], /accept a ratio of 1\.15 or more/],
  ])("but not with %s", async (accept, said) => {
    const dir = await project();
    const stored = await measuredIn(dir, open);
    const lock = await lockOf(dir);
    await expect(promoteWith(dir, 2, { storedReceipts: async () => [stored] }, { accept })).rejects.toThrow(
      said,
    );
    expect(await lockOf(dir)).toBe(lock);
    expect(await readdir(dir)).not.toContain("receipts");
  });

  test("and never one that is rejected, stale, or not there", async () => {
    const dir = await project();
    const accept = { accept: ["quality=-90"] };
    const rejected = await measuredIn(dir, { ...open, worth: { candidate: 0.4 } });
    await expect(promoteWith(dir, 2, { storedReceipts: async () => [rejected] }, accept)).rejects.toThrow(
      /its verdict is REJECT; .*a wider margin is for an evaluation that is INCONCLUSIVE/,
    );
    const stale = await measuredIn(dir, { ...open, over: { baseline: sideOf(7) } });
    await expect(promoteWith(dir, 2, { storedReceipts: async () => [stale] }, accept)).rejects.toThrow(
      /stale/,
    );
    expect(await refusal(dir, 2, "--accept", "quality=-12")).toMatch(
      /no receipt in receipts\/ is for worker@2/,
    );
    expect(await refusal(dir, 2, "--accept", "quality=-12", "--unproven")).toMatch(/leave one out/);
    expect(
      await refused(
        dir,
        "promote",
        "prompt:worker@2",
        "--to",
        "staging",
        "--why",
        "x",
        "--accept",
        "quality=-12",
      ),
    ).toMatch(/staging asks for no receipt/);
  });
});

describe("promote --check", () => {
  async function proven(): Promise<{ dir: string; path: string; receipt: Receipt }> {
    const dir = await project();
    const receipt = await measuredIn(dir, { candidate: 2, baseline: 1 });
    const path = await keep(dir, receipt);
    await promotes(dir, 2);
    return { dir, path: join(dir, path), receipt };
  }

  test("a receipt that is not the one in harness.lock, by however little; line ends are git's matter", async () => {
    const { dir, path, receipt } = await proven();
    const text = receiptText(receipt);
    await writeFile(path, text.replaceAll("\n", "\r\n"));
    expect(await check(dir)).toContain(" ok ");
    // Everything in it fits: it was measured a millisecond later.
    await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1, over: { at: receipt.at + 1 } }));
    expect(await check(dir)).toMatch(
      /worker@2 is in production by receipt \w{4}, and no file of receipts\/ is that/,
    );
    await rm(path);
    expect(await check(dir)).toMatch(/no file of receipts\/ is that; put it back from git/);
  });

  test("a suite that went on is no fault: who reviews is told", async () => {
    const { dir } = await proven();
    await writeFile(join(dir, "tasks/core/notes.md"), "more\n");
    expect(await check(dir)).toContain("unproven: worker@1; evaluated by what is another by now: worker@2\n");
  });
});
