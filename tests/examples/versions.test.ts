import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder, harness, root } from "../cli/ground.ts";

const run = promisify(execFile);
const example = join(root, "examples", "versions");

/** The lines with a `$` of a page, as a person would type them. */
const typed = (page: string): readonly string[] =>
  [...page.matchAll(/^\$ (.+)$/gm)].map(([, line = ""]) => line);

/** Words as a shell takes them, where no more than double quotes is needed. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

async function runIds(dir: string): Promise<readonly string[]> {
  const { out } = await harness(dir, ["runs", "--json"]);
  return out.split("\n").flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as { id: string }).id]));
}

test("every command of examples/versions does what its page says", async () => {
  const dir = await folder();
  await cp(example, dir, { recursive: true });
  const told: Record<string, string> = {};
  const lines = typed(await readFile(join(example, "README.md"), "utf8"));
  expect(lines.length).toBeGreaterThan(35);
  for (const line of lines) {
    if (!line.startsWith("harness ")) {
      await run("sh", ["-c", line], { cwd: dir });
      continue;
    }
    const [first = "", second = ""] = await runIds(dir).catch(() => []);
    const argv = words(line.slice("harness ".length)).map(
      (word) => ({ FIRST: first, SECOND: second })[word] ?? word,
    );
    const { code, out, err } = await harness(dir, argv);
    expect(code, `${line}\n${err}${out}`).toBe(0);
    told[line] = out + err;
  }
  expect(told["harness run goal.md --yes"]).toContain("met");
  expect(told["harness prompts get worker --stage production"]).toContain("Never change a test");
  expect(told["harness diff FIRST SECOND"]).toMatch(
    /1 field differs +prompt\.worker +worker@1 \w{4} → worker@2 \w{4}/,
  );
  expect(told["harness diff FIRST SECOND --patch"]).toContain("+Be brief.");
  expect(told["harness replay FIRST"]).not.toContain("differs");
  expect(told["harness fork FIRST --at start --prompt worker@2"]).toContain("worker worker@2");
  expect(
    told["harness runs --where prompt.worker=worker@2 --columns id,outcome,cost,attempts,prompt.worker"],
  ).toContain("worker@2");
  expect(told["harness models"]).toContain("my-ft");
  const page = await readFile(join(dir, "first.html"), "utf8");
  expect(page).toContain("worker@1");
  const last = await harness(dir, ["prompts", "--json"]);
  expect(JSON.parse(last.out.split("\n").find((line) => line.includes('"version":1')) ?? "{}")).toMatchObject(
    { stage: "production" },
  );
});
