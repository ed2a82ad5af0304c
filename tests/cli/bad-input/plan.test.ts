import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

const project = {
  "goal.md": "---\nmodel: scripted/s.yaml\nplan: plan.yaml\n---\nDo it.\n",
  "s.yaml": "plan/1: [a]",
};

/** What plan.yaml, which the goal names, holds → the line. */
const plan = (name: string, content: string | Uint8Array, line: string): Row => ({
  name,
  files: { ...project, "plan.yaml": content },
  argv: ["run", "goal.md"],
  line: `DIR/plan.yaml:${line}`,
});
const task = (more: string): string => `tasks:\n  - id: a\n    title: A\n    instructions: Do it.\n${more}`;

describe("a plan of one's own", () => {
  refuses([
    { ...plan("not there", "", " there is no such file; check the name"), files: project },
    {
      ...plan("a directory", "", " it is a directory; give a file of text"),
      files: project,
      lay: async (dir) => mkdir(join(dir, "plan.yaml")),
    },
    {
      ...plan("a FIFO", "", " it is no regular file; give a file of text"),
      files: project,
      lay: (dir) => execFileSync("mkfifo", [join(dir, "plan.yaml")]),
    },
    plan("empty", "", "1: tasks is missing; give a list"),
    plan("a NUL", "tasks: []\0", "1: a NUL byte, so this is no text; give a file of text"),
    plan("a list", "- id: a", "1: the plan is a list; write lines of key: value"),
    plan("a tab", "tasks:\n\t- id: a", "2: a tab indents this line; use spaces"),
    plan("a misspelt key", "taks: []", '1: unknown key "taks"; did you mean "tasks"?'),
    plan("no tasks", "tasks: []", "1: tasks is an empty list; give at least 1 of them"),
    plan("tasks that are a mapping", "tasks: { a: {} }", "1: tasks is a mapping; give a list"),
    plan("a task that is text", "tasks: [Do it]", '1: tasks[0] is "Do it"; give a mapping of keys to values'),
    plan(
      "an id with a path",
      "tasks:\n  - { id: ../x, title: A, instructions: Do it. }",
      '2: tasks[0].id is "../x"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    plan(
      "a misspelt key of a task",
      task("    criteria: [{ run: x }]\n    neds: [b]\n"),
      '6: unknown key "neds" in tasks[0]; did you mean "needs"?',
    ),
    plan(
      "a check that is two",
      task("    criteria:\n      - { run: x, path: y }\n"),
      '6: check "c1" must have exactly one of run, path and rubric',
    ),
  ]);
});
