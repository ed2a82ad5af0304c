import { createHash } from "node:crypto";
import picomatch from "picomatch";
import { canonical, encodeJson, encodeText } from "../../src/core/canonical.ts";
import type { Json } from "../../src/core/canonical.ts";
import type { Body, Entry, Limits } from "../../src/core/event.ts";
import { noBudget } from "../../src/core/budget.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Model, ModelRequest, ModelResponse, Part } from "../../src/core/model.ts";
import type { Blobs, AnswerValue, Ports } from "../../src/core/ports.ts";
import type { ExecResult, Sandbox } from "../../src/core/sandbox.ts";
import type { RunState } from "../../src/core/run.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { drive } from "../../src/loop/drive.ts";
import type { Stand } from "../../src/loop/drive.ts";
import { createRun, takeRun, policyOf } from "../../src/loop/own.ts";
import { memoryBlobs } from "../memory/blobs.ts";
import { namedPolicy } from "../memory/policy.ts";
import type { NamedPolicy } from "../memory/policy.ts";
import { memoryJournal } from "../memory/journal.ts";
import { memoryCapabilities, memorySandbox } from "../memory/sandbox.ts";
import { memoryWorkspaces } from "../memory/workspaces.ts";

/** The real loop over memory ports, with a model that says what the test tells it to. */
export interface Ground {
  readonly ports: Ports;
  /** Everything durable, in order. */
  readonly entries: () => Promise<readonly Entry[]>;
  /** Creates the run (first call) or takes it over, and drives it until it stands. */
  readonly go: () => Promise<{ readonly stand: Stand; readonly run: RunState }>;
  readonly answer: (subject: string, value: AnswerValue) => Promise<boolean>;
  readonly text: (digest: Digest) => Promise<string>;
  /** Time goes by while nobody is at work, or in a model's call. */
  readonly pass: (ms: number) => void;
}

/** What the model says, by thread; a turn is a list of parts. `*` for any thread of that kind without its own. */
export type Says = (thread: string, turn: number, attempt: number) => readonly Part[] | ModelResponse;

export interface GroundOptions {
  readonly says: Says;
  /** Sees the whole request of every call; null: `says` answers. */
  readonly sees?: (request: ModelRequest) => readonly Part[] | ModelResponse | null;
  /** Another model, asked while the first does not answer. */
  readonly fallback?: Says;
  /** Until when nobody should ask the model, as another run of the same key was told. */
  readonly heldUntil?: (now: number) => number | null;
  /** How long a command takes, in ms. */
  readonly takes?: (command: string) => number;
  /** A person's own plan, as `submit_plan` takes it. */
  readonly ownPlan?: Json;
  readonly limits?: Partial<Limits>;
  readonly budget?: Partial<Body<"run-created">["budget"]>;
  readonly checks?: RunConfig["checks"];
  readonly protect?: readonly string[];
  readonly askFrom?: RunConfig["askFrom"];
  /** What decides about calls; the risk of a tool by its name if left out. */
  readonly policy?: NamedPolicy;
  readonly outside?: Ports["outside"];
  readonly probe?: Ports["probe"];
  /** What sandboxes may reach. */
  readonly network?: NonNullable<RunConfig["network"]>;
  readonly expireMs?: number;
  /** Somebody sits there whom it could ask: it does not stand while it waits. */
  readonly isAttended?: boolean;
  /** Blobs take a turn of the event loop to be written, as on a disk. */
  readonly slowBlobs?: boolean;
  /** Sees with which hosts each slot is opened. */
  readonly opens?: (name: string, hosts: readonly string[]) => void;
  /** Files of the workspace at the start. */
  readonly files?: Readonly<Record<string, string>>;
  readonly exec?: (name: string, command: string, run: () => ExecResult) => ExecResult;
  readonly price?: Model["price"];
}

export const call = (tool: string, args: Json, id = `${tool}-1`): Part => ({ type: "call", id, tool, args });
export const submit = (summary = "done"): Part =>
  call("submit", { summary, artifacts: [], decisions: [], open_questions: [], confidence: 1 });
export const plan = (...tasks: readonly Json[]): Part => call("submit_plan", { tasks });

/** A task that is done when its file says `ok`. */
export const simpleTask = (id: string, needs: readonly string[] = []): Json => ({
  id,
  title: `do ${id}`,
  instructions: `write ${id}.txt`,
  needs: [...needs],
  criteria: [{ type: "command", run: `has ${id}.txt ok` }],
});

const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");

