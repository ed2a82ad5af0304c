import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { example, folder, harness, root } from "./cli/ground.ts";
import { comesTo } from "./cli/comparing.ts";
import { golden } from "./golden/make.ts";

/**
 * Runs that released versions wrote, as their own `harness backup` wrote them (gzipped): the goal of examples/hello with
 * its scripted model, one run met, one whose process was killed in the middle. Whatever becomes of events later, these
 * are read, told, audited, and gone on with.
 */
const versions = ["0.1.0"];

/** A copy of the example's project, holding what that version left. */
async function restored(version: string): Promise<string> {
  const dir = await example("hello");
  const packed = await readFile(join(root, "tests", "golden", `golden-${version}.tar.gz`));
  await writeFile(join(dir, "runs.tar"), gunzipSync(packed));
  const { code, out } = await harness(dir, ["restore", "runs.tar", "--verify"]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("2 runs") as string });
  return dir;
}

interface Listed {
  readonly id: string;
  readonly outcome: string | null;
  readonly hash: string;
}

async function listed(dir: string): Promise<readonly Listed[]> {
  const { code, out } = await harness(dir, ["runs", "--json"]);
  expect(code).toBe(0);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Listed);
}

/**
 * Runs that later versions must come to again, event by event. Made by
 * `HARNESS_GOLDEN=0.1.0-replay npx vitest run tests/golden.test.ts -t makes`.
 */
const replayed = ["0.1.0-replay"];

const made = process.env["HARNESS_GOLDEN"];
test.runIf(made !== undefined)("makes an archive of runs", async () => {
  const packed = await golden();
  expect(packed.length).toBeLessThan(150_000);
  await writeFile(join(root, "tests", "golden", `golden-${made}.tar.gz`), packed);
});

test.each(replayed)("what version %s wrote is audited, and replayed without a deviation", async (version) => {
  const dir = await folder({ "harness.yaml": "" });
  const packed = await readFile(join(root, "tests", "golden", `golden-${version}.tar.gz`));
  await writeFile(join(dir, "runs.tar"), gunzipSync(packed));
  await comesTo(0, dir, ["restore", "runs.tar", "--verify"]);
  const runs = await listed(dir);
  expect(runs.map(({ outcome }) => outcome)).toEqual(["met", "met", "met", "met", "met"]);
  for (const { id } of runs) {
    await comesTo(0, dir, ["audit", id]);
    const { out } = await comesTo(0, dir, ["replay", id, "--json"]);
    expect(JSON.parse(out)).toMatchObject({ run: id, deviations: [], isCutShort: false });
  }
});

describe.each(versions)("what version %s wrote", (version) => {
  test("is read, told and audited without findings", async () => {
    const dir = await restored(version);
    const runs = await listed(dir);
    expect(runs.map(({ outcome }) => outcome)).toEqual(["met", null]);
    for (const { id } of runs) {
      expect(await harness(dir, ["audit", id])).toMatchObject({ code: 0 });
      expect(await harness(dir, ["show", id])).toMatchObject({ code: 0 });
      // Its tools were described in other words: that is told, and no crash.
      const { code, out, err } = await harness(dir, ["replay", id]);
      expect({ code, err }).toEqual({ code: 1, err: "" });
      expect(out).toContain("the request to the model is another, in the tools");
    }
  });

  test("is gone on with: the run that was killed ends as met, and is audited again", async () => {
    const dir = await restored(version);
    const id = (await listed(dir)).find(({ outcome }) => outcome === null)?.id ?? "none";
    const resumed = await harness(dir, ["resume", id]);
    expect(resumed).toMatchObject({
      code: 0,
      err: expect.stringContaining("1 open call is asked again") as string,
    });
    expect((await listed(dir)).map(({ outcome }) => outcome)).toEqual(["met", "met"]);
    expect((await harness(dir, ["audit", id])).code).toBe(0);
    expect((await harness(dir, ["export", id, "--to", "result"])).code).toBe(0);
    expect(await readFile(join(dir, "result", "greeting.txt"), "utf8")).toMatch(/hello/i);
  });
});
