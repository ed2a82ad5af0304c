import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import Docker from "dockerode";
import { expect, onTestFinished, test } from "vitest";
import { runsBash, submits, writes } from "../cli/errands.ts";
import type { Turn } from "../cli/errands.ts";
import { fill, folder, root } from "../cli/ground.ts";
import type { Files } from "../cli/ground.ts";
import { describeDocker, sandboxImage } from "../docker.ts";

/** Suites of agents, worked in containers. */

const slow = { timeout: 600_000 };
const engine = new Docker();

const plan: Turn = {
  submit_plan: {
    tasks: [
      {
        id: "a",
        title: "a.txt says good",
        instructions: "Write a.txt.",
        criteria: [{ id: "says", type: "command", run: "grep -q good a.txt" }],
      },
    ],
  },
};

/** A case whose check is that a.txt says good; what its worker does besides, and what its checks are. */
const caseFiles = (id: string, does: readonly Turn[], check: string): Files => ({
  [`tasks/files/${id}/goal.md`]: `---\n${JSON.stringify({
    model: "scripted/script.yaml",
    attempts: 1,
    budget: { money: 0.1 },
    checks: [{ id: "good", run: check }],
  })}\n---\n# Files\n\nLet a.txt say good.\n`,
  [`tasks/files/${id}/script.yaml`]: JSON.stringify({
    price: { input: 1, output: 5 },
    "plan/*": Array.from({ length: 6 }, () => plan),
    "task/a/*": [...does, submits("done")],
  }),
  [`tasks/files/${id}/workspace/a.txt`]: "bad\n",
});

const good = [writes("a.txt", "good\n"), runsBash("test -e /etc/os-release")];
const says = "grep -q good a.txt";

async function shop(cases: readonly Files[], sandbox: Turn, more: Turn = {}): Promise<string> {
  const files: Files = Object.assign({}, ...cases) as Files;
  const ids = [...new Set(Object.keys(files).map((path) => path.split("/")[2] ?? ""))];
  const dir = await folder({
    "harness.yaml": JSON.stringify({
      model: "scripted/script.yaml",
      sandbox: { kind: "docker", ...sandbox },
    }),
    "script.yaml": JSON.stringify({ "plan/1": ["never asked"] }),
    "prompts/worker.prompt": await readFile(join(root, "prompts/worker.prompt"), "utf8"),
    "tasks/files/suite.yaml": JSON.stringify({
      suite: "files",
      kind: "agent",
      target: "prompt:worker",
      held_out: { share: 1 },
      samples: { looks: [1] },
      concurrency: 2,
      guards: { quality: { metric: "met", margin: 0.2, floor: 0.1 } },
      report: [],
      ...more,
    }),
    "tasks/files/cases.jsonl": ids.map((id) => `${JSON.stringify({ id, folder: id })}\n`).join(""),
    ...files,
  });
  onTestFinished(async () => {
    for (const { Id } of await containersOf(dir)) await engine.getContainer(Id).remove({ force: true });
  });
  return dir;
}

/** Those of slots of a project's evaluations, running or not. */
async function containersOf(dir: string): Promise<readonly Docker.ContainerInfo[]> {
  const evals = join(dir, ".harness/evals");
  const places = (await readdir(evals).catch(() => [])).map((name) => labelOf(join(evals, name)));
  // Those that only look into an image go by themselves.
  const all = await engine.listContainers({ all: true, filters: { label: ["harness.slot"] } });
  return all.filter(({ Labels }) => places.includes(Labels["harness.project"] ?? ""));
}

const labelOf = (state: string): string =>
  createHash("sha256").update(`${hostname()}\0${state}`).digest("hex").slice(0, 16);

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string; readonly out: string }>;
}

/** The program itself: a container is bound to a process's own directory. */
function start(dir: string, line: string): Life {
  const child = spawn(process.execPath, [join(root, "bin/harness.cjs"), ...line.split(" ")], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const text = { said: "", out: "" };
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    text.said += piece;
    text.out += piece;
  });
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (text.said += piece));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, ...text }));
  return { child, ended };
}

const harness = async (dir: string, line: string): Life["ended"] => start(dir, line).ended;

/** Until a case has a container. */
const atWork = async (dir: string): Promise<void> =>
  expect
    .poll(async () => (await containersOf(dir)).length, { timeout: 300_000, interval: 100 })
    .toBeGreaterThan(0);

