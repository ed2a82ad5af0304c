import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fill } from "../ground.ts";
import { rubric } from "../registry/kinds-ground.ts";
import { found, mailCases, mailShop, said, script, sort, suiteFile } from "./eval-ground.ts";

const slow = { timeout: 120_000 };
const log = async (dir: string): Promise<string> => said(dir, 0, "prompts log sort");

/** sort@1 in production, by its receipt. */
async function opened(): Promise<string> {
  const dir = await mailShop();
  await said(dir, 0, "eval");
  await said(dir, 0, "promote prompt:sort@1 --to production --why first");
  return dir;
}

describe("which candidate, suite and baseline", () => {
  test(
    "nothing typed: what differs from production, by the suite for it, against production",
    slow,
    async () => {
      const dir = await mailShop();
      const first = await said(dir, 0, "eval");
      expect(first).toMatch(/candidate +prompts\/sort\.prompt → sort@1 +baseline +none: a first version/);
      await said(dir, 0, "promote prompt:sort@1 --to production --why first");
      expect(await said(dir, 2, "eval")).toMatch(/nothing that mails evaluates differs from production/);
      expect(await said(dir, 2, "eval mails")).toMatch(/nothing of prompt:sort differs from production/);
      await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
      expect(await found(dir, 0, "eval")).toMatchObject({
        candidate: { version: 2 },
        baseline: { version: 1 },
      });
      // The file goes back: what was made since is the candidate, and what is staged goes first.
      await fill(dir, { "prompts/sort.prompt": sort() });
      expect(await found(dir, 0, "eval")).toMatchObject({ candidate: { version: 2 } });
      await fill(dir, { "prompts/sort.prompt": sort("Be kind.") });
      await said(dir, 0, "prompts commit sort -m kind");
      await said(dir, 0, "promote prompt:sort@2 --to staging --why look");
      await fill(dir, { "prompts/sort.prompt": sort() });
      expect(await found(dir, 0, "eval")).toMatchObject({ candidate: { version: 2 } });
      expect(await found(dir, 0, "eval --candidate prompt:sort@3 --baseline prompt:sort@2")).toMatchObject({
        candidate: { version: 3 },
        baseline: { version: 2 },
      });
      expect(await found(dir, 0, "eval --candidate prompt:sort@staging --baseline production")).toMatchObject(
        {
          candidate: { version: 2 },
          baseline: { version: 1 },
        },
      );
    },
  );

  test(
    "two suites that fit are both named; a suite that is not there names those that are",
    slow,
    async () => {
      const dir = await mailShop({
        "tasks/more/suite.yaml": suiteFile({ suite: "more" }),
        "tasks/more/cases.jsonl": mailCases(),
      });
      expect(await said(dir, 2, "eval")).toMatch(/mails and more evaluate .*harness eval mails/);
      expect(await said(dir, 2, "eval --candidate prompt:sort=file")).toMatch(
        /mails and more evaluate prompt:sort/,
      );
      expect(await said(dir, 2, "eval main")).toMatch(/no suite "main"; known are mails, more/);
      expect(await said(dir, 2, "eval --candidate prompt:other@1")).toMatch(
        /no suite evaluates prompt:other/,
      );
      expect(await said(dir, 2, "eval --candidate sort@1")).toMatch(
        /say what it is of, like prompt:worker@5/,
      );
      await rm(join(dir, "tasks"), { recursive: true });
      expect(await said(dir, 2, "eval")).toMatch(/there is no suite yet; make one/);
    },
  );

  test("a baseline must be there, of the same kind, and another version", slow, async () => {
    const dir = await mailShop();
    expect(await said(dir, 2, "eval --baseline production")).toMatch(
      /no version of prompt:sort is in production/,
    );
    expect(await said(dir, 2, "eval --baseline model:a@1")).toMatch(
      /the candidate is a prompt, so the baseline/,
    );
    expect(await said(dir, 2, "eval --baseline prompt:sort@1")).toMatch(/sort@1|no version/);
    await said(dir, 0, "prompts commit sort -m one");
    expect(await said(dir, 2, "eval --candidate prompt:sort=file --baseline prompt:sort@1")).toMatch(
      /prompts\/sort\.prompt and sort@1 are the same in all that counts/,
    );
  });

  test("what no answer depends on is refused, as nothing would be told apart", slow, async () => {
    const dir = await mailShop({ "rubrics/helpful.yaml": rubric("Does it?") });
    await said(dir, 0, "rubrics commit helpful -m one");
    await fill(dir, { "rubrics/helpful.yaml": rubric("Does it help?") });
    await said(dir, 0, "rubrics commit helpful -m two");
    expect(await said(dir, 2, "eval mails --candidate rubric:helpful@2 --baseline rubric:helpful@1")).toMatch(
      /rubric:helpful cannot be evaluated on mails: a rubric there scores the answers of both sides alike/,
    );
    expect(await said(dir, 2, "eval mails --candidate dataset:train@1")).toMatch(
      /no answer depends on a dataset/,
    );
  });
});

