import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { random } from "../simulation/random.ts";
import { doHarm, empty, fill, removeDisks, whyNoDisk } from "./disk.ts";
import type { Harm } from "./disk.ts";
import {
  baseBytes,
  contentOf,
  entriesIn,
  harness,
  newSmallProject,
  passedIn,
  redone,
} from "./small-project.ts";
import type { Ended, SmallProject, Spoiling } from "./small-project.ts";
import { stateOf } from "./place.ts";

/**
 * The program a person runs, on a disk that runs full, takes nothing more or is gone. It must end at once, say what is
 * wrong in one line, and go on where it stood once the disk is mended.
 * `HARNESS_LONG=1` does it at many moments. One seed: `HARNESS_SEED=7`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const seeds =
  only === undefined ? Array.from({ length: isLong ? 36 : 3 }, (_, index) => index + 1) : [Number(only)];
const harms: readonly Harm[] = ["full", "read-only", "gone"];
const why = whyNoDisk();

async function projectFor({ onTestFinished, skip }: TestContext): Promise<SmallProject> {
  skip(why !== null, why ?? "");
  const project = await newSmallProject();
  onTestFinished(project.remove);
  return project;
}

/** A run that nothing happened to: the failpoints it passed, and its result. */
interface Calm {
  readonly moments: number;
  readonly result: Record<string, string>;
}
let calm: Calm | null = null;

const said = new Map<string, number>();
const note = (complaints: readonly string[]): void => {
  for (const line of complaints) {
    const form = line.replaceAll(/\/\S*\/disk\/project/g, "PROJECT").replaceAll(/\w+\.owner/g, "RUN.owner");
    said.set(form, (said.get(form) ?? 0) + 1);
  }
};

const run = ["run", "goal.md", "--yes"];

beforeAll(async () => {
  if (why !== null) return;
  const project = await newSmallProject();
  const { code, told } = await harness(project, run);
  if (code !== 0) throw new Error(`the calm run ended with ${code}: ${told}`);
  calm = { moments: (await passedIn(project)).length, result: await exported(project) };
  await project.remove();
});

afterAll(() => {
  removeDisks();
  if (isLong) for (const [line, times] of said) process.stdout.write(`${times} × ${line}\n`);
});

async function exported(project: SmallProject): Promise<Record<string, string>> {
  const to = join(project.outside, "result");
  expect(await harness(project, ["export", "--to", to])).toMatchObject({ code: 0, complaints: [] });
  return contentOf(to);
}

/** It must be one line, about the disk, that says where, with exit code 5 and no word of a bug. [] where it is. */
function unlike({ code, complaints }: Ended, { disk }: SmallProject): readonly string[] {
  const [line = "", ...more] = complaints;
  note(complaints);
  const isAbout = / full | read-only |I\/O|cannot be opened/.test(line) && line.includes(disk.dir);
  return [
    ...(code === 5 ? [] : [`exit ${code}`]),
    ...(more.length === 0 ? [] : [`more than one line: ${more.join(" | ")}`]),
    ...(isAbout || isUnreadable(line) ? [] : [`not about the disk: ${line}`]),
    ...(/a bug|Unknown error/.test(line) ? [`not honest: ${line}`] : []),
  ];
}

/** SQLite takes a page that cannot be read for a damaged one. */
const isUnreadable = (line: string): boolean =>
  /^harness: blob [0-9a-f]{64} is damaged: chunk \d+ cannot be read/.test(line);

/** Whoever goes on too soon is told the same. On a full disk there may be room now: what died at work is swept. */
async function tooSoon(project: SmallProject, harm: Harm): Promise<readonly string[]> {
  if (harm !== "gone" && !(await isBegun(project.dir))) return [];
  const again = await harness(project, ["resume"]);
  return harm === "full" && again.code === 0 ? [] : unlike(again, project);
}

function mend({ disk }: SmallProject, harm: Harm): void {
  if (harm === "full") empty(disk.dir);
  else disk.remount();
}

