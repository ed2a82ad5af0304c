import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listRubrics, resolvePrompt, resolveRubric } from "../../../src/edges/project/resolve.ts";
import { folder, refusal } from "./folder.ts";
import type { Files } from "./folder.ts";

const rubric = (name: string, more = ""): string =>
  `rubric: ${name}\nthreshold: 0.7\ncriteria:\n  - { id: a, ask: Is it good? }\n${more}`;

async function places(project: Files, own: Files): Promise<{ dir: string; root: string }> {
  const [dir, root] = [await folder(project), await folder(own)];
  return { dir, root };
}

describe("resolvePrompt", () => {
  test("takes the project's file, else ours", async () => {
    const { dir, root } = await places(
      { "prompts/worker.prompt": "mine\r\n" },
      { "prompts/worker.prompt": "ours", "prompts/planner.prompt": "ours" },
    );
    expect(await resolvePrompt(dir, "worker", root)).toEqual({
      name: "worker",
      path: join(dir, "prompts/worker.prompt"),
      from: "project",
      source: "mine\n",
    });
    expect(await resolvePrompt(dir, "planner", root)).toEqual({
      name: "planner",
      path: join(root, "prompts/planner.prompt"),
      from: "package",
      source: "ours",
    });
  });

  test("finds the ones that come with harness", async () => {
    const dir = await folder();
    for (const role of ["planner", "worker", "evaluator"]) {
      expect((await resolvePrompt(dir, role)).path).toBe(join(process.cwd(), `prompts/${role}.prompt`));
    }
  });

  test("refuses what neither has, with what was meant", async () => {
    const { dir, root } = await places(
      { "prompts/README.md": "" },
      { "prompts/worker.prompt": "ours", "prompts/judge.prompt": "" },
    );
    expect(await refusal(dir, resolvePrompt(dir, "wroker", root))).toBe(
      'DIR/prompts: there is no prompt "wroker"; did you mean "worker"?',
    );
    expect(await refusal(dir, resolvePrompt(dir, "x", root))).toBe(
      'DIR/prompts: there is no prompt "x"; known are judge, worker',
    );
    expect(await refusal(root, resolvePrompt(dir, "judge", root))).toBe(
      "DIR/prompts/judge.prompt:1: the prompt is empty; write it, or remove the file",
    );
  });

  test("never leaves the folder", async () => {
    const { dir, root } = await places({ "secret.prompt": "secret", "prompts/x": "" }, {});
    for (const name of ["../secret", "/etc/passwd", "", "a/../../secret"]) {
      expect(await refusal(dir, resolvePrompt(dir, name, root))).toContain("there is no prompt");
    }
  });

  test("a link that leads nowhere is not replaced by ours", async () => {
    const { dir, root } = await places({ "prompts/x": "" }, { "prompts/worker.prompt": "ours" });
    await symlink("gone", join(dir, "prompts/worker.prompt"));
    expect(await refusal(dir, resolvePrompt(dir, "worker", root))).toBe(
      "DIR/prompts/worker.prompt: this symbolic link leads nowhere; mend it, or remove it",
    );
  });
});

describe("rubrics", () => {
  test("the project's and ours, by name, the project's first", async () => {
    const { dir, root } = await places(
      {
        "rubrics/helpful.yaml": rubric("helpful", "  - { id: mine, ask: Mine? }\n"),
        "rubrics/README.md": "",
        "rubrics/.hidden.yaml": "",
      },
      { "rubrics/helpful.yaml": rubric("helpful"), "rubrics/clear.yaml": rubric("clear") },
    );
    const rubrics = await listRubrics(dir, root);
    expect(rubrics.map(({ rubric, criteria }) => [rubric, criteria.map(({ id }) => id)])).toEqual([
      ["clear", ["a"]],
      ["helpful", ["a", "mine"]],
    ]);
    expect(await resolveRubric(dir, "clear", root)).toMatchObject({
      name: "clear",
      from: "package",
      spec: { threshold: 0.7, criteria: [{ weight: 1 }] },
    });
  });

  test("the ones that come with harness are valid", async () => {
    const names = (await listRubrics(await folder())).map(({ rubric }) => rubric);
    expect(names).toEqual(expect.arrayContaining(["code-quality", "helpful", "report"]));
  });

  const refused: readonly (readonly [name: string, text: string, line: string])[] = [
    ["another name", rubric("good"), '1: the rubric is called "good", its file "fine"; give both one name'],
    [
      "a criterion id twice",
      rubric("fine", "  - { id: a, ask: Again? }\n"),
      '5: criterion id "a" is used twice; rename one',
    ],
    [
      "a level that is no score",
      rubric("fine", "  - id: b\n    ask: B?\n    levels:\n      0: none\n      high: all\n"),
      '9: level "high" of criterion "b" is no score; give a number from 0 to 1',
    ],
    [
      "a level above 1",
      rubric("fine", "  - { id: b, ask: B?, levels: { 1.5: all } }\n"),
      '5: level "1.5" of criterion "b" is no score; give a number from 0 to 1',
    ],
    [
      "a level that is no text",
      rubric("fine", "  - { id: b, ask: B?, levels: { 0: false } }\n"),
      "5: criteria[1].levels.0 is false; give text, in quotes",
    ],
    [
      "no threshold",
      "rubric: fine\ncriteria:\n  - { id: a, ask: A? }\n",
      "1: threshold is missing; give a number",
    ],
    [
      "no criterion",
      "rubric: fine\nthreshold: 1\ncriteria: []\n",
      "3: criteria is an empty list; give at least 1 of them",
    ],
    ["nothing", "# later\n", "1: rubric is missing; give text"],
    [
      "a misspelt key",
      rubric("fine", "  - { id: b, ask: B?, wieght: 2 }\n"),
      '5: unknown key "wieght" in criteria[1]; did you mean "weight"?',
    ],
    [
      "a weight of nothing",
      rubric("fine", "  - { id: b, ask: B?, weight: 0 }\n"),
      "5: criteria[1].weight is 0; give a number above 0",
    ],
    [
      "a must above 1",
      rubric("fine", "  - { id: b, ask: B?, must: 2 }\n"),
      "5: criteria[1].must is 2; give at most 1",
    ],
  ];
  test.for(refused)("refuses %s", async ([, text, line]) => {
    const { dir, root } = await places({ "rubrics/fine.yaml": text }, {});
    expect(await refusal(dir, listRubrics(dir, root))).toBe(`DIR/rubrics/fine.yaml:${line}`);
    expect(await refusal(dir, resolveRubric(dir, "fine", root))).toBe(`DIR/rubrics/fine.yaml:${line}`);
  });

  test("a file whose name is wrong is refused, not passed over", async () => {
    const own = await folder();
    const a = await folder({ "rubrics/fine.yml": "" });
    expect(await refusal(a, listRubrics(a, own))).toBe(
      "DIR/rubrics/fine.yml: this is not read; let its name end in .yaml",
    );
    const b = await folder({ "rubrics/Fine.yaml": "" });
    expect(await refusal(b, listRubrics(b, own))).toBe(
      "DIR/rubrics/Fine.yaml: the name of a rubric must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit; rename the file",
    );
  });
});
