import { expect, test } from "vitest";
import { leftOutRow } from "../../../src/cli/view/left-out.ts";

const excluded = (path: string, pattern: string) => ({ path, why: `excluded by ${pattern}` });
const ignored = (path: string) => ({ path, why: "ignored by git" });
const scratch = ["**/__pycache__/**"];

test.each([
  ["nothing", [], null],
  [
    "each reason once, with what it leaves out",
    [excluded(".env", ".env*"), excluded("secrets/", "secrets/"), ignored("node_modules/")],
    ".env  secrets/ (workspace.exclude)   node_modules/ (ignored by git)",
  ],
  [
    "the run's own scratch, and what is no file",
    [excluded("a/__pycache__/b.pyc", "**/__pycache__/**"), { path: "pipe", why: "is a FIFO" }],
    "a/__pycache__/b.pyc (workspace.scratch)   pipe (is a FIFO)",
  ],
  [
    "a pattern and a path that hold anything",
    [excluded("a\n\u001b.pem", "a\n*.pem")],
    "a␊␛.pem (workspace.exclude)",
  ],
  [
    "more than fit: the command that shows all",
    [1, 2, 3, 4, 5, 6].map((n) => ignored(`${n}.log`)),
    "1.log  2.log  3.log  4.log  and 2 more (ignored by git)   all: harness show 7k2m --left-out",
  ],
  [
    "a long path",
    [ignored(`${"long/".repeat(20)}x`)],
    `${"long/".repeat(20).slice(0, 39)}… (ignored by git)`,
  ],
])("%s", (_, items, text) => {
  expect(leftOutRow(items, scratch, "7k2m")).toEqual(text === null ? [] : [["left out", text]]);
});
