import type { Json } from "../../src/core/canonical.ts";
import { threadParts } from "../../src/core/id.ts";
import type {
  Model,
  ModelErrorClass,
  ModelRequest,
  ModelResponse,
  Part,
  Stop,
} from "../../src/core/model.ts";
import type { Clock } from "../../src/core/ports.ts";
import { contentOf } from "./scenario.ts";
import type { Scenario, TaskScenario, Window } from "./scenario.ts";
import { fixed } from "./random.ts";
import { startAt } from "./time.ts";
import type { Disk, Place } from "./world.ts";

export const simulatedPrice = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };
export const ownModel = "simulated/model";
export const fallbackModel = "simulated/fallback";

/**
 * A model whose answers depend on thread and turn alone. It dies before or after answering, takes its time and never
 * more than it may, fails now and then, and does not answer at all while its provider is out.
 */
export function simulatedModel(
  world: Scenario,
  disk: Disk,
  clock: Clock,
  name: string,
  at: (place: Place, subject?: string) => void,
): Model {
  return {
    name,
    price: simulatedPrice,
    respond: async (request, signal) => {
      at("outside/model-before", request.thread);
      const isInTime = await passes(world, clock, request, signal);
      const response = !isInTime
        ? failure("stalled", "made up: too slow")
        : (isOutNow(world, disk, name) ?? fails(world, disk, request) ?? odd(world, disk, request));
      at("outside/model-after", request.thread);
      return response ?? overcharged(world, request, answer(world, request));
    },
  };
}

async function passes(
  { pace, seed }: Scenario,
  clock: Clock,
  { thread, turn, try: attempt, deadline }: ModelRequest,
  signal: AbortSignal,
): Promise<boolean> {
  if (pace === 0) return true;
  const ends = clock.now() + Math.floor(fixed(seed, "thinks", thread, turn, attempt) * pace);
  await clock.sleepUntil(Math.min(ends, deadline), signal);
  return ends <= deadline;
}

/** What came before any answer has a status, and costs nothing. */
const statuses: { readonly [K in ModelErrorClass]?: number } = {
  auth: 401,
  overloaded: 529,
  server: 500,
  "rate-limit": 429,
};

const failure = (
  kind: ModelErrorClass,
  message: string,
  retryAfterMs: number | null = null,
): ModelResponse => ({
  outcome: "failed",
  error: { class: kind, message, status: statuses[kind] ?? null, retryAfterMs },
  usage: null,
});

const isWithin = ({ from, to }: Window, now: number): boolean => now >= startAt + from && now < startAt + to;

export function heldUntil(world: Scenario, disk: Disk): number | null {
  const hold = world.holds.find((window) => isWithin(window, disk.now));
  return hold === undefined ? null : startAt + hold.to;
}

function isOutNow(world: Scenario, disk: Disk, name: string): ModelResponse | null {
  const of = name === ownModel ? "own" : "fallback";
  const outage = world.outages.find((one) => one.model === of && isWithin(one, disk.now));
  if (outage === undefined) return null;
  const kinds = ["overloaded", "rate-limit", "server"] as const;
  return failure(kinds[Math.floor(fixed(world.seed, outage.from) * 3)] ?? "server", "made up: out");
}

/** Each place fails a few times at most. */
function fails(world: Scenario, disk: Disk, request: ModelRequest): ModelResponse | null {
  if (world.modelFaults === 0) return null;
  const place = `${request.thread}/${request.turn}`;
  const count = disk.faults.get(place) ?? 0;
  if (count >= 6 || fixed(world.seed, place, count) >= world.modelFaults) return null;
  disk.faults.set(place, count + 1);
  const kinds = ["auth", "network", "stalled", "protocol", "rate-limit", "server", "overloaded"] as const;
  const kind = kinds[Math.floor(fixed(world.seed, place, count, "kind") * 12)] ?? "overloaded";
  return failure(kind, `made up: ${kind}`, 5);
}

/** A turn for which nothing more fits, or that comes to nothing, once each. */
function odd(world: Scenario, disk: Disk, request: ModelRequest): ModelResponse | null {
  const place = `odd/${request.thread}/${request.turn}`;
  if (disk.faults.has(place) || fixed(world.seed, place) >= world.oddities) return null;
  disk.faults.set(place, 1);
  const share = fixed(world.seed, place, "kind");
  if (share < 0.4 && request.turn > 1) return failure("context-full", "made up: nothing more fits");
  const text = "I would rather not." satisfies string;
  return said(request, [{ type: "text", text }], share < 0.7 ? "refusal" : "pause");
}

/** A provider that counts more than anything could take. */
function overcharged(world: Scenario, request: ModelRequest, response: ModelResponse): ModelResponse {
  const { thread, turn, try: attempt } = request;
  if (response.outcome !== "complete" || response.usage === null) return response;
  if (fixed(world.seed, "dear", thread, turn, attempt) >= world.overcharges) return response;
  return { ...response, usage: { ...response.usage, input: 50_000, output: 5_000 } };
}

