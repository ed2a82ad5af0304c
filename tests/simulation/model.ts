import type { Json } from "../../src/core/canonical.ts";
import { threadParts } from "../../src/core/id.ts";
import type { Model, ModelRequest, ModelResponse, Part } from "../../src/core/model.ts";
import { contentOf } from "./scenario.ts";
import type { Scenario, TaskScenario } from "./scenario.ts";
import { fixed } from "./random.ts";
import type { Disk, Place } from "./world.ts";

export const simulatedPrice = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

/** A model whose answers depend on thread and turn alone, dies before or after answering, and fails now and then. */
export function simulatedModel(
  world: Scenario,
  disk: Disk,
  at: (place: Place, subject?: string) => void,
): Model {
  return {
    name: "simulated/model",
    price: simulatedPrice,
    respond: async (request) => {
      at("outside/model-before", request.thread);
      const response = fails(world, disk, request) ?? answer(world, request);
      at("outside/model-after", request.thread);
      return response;
    },
  };
}

function fails(world: Scenario, disk: Disk, request: ModelRequest): ModelResponse | null {
  if (world.modelFaults === 0) return null;
  const place = `${request.thread}/${request.turn}`;
  const count = disk.faults.get(place) ?? 0;
  if (count >= 6 || fixed(world.seed, place, count) >= world.modelFaults) return null;
  disk.faults.set(place, count + 1);
  const kind = fixed(world.seed, place, count, "kind") < 0.8 ? "overloaded" : "auth";
  const error = { class: kind, message: `made up: ${kind}`, status: 529, retryAfterMs: 5 } as const;
  return { outcome: "failed", error, usage: null };
}

function answer(world: Scenario, request: ModelRequest): ModelResponse {
  const { role, task, attempt, number } = threadParts(request.thread);
  const found = world.tasks.find(({ id }) => id === task);
  const parts = (): readonly Part[] => {
    if (role === "planner") return planTurn(world, request, number);
    if (role === "evaluator") return verdictTurn(request);
    return found === undefined ? [] : workerTurn(found, attempt, request.turn);
  };
  const said = parts();
  return {
    outcome: "complete",
    stop: said.some((part) => part.type === "call") ? "calls" : "end",
    parts: said,
    usage: { input: 10 + request.messages.length, output: 5, cacheRead: 0, cacheWrite: 0 },
    servedModel: "simulated",
    requestId: null,
    firstTokenMs: 1,
  };
}

const call = (tool: string, args: Json, id = "c1"): Part => ({ type: "call", id, tool, args });

/** What the first message told: the simulated prompts are their variables as JSON. */
function told(request: ModelRequest): Record<string, unknown> {
  const first = request.messages[0]?.parts[0];
  return first?.type === "text" ? (JSON.parse(first.text) as Record<string, unknown>) : {};
}

function planTurn(world: Scenario, request: ModelRequest, version: number): readonly Part[] {
  if (version === 1 && request.turn <= world.badPlans) {
    return [
      call("submit_plan", {
        tasks: [{ id: "x", title: "x", instructions: "x", needs: ["y"], criteria: [] }],
      }),
    ];
  }
  const accepted = new Set((told(request)["accepted"] as { id: string }[]).map(({ id }) => id));
  const tasks = world.tasks.filter(({ id }) => !accepted.has(id)).map(planned);
  return [call("submit_plan", { tasks })];
}

const planned = (task: TaskScenario): Json => ({
  id: task.id,
  title: `do ${task.id}`,
  instructions: `write ${task.id}.txt`,
  needs: [...task.needs],
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

function verdictTurn(request: ModelRequest): readonly Part[] {
  const criteria = told(request)["criteria"] as { key: string }[];
  const scores = criteria.map(({ key }) => ({ criterion: key, score: 0.9, explanation: "good" }));
  return [call("submit_verdict", { scores, explanation: "good" })];
}

/** Writes in the first turn, publishes in the next ones, and submits in the last. Looks around first where it has turns. */
function workerTurn(task: TaskScenario, attempt: number, turn: number): readonly Part[] {
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
