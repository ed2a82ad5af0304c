import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picomatch from "picomatch";
import { fold } from "../../../src/core/apply.ts";
import { noBudget } from "../../../src/core/budget.ts";
import { canonical, encodeJson, encodeText } from "../../../src/core/canonical.ts";
import type { Body, Budget, Choice, Entry, Limits } from "../../../src/core/event.ts";
import type { RunConfig } from "../../../src/core/goal.ts";
import type { Digest } from "../../../src/core/id.ts";
import type { Model } from "../../../src/core/model.ts";
import type { AnswerValue, Models, Ports } from "../../../src/core/ports.ts";
import type { Escalation, RunState } from "../../../src/core/run.ts";
import { encodeTree } from "../../../src/core/tree.ts";
import { openModels } from "../../../src/edges/models/models.ts";
import { drive } from "../../../src/loop/drive.ts";
import type { Stand } from "../../../src/loop/drive.ts";
import { createRun, takeRun } from "../../../src/loop/own.ts";
import { key } from "../../edges/models/wire/kit.ts";
import { kits } from "../../edges/models/wire/kits.ts";
import { serve } from "../../edges/models/wire/server.ts";
import { Crashed, journalDisk, memoryJournal } from "../../memory/journal.ts";
import type { JournalDisk } from "../../memory/journal.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { namedPolicy } from "../../memory/policy.ts";
import type { BlobDisk } from "../../memory/blobs.ts";
import { memoryCapabilities, memorySandbox } from "../../memory/sandbox.ts";
import { memoryWorkspaces } from "../../memory/workspaces.ts";
import { random } from "../../simulation/random.ts";
import type { Random } from "../../simulation/random.ts";
import { testLimits } from "../ground.ts";
import type { SkewedClock } from "./clock.ts";
import { fileOf } from "./honest.ts";
import { Providers } from "./provider.ts";
import type { Served, Sky } from "./provider.ts";

type Role = "planner" | "worker" | "evaluator";

/** A run, the weather it goes through, and the person it belongs to. */
export interface Weather extends Sky {
  readonly models: Readonly<Record<Role, string>> & { readonly fallback: string | null };
  readonly limits?: Partial<Limits>;
  readonly budget?: Partial<Budget>;
  /** How often the process dies before or after a commit or while a provider answers; at most `mostDeaths` times. */
  readonly deaths?: number;
  /** Questions a person answers before the run is left standing. */
  readonly patience: number;
}

export const models = {
  anthropic: "anthropic/claude-x",
  openai: "openai/gpt-x",
  compatible: "openai-compatible/qwen",
} as const;
const price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

export const runId = "weather0";
const mostDeaths = 12;
/** Milliseconds of silence after which a call is given up where providers stall. Real ones, so they are few. */
const idleMs = 1_000;

/** What a run left behind. */
export interface Passed {
  readonly weather: Weather;
  readonly stand: Stand;
  readonly run: RunState;
  readonly entries: readonly Entry[];
  readonly blobs: ReturnType<typeof memoryBlobs>;
  readonly answers: Awaited<ReturnType<Ports["journal"]["answers"]>>;
  readonly served: readonly Served[];
  /** Requests that came to the server at all, and what carried a key of the loop to an edge. */
  readonly requests: number;
  readonly sent: readonly string[];
  readonly deaths: number;
  /** Each question a person was asked, with its card. */
  readonly asked: readonly { readonly kind: string; readonly card: string }[];
  readonly now: number;
}

/** Everything that outlives the process. */
interface Place {
  readonly weather: Weather;
  readonly clock: SkewedClock;
  readonly journal: JournalDisk;
  readonly blobs: BlobDisk;
  readonly dice: Random;
  readonly url: string;
  readonly holds: string;
  readonly sent: string[];
  /** Ends the process that lives now. */
  kill: () => void;
  deaths: number;
}

export async function pass(weather: Weather, clock: SkewedClock): Promise<Passed> {
  const providers = new Providers(weather);
  const dice = random(weather.seed * 31 + 5);
  let place: Place | null = null;
  await using server = await serve(
    providers.reply(() => {
      if (place !== null && dies(place)) place.kill();
    }),
  );
  const holds = await mkdtemp(join(tmpdir(), "harness-weather-"));
  try {
    place = {
      weather,
      clock,
      dice,
      url: server.url,
      holds,
      sent: [],
      deaths: 0,
      kill: () => undefined,
      journal: journalDisk(),
      blobs: new Map(),
    };
    const asked: { kind: string; card: string }[] = [];
    const stand = await untilItStands(place, asked);
    const disk = {
      journal: memoryJournal({ disk: place.journal }),
      blobs: memoryBlobs({ disk: place.blobs }),
    };
    const entries = await Array.fromAsync(disk.journal.read(runId, 0));
    return {
      weather,
      stand,
      entries,
      asked,
      run: fold(entries),
      blobs: disk.blobs,
      answers: await disk.journal.answers(runId),
      served: providers.served,
      requests: server.requests.length,
      sent: place.sent,
      deaths: place.deaths,
      now: clock.now(),
    };
  } finally {
    await rm(holds, { recursive: true });
  }
}

