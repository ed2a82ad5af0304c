import { expect, test } from "vitest";
import { folder, harness, runId } from "./ground.ts";
import type { Done } from "./ground.ts";
import { newScreen } from "./screen.ts";
import type { Screen } from "./screen.ts";
import { greeting, hopeless, wide } from "./stories.ts";

/** Runs a goal on a terminal of this size; each write must leave one picture and nothing of those before. */
async function watch(
  dir: string,
  argv: readonly string[],
  columns: number,
  rows: number,
): Promise<Done & { readonly screen: Screen; readonly pictures: number }> {
  const screen = newScreen(columns, rows);
  let pictures = 0;
  const done = await harness(dir, argv, {
    env: { TERM: "xterm" },
    terminal: {
      columns,
      rows,
      write: (text) => {
        screen.write(text);
        const heads = screen.lines().filter((line) => /^ run [2-9a-z]{4} {3}\d+:\d\d {3}/.test(line));
        if (heads.length > 0) pictures += 1;
        expect(heads.length).toBeLessThanOrEqual(1);
      },
    },
  });
  return { ...done, screen, pictures };
}

test("a run is drawn over itself and ends with its summary", async () => {
  const dir = await folder(wide);
  const { code, out, err, screen, pictures } = await watch(dir, ["run", "goal.md", "--yes"], 80, 24);
  expect({ code, out }).toEqual({ code: 0, out: "" });
  expect(pictures).toBeGreaterThan(3);
  expect({ wrapped: screen.wrapped, cursorShown: screen.cursorShown }).toEqual({
    wrapped: 0,
    cursorShown: true,
  });
  const id = runId(err);
  const lines = screen.lines();
  const from = lines.findIndex((line) => line.startsWith(` run ${id}   `));
  const marks = lines.slice(from + 1, from + 9).map((line) => line.replace(/^ (\S) (\S+).*$/, "$1 $2"));
  expect(marks).toEqual(Array.from({ length: 8 }, (_, index) => `✓ part-0${index + 1}`));
  expect(lines[from]).not.toContain("ctrl-c");
  expect(lines[from + 9]).toBe("");
  expect(lines[from + 10]).toMatch(new RegExp(`^ met {8}run ${id} `));
  expect(lines.at(-2)).toBe(` take it    harness export ${id} --to result`);
});

test.each([
  [200, 50],
  [60, 7],
])("eight tasks on a terminal of %i by %i", async (columns, rows) => {
  const dir = await folder(wide);
  const { code, screen } = await watch(dir, ["run", "goal.md", "--yes"], columns, rows);
  expect(code).toBe(0);
  expect(screen.wrapped).toBe(0);
  const shown = screen.lines().filter((line) => line.startsWith(" ✓ part-"));
  const hidden = screen.lines().filter((line) => /^ {3}… \d+ more tasks: /.test(line));
  expect([shown.length, hidden]).toEqual(rows > 8 ? [8, []] : [4, ["   … 4 more tasks: 4 accepted"]]);
});

test("a run that goes on shows what its tasks were, cost and did before", async () => {
  const dir = await folder(hopeless);
  const first = await harness(dir, ["run", "goal.md"]);
  const short = /e\d+(?= {2}greet)/.exec(first.err)?.[0] ?? "";
  await harness(dir, ["approvals", "retry", short]);
  const { code, screen } = await watch(dir, ["resume"], 80, 24);
  expect(code).toBe(0);
  const line = screen.lines().find((one) => one.startsWith(" ✓ greet")) ?? "";
  expect(line).toContain("greeting.txt greets");
  expect(line).toContain("3 attempts");
});

test("what waits is named on the screen with the command that answers", async () => {
  const dir = await folder(hopeless);
  const { code, screen } = await watch(dir, ["run", "goal.md", "--yes"], 80, 24);
  expect(code).toBe(3);
  const text = screen.lines().join("\n");
  expect(text).toMatch(/^ \? greet .*attempt 2/m);
  expect(text).toMatch(/^ {6}harness approvals retry \w+\/e\d+$/m);
});

test("a refusal after the import stands on a line of its own", async () => {
  const dir = await folder({ ...greeting({}), "prompts/worker.prompt": "{{#if}}\n" });
  const { code, screen } = await watch(dir, ["run", "goal.md", "--yes"], 80, 24);
  expect(code).toBe(2);
  expect(screen.lines().filter((line) => line !== "")[0]).toMatch(/^harness: .*worker\.prompt:\d+: /);
});

test("NO_COLOR is respected, and a dumb terminal gets lines", async () => {
  const dir = await folder(greeting({}));
  const terminal = { columns: 80, rows: 24, write: () => undefined };
  const plain = await harness(dir, ["run", "goal.md", "--yes"], { env: { TERM: "dumb" }, terminal });
  expect(plain.err).not.toContain("\u001b[?25l");
  const grey = await harness(dir, ["run", "goal.md", "--yes"], {
    env: { TERM: "xterm", NO_COLOR: "1" },
    terminal,
  });
  expect(grey.err).not.toContain("\u001b[32m");
  const coloured = await harness(dir, ["run", "goal.md", "--yes"], { env: { TERM: "xterm" }, terminal });
  expect(coloured.err).toContain("\u001b[32m✓");
});
