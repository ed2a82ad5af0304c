import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusal } from "./comparing.ts";
import { keptBy, mailShop, script } from "./evaluation/eval-ground.ts";
import { example, fill, folder, harness, ranOnce, start } from "./ground.ts";
import { greeting, slow } from "./stories.ts";

const hello = ranOnce(async () => example("hello", false));

/** A backup of a project in which the hello goal is met. */
async function backedUp(): Promise<{ readonly dir: string; readonly id: string; readonly file: string }> {
  const { dir, id, done } = await hello();
  expect(done.code).toBe(0);
  expect((await harness(dir, ["backup", "runs.tar"])).code).toBe(0);
  return { dir, id, file: join(dir, "runs.tar") };
}

const keptAnswers = (dir: string): number => Object.values(keptBy(dir)).reduce((sum, n) => sum + n, 0);

describe("harness backup and restore", () => {
  test("a run at work is backed up, and resumed elsewhere to the same end", async () => {
    const files = slow(600_000);
    const dir = await folder(files);
    const child = start(dir, ["run", "goal.md"]);
    await child.said("● greet  attempt 1");
    const file = join(await folder(), "runs.tar");
    const { code, out } = await harness(dir, ["backup", file]);
    expect({ code, out }).toEqual({
      code: 0,
      out: ` wrote ${file}: 1 run, ${Math.round((await stat(file)).size / 1000)} kB; back with: harness restore ${file}\n`,
    });
    expect(child.process.exitCode).toBeNull();
    child.process.kill("SIGKILL");
    await child.ended;

    const other = await folder(greeting({}));
    const restored = await harness(other, ["restore", file]);
    expect(restored.code).toBe(0);
    expect(restored.out).toMatch(
      /^ restored \.harness: 1 run as of \d{4}-\d\d-\d\d \d\d:\d\d UTC; go on with: harness resume\n$/,
    );
    const resumed = await harness(other, ["resume"]);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain(" tasks      1 of 1 accepted in 1 attempt · resumed once after a crash");
    expect((await harness(other, ["audit"])).code).toBe(0);
    expect((await harness(other, ["export", "--to", "result"])).code).toBe(0);
    expect(await readFile(join(other, "result", "greeting.txt"), "utf8")).toBe("Hello.");
    expect(await harness(dir, ["backup", file])).toEqual({
      code: 5,
      out: "",
      err: `harness: ${file} exists; name a new file\n`,
    });
  });

  test("what was restored is told as before", async () => {
    const { dir, id, file } = await backedUp();
    const other = await folder();
    expect((await harness(other, ["restore", file])).code).toBe(0);
    for (const argv of [["show"], ["diff"], ["runs"], ["audit"]])
      expect(await harness(other, argv)).toEqual(await harness(dir, argv));
    const again = await harness(other, ["restore", file]);
    expect(again).toEqual({
      code: 5,
      out: "",
      err: `harness: ${join(other, ".harness")} is there already; move it away, or restore in another project\n`,
    });
    expect((await harness(other, ["show"])).out).toContain(`run ${id}`);
  });

  test("a changed file is refused in one line, exit 5, and nothing is made", async () => {
    const { file } = await backedUp();
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(30_000) ^ 1, 30_000);
    await writeFile(file, bytes);
    const other = await folder();
    const { code, out, err } = await harness(other, ["restore", file]);
    expect({ code, out }).toEqual({ code: 5, out: "" });
    expect(err).toBe(
      `harness: ${file} is damaged: harness.db is not what was backed up; take another backup\n`,
    );
    expect(await readdir(other)).toEqual([]);
  });

  test("--json is for machines", async () => {
    const { dir, id } = await backedUp();
    const made = JSON.parse((await harness(dir, ["backup", "two.tar", "--json"])).out) as unknown;
    const { size } = await stat(join(dir, "two.tar"));
    expect(made).toMatchObject({ file: join(dir, "two.tar"), bytes: size, runs: [{ id }] });
    const other = await folder();
    const back = JSON.parse(
      (await harness(other, ["restore", join(dir, "two.tar"), "--json", "--verify"])).out,
    ) as unknown;
    expect(back).toMatchObject({ state: join(other, ".harness"), runs: [{ id }], damaged: [] });
  });

  test("gc is for a later backup: what was dropped is in the older one", async () => {
    const { dir, id, file } = await backedUp();
    await harness(dir, ["gc", "--keep-days", "0"]);
    await harness(dir, ["backup", "after.tar"]);
    expect((await stat(join(dir, "after.tar"))).size).toBeLessThan((await stat(file)).size);
    for (const from of [file, join(dir, "after.tar")]) {
      const other = await folder();
      expect((await harness(other, ["restore", from])).code).toBe(0);
      expect((await harness(other, ["audit", id])).code).toBe(0);
    }
  });

  test("answers that were paid for are saved, too, while an evaluation asks for more; no run is needed", async () => {
    const dir = await mailShop({ "script.yaml": script({ delay_ms: 100 }) });
    const child = start(dir, ["eval", "--concurrency", "2"]);
    await child.said("forecast");
    const file = join(await folder(), "state.tar");
    const { code, out } = await harness(dir, ["backup", file]);
    expect(code).toBe(0);
    expect(out).toBe(
      ` wrote ${file}: 1 evaluation, ${Math.round((await stat(file)).size / 1000)} kB; back with: harness restore ${file}\n`,
    );
    const { code: ended } = await child.ended;
    expect(ended).toBe(0);
    const all = keptAnswers(dir);

    const other = await mailShop({ "script.yaml": script({ delay_ms: 100 }) });
    const restored = await harness(other, ["restore", file]);
    expect(restored.out).toMatch(
      /^ restored \.harness: 1 evaluation as of \d{4}-\d\d-\d\d \d\d:\d\d UTC; see: harness report\n$/,
    );
    expect(keptAnswers(other)).toBeLessThan(all);
    expect((await harness(other, ["eval"])).code).toBe(0);
    expect(keptAnswers(other)).toBe(all);
    const made = JSON.parse((await harness(other, ["backup", "two.tar", "--json"])).out) as unknown;
    expect(made).toMatchObject({ runs: [], evaluations: 1 });
    const third = await folder();
    expect((await harness(third, ["restore", join(other, "two.tar")])).code).toBe(0);
    expect((await harness(third, ["report"])).out).toBe((await harness(other, ["report"])).out);
  });

  test("where nothing was run or evaluated there is nothing to back up: exit 2", async () => {
    const dir = await folder();
    await fill(dir, { "goal.md": "# A goal\n" });
    expect(await refusal(dir, ["backup", "x.tar"])).toMatch(
      /^there is no run and no evaluation in \S+\.harness, so there is nothing to back up; start one with: /,
    );
    expect(await readdir(dir)).toEqual(["goal.md"]);
  });
});