/** Until it ended, or nobody answers any more. */
async function untilItStands(place: Place, asked: { kind: string; card: string }[]): Promise<Stand> {
  for (;;) {
    const stand = await live(place);
    if (stand === "died") continue;
    if (stand === "ended") return stand;
    const isAnswered = await person(place, asked);
    if (!isAnswered) return stand;
    place.clock.skip(60_000 + place.dice.below(3_600_000));
  }
}

/** Whether the process dies at this moment. */
function dies(place: Place): boolean {
  const { weather, dice, deaths } = place;
  if (weather.deaths === undefined || deaths >= mostDeaths || !dice.chance(weather.deaths)) return false;
  place.deaths += 1;
  return true;
}

/** One process: creates or takes over, then drives until it stands or dies. */
async function live(place: Place): Promise<Stand | "died"> {
  const dead = new AbortController();
  const failpoint = (at: string): void => {
    if (!at.startsWith("append/") || dead.signal.aborted || !dies(place)) return;
    place.kill();
    throw new Crashed(`died at ${at}`);
  };
  const journal = memoryJournal({ disk: place.journal, failpoint });
  const blobs = memoryBlobs({ disk: place.blobs });
  place.kill = () => {
    journal.crash();
    blobs.crash(new Crashed("dead"));
    dead.abort();
  };
  const ports = portsOf(place, journal, blobs, dead.signal);
  try {
    const exists = (await journal.runs()).length > 0;
    const owned = exists
      ? await takeRun(ports, runId, owner)
      : await createRun(ports, runId, await created(place.weather, ports), owner);
    if ("owner" in owned) throw new Error("somebody owns it");
    const never = new AbortController().signal;
    const stand = await drive(ports, owned.run, { drain: never, halt: never, observe: () => undefined });
    await owned.ownership.release();
    return stand;
  } catch (error) {
    if (dead.signal.aborted) return "died";
    throw error;
  } finally {
    place.kill();
  }
}

const owner: Body<"run-owned"> = { host: "weather", pid: 1, boot: "1", harness: "0.0.0" };
export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");

function portsOf(
  place: Place,
  journal: Ports["journal"],
  blobs: ReturnType<typeof memoryBlobs>,
  dead: AbortSignal,
): Ports {
  const workspaces = memoryWorkspaces(blobs);
  return {
    clock: place.clock,
    journal,
    blobs,
    workspaces,
    sandbox: memorySandbox(workspaces),
    models: tapped(place, dead),
    prompts: {
      check: () => undefined,
      render: (source, variables) => ({
        system: source,
        messages: [{ role: "user", parts: [{ type: "text", text: JSON.stringify(variables) }] }],
      }),
    },
    policy: namedPolicy(sha256(canonical("policy"))),
    outside: [],
    probe: async () => null,
    glob: (patterns) => picomatch([...patterns], { dot: true }),
    sha256,
  };
}

/** The real edges. Each request says in its system prompt which call of which thread it is, for the ledger. */
function tapped(place: Place, dead: AbortSignal): Models {
  const { clock } = place;
  const real = place.weather.stalls ? impatientModels(place) : patientModels(place);
  return {
    heldUntil: async (name) => clock.during(real.heldUntil(name)),
    model: async (name) => {
      const model = await clock.during(real.model(name));
      const respond: Model["respond"] = async (request, signal) => {
        const call = `${request.thread}#${request.turn}.${request.try}`;
        place.sent.push(call);
        clock.goesOn();
        const marked = { ...request, system: `${request.system}\n[call ${call}]` };
        return clock.during(model.respond(marked, AbortSignal.any([signal, dead])));
      };
      return { ...model, respond };
    },
  };
}

