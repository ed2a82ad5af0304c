import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeDocker, sandboxImage } from "../docker.ts";
import { containersOf, harness, newKillProject, signal, start } from "./kill-project.ts";
import type { KillProject, ProjectOptions } from "./kill-project.ts";
import { remainsOf } from "./kill-remains.ts";

/** Deaths before a run has its first event, and ends that take their time. */
async function newProject(
  onTestFinished: (clean: () => Promise<void>) => void,
  options: Partial<ProjectOptions> = {},
): Promise<KillProject> {
  const project = await newKillProject({ image: await sandboxImage(), ...options });
  onTestFinished(project.remove);
  return project;
}

/** Kills a new run as soon as that is so. @throws when it never is */
async function killedWhen(project: KillProject, isSo: () => Promise<boolean>): Promise<void> {
  const life = start(project, ["run", "goal.md", "--yes", "--json"]);
  const over = life.ended.then(() => true);
  while (!(await isSo()))
    if (await Promise.race([over, pause(3, false)])) throw new Error("the run ended and it never was so");
  signal(life.pid, "SIGKILL");
  expect((await life.ended).signal).toBe("SIGKILL");
}

/** What is left when the next run, which ends well, has cleared up. */
async function leftAfterNextRun(project: KillProject): Promise<readonly string[]> {
  expect((await harness(project, ["run", "goal.md", "--yes"])).code).toBe(0);
  return remainsOf(project);
}

describeDocker("a run that is killed before it has begun", () => {
  // Not cleared up yet: nobody looks for `harness-reading-…` of the dead.
  test("while it packs the repository's history", { timeout: 600_000 }, async ({ onTestFinished }) => {
    const project = await newProject(onTestFinished);
    await killedWhen(project, async () =>
      readdirSync(project.temp).some((name) => name.startsWith("harness-reading-")),
    );
    expect(await leftAfterNextRun(project)).toEqual([]);
  });

  // Not cleared up yet: this container has no slot, by which the others are found.
  test("while it looks into its image", { timeout: 600_000 }, async ({ onTestFinished }) => {
    const project = await newProject(onTestFinished);
    await killedWhen(project, async () =>
      (await containersOf(project)).some(({ Labels }) => Labels["harness.slot"] === undefined),
    );
    expect(await leftAfterNextRun(project)).toEqual([]);
  });

  test("in a setup that reaches the network", { timeout: 600_000 }, async ({ onTestFinished }) => {
    const project = await newProject(onTestFinished, { hasNetwork: true });
    await killedWhen(project, async () =>
      (await containersOf(project)).some(({ Labels }) => Labels["harness.slot"]?.endsWith("/setup") === true),
    );
    expect(await leftAfterNextRun(project)).toEqual([]);
  });
});

describeDocker("a run whose setup reached the network", () => {
  // What is open to the engine would keep the process for five minutes; the time of this test is less.
  test("is over when it has ended", { timeout: 240_000 }, async ({ onTestFinished }) => {
    const project = await newProject(onTestFinished, { hasNetwork: true });
    expect((await harness(project, ["run", "goal.md", "--yes"])).code).toBe(0);
  });
});
