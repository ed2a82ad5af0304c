import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { watch } from "node:fs";
import type { ExecResult, Sandbox, Slot } from "../../../src/core/sandbox.ts";
import { EngineDown, openEngine } from "../../../src/edges/docker/engine.ts";
import { dockerSandbox } from "../../../src/edges/docker/sandbox.ts";
import { describeDocker, sandboxImage } from "../../docker.ts";
import { ground, limits, users } from "./ground.ts";

/**
 * How an engine behaves: as it should, taking questions without answering, failing at each, or losing a connection one
 * byte before the end of a last word.
 */
type Mood = "well" | "hung" | "failing" | "losing";

interface Front {
  readonly path: string;
  mood: Mood;
  /** Ends every connection; with `stop`, nobody listens any more. */
  cut(): void;
  stop(): void;
}

/** A socket in front of the real engine. */
async function front(): Promise<Front> {
  const dir = await mkdtemp(join(tmpdir(), "harness-front-"));
  const path = join(dir, "docker.sock");
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect((process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", ""));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => open.delete(one) && other.destroy());
    }
    near.on("data", (piece: Buffer) => {
      if (at.mood === "well") far.write(piece);
      if (at.mood === "failing") near.end(failure);
    });
    near.on("end", () => far.end());
    far.on("data", (piece: Buffer) => {
      const isLost = at.mood === "losing" && piece.includes(lastWord);
      if (isLost) near.end(piece.subarray(0, -1));
      else if (at.mood !== "hung") near.write(piece);
    });
    far.on("end", () => void (at.mood === "well" && near.end()));
  });
  const at: Front = {
    path,
    mood: "well",
    cut: () => open.forEach((socket) => socket.destroy()),
    stop: () => {
      server.close();
      at.cut();
    },
  };
  server.listen(path);
  await once(server, "listening");
  onTestFinished(async () => {
    at.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return at;
}

const lastWord = "last word";
const body = JSON.stringify({ message: "no space left on device" });
const failure = `HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

/** No answer of the engine behind the front may take longer. */
const longestMs = 4000;

describeDocker("an engine", () => {
  async function behindFront(
    answerMs = longestMs,
  ): Promise<{ engine: Front; sandbox: Sandbox; slot: Slot; dir: string }> {
    const real = await ground();
    onTestFinished(async () => real.remove());
    const engine = await front();
    const opened = await openEngine({ DOCKER_HOST: `unix://${engine.path}` }, answerMs);
    const sandbox = dockerSandbox({
      engine: opened,
      image: await sandboxImage(),
      limits,
      users,
      project: real.project,
    });
    const { name, dir } = await real.workspace();
    const slot = await sandbox.open(name, dir);
    if ("broken" in slot) throw new Error(slot.broken);
    return { engine, sandbox, slot, dir };
  }
  const run = async (slot: Slot, command: string, timeoutMs = 60_000): Promise<ExecResult> =>
    slot.exec({ command, timeoutMs, maxOutputBytes: 1000 });
  async function begun(slot: Slot, dir: string, command: string): Promise<{ running: Promise<ExecResult> }> {
    const changes = watch(dir);
    const first = once(changes, "change");
    const running = run(slot, command);
    await first;
    changes.close();
    return { running };
  }
  const writing = "while :; do echo x > f; done";
  const noAnswer = expect.stringMatching(
    /^the Docker engine does not answer at unix:\/\/.*docker\.sock \(.+\); .*docker info$/,
  );

  describe("that hangs", () => {
    it("breaks what is asked of it within its deadline, and goes on when it is back", async () => {
      const { engine, sandbox, slot, dir } = await behindFront();
      engine.mood = "hung";
      expect(await run(slot, "echo x")).toMatchObject({ outcome: "broken", why: noAnswer });
      expect(await slot.write("f", Buffer.from("x"))).toEqual({
        broken: expect.stringMatching(/^the Docker engine does not answer/),
      });
      await expect(sandbox.left()).rejects.toThrow(EngineDown);
      await expect(slot.kill()).rejects.toThrow(EngineDown);
      expect(await sandbox.open("run/other/1", dir)).toEqual({ broken: noAnswer });
      engine.mood = "well";
      engine.cut();
      expect(await run(slot, "echo x")).toMatchObject({ outcome: "exited", exit: 0 });
      await slot.close();
      expect(await sandbox.left()).toEqual([]);
    });

    it("breaks the command that runs, long before its time is over", async () => {
      const { engine, slot, dir } = await behindFront();
      const { running } = await begun(slot, dir, writing);
      engine.mood = "hung";
      expect(await running).toMatchObject({ outcome: "broken", why: noAnswer });
    });

    it("does not keep a slot from being closed", async () => {
      const { engine, slot } = await behindFront();
      engine.mood = "hung";
      await slot.close();
      expect(await run(slot, "echo x")).toMatchObject({ outcome: "broken", why: "the slot is closed" });
    });

    it("while the image is looked at does not spoil the sandbox for good", async () => {
      const real = await ground();
      onTestFinished(async () => real.remove());
      const engine = await front();
      const opened = await openEngine({ DOCKER_HOST: `unix://${engine.path}` }, longestMs);
      const sandbox = dockerSandbox({
        engine: opened,
        image: await sandboxImage(),
        limits,
        users,
        project: real.project,
      });
      engine.mood = "hung";
      await expect(sandbox.capabilities()).rejects.toThrow(EngineDown);
      engine.mood = "well";
      engine.cut();
      expect((await sandbox.capabilities()).programs).toContain("bash");
    });
  });

  describe("that is stopped", () => {
    it("breaks the command that runs", async () => {
      const { engine, slot, dir } = await behindFront();
      const { running } = await begun(slot, dir, writing);
      engine.stop();
      expect(await running).toMatchObject({ outcome: "broken", why: noAnswer });
      await slot.close();
    });

    it("is named with its address", async () => {
      const { engine, sandbox, slot } = await behindFront();
      engine.stop();
      const down = new RegExp(
        `^the Docker engine does not answer at unix://${engine.path} \\(.+\\); .*docker info$`,
      );
      expect(await run(slot, "echo x")).toMatchObject({
        outcome: "broken",
        why: expect.stringMatching(down),
      });
      await expect(sandbox.left()).rejects.toThrow(down);
      await expect(sandbox.reap("")).rejects.toThrow(EngineDown);
      await expect(slot.kill()).rejects.toThrow(EngineDown);
      await slot.close();
    });
  });

  describe("that fails", () => {
    it("is quoted", async () => {
      const { engine, sandbox, slot, dir } = await behindFront();
      engine.mood = "failing";
      expect(await run(slot, "echo x")).toMatchObject({
        outcome: "broken",
        why: expect.stringMatching(/^the container no space left on device$/),
      });
      expect(await sandbox.open("run/other/1", dir)).toEqual({
        broken: expect.stringContaining("no space left on device"),
      });
      engine.mood = "well";
      expect(await run(slot, "echo x")).toMatchObject({ outcome: "exited", exit: 0 });
      await slot.close();
    });
  });

  describe("whose connection is cut in the middle", () => {
    it("of what the command says: it is broken, not shortened", async () => {
      const { engine, slot, dir } = await behindFront(30_000);
      const { running } = await begun(
        slot,
        dir,
        `echo x > f; until [ -e go ]; do :; done; echo ${lastWord}; rm go`,
      );
      engine.mood = "losing";
      await writeFile(join(dir, "go"), "");
      expect(await running).toMatchObject({
        outcome: "broken",
        why: "the connection to the command was cut",
      });
      engine.mood = "well";
      expect(await run(slot, "echo x")).toMatchObject({ outcome: "exited", exit: 0 });
      await slot.close();
    });
  });
});
