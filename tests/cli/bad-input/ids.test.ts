import { cp, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "vitest";
import { folder, harness, runId } from "../ground.ts";
import { hopeless } from "../stories.ts";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

/** A project with a run that waits for a person, made once: where it is, and the names in it. */
const made = { dir: "", RUN: "", ASKED: "" };
beforeAll(async () => {
  made.dir = await folder(hopeless, false);
  const { err } = await harness(made.dir, ["run", "goal.md"]);
  made.RUN = runId(err);
  made.ASKED = /harness approvals retry \w+\/(e\d+)/.exec(err)?.[1] ?? "";
});
afterAll(async () => rm(made.dir, { recursive: true, force: true }));

/** What is typed in a copy of it. */
const typed = (argv: readonly string[], line: string): Row => ({
  name: argv
    .map((word) => JSON.stringify(word).replace(/^"([\w./=+-]+)"$/, "$1"))
    .join(" ")
    .slice(0, 80),
  lay: async (dir) => cp(made.dir, dir, { recursive: true }),
  names: () => ({ RUN: made.RUN, ASKED: made.ASKED }),
  argv,
  line,
});

const hostile = [
  "a\nb",
  "\u001b[31mred",
  "../../etc/passwd",
  "a/b",
  "__proto__",
  "constructor",
  "\u0430bcd",
  "%00",
  "*",
  "RUNRUN",
  "1",
  "zzzz",
];

const shown = (id: string): string => id.replace("\n", "\\u{a}").replace("\u001b", "\\u{1b}");

describe("the id of a run", () => {
  refuses([
    ...hostile.flatMap((id) =>
      ["show", "resume", "diff", "audit"].map((command) =>
        typed([command, id], `no run is called ${shown(id)}; there are RUN`),
      ),
    ),
    ...["", " "].map((id) => typed(["show", id], "the id of a run is empty; there are RUN")),
    typed(["export", "../x", "--to", "new"], "no run is called ../x; there are RUN"),
  ]);
});

describe("the id of a task", () => {
  refuses(
    ["../x", "a/b", "", "__proto__", "constructor", "gre\u0435t", "nope"].map((id) =>
      typed(["show", "--task", id], `run RUN has no task ${id}; its tasks are greet`),
    ),
  );
});

describe("what waits for a person", () => {
  refuses([
    ...["e999", "../x", "a/b", "__proto__", "constructor", "RUN", "RUN/e999", "7k2m/ASKED", ""].map((id) =>
      typed(["approvals", "accept", id], `nothing that waits is called ${id}; there are ASKED`),
    ),
    typed(["approvals", "accept"], "harness approvals accept ID: say which (ASKED)"),
    typed(
      ["approvals", "approve", "ASKED"],
      "ASKED can be answered by retry, accept, replan, drop, stop, not by approve",
    ),
    typed(
      ["approvals", "acept", "ASKED"],
      'harness approvals acept: there is no such answer; did you mean "accept"? there are list, show, watch, approve, reject, settle, retry, accept, replan, drop, raise, stop',
    ),
    typed(
      ["approvals", "__proto__", "ASKED"],
      "harness approvals __proto__: there is no such answer; there are list, show, watch, approve, reject, settle, retry, accept, replan, drop, raise, stop",
    ),
    typed(
      ["approvals", "settle", "ASKED", "perhaps"],
      "ASKED can be answered by retry, accept, replan, drop, stop, not by settle",
    ),
    typed(["approvals", "settle", "e999", "not"], "nothing that waits is called e999; there are ASKED"),
  ]);
});

describe("a result, and a budget", () => {
  refuses([
    typed(["export", "--to", "."], "DIR is not empty; name a new or empty directory"),
    typed(["export", "--to", "goal.md"], "DIR/goal.md is not a directory; name a new or empty directory"),
    typed(["export", "--to", "goal.md/x"], "DIR/goal.md/x is not a directory; name a new or empty directory"),
    typed(["export", "--to", "/proc/x"], "/proc/x cannot be made; name another directory"),
    typed(["export"], "say what: harness export --to DIR, --branch NAME, or --manifest, one of them"),
    typed(
      ["export", "--to", "a", "--branch", "b"],
      "say what: harness export --to DIR, --branch NAME, or --manifest, one of them",
    ),
    typed(
      ["export", "--branch", "x"],
      "run RUN did not start from a git commit; use: harness export RUN --to DIR",
    ),
    typed(["resume", "--budget", "x"], "--budget x: give dollars, like +5 or 12.50…"),
    typed(["resume", "--budget", "0"], "--budget 0: give dollars, like +5 or 12.50…"),
    typed(["resume", "--budget", "+"], "--budget +: give dollars, like +5 or 12.50…"),
    typed(["resume", "--budget", "+-5"], "--budget +-5: give dollars, like +5 or 12.50…"),
    typed(["resume", "--budget", "5,00"], "--budget 5,00: give dollars, like +5 or 12.50…"),
  ]);
});