/** Goes on as the line said, or begins where there is no run yet, and compares with the run that nothing happened to. */
async function expectAsCalm(project: SmallProject): Promise<void> {
  const goesOn = await isBegun(project.dir);
  expect(await harness(project, goesOn ? ["resume"] : run)).toMatchObject({ code: 0, complaints: [] });
  expect(redone(await entriesIn(project.dir))).toEqual([]);
  expect(await harness(project, ["audit"])).toMatchObject({ code: 0, complaints: [] });
  expect(await exported(project)).toEqual(calm?.result);
  expect(await readdir(join(stateOf(project.dir), "slots"))).toEqual([]);
}

/** Whether there is a run that has not ended. */
async function isBegun(dir: string): Promise<boolean> {
  const names = await readdir(dir);
  if (!names.includes(".harness")) return false;
  return (await readdir(stateOf(dir))).includes("harness.db") && (await entriesIn(dir)).length > 0;
}

describe("at a random moment", { timeout: 600_000 }, () => {
  test.for(seeds)(
    "seed %i: one honest line, and it goes on when the disk is mended",
    async (seed, context) => {
      const dice = random(seed);
      const harm = harms[seed % harms.length] ?? "full";
      const project = await projectFor(context);
      const at = { at: "*", nth: 1 + dice.below(calm?.moments ?? 1) };
      const spoiling: Spoiling = { harm, at, ...(dice.chance(0.5) ? { afterMs: dice.below(40) } : {}) };
      const ended = await harness(project, run, spoiling);
      // A moment too late to be noticed: its last word was durable already.
      if (ended.code !== 0) {
        expect({ seed, found: unlike(ended, project) }).toEqual({ seed, found: [] });
        expect({ seed, found: await tooSoon(project, harm) }).toEqual({ seed, found: [] });
      }
      mend(project, harm);
      await expectAsCalm(project);
    },
  );
});

describe("full when room is needed most", { timeout: 600_000 }, () => {
  const cases: readonly (readonly [string, Omit<Spoiling, "harm">])[] = [
    ["a blob", { at: { at: "put-blobs/before", nth: 20 } }],
    ["an event", { at: { at: "append/before/attempt-started", nth: 1 } }],
    // Room for many commits, none for a checkout.
    ["a workspace", { at: { at: "append/after/attempt-started", nth: 1 }, leave: baseBytes / 2 }],
  ];
  test.for(cases)("for %s", async ([, spoiling], context) => {
    const project = await projectFor(context);
    const ended = await harness(project, run, { ...spoiling, harm: "full" });
    expect(unlike(ended, project)).toEqual([]);
    mend(project, "full");
    await expectAsCalm(project);
  });

  test("for an export: nothing is left there, and it can be had later", async (context) => {
    const project = await projectFor(context);
    const to = join(project.disk.dir, "result");
    const at = { at: "append/after/run-ended", nth: 1 };
    const ended = await harness(project, [...run, "--export", to], {
      harm: "full",
      at,
      leave: baseBytes / 2,
    });
    expect(unlike(ended, project)).toEqual([]);
    expect(ended.complaints).toEqual([expect.stringContaining("harness export")]);
    expect((await readdir(project.disk.dir)).toSorted()).toEqual(["filler", "lost+found", "project"]);
    // The end of the run made room: it gave back the logs of its databases.
    fill(project.disk.dir, baseBytes / 2);
    expect(unlike(await harness(project, ["export", "--to", to]), project)).toEqual([]);
    mend(project, "full");
    expect(await harness(project, ["export", "--to", to])).toMatchObject({ code: 0, complaints: [] });
    expect(await contentOf(to)).toEqual(calm?.result);
  });
});

describe("looked at on a bad disk", { timeout: 600_000 }, () => {
  test.for(harms)("%s", async (harm, context) => {
    const project = await projectFor(context);
    expect(await harness(project, run)).toMatchObject({ code: 0 });
    doHarm(project.disk.dir, harm);
    for (const command of ["runs", "show", "diff", "audit"]) {
      const looked = await harness(project, [command]);
      if (harm === "gone")
        expect({ command, found: unlike(looked, project) }).toEqual({ command, found: [] });
      else expect({ command, ...looked }).toMatchObject({ command, code: 0, complaints: [] });
    }
  });
});
