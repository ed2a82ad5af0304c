import { expect, test } from "vitest";
import type { Entry } from "../../src/core/event.ts";
import { describeCampaign, sandboxImage } from "../docker.ts";
import { openForwarder } from "./kill-forwarder.ts";
import type { Forwarder } from "./kill-forwarder.ts";
import { newOwnImage } from "./kill-image.ts";
import { entriesIn, harness, newKillProject, signal, start } from "./kill-project.ts";
import type { Ended, KillProject, ProjectOptions } from "./kill-project.ts";
import { remainsOf } from "./kill-remains.ts";

/** The engine, or the image, goes away under a run and comes back. */
const isLong = process.env["HARNESS_LONG"] === "1";

type Cleaning = (clean: () => Promise<void>) => void;

async function newProject(
  onTestFinished: Cleaning,
  options: Partial<ProjectOptions> = {},
): Promise<KillProject> {
  const project = await newKillProject({
    image: await sandboxImage(),
    concurrency: 1,
    leftTakes: 2,
    ...options,
  });
  onTestFinished(project.remove);
  return project;
}

async function newForwarder(onTestFinished: Cleaning): Promise<Forwarder> {
  const forwarder = await openForwarder();
  onTestFinished(forwarder.close);
  return forwarder;
}

/** What a person is told of trouble: one line, without a stack. */
const complaintsIn = ({ said }: Ended): readonly string[] =>
  said.split("\n").filter((line) => /^harness: |^\s+at |Error\b|a bug/.test(line));

/** Begins or goes on with the run until a command of `left` is under way, and does something then. */
async function until(
  project: KillProject,
  forwarder: Forwarder,
  trouble: (pid: number) => void,
): Promise<Ended> {
  const command = (await entriesIn(project)).length === 0 ? ["run", "goal.md", "--yes"] : ["resume"];
  const life = start(project, [...command, "--json"], { DOCKER_HOST: forwarder.address });
  life.onEvent = (entry) => {
    if (entry.type === "call-started" && entry.body.call.startsWith("task/left/")) trouble(life.pid);
  };
  return life.ended;
}

async function expectNothingCharged(project: KillProject): Promise<void> {
  const types = (await entriesIn(project)).map(({ type }) => type);
  expect(types).not.toContain("crash-charged");
  expect(types).not.toContain("escalation-raised");
}

/** Calls that a resume found under way. */
const cutCalls = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) =>
    entry.type === "call-ended" && entry.body.outcome === "cut" ? [entry.body.call] : [],
  );

/** Asked with the engine back. */
async function expectMet(project: KillProject, forwarder: Forwarder): Promise<void> {
  const ended = await harness(project, ["resume"], { DOCKER_HOST: forwarder.address });
  expect(ended).toMatchObject({
    code: 0,
    said: expect.stringMatching(/ met {2}.* 4 of 4 accepted/s) as string,
  });
  expect((await harness(project, ["audit"])).said).toContain("every promise holds");
  expect(await remainsOf(project)).toEqual([]);
}

describeCampaign("trouble with the engine", () => {
  test(
    "it stops three times in the middle of a call: each time the run stops, and no call is charged",
    { timeout: 600_000 },
    async ({ onTestFinished }) => {
      const forwarder = await newForwarder(onTestFinished);
      const project = await newProject(onTestFinished);
      for (let time = 1; time <= 3; time += 1) {
        const ended = await until(project, forwarder, () => forwarder.stop());
        const entries = await entriesIn(project);
        const id = entries[0]?.run ?? "";
        expect({ time, code: ended.code, told: complaintsIn(ended) }).toEqual({
          time,
          code: 5,
          told: [
            expect.stringMatching(new RegExp(`^harness: .*Docker engine.*harness resume ${id}`)) as string,
          ],
        });
        expect(entries.at(-1)).toMatchObject({ type: "run-stopped", body: { reason: "sandbox" } });
        // Nobody can go on now, and is told so.
        const early = await harness(project, ["resume"], { DOCKER_HOST: forwarder.address });
        expect({ code: early.code, told: complaintsIn(early) }).toEqual({
          code: 5,
          told: [expect.stringMatching(/^harness: .*Docker engine does not answer/) as string],
        });
        await forwarder.startAgain();
      }
      await expectNothingCharged(project);
      expect(cutCalls(await entriesIn(project))).toEqual(["task/left/1/1/0", "task/left/1/1/0"]);
      await expectMet(project, forwarder);
    },
  );

  test(
    "one connection is cut and the engine is there: the run goes on",
    { timeout: 600_000 },
    async ({ onTestFinished }) => {
      const forwarder = await newForwarder(onTestFinished);
      const project = await newProject(onTestFinished);
      let cuts = 0;
      const ended = await until(project, forwarder, () => {
        cuts += 1;
        if (cuts === 1) void forwarder.startAgain();
      });
      expect({ code: ended.code, told: complaintsIn(ended) }).toEqual({ code: 0, told: [] });
      expect(cuts).toBeGreaterThan(0);
      await expectNothingCharged(project);
      // A container whose making was not answered goes with the next run.
      const next = await harness(project, ["run", "goal.md", "--yes"], { DOCKER_HOST: forwarder.address });
      expect(next.code).toBe(0);
      expect(await remainsOf(project)).toEqual([]);
    },
  );

  test(
    "it hangs in the middle of a call: the run stops",
    { timeout: 1_200_000 },
    async ({ onTestFinished, skip }) => {
      skip(!isLong, "HARNESS_LONG=1 runs it: an engine is given time to answer");
      const forwarder = await newForwarder(onTestFinished);
      const project = await newProject(onTestFinished);
      const began = Date.now();
      const ended = await until(project, forwarder, () => forwarder.hang());
      process.stdout.write(
        `an engine that hangs is given up after ${Math.round((Date.now() - began) / 1000)} s\n`,
      );
      expect({ code: ended.code, told: complaintsIn(ended) }).toEqual({
        code: 5,
        told: [expect.stringMatching(/^harness: .*Docker engine.*harness resume /) as string],
      });
      await forwarder.startAgain();
      await expectNothingCharged(project);
      await expectMet(project, forwarder);
    },
  );

  test(
    "its image is removed between stop and resume: it is named, and once it is back the run goes on",
    { timeout: 600_000 },
    async ({ onTestFinished }) => {
      const forwarder = await newForwarder(onTestFinished);
      const image = await newOwnImage();
      onTestFinished(image.remove);
      const project = await newProject(onTestFinished, { image: image.id });
      const stopped = await until(project, forwarder, (pid) => void signal(pid, "SIGTERM"));
      expect(stopped.code).toBe(143);
      await image.gone();
      const refused = await harness(project, ["resume"], { DOCKER_HOST: forwarder.address });
      expect({ code: refused.code, told: complaintsIn(refused) }).toEqual({
        code: 5,
        told: [expect.stringContaining(image.id.slice(0, 19)) as string],
      });
      expect(refused.said).toContain("harness resume");
      await image.back();
      await expectMet(project, forwarder);
    },
  );
});