function answer(world: Scenario, request: ModelRequest): ModelResponse {
  const { role, task, attempt, number } = threadParts(request.thread);
  const found = world.tasks.find(({ id }) => id === task);
  const parts = (): readonly Part[] => {
    if (role === "planner") return planTurn(world, request, number);
    if (role === "evaluator") return verdictTurn(request);
    return found === undefined ? [] : workerTurn(found, attempt, request);
  };
  return said(request, parts());
}

const said = (request: ModelRequest, parts: readonly Part[], stop?: Stop): ModelResponse => ({
  outcome: "complete",
  stop: stop ?? (parts.some((part) => part.type === "call") ? "calls" : "end"),
  parts,
  usage: { input: 10 + request.messages.length, output: 5, cacheRead: 0, cacheWrite: 0 },
  servedModel: "simulated",
  requestId: null,
  firstTokenMs: 1,
});

const call = (tool: string, args: Json, id = "c1"): Part => ({ type: "call", id, tool, args });

/** What the first message told: the simulated prompts are their variables as JSON. */
function told(request: ModelRequest): Record<string, unknown> {
  const first = request.messages[0]?.parts[0];
  return first?.type === "text" ? (JSON.parse(first.text) as Record<string, unknown>) : {};
}

function planTurn(world: Scenario, request: ModelRequest, version: number): readonly Part[] {
  if (version === 1 && request.turn <= world.badPlans) return [call("submit_plan", badPlan)];
  const accepted = new Set((told(request)["accepted"] as { id: string }[]).map(({ id }) => id));
  return [call("submit_plan", planOf(world, accepted))];
}

export const badPlan: Json = {
  tasks: [{ id: "x", title: "x", instructions: "x", needs: ["y"], criteria: [] }],
};

/** The plan of all tasks that are not accepted. */
export const planOf = (world: Scenario, accepted: ReadonlySet<string>, title = "do"): Json => ({
  tasks: world.tasks.filter(({ id }) => !accepted.has(id)).map((task) => planned(task, title)),
});

const planned = (task: TaskScenario, title: string): Json => ({
  id: task.id,
  title: `${title} ${task.id}`,
  instructions: `write ${task.id}.txt`,
  needs: [...task.needs],
  ...ceilings(task),
  criteria: [
    { id: "written", type: "command", run: `has ${task.id}.txt ok` },
    ...task.shares.map((file, index) => ({
      id: `s${index}`,
      type: "command",
      run: `has ${file} ${task.id}`,
    })),
    { id: "base", type: "command", run: "exists base.txt", guard: true },
    ...(task.hasRubric ? [{ id: "good", type: "rubric", rubric: "is it good work" }] : []),
  ],
});

/** As a planner writes them: dollars, tokens, a duration. */
function ceilings({ budget: { micros, tokens, wallMs } }: TaskScenario): { budget?: Record<string, Json> } {
  const budget = {
    ...(micros === null ? {} : { money: micros / 1e6 }),
    ...(tokens === null ? {} : { tokens }),
    ...(wallMs === null ? {} : { wall: `${Math.ceil(wallMs / 1000)}s` }),
  };
  return Object.keys(budget).length === 0 ? {} : { budget };
}

function verdictTurn(request: ModelRequest): readonly Part[] {
  const criteria = told(request)["criteria"] as { key: string }[];
  const scores = criteria.map(({ key }) => ({ criterion: key, score: 0.9, explanation: "good" }));
  return [call("submit_verdict", { scores, explanation: "good" })];
}

/** Writes in the first turn, publishes in the next ones, and submits in the last. Looks around first where it has turns. */
function workerTurn(task: TaskScenario, attempt: number, request: ModelRequest): readonly Part[] {
  const turn = turnsWithCalls(request) + 1;
  const write = [
    `put ${task.id}.txt ${contentOf(task, attempt)}`,
    ...task.shares.map((file) => `add ${file} ${task.id}`),
  ];
  if (turn < task.turns) return [call("bash", { command: `exists base.txt ; exists turn${turn}` })];
  if (turn === task.turns) {
    return [
      call("bash", { command: write.join(" ; ") }, "c1"),
      ...Array.from({ length: task.publishes }, (_, index) =>
        call("publish", { text: `${task.id} ${index}` }, `p${index}`),
      ),
    ];
  }
  return [
    call("submit", {
      summary: `did ${task.id}`,
      artifacts: [`${task.id}.txt`],
      decisions: [],
      open_questions: [],
      confidence: 0.9,
    }),
  ];
}

/** Turns that came to nothing are said again. */
const turnsWithCalls = ({ messages }: ModelRequest): number =>
  messages.filter(({ role, parts }) => role === "assistant" && parts.some(({ type }) => type === "call"))
    .length;