function patientModels({ url, holds }: Place): Models {
  const env = {
    ANTHROPIC_API_KEY: key,
    ANTHROPIC_BASE_URL: url,
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_COMPATIBLE_API_KEY: key,
    OPENAI_COMPATIBLE_BASE_URL: `${url}/v1`,
    HARNESS_HOLDS_DIR: holds,
  };
  const own = { input: price.input, output: price.output };
  const prices = Object.fromEntries(
    Object.values(models).map((name) => [
      name,
      { ...own, cache_read: price.cacheRead, cache_write: price.cacheWrite },
    ]),
  );
  return openModels({ projectDir: holds, env, project: { prices } });
}

/** The same edges with a short watch for silence, which `openModels` gives nobody. */
function impatientModels({ url }: Place): Models {
  const opened = new Map(
    kits.map((kit) => {
      const model = kit.model(url, { idleMs });
      return [model.name, { ...model, price }] as const;
    }),
  );
  return {
    heldUntil: async () => null,
    model: async (name) => {
      const found = opened.get(name);
      if (found === undefined) throw new Error(`nobody serves ${name}`);
      return found;
    },
  };
}

async function created(weather: Weather, { blobs }: Ports): Promise<Body<"run-created">> {
  const put = async (bytes: Uint8Array): Promise<Digest> => (await blobs.put([bytes]))[0] as Digest;
  const table = encodeText("a,b\n1,2\n");
  const folder = encodeTree({
    v: 1,
    entries: [
      { name: "table.csv", type: "file", mode: 0o644, size: table.length, content: await put(table) },
    ],
  });
  const base = encodeTree({
    v: 1,
    entries: [{ name: "notes", type: "dir", mode: 0o755, tree: await put(folder) }],
  });
  const config: RunConfig = {
    title: "weather",
    text: "weather",
    checks: weather.jobs.map(({ id }) => ({ id, type: "command", run: `has ${fileOf(id)} ok` })),
    protect: [],
    scratch: [],
    environment: null,
    askFrom: "network",
    workspace: "/",
    git: null,
    leftOut: [],
  };
  const prompt = async (role: Role): Promise<Digest> => put(encodeText(role));
  return {
    kind: "goal",
    goal: await put(encodeText("goal")),
    config: await put(encodeJson(config)),
    base: await put(base),
    pins: {
      harness: "0.0.0",
      prompts: {
        planner: await prompt("planner"),
        worker: await prompt("worker"),
        evaluator: await prompt("evaluator"),
      },
      rubrics: {},
      models: weather.models,
      policy: await put(encodeJson("policy")),
      image: "memory@1",
      profile: "none",
      capabilities: await put(encodeJson(memoryCapabilities)),
      prices: await put(encodeJson(Object.fromEntries(Object.values(models).map((name) => [name, price])))),
    },
    limits: { ...testLimits, turns: 20, tries: 4, outputTokens: 8_000, ...weather.limits },
    budget: { ...noBudget, ...weather.budget },
    seed: weather.seed,
    parent: null,
    plan: null,
  };
}

/** Reads every card and answers it, while patience lasts. @returns whether something was answered */
async function person(place: Place, asked: { kind: string; card: string }[]): Promise<boolean> {
  const journal = memoryJournal({ disk: place.journal });
  const blobs = memoryBlobs({ disk: place.blobs });
  const run = fold(await Array.fromAsync(journal.read(runId, 0)));
  let given = 0;
  for (const open of run.escalations.values()) {
    const card = new TextDecoder().decode(await blobs.get(open.card));
    if (asked.length >= place.weather.patience) continue;
    asked.push({ kind: open.kind, card });
    const [subject, value] = answerTo(run, open);
    const by = { type: "person", user: "weather", tty: null } as const;
    if (await journal.answer({ run: runId, subject, at: place.clock.now(), by, value })) given += 1;
  }
  return given > 0;
}

const choices: Readonly<Partial<Record<Escalation["kind"], Choice>>> = { plan: "replan", budget: "raise" };

function answerTo(run: RunState, open: Escalation): readonly [string, AnswerValue] {
  const { id, task, kind } = open;
  if (kind === "budget" && task === null) {
    const { micros, tokens, turns, wallMs } = run.budget;
    const twice = (amount: number | null): number | null => (amount === null ? null : 2 * amount);
    const budget = {
      ...run.budget,
      micros: twice(micros),
      tokens: twice(tokens),
      turns: twice(turns),
      wallMs: twice(wallMs),
    };
    return [`budget/${run.budgetsTaken + 1}`, { type: "budget", budget }];
  }
  return [id, { type: "escalation", choice: choices[kind] ?? "retry", note: null, budget: null }];
}
