import { watch } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { expect, it, onTestFinished } from "vitest";
import type { Json } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import type { Ports } from "../../src/core/ports.ts";
import type { Slot } from "../../src/core/sandbox.ts";
import { SandboxDown } from "../../src/loop/slots.ts";
import { folder, harness } from "../cli/ground.ts";
import { describeDocker, sandboxImage } from "../docker.ts";
import { ground } from "../edges/docker/ground.ts";
import { call, plan, submit } from "../loop/ground.ts";
import { frontIn } from "./front.ts";
import { bodies, realRun } from "./real-run.ts";
import type { RealRun } from "./real-run.ts";

const engine = new Docker();

/** What breaks while a result is judged says nothing of the result. */
describeDocker("judging that breaks", () => {
  async function oneTask(wanted: {
    check?: string;
    image?: string;
    change?: (ports: Ports) => Ports;
  }): Promise<RealRun> {
    const check = wanted.check ?? "grep -qx done said.txt";
    const task: Json = {
      id: "says",
      title: "say it",
      instructions: "say it",
      needs: [],
      criteria: [{ type: "command", run: check }],
    };
    const run = await realRun({
      files: { "said.txt": "nothing\n" },
      goal: {
        attempts: 1,
        sandbox: { kind: "docker", image: wanted.image ?? (await sandboxImage()), memory: "256m" },
        checks: [{ path: "readme.txt" }],
      },
      says: ({ thread, turn }) => {
        if (thread.startsWith("plan/")) return [plan(task)];
        return turn > 1 ? [submit()] : [call("bash", { command: "echo done > said.txt" })];
      },
      ...(wanted.change === undefined ? {} : { change: wanted.change }),
    });
    onTestFinished(run.remove, 120_000);
    return run;
  }

  it("a container that is removed while a check runs: judged again, no attempt used", async () => {
    const run = await oneTask({ change: (ports) => losingContainers(ports, 1) });
    expect(await run.go()).toBe("ended");
    const entries = await run.entries();
    expect(verdicts(entries)).toEqual(["invalid", "pass"]);
    expect(bodies(entries, "attempt-ended")).toMatchObject([{ attempt: 1, outcome: "accepted" }]);
    const [broken] = bodies(entries, "criterion-judged");
    expect(await run.text(broken?.explanation ?? null)).toMatch(/^the sandbox failed: /);
  });

  it("three times: a person is asked, and the result is neither failed nor lost", async () => {
    const run = await oneTask({ change: (ports) => losingContainers(ports, 3) });
    expect(await run.go()).toBe("waiting");
    const entries = await run.entries();
    expect(verdicts(entries)).toEqual(["invalid", "invalid", "invalid"]);
    expect(bodies(entries, "escalation-raised")).toMatchObject([{ kind: "judging", task: "says" }]);
    expect(bodies(entries, "attempt-ended")).toEqual([]);
    expect(run.state.tasks.get("says")?.used).toBe(0);
  });

  it("an image that is gone: the run stops, and judges when it is back", async () => {
    const image = await ownImage();
    let isGone = false;
    const run = await oneTask({
      image,
      change: (ports) => ({
        ...ports,
        sandbox: {
          ...ports.sandbox,
          // No container of it is there when it is removed.
          spares: 0,
          open: async (name, dir) => {
            if (name.includes("/checks/") && !isGone) {
              await engine.getImage(image).remove({ force: true });
              isGone = true;
            }
            return ports.sandbox.open(name, dir);
          },
        },
      }),
    });
    await expect(run.go()).rejects.toThrow(SandboxDown);
    await expect(run.go()).rejects.toThrow(/the image sha256:\w+ is gone; build or pull it again/);
    const stopped = await run.entries();
    expect(bodies(stopped, "run-stopped")).toMatchObject([{ reason: "sandbox" }, { reason: "sandbox" }]);
    expect(verdicts(stopped)).toEqual([]);
    const other = await ground();
    onTestFinished(async () => other.remove(), 120_000);
    expect(await run.go({ ...run.ports, sandbox: other.sandbox })).toBe("ended");
    const entries = await run.entries();
    expect(bodies(entries, "attempt-ended")).toMatchObject([{ attempt: 1, outcome: "accepted" }]);
    expect(verdicts(entries)).toEqual(["pass"]);
  });

  it("an engine that goes away: exit 5, and a resume judges the same attempt", async () => {
    const dir = await folder({ "work/said.txt": "nothing\n", "script.yaml": script });
    const front = await frontIn(dir);
    onTestFinished(front.remove);
    await writeFile(join(dir, "goal.md"), goal(await sandboxImage()));
    // The first that says so is the judging: a worker's file is read nowhere else.
    front.onSaid = (piece) => void (piece.includes("done by a worker") && front.cut());
    const cut = await harness(dir, ["run", "goal.md", "--yes", "--json"], { env: front.env });
    expect(cut.code).toBe(5);
    expect(cut.err).toMatch(/engine.*go on with: harness resume/s);
    front.onSaid = () => undefined;
    await front.listen();
    const resumed = await harness(dir, ["resume", "--json"], { env: front.env });
    expect(resumed).toMatchObject({ code: 0 });
    const entries = [...entriesOf(cut.out), ...entriesOf(resumed.out)];
    expect(verdicts(entries).filter((verdict) => verdict !== "invalid")).toEqual(["pass"]);
    expect(bodies(entries, "attempt-ended")).toMatchObject([{ attempt: 1, outcome: "accepted" }]);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  it("a program that a criterion needs and nobody has: the plan is sent back", async () => {
    const run = await oneTask({ check: "nosuchprogram said.txt" });
    expect(await run.go()).toBe("waiting");
    const rejected = bodies(await run.entries(), "plan-rejected");
    expect(await run.text(rejected[0]?.errors ?? null)).toContain(
      'the program "nosuchprogram" is not in the sandbox',
    );
    expect(bodies(await run.entries(), "attempt-started")).toEqual([]);
  });
});

/** The first containers that judge are removed by somebody, each while its check runs. */
function losingContainers(ports: Ports, count: number): Ports {
  let left = count;
  const losing = (slot: Slot, name: string, dir: string): Slot => ({
    ...slot,
    exec: async (request) => {
      if ((left -= 1) < 0) return slot.exec(request);
      const begun = nameAppears(dir, "begun");
      const running = slot.exec({ ...request, command: "touch begun; sleep 60" });
      await begun;
      await removeSlot(name);
      return running;
    },
  });
  return {
    ...ports,
    sandbox: {
      ...ports.sandbox,
      spares: 0,
      open: async (name, dir) => {
        const slot = await ports.sandbox.open(name, dir);
        return "broken" in slot || !name.includes("/checks/judge/says/") ? slot : losing(slot, name, dir);
      },
    },
  };
}

/** Resolves when something of that name is made in a directory. */
async function nameAppears(dir: string, name: string): Promise<void> {
  const seen = Promise.withResolvers<void>();
  const watcher = watch(dir, (_, found) => {
    if (found === name) seen.resolve();
  });
  await seen.promise;
  watcher.close();
}

async function removeSlot(name: string): Promise<void> {
  const filters = { label: [`harness.slot=${name}`] };
  const [found] = await engine.listContainers({ all: true, filters });
  if (found === undefined) throw new Error(`no container serves ${name}`);
  await engine.getContainer(found.Id).remove({ force: true });
}

/** The id of an image of our own, like the sandbox's; removed after the test, unless the test has. */
async function ownImage(): Promise<string> {
  const container = await engine.createContainer({ Image: await sandboxImage(), Cmd: ["true"] });
  const { Id } = (await container.commit({ comment: `for a test, ${process.pid}` })) as { Id: string };
  await container.remove();
  onTestFinished(async () => {
    for (const { Id: id } of await engine.listImages())
      if (id === Id) await engine.getImage(id).remove({ force: true });
  });
  return Id;
}

const goal = (image: string): string => `---
workspace: work
model: scripted/script.yaml
attempts: 1
sandbox: { kind: docker, image: "${image}", memory: 256m }
checks:
  - { id: said, run: grep -q done said.txt }
---
Say it.
`;

const script = `
plan/*:
  - submit_plan:
      tasks:
        - id: says
          title: say it
          instructions: say it
          needs: []
          criteria:
            - { type: command, run: "cat said.txt; sleep 1; grep -q done said.txt" }

task/says/*:
  - bash: { command: "printf 'done by a %s' worker > said.txt" }
  - submit: { summary: done, artifacts: [], decisions: [], open_questions: [], confidence: 1 }
`;

const entriesOf = (lines: string): readonly Entry[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Entry);

const verdicts = (entries: readonly Entry[]): readonly string[] =>
  bodies(entries, "verdict-given")
    .filter(({ task }) => task !== null)
    .map(({ verdict }) => verdict);