export async function ground(options: GroundOptions): Promise<Ground> {
  const blobs = memoryBlobs();
  const journal = memoryJournal();
  const workspaces = memoryWorkspaces(blobs);
  let now = 1000;
  const clock: Ports["clock"] = {
    now: () => (now += 1),
    sleepUntil: async (until) => {
      if (options.slowBlobs === true) await turn();
      now = Math.max(now, until);
    },
  };
  const pace = options.takes === undefined ? null : { clock, takes: options.takes };
  const ports: Ports = {
    clock,
    blobs: options.slowBlobs === true ? slow(blobs) : blobs,
    journal,
    workspaces,
    sandbox: seen(memorySandbox(workspaces, options.exec, pace), options),
    models: {
      model: async (name) => modelOf(options, name),
      heldUntil: async () => options.heldUntil?.(now) ?? null,
    },
    prompts: {
      check: () => undefined,
      render: (system, variables) => ({
        system,
        messages: [{ role: "user", parts: [{ type: "text", text: canonical(variables) }] }],
      }),
    },
    policy: namedPolicy(sha256(canonical("policy")), {
      askFrom: options.askFrom ?? "network",
      store: async (spec) => (await blobs.put([encodeJson(spec)]))[0] as Digest,
      outsideTools: (options.outside ?? []).map(({ spec }) => spec.name),
      ...options.policy,
    }),
    outside: options.outside ?? [],
    probe: options.probe ?? (async () => null),
    glob: (patterns) => picomatch([...patterns], { dot: true }),
    sha256,
  };
  const owner = { host: "test", pid: 1, boot: "1", harness: "0.0.0" };
  return {
    ports,
    entries: async () => Array.fromAsync(journal.read("test", 0)),
    answer: async (subject, value) =>
      journal.answer({
        run: "test",
        subject,
        at: (now += 1),
        by: { type: "person", user: "t", tty: null },
        value,
      }),
    text: async (digest) => new TextDecoder().decode(await blobs.get(digest)),
    pass: (ms) => void (now += ms),
    go: async () => {
      const isNew = (await journal.runs()).length === 0;
      const owned = isNew
        ? await createRun(ports, "test", await created(ports, options), owner)
        : await takeRun(ports, "test", owner);
      if ("owner" in owned) throw new Error("the test's run is owned");
      if (!isNew) await policyOf(ports, owned, { type: "person", user: "t", tty: null });
      const never = new AbortController().signal;
      try {
        const stand = await drive(ports, owned.run, {
          drain: never,
          halt: never,
          observe: () => undefined,
          isAttended: () => options.isAttended === true,
        });
        return { stand, run: owned.run };
      } finally {
        await owned.ownership.release();
      }
    },
  };
}

const seen = (sandbox: Sandbox, { opens }: GroundOptions): Sandbox => ({
  ...sandbox,
  open: async (name, dir, hosts = []) => {
    opens?.(name, hosts);
    return sandbox.open(name, dir, hosts);
  },
});

const priceOf = ({ price }: GroundOptions): Model["price"] =>
  price === undefined ? { input: 1, output: 2, cacheRead: 0, cacheWrite: 1 } : price;

function modelOf(options: GroundOptions, name: string): Model {
  const says = name === "test/fallback" ? (options.fallback ?? options.says) : options.says;
  return {
    name,
    price: priceOf(options),
    respond: async (request) => {
      const { thread, turn, try: attempt } = request;
      const said = options.sees?.(request) ?? says(thread, turn, attempt);
      return "outcome" in said ? said : complete(said);
    },
  };
}

export const complete = (parts: readonly Part[]): ModelResponse => ({
  outcome: "complete",
  stop: parts.some((part) => part.type === "call") ? "calls" : "end",
  parts,
  usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 },
  servedModel: "test",
  requestId: null,
  firstTokenMs: 1,
});

export const testLimits: Limits = {
  concurrency: 3,
  attempts: 3,
  turns: 10,
  replans: 0,
  rejections: 2,
  gradings: 3,
  tries: 3,
  collisions: 2,
  repeats: 3,
  stale: 8,
  breaker: 5,
  outageMs: 7_200_000,
  task: { micros: null, tokens: null, wallMs: null },
  silences: 3,
  crashes: 3,
  outputTokens: 100,
  compactAt: 1_000_000,
  review: false,
};

async function created(ports: Ports, options: GroundOptions): Promise<Body<"run-created">> {
  const put = async (bytes: Uint8Array): Promise<Digest> => (await ports.blobs.put([bytes]))[0] as Digest;
  const names = Object.entries(options.files ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const entries = await Promise.all(
    names.map(async ([name, text]) => {
      const bytes = encodeText(text);
      return { name, type: "file" as const, mode: 0o644, size: bytes.length, content: await put(bytes) };
    }),
  );
  const config: RunConfig = {
    title: "a test",
    text: "a test",
    checks: options.checks ?? [{ id: "always", type: "command", run: "put x y" }],
    protect: options.protect ?? [],
    scratch: [],
    environment: null,
    network: options.network ?? [],
    expireMs: options.expireMs ?? null,
    askFrom: options.askFrom ?? "network",
    workspace: "/",
    git: null,
    leftOut: [],
  };
  const prompt = await put(encodeText("prompt"));
  const own = "test/model";
  const fallback = options.fallback === undefined ? null : "test/fallback";
  const models = { planner: own, worker: own, evaluator: own, fallback };
  return {
    kind: "goal",
    goal: await put(encodeText("goal")),
    config: await put(encodeJson(config)),
    base: await put(encodeTree({ v: 1, entries })),
    pins: {
      harness: "0.0.0",
      prompts: { planner: prompt, worker: prompt, evaluator: prompt },
      rubrics: {},
      models,
      policy: await put(encodeJson("policy")),
      image: "memory@1",
      profile: "none",
      capabilities: await put(encodeJson(memoryCapabilities)),
      prices: await put(encodeJson({ [own]: priceOf(options), "test/fallback": priceOf(options) })),
    },
    limits: { ...testLimits, ...options.limits },
    budget: { ...noBudget, ...options.budget },
    seed: 1,
    parent: null,
    plan: options.ownPlan === undefined ? null : await put(encodeJson(options.ownPlan)),
  };
}

/** The types of a journal's entries, for a glance at what happened. */
export const typesOf = (entries: readonly Entry[]): string[] => entries.map((entry) => entry.type);

export const outcomesOf = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) =>
    entry.type === "attempt-ended" ? [`${entry.body.task} ${entry.body.outcome}`] : [],
  );

/** A turn of the event loop. */
const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const slow = (blobs: Blobs): Blobs => ({
  get: async (digest) => blobs.get(digest),
  getStream: (digest) => blobs.getStream(digest),
  missing: async (digests) => blobs.missing(digests),
  putStream: async (chunks) => blobs.putStream(chunks),
  put: async (items) => {
    await turn();
    return blobs.put(items);
  },
});