async function nothingLeft(dir: string, places: number): Promise<void> {
  expect((await containersOf(dir)).map(({ Names }) => Names[0])).toEqual([]);
  const evals = await readdir(join(dir, ".harness/evals"));
  expect(evals).toHaveLength(places);
  for (const name of evals) expect(await readdir(join(dir, ".harness/evals", name, "slots"))).toEqual([]);
}

describeDocker("an evaluation of agents", () => {
  test("each case is worked in containers: what fills disk or memory fails alone", slow, async () => {
    const image = await sandboxImage();
    const eats = `awk 'BEGIN { s = "x"; while (1) s = s s }'`;
    const dir = await shop(
      [
        caseFiles("good", good, says),
        caseFiles("wrong", [writes("a.txt", "nearly\n")], says),
        caseFiles("disk", [runsBash("dd if=/dev/zero of=big bs=1M count=100; rm -f big"), ...good], says),
        caseFiles("memory", [runsBash(eats), ...good], says),
        caseFiles("check", good, `${says} && ${eats}`),
      ],
      { image, memory: "64m", ...(process.getuid?.() === 0 ? { disk: "32m" } : {}) },
    );
    const most = { containers: 0 };
    const life = start(dir, "eval --json");
    const counting = setInterval(() => {
      void containersOf(dir).then(({ length }) => (most.containers = Math.max(most.containers, length)));
    }, 500);
    const done = await life.ended;
    clearInterval(counting);
    expect(done.code).toBe(6);
    const { looks } = JSON.parse(done.out) as { looks: readonly { answers: number; outages: number }[] };
    expect(looks).toMatchObject([{ answers: 5, outages: 0 }]);
    expect(done.said).toMatch(/quality +\.600/);
    // Two cases at once: each a worker, or what judges it, and one that is ready.
    expect(most.containers).toBeGreaterThan(1);
    expect(most.containers).toBeLessThanOrEqual(2 * 3);
    await nothingLeft(dir, 0);
  });

  test("ctrl-c leaves nothing behind; kill -9 what the next evaluation removes", slow, async () => {
    const image = await sandboxImage();
    const late = [...good, { ...submits("done"), delay_ms: 20_000 }];
    const dir = await shop([caseFiles("one", late, says), caseFiles("two", late, says)], { image });
    const first = start(dir, "eval");
    await atWork(dir);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    await nothingLeft(dir, 1);

    const second = start(dir, "eval");
    await atWork(dir);
    second.child.kill("SIGKILL");
    await second.ended;
    expect(await containersOf(dir)).not.toEqual([]);
    expect((await harness(dir, "doctor")).said).toMatch(/containers .* of this project: evaluation /);
    // Another evaluation, as its candidate is another: what the killed one left is nobody's any more.
    await fill(dir, { ...caseFiles("one", good, says), ...caseFiles("two", good, says) });
    const third = await harness(dir, "eval --json");
    expect(JSON.parse(third.out)).toMatchObject({ looks: [{ answers: 2, outages: 0 }] });
    await nothingLeft(dir, 1);
  });

  test(
    "an image that is not there is said before anything is made; another image is another answer",
    slow,
    async () => {
      const image = await sandboxImage();
      const dir = await shop([caseFiles("one", good, says)], { image: "127.0.0.1:1/harness-none:1" });
      const refused = await harness(dir, "eval");
      expect({ code: refused.code, said: refused.said }).toEqual({
        code: 2,
        said: expect.stringMatching(/^harness: the image 127.0.0.1:1\/harness-none:1 is not there/) as string,
      });
      expect(await readdir(join(dir, "prompts"))).toEqual(["worker.prompt"]);
      await nothingLeft(dir, 0);

      const evaluated = async (memory: string): Promise<string> => {
        await fill(dir, {
          "harness.yaml": JSON.stringify({
            model: "scripted/script.yaml",
            sandbox: { kind: "docker", image, memory },
          }),
        });
        const done = await harness(dir, "eval --json");
        const read = JSON.parse(done.out) as { evaluation: string; looks: readonly { answers: number }[] };
        expect(read.looks).toMatchObject([{ answers: 1 }]);
        return read.evaluation;
      };
      const first = await evaluated("256m");
      expect(await evaluated("256m")).toBe(first);
      expect(await evaluated("300m")).not.toBe(first);
    },
  );
});
