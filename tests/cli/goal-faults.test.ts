import { describe, expect, test } from "vitest";
import { folder, harness } from "./ground.ts";
import { greeting, writes } from "./stories.ts";

const goal = (check: string): string => `---\nmodel: scripted/script.yaml\nchecks: [${check}]\n---\nDo it.\n`;

describe("a check of the goal that nobody could meet is refused before any model is paid", () => {
  test.for<[string, string]>([
    ["{ id: a, run: git status }", 'check "a": the program "git" is not in the sandbox'],
    ['{ id: a, run: "if then" }', 'check "a": exit 2 bash: syntax error'],
    ['{ id: a, run: "false", guard: true }', 'check "a" is a guard but does not hold now: exit 1'],
    ["{ id: a, path: x.json, schema: { type: nonsense } }", 'check "a": its JSON schema is not usable'],
  ])("%s", async ([check, words]) => {
    const dir = await folder({ "goal.md": goal(check), "script.yaml": "plan/1: [nothing]\n" });
    const { code, out, err } = await harness(dir, ["run", "goal.md"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.trimEnd().split("\n")).toEqual([expect.stringContaining(words)]);
    expect((await harness(dir, ["runs", "--json"])).out).toBe("");
  });
});

test("resume after an outage asks the model again", async () => {
  const [write, submit] = writes("hello");
  const files = greeting({
    "task/greet/1": [{ fail: { class: "auth", message: "no", times: 1 }, ...write }, submit],
  });
  const dir = await folder(files);
  expect((await harness(dir, ["run", "goal.md"])).code).toBe(5);
  expect(await harness(dir, ["resume"])).toMatchObject({ code: 0 });
});
