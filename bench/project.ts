import { redaction } from "../src/core/redaction.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openState, wire } from "../src/cli/wire.ts";
import { noBudget } from "../src/core/budget.ts";
import { encodeJson, encodeText } from "../src/core/canonical.ts";
import type { Json } from "../src/core/canonical.ts";
import { noEnvironment } from "../src/core/environment.ts";
import type { Body, Limits } from "../src/core/event.ts";
import type { RunConfig } from "../src/core/goal.ts";
import type { Digest } from "../src/core/id.ts";
import type { Model, ModelRequest, Part } from "../src/core/model.ts";
import type { Ports } from "../src/core/ports.ts";
import type { Capabilities } from "../src/core/sandbox.ts";
import type { RunState } from "../src/core/run.ts";
import { encodeTree } from "../src/core/tree.ts";
import { embeddedSandbox } from "../src/edges/embedded/sandbox.ts";
import { resolvePrompt } from "../src/edges/project/resolve.ts";
import { drive } from "../src/loop/drive.ts";
import { createRun } from "../src/loop/own.ts";

export const limits: Limits = {
  concurrency: 3,
  attempts: 3,
  turns: 500,
  replans: 0,
  rejections: 2,
  gradings: 3,
  tries: 6,
  collisions: 2,
  repeats: 500,
  stale: 8,
  breaker: 5,
  outageMs: 7_200_000,
  task: { micros: null, tokens: null, wallMs: null },
  silences: 500,
  crashes: 3,
  outputTokens: 16_000,
  compactAt: 1_000_000_000,
  review: false,
};

export const owner: Body<"run-owned"> = { host: "bench", pid: process.pid, boot: "1", harness: "0.0.0" };

/** What the model says in a turn of a thread. */
export type Says = (request: ModelRequest) => readonly Part[];

export const call = (tool: string, args: Json, id = tool): Part => ({ type: "call", id, tool, args });

/** Answers at once. */
export const instantModel = (says: Says): Model => ({
  name: "bench/instant",
  price: null,
  respond: async (request) => {
    const parts = says(request);
    return {
      outcome: "complete",
      stop: parts.some((part) => part.type === "call") ? "calls" : "end",
      parts,
      usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 },
      servedModel: "instant",
      requestId: null,
      firstTokenMs: 0,
    };
  },
});

export interface Project {
  readonly dir: string;
  readonly ports: Ports;
  close(): Promise<void>;
  remove(): void;
}

/** A new project in a temporary directory, wired as the command line wires it, but for the model. */
export async function project(says: Says): Promise<Project> {
  const dir = mkdtempSync(join(tmpdir(), "harness-bench-"));
  const storage = await openState(dir, {});
  const sandbox = embeddedSandbox();
  const wired = await wire({
    projectDir: dir,
    project: {},
    storage,
    sandbox,
    ground: { base: null, scratch: [], environment: noEnvironment, owner: null },
    env: {},
    kept: { secrets: [], all: [], redaction: redaction([]) },
  });
  const model = instantModel(says);
  const ports = { ...wired, models: { model: async () => model, heldUntil: async () => null } };
  return { dir, ports, close: storage.close, remove: () => rmSync(dir, { recursive: true }) };
}

/** Everything `run-created` names, stored. */
export async function created(ports: Ports, checks: RunConfig["checks"]): Promise<Body<"run-created">> {
  const put = async (bytes: Uint8Array): Promise<Digest> => (await ports.blobs.put([bytes]))[0] as Digest;
  const json = async (value: unknown): Promise<Digest> => put(encodeJson(value));
  const config: RunConfig = {
    title: "bench",
    text: "bench",
    checks,
    protect: [],
    scratch: [],
    environment: null,
    askFrom: "network",
    workspace: "/",
    git: null,
    leftOut: [],
  };
  const capabilities: Capabilities = await ports.sandbox.capabilities();
  const prompt = async (role: string): Promise<Digest> =>
    put(encodeText((await resolvePrompt("/", role)).source));
  return {
    kind: "goal",
    goal: await put(encodeText("bench")),
    config: await json(config),
    base: await put(encodeTree({ v: 1, entries: [] })),
    pins: {
      harness: "0.0.0",
      prompts: {
        planner: await prompt("planner"),
        worker: await prompt("worker"),
        evaluator: await prompt("evaluator"),
      },
      rubrics: {},
      models: {
        planner: "bench/instant",
        worker: "bench/instant",
        evaluator: "bench/instant",
        fallback: null,
      },
      policy: ports.policy.digest,
      image: ports.sandbox.image,
      profile: ports.sandbox.profile,
      capabilities: await json(capabilities),
      prices: await json({}),
    },
    limits,
    budget: noBudget,
    seed: 1,
    parent: null,
    plan: null,
  };
}

const never = new AbortController().signal;

/** Creates the run and drives it until it stands. */
export async function go(ports: Ports, id: string, body: Body<"run-created">): Promise<RunState> {
  const owned = await createRun(ports, id, body, owner);
  if ("owner" in owned) throw new Error("the bench's run is owned by somebody else");
  await drive(ports, owned.run, { drain: never, halt: never, observe: () => undefined });
  await owned.ownership.release();
  return owned.run;
}
