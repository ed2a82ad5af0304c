import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readlink, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { clearDeadPlaces, joinPlace, removePlace } from "../../../src/cli/evaluation/left-places.ts";
import type { SandboxChoice } from "../../../src/cli/which-sandbox.ts";
import { openEngine } from "../../../src/edges/docker/engine.ts";
import type { Engine } from "../../../src/edges/docker/engine.ts";
import { Presence } from "../../../src/edges/sqlite/presence.ts";
import { folder } from "../ground.ts";
import { placeIn } from "./ground.ts";

const embedded: SandboxChoice = { kind: "embedded", why: null };

/** What speaks as much of an engine's protocol as finding and removing containers takes; it makes none. */
interface Listening {
  readonly engine: Engine;
  /** The state directory whose container it is, by its id. */
  readonly containers: Map<string, string>;
  readonly docker: SandboxChoice;
}

async function listening(): Promise<Listening> {
  const containers = new Map<string, string>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
    const [, id = ""] = /\/containers\/(\w+)$/.exec(pathname) ?? [];
    if (request.method === "DELETE" && containers.delete(id)) return void response.writeHead(204).end();
    response.setHeader("content-type", "application/json");
    if (!pathname.endsWith("/containers/json"))
      return void response.writeHead(404).end('{"message":"no such thing"}');
    const asked = searchParams.get("filters") ?? "";
    const found = [...containers].filter(([, state]) => asked.includes(labelOf(state)));
    response.end(JSON.stringify(found.map(([Id]) => ({ Id, Labels: { "harness.slot": "run1/task/1" } }))));
  });
  const socket = join(await folder(), "engine.sock");
  server.listen(socket);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const engine = await openEngine({ DOCKER_HOST: `unix://${socket}` });
  const limits = { memory: null, cpus: null, disk: null, setup: null };
  const docker: SandboxChoice = { kind: "docker", engine, image: { name: "x" }, called: "x", ...limits };
  return { engine, containers, docker };
}

const labelOf = (state: string): string =>
  createHash("sha256").update(`${hostname()}\0${state}`).digest("hex").slice(0, 16);

const evalsOf = (dir: string): string => join(dir, ".harness/evals");
const namesIn = async (dir: string): Promise<readonly string[]> => readdir(evalsOf(dir));

/** What a process leaves that is killed while it tries cases in these sandboxes. */
async function leaves(dir: string, name: string, choices: readonly SandboxChoice[]): Promise<string> {
  const living = await placeIn(dir, "check-living");
  // This engine has no image to give, so that none is opened, and yet it was asked.
  for (const choice of choices) await living.sandbox(choice).catch(() => undefined);
  const left = join(evalsOf(dir), name);
  await cp(living.dir, left, { recursive: true });
  await living.close("removed");
  return left;
}

test("a dead place with containers stays until their engine is asked, whatever asks before", async () => {
  const dir = await folder({ "harness.yaml": "" });
  const [own, other] = [await listening(), await listening()];
  const left = await leaves(dir, "check-1", [embedded, own.docker]);
  await leaves(dir, "check-2", [embedded]);
  own.containers.set("c1", left);

  const place = await placeIn(dir, "next");
  await place.sandbox(embedded);
  expect(await namesIn(dir)).toEqual(["check-1", "next"]);
  await place.sandbox(other.docker).catch(() => undefined);
  expect(await namesIn(dir)).toEqual(["check-1", "next"]);
  expect([...own.containers.keys()]).toEqual(["c1"]);
  await place.sandbox(own.docker).catch(() => undefined);
  expect(await namesIn(dir)).toEqual(["next"]);
  expect([...own.containers.keys()]).toEqual([]);
});

test("its containers go with a place, also where its journal cannot be opened", async () => {
  const dir = await folder({ "harness.yaml": "" });
  const { engine, containers, docker } = await listening();
  const left = await leaves(dir, "check-1", [docker]);
  containers.set("c1", left);
  await rm(join(left, "blobs.db"));
  await clearDeadPlaces(evalsOf(dir), engine);
  expect([await namesIn(dir), [...containers.keys()]]).toEqual([[], []]);
});

test("an evaluation that ends without asking the engine of one before it leaves its place to the next", async () => {
  const dir = await folder({ "harness.yaml": "" });
  const { engine, docker } = await listening();
  await leaves(dir, "one", [docker]);
  const place = await placeIn(dir, "one");
  await place.sandbox(embedded);
  await place.close("removed");
  expect(await namesIn(dir)).toEqual(["one"]);
  await removePlace(place.dir, [engine]);
  expect(await namesIn(dir)).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "who opens a place is in it before its journal is, and in a new one where it waited for the removal of the old",
  { timeout: 60_000 },
  async () => {
    const dir = await folder({ "harness.yaml": "" });
    const at = join(evalsOf(dir), "check-1");
    await mkdir(evalsOf(dir), { recursive: true });
    (await joinPlace(at)).close();
    const lock = join(at, "locks/place-users.db");
    const remover = new Presence(lock);
    expect(remover.isAlone()).toBe(true);
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("place-child.ts", import.meta.url)), dir, at],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    onTestFinished(() => void child.kill("SIGKILL"));
    await expect.poll(async () => openedBy(child.pid), { timeout: 50_000 }).toContain(lock);
    expect(await readdir(at)).not.toContain("harness.db");
    await rm(at, { recursive: true });
    remover.close();
    await once(child.stdout, "data");
    await clearDeadPlaces(evalsOf(dir), null);
    expect(await readdir(at)).toContain("harness.db");
    child.kill("SIGKILL");
    await once(child, "close");
    await clearDeadPlaces(evalsOf(dir), null);
    expect(await namesIn(dir)).toEqual([]);
  },
);

/** The files that a process has open. */
async function openedBy(pid: number | undefined): Promise<readonly (string | null)[]> {
  const at = `/proc/${pid}/fd`;
  const open = await readdir(at);
  return Promise.all(open.map(async (fd) => readlink(join(at, fd)).catch(() => null)));
}
