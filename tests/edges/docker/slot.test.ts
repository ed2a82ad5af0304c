import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ExecResult, Slot } from "../../../src/core/sandbox.ts";
import { openEngine } from "../../../src/edges/docker/engine.ts";
import { imageByDockerfile } from "../../../src/edges/docker/image.ts";
import { dockerSandbox } from "../../../src/edges/docker/sandbox.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { describeDocker, sandboxImage } from "../../docker.ts";
import { ground, limits, users } from "./ground.ts";
import type { Opened } from "./ground.ts";

const docker = new Docker();

interface ImageOf {
  readonly build: () => Promise<string>;
  readonly remove: (image: string) => Promise<void>;
}

describeDocker("the life of a Docker slot", () => {
  let at: Awaited<ReturnType<typeof ground>>;
  beforeAll(async () => (at = await ground()));
  afterAll(async () => at.remove());

  const run = async (slot: Slot, command: string, timeoutMs = 60_000): Promise<ExecResult> =>
    slot.exec({ command, timeoutMs, maxOutputBytes: 1 << 16 });
  /** What a command says that works, or what else comes of it. */
  const echo = async (slot: Slot): Promise<string> => {
    const result = await run(slot, "echo works");
    return result.outcome === "exited" ? textOf(result).trim() : (result.why ?? result.outcome);
  };
  const opened = async (): Promise<Opened> => {
    const made = await at.opened();
    onTestFinished(async () => made.slot.close());
    return made;
  };
  /** The containers of a slot, running or not. */
  async function containers(name: string): Promise<Docker.Container[]> {
    const filters = { label: [`harness.project=${at.project}`, `harness.slot=${name}`] };
    const found = await docker.listContainers({ all: true, filters });
    return found.map(({ Id }) => docker.getContainer(Id));
  }
  async function containerOf({ name }: Opened): Promise<Docker.Container> {
    const [container, ...more] = await containers(name);
    if (container === undefined || more.length > 0) throw new Error("there is not exactly one container");
    return container;
  }
  /** Runs it, and resolves when it has begun to write. */
  async function begun(
    { slot, dir }: Opened,
    command: string,
    timeoutMs = 60_000,
  ): Promise<{ running: Promise<ExecResult> }> {
    const changes = watch(dir);
    const first = once(changes, "change");
    const running = run(slot, command, timeoutMs);
    await first;
    changes.close();
    return { running };
  }

  describe("freeze", () => {
    it("stops what runs in the background; the next command thaws it", async () => {
      const made = await opened();
      await run(
        made.slot,
        "(while :; do echo x >> beat; done) > /dev/null 2>&1 & until [ -s beat ]; do :; done",
      );
      await made.slot.freeze();
      const container = await containerOf(made);
      expect((await container.inspect()).State.Paused).toBe(true);
      const { size } = await stat(join(made.dir, "beat"));
      await writeFile(join(made.dir, "meanwhile"), Buffer.alloc(1_000_000));
      expect((await stat(join(made.dir, "beat"))).size).toBe(size);
      await run(made.slot, `while [ $(wc -c < beat) -le ${size} ]; do :; done`);
      expect((await container.inspect()).State.Paused).toBe(false);
    });

    it("twice is once; a file is written all the same", async () => {
      const { slot } = await opened();
      await slot.freeze();
      await slot.freeze();
      expect(await slot.write("f", Buffer.from("x"))).toBeNull();
      expect(await echo(slot)).toBe("works");
    });

    it("does not keep it from being killed", async () => {
      const made = await opened();
      await run(made.slot, "(while :; do echo x >> beat; done) > /dev/null 2>&1 &");
      await made.slot.freeze();
      await made.slot.kill();
      expect(
        await run(made.slot, "pgrep -c sh; wc -c < beat > one; wc -c < beat > two; cmp one two"),
      ).toMatchObject({ exit: 0 });
    });

    it("does not keep it from being closed", async () => {
      const made = await opened();
      await made.slot.freeze();
      await made.slot.close();
      expect(await containers(made.name)).toEqual([]);
    });

    it("of one that was frozen by hand is no hindrance to kill()", async () => {
      const made = await opened();
      await (await containerOf(made)).pause();
      await made.slot.kill();
      expect(await echo(made.slot)).toBe("works");
    });

    it("of one whose processes cannot be frozen any more ends them", async () => {
      const made = await opened();
      await (await containerOf(made)).kill();
      await made.slot.freeze();
      expect(await echo(made.slot)).toBe("works");
    });
  });

  describe("kill", () => {
    it("leaves files, and nothing in memory", async () => {
      const { slot } = await opened();
      await run(slot, "echo x > kept; echo x > /tmp/lost; echo x > $HOME/lost; echo x > /dev/shm/lost");
      await slot.kill();
      expect(textOf(await run(slot, "ls kept /tmp $HOME /dev/shm"))).not.toContain("lost");
      expect(await echo(slot)).toBe("works");
    });

    it("while it starts again ends what was about to begin", async () => {
      const { slot, dir } = await opened();
      await slot.kill();
      const running = run(slot, "echo x > begun");
      await slot.kill();
      const result = await running;
      // It ended before or after: only, nothing of it may begin later.
      expect(["broken", "exited"]).toContain(result.outcome);
      expect((await readdir(dir)).includes("begun")).toBe(result.outcome === "exited");
      expect(await echo(slot)).toBe("works");
      expect((await readdir(dir)).includes("begun")).toBe(result.outcome === "exited");
    });

    it("many times over leaves one container that works", async () => {
      const made = await opened();
      for (let n = 0; n < 5; n++) {
        const running = run(made.slot, "sleep 1000");
        await made.slot.kill();
        expect((await running).outcome).toBe("broken");
      }
      expect(await echo(made.slot)).toBe("works");
      expect(await containers(made.name)).toHaveLength(1);
    });
  });

  describe("a container", () => {
    it("that is removed by hand breaks the command that runs in it, in a sentence", async () => {
      const made = await opened();
      const { running } = await begun(made, "while :; do echo x > f; done");
      await (await containerOf(made)).remove({ force: true });
      expect(await running).toMatchObject({
        outcome: "broken",
        exit: null,
        why: expect.stringMatching(/\w+ \w+/),
      });
      expect(await containers(made.name)).toEqual([]);
      await expectGone(made);
    });

    it("that is removed by hand between commands breaks the next", async () => {
      const made = await opened();
      await (await containerOf(made)).remove({ force: true });
      expect(await containers(made.name)).toEqual([]);
      await expectGone(made);
    });

    /** It says so, whatever is asked of it, and a new slot over the same directory works. */
    async function expectGone({ slot, dir }: Opened): Promise<void> {
      expect(await run(slot, "echo x")).toMatchObject({
        outcome: "broken",
        why: expect.stringContaining("is gone"),
      });
      expect(await slot.write("f", Buffer.from("x"))).toEqual({ broken: expect.stringMatching(/is gone/) });
      await slot.freeze();
      await slot.kill();
      expect(await run(slot, "echo x")).toMatchObject({
        outcome: "broken",
        why: expect.stringContaining("is gone"),
      });
      await slot.close();
      const again = await at.sandbox.open("run/again/1", dir);
      if ("broken" in again) throw new Error(again.broken);
      expect(await echo(again)).toBe("works");
      await again.close();
      expect(await containers("run/again/1")).toEqual([]);
    }

    it("that is killed by hand breaks the command and starts again for the next", async () => {
      const made = await opened();
      const { running } = await begun(made, "while :; do echo x > f; done");
      await (await containerOf(made)).kill();
      expect(await running).toMatchObject({
        outcome: "broken",
        why: expect.stringMatching(/ended from outside/),
      });
      expect(await echo(made.slot)).toBe("works");
    });

    it("that is frozen by hand in the middle of a command is ended with its time", async () => {
      const made = await opened();
      const { running } = await begun(made, "echo x > f; sleep 1000", 2000);
      await (await containerOf(made)).pause();
      expect((await running).outcome).toMatch(/timeout|broken/);
      await made.slot.kill();
      expect(await echo(made.slot)).toBe("works");
    });
  });

  describe("an image", () => {
    it("that is gone is named; with one that is built again it works", async () => {
      const { build, remove } = await imageOf(`LABEL harness.test=${at.project}`);
      const engine = await openEngine(process.env);
      const image = await build();
      const sandbox = dockerSandbox({ engine, image, limits, users, project: at.project });
      await remove(image);
      const { dir: workspace } = await at.workspace();
      expect(await sandbox.open("run/image/1", workspace)).toEqual({
        broken: expect.stringMatching(new RegExp(`image ${image.slice(0, 19)} is gone`)),
      });
      const built = await build();
      onTestFinished(async () => remove(built));
      const again = dockerSandbox({ engine, image: built, limits, users, project: at.project });
      const slot = await again.open("run/image/1", workspace);
      if ("broken" in slot) throw new Error(slot.broken);
      expect(await echo(slot)).toBe("works");
      await slot.close();
    });
  });

  it("an image without a shell is refused in a sentence", async () => {
    const { build, remove } = await imageOf("RUN rm /bin/sh");
    const image = await build();
    onTestFinished(async () => remove(image));
    const sandbox = dockerSandbox({
      engine: await openEngine(process.env),
      image,
      limits,
      users,
      project: at.project,
    });
    const { dir } = await at.workspace();
    expect(await sandbox.open("run/image/2", dir)).toEqual({
      broken: expect.stringMatching(/^the image sha256:\w+ cannot be used: .*does not start.*"sh"/),
    });
  });

  /** The image of the sandbox with one more line in its Dockerfile. */
  async function imageOf(line: string): Promise<ImageOf> {
    const dir = await mkdtemp(join(tmpdir(), "harness-image-"));
    onTestFinished(async () => rm(dir, { recursive: true }));
    await writeFile(join(dir, "Dockerfile"), `FROM ${await sandboxImage()}\n${line}\n`);
    const engine = await openEngine(process.env);
    return {
      build: async () => imageByDockerfile(engine, join(dir, "Dockerfile"), () => undefined),
      remove: async (image) => docker.getImage(image).remove({ force: true }),
    };
  }

  describe("what is left", () => {
    it("is of this project only, and reaped by the beginning of its name", async () => {
      const other = await ground();
      onTestFinished(async () => other.remove());
      const [mine, theirs] = [await at.workspace(), await other.workspace()];
      const names = ["run-1/a/1", "run-1/b/1", "run-10/a/1"];
      const slots = [
        ...(await Promise.all(names.map(async (name) => at.sandbox.open(name, mine.dir)))),
        await other.sandbox.open("run-1/a/1", theirs.dir),
      ];
      expect((await at.sandbox.left()).toSorted()).toEqual(names);
      expect(await other.sandbox.left()).toEqual(["run-1/a/1"]);
      await at.sandbox.reap("run-1/");
      expect(await at.sandbox.left()).toEqual(["run-10/a/1"]);
      const kept = slots[3];
      if (kept === undefined || "broken" in kept) throw new Error("the other project's slot does not open");
      expect(await echo(kept)).toBe("works");
      await other.sandbox.reap("");
      expect(await at.sandbox.left()).toEqual(["run-10/a/1"]);
      await at.sandbox.reap("");
      expect(await at.sandbox.left()).toEqual([]);
    });

    it("by a process that was killed is found, told and reaped", async () => {
      const [one, two] = [await at.workspace(), await at.workspace()];
      const program = join(import.meta.dirname, "open-child.ts");
      const ids = [String(users.uid), String(users.gid)];
      const args = [
        program,
        await sandboxImage(),
        at.project,
        ...ids,
        "dead/a/1",
        one.dir,
        "dead/b/1",
        two.dir,
      ];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      expect(String(await once(child.stdout, "data"))).toBe("opened\n");
      child.kill("SIGKILL");
      await once(child, "exit");
      expect((await at.sandbox.left()).toSorted()).toEqual(["dead/a/1", "dead/b/1"]);
      await at.sandbox.reap("dead/");
      expect(await at.sandbox.left()).toEqual([]);

      // Its sockets go when somebody opens a way out again.
      const sockets = async (): Promise<readonly string[]> =>
        (await readdir(tmpdir())).filter((name) => name.startsWith(`harness-out-${child.pid}-`));
      expect(await sockets()).toHaveLength(2);
      const next = await at.sandbox.open("next/a/1", one.dir, ["packages.example"]);
      if ("broken" in next) throw new Error(next.broken);
      expect(await sockets()).toEqual([]);
      await next.close();
    });

    it("of a slot that cannot be opened is nothing", async () => {
      const { dir } = await at.workspace();
      const before = await at.sandbox.left();
      const made = await at.sandbox.open("run/none/1", join(dir, "none"));
      expect(made).toEqual({ broken: expect.stringMatching(/workspace is not there/) });
      expect(await at.sandbox.left()).toEqual(before);
      expect(existsSync(join(dir, "none"))).toBe(false);
    });
  });
});
