import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder, harness, root } from "../cli/ground.ts";

const run = promisify(execFile);
const example = join(root, "examples", "evaluate");

interface Typed {
  readonly line: string;
  readonly exit: number;
}

/** The lines with a `$` of a page, as a person would type them, and what each ends with. */
const typed = (page: string): readonly Typed[] =>
  [...page.matchAll(/^\$ (.+?)(?: +# exit (\d+))?$/gm)].map(([, line = "", exit = "0"]) => ({
    line,
    exit: Number(exit),
  }));

/** Words as a shell takes them, where no more than double quotes is needed. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

test("every command of examples/evaluate does what its page says", async () => {
  const dir = await folder();
  await cp(example, dir, { recursive: true });
  const lines = typed(await readFile(join(example, "README.md"), "utf8"));
  expect(lines.length).toBeGreaterThan(20);
  const told: string[] = [];
  for (const { line, exit } of lines) {
    if (!line.startsWith("harness ")) {
      await run("sh", ["-c", line], { cwd: dir });
      continue;
    }
    const { code, out, err } = await harness(dir, words(line.slice("harness ".length)));
    expect({ line, code }, `${err}${out}`).toEqual({ line, code: exit });
    told.push(`${line}\n${err}${out}`);
  }
  const of = (command: string): string[] => told.filter((one) => one.startsWith(`harness ${command}`));
  const [first, better, worse, mixed] = of("eval");
  expect(first).toMatch(/quality .*\.795 .*\.700 +holds[\s\S]*PROMOTE/);
  expect(better).toMatch(/quality .*\+14\.5 pts .*holds[\s\S]*PROMOTE/);
  expect(worse).toMatch(/look 3 [\s\S]*quality .*−12\.0 pts .*worse[\s\S]*REJECT/);
  expect(mixed).toMatch(/look 3 [\s\S]*INCONCLUSIVE/);
  expect(of("eval")).toHaveLength(4);
  const rule = "sort by what they want";
  const [promoted, rolledBack] = of("prompts render");
  expect(promoted).toContain(rule);
  expect(rolledBack).not.toContain(rule);
  expect(of("report")[0]).toMatch(/sort@4[\s\S]*sort@1|sort@1[\s\S]*sort@4/);
  for (const verified of of("receipt verify")) expect(verified).toContain("PROMOTE");
});