describe("a working file", () => {
  test(
    "becomes a version once, not where the evaluation is refused, and not for a smoke run",
    slow,
    async () => {
      const dir = await mailShop({ "tasks/mails/suite.yaml": suiteFile({ held_out: { share: 0.5 } }) });
      const refused = [
        "eval --concurrency 0",
        "eval --concurrency 300",
        "eval --budget nothing",
        "eval --model scripted/none.yaml",
        "eval --baseline production",
      ];
      for (const line of refused) await said(dir, 2, line);
      const smoke = await said(dir, 0, "eval --smoke");
      expect(smoke).toMatch(/none: a smoke run decides nothing[\s\S]*K=1 +[78] answers/);
      expect(await log(dir)).not.toContain("made sort@");
      expect(await said(dir, 0, "eval")).toContain("1st evaluation on this split");
      expect(await said(dir, 0, "eval")).toContain("1st evaluation on this split");
      expect((await log(dir)).match(/made sort@/g)).toHaveLength(1);
    },
  );

  test("that cannot be rendered with a case is refused before anything is asked", slow, async () => {
    const dir = await mailShop({
      "prompts/sort.prompt": sort()
        .replace("text:", "mail:")
        .replace('"text"', '"mail"')
        .replace("{{text}}", "{{mail}}"),
    });
    expect(await said(dir, 2, "eval")).toMatch(/case c1: .*prompts\/sort\.prompt/);
    expect(await log(dir)).not.toContain("made sort@");
  });

  test("each further candidate is counted, the same one is not", slow, async () => {
    const dir = await opened();
    await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
    expect(await said(dir, 0, "eval")).toContain("2nd evaluation on this split");
    await fill(dir, { "prompts/sort.prompt": sort("Be kind.") });
    expect(await said(dir, 0, "eval --json")).toContain("3rd evaluation on this split");
    await fill(dir, { "prompts/sort.prompt": sort("Be brief.") });
    expect(await said(dir, 0, "eval")).toContain("3rd evaluation on this split");
  });
});

describe("the model that is asked", () => {
  test("is the one that is typed, else the suite's, the prompt's, the project's", slow, async () => {
    const names = ["typed", "suite", "front", "project"];
    const dir = await mailShop({
      ...Object.fromEntries(names.map((name) => [`${name}.yaml`, script()])),
      "tasks/mails/suite.yaml": suiteFile({ model: "scripted/suite.yaml" }),
      "prompts/sort.prompt": sort("", { model: "scripted/front.yaml" }),
      "harness.yaml": "model: scripted/project.yaml\n",
    });
    const asked = async (typed = ""): Promise<string> => {
      const { candidate } = await found(dir, 0, `eval mails --candidate prompt:sort=file${typed}`);
      return candidate.model;
    };
    expect(await asked(" --model scripted/typed.yaml")).toContain("typed.yaml");
    await fill(dir, { "tasks/mails/suite.yaml": suiteFile() });
    expect(await asked()).toContain("front.yaml");
    await fill(dir, { "prompts/sort.prompt": sort() });
    expect(await asked()).toContain("project.yaml");
    await fill(dir, { "harness.yaml": "" });
    expect(await said(dir, 2, "eval mails --candidate prompt:sort=file")).toMatch(
      /no model to ask; give --model/,
    );
  });

  test("a suite's model is found from its folder", slow, async () => {
    const dir = await mailShop({
      "tasks/mails/suite.yaml": suiteFile({ model: "scripted/own.yaml" }),
      "tasks/mails/own.yaml": script(),
      "harness.yaml": "",
    });
    expect((await found(dir, 0, "eval")).candidate.model).toBe("scripted/tasks/mails/own.yaml");
  });
});
