import type { Reservation, RunEvent } from "../core/event.ts";
import { noBudget, nothingSpent, refusedBy, refusedByTask } from "../core/budget.ts";
import { mayHaveCost, modelFor } from "../core/circuit.ts";
import type { Digest, Instant, ThreadId } from "../core/id.ts";
import type { ModelError, ModelResponse, Part, Price } from "../core/model.ts";
import { cost } from "../core/price.ts";
import type { Thread } from "../core/thread.ts";
import { compacted } from "./compact.ts";
import { bytesOf } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { budgetText, escalation } from "./escalate.ts";
import { isAgain, requestFor } from "./request.ts";
import { putJson } from "./texts.ts";
import { argErrors } from "./tools.ts";
import { threadOf } from "./work.ts";
import type { Work } from "./work.ts";

/** One model call may take this long, streams included. */
const callMs = 20 * 60_000;

/**
 * T3: stores the request and reserves what it may cost. The whole conversation is not sent yet: that is `send`, after
 * the commit. Where the budget does not allow it, a person is asked once nothing else is reserved.
 */
export async function ask(work: Work, id: ThreadId): Promise<readonly RunEvent[]> {
  const { run, ports } = work;
  const thread = threadOf(run, id);
  const now = ports.clock.now();
  const model = await ports.models.model(modelFor(run, thread.role, now, thread.waits));
  const held = await ports.models.heldUntil(model.name);
  if (held !== null && held > now)
    return [{ type: "model-held", body: { thread: id, model: model.name, until: held } }];
  const notes = [...thread.notes];
  const request = await requestFor(work, thread, notes);
  const bytes = bytesOf(await toSend(work, thread, request));
  const reserved = reservation(thread, work.prices.get(model.name) ?? null, bytes, run.limits.outputTokens);
  const refused = await overBudget(work, thread, reserved);
  if (refused !== null) return refused;
  return [
    {
      type: "model-started",
      body: {
        thread: id,
        turn: isAgain(thread) ? thread.turn : thread.turn + 1,
        try: isAgain(thread) ? thread.try + 1 : 1,
        model: model.name,
        request,
        bytes,
        notes: notes.length,
        reserved,
        deadline: deadline(work),
      },
    },
  ];
}

/** A call ends before a ceiling of time is reached. */
const deadline = (work: Work): Instant => Math.min(work.ports.clock.now() + callMs, work.until ?? Infinity);

/**
 * Where the budget of the run or of the task does not allow the call: a person is asked, once nothing else is reserved
 * there that may yet be given back. null: it fits.
 */
async function overBudget(
  work: Work,
  { task: id }: Thread,
  reserved: Reservation,
): Promise<readonly RunEvent[] | null> {
  const { run } = work;
  const broken = refusedBy(run.budget, run.spent, reserved);
  if (broken !== null) {
    if (run.spent.reservedTokens > 0) return [];
    return [await escalation(work, "budget", null, budgetText(run.budget, run.spent, broken, reserved))];
  }
  const task = id === null ? undefined : run.tasks.get(id);
  const ofTask = task === undefined ? null : refusedByTask(task.budget, task.spent, reserved);
  if (task === undefined || ofTask === null) return null;
  if (task.spent.reservedTokens > 0) return [];
  const text = budgetText(
    { ...noBudget, ...task.budget },
    { ...nothingSpent(), ...task.spent },
    ofTask,
    reserved,
  );
  return [await escalation(work, "budget", task.id, text)];
}

const toSend = async (work: Work, thread: Thread, request: Digest): Promise<Conversation> =>
  compacted(await work.conversations.upTo(request), thread);

/**
 * The most a call can cost. Input: what the provider counted for the part it has seen, one token per byte for the rest.
 * Cache writes can cost more than plain input, so the dearer price is taken.
 */
function reservation(thread: Thread, price: Price | null, bytes: number, outputTokens: number): Reservation {
  const seen = thread.counted;
  const input = seen === null || seen.bytes > bytes ? bytes : seen.tokens + (bytes - seen.bytes);
  if (price === null) return { micros: null, input, output: outputTokens };
  const dearest = Math.max(price.input, price.cacheWrite);
  return { micros: Math.ceil(input * dearest + outputTokens * price.output), input, output: outputTokens };
}

/** T4, the outside half: asks the model and records what came. */
export async function send(work: Work, id: ThreadId): Promise<readonly RunEvent[]> {
  const thread = threadOf(work.run, id);
  const { request, turn, try: attempt, reserved } = thread;
  if (request === null || reserved === null) throw new Error(`${id} has no open model call`);
  const { asked } = thread;
  if (asked === null) throw new Error(`${id} names no model`);
  const model = await work.ports.models.model(asked);
  const conversation = await toSend(work, thread, request);
  const response = await model.respond(
    {
      thread: id,
      turn,
      try: attempt,
      ...conversation,
      maxOutputTokens: work.run.limits.outputTokens,
      deadline: deadline(work),
    },
    work.signal,
  );
  const charged = charge(response, work.prices.get(model.name) ?? null, reserved);
  const head = { thread: id, turn, try: attempt, charged, usage: response.usage };
  const body =
    response.outcome === "failed"
      ? { ...head, ...failedBody(work, thread, response.error, charged.input + charged.output > 0) }
      : { ...head, ...(await completeBody(work, response, conversation)) };
  return [{ type: "model-ended", body }];
}

type Ended = Extract<RunEvent, { type: "model-ended" }>["body"];
type Rest = Omit<Ended, "thread" | "turn" | "try" | "charged" | "usage">;

/** Usage the provider did not report is charged as reserved; a failure that reports none is free. */
function charge(response: ModelResponse, price: Price | null, reserved: Reservation): Reservation {
  const { usage } = response;
  if (usage === null) {
    return response.outcome === "complete" || mayHaveCost(response.error)
      ? reserved
      : { micros: reserved.micros === null ? null : 0, input: 0, output: 0 };
  }
  const micros = price === null ? null : cost(usage, price);
  return { micros, input: usage.input, output: usage.output };
}

/** What costs nothing is asked again soon, as long as an outage may last. */
const cheapPause = ({ waits }: Thread): number => Math.min(60_000, 1000 * 2 ** Math.min(waits, 10));

/** Of what may have cost there are few tries (`limits.tries`): the later ones outlast a provider that starts anew. */
const dearPause = ({ failures }: Thread): number => dearPauses[failures] ?? 300_000;
const dearPauses: readonly number[] = [1_000, 2_000, 4_000, 60_000];

function failedBody(work: Work, thread: Thread, error: ModelError, isCharged: boolean): Rest {
  const wait = Math.max(error.retryAfterMs ?? 0, isCharged ? dearPause(thread) : cheapPause(thread));
  return {
    outcome: "failed",
    response: null,
    stop: null,
    servedModel: null,
    error: { class: error.class, message: error.message.slice(0, 200) },
    retryAt: work.ports.clock.now() + wait,
    firstTokenMs: null,
    calls: [],
  };
}

/** Most calls of one turn; the model is told how many more were left out. */
const maxCalls = 64;

async function completeBody(
  work: Work,
  response: Extract<ModelResponse, { outcome: "complete" }>,
  conversation: Conversation,
): Promise<Rest> {
  const wanted = response.parts.filter(
    (part): part is Extract<Part, { type: "call" }> => part.type === "call",
  );
  const kept = new Set(wanted.slice(0, maxCalls));
  const parts = response.parts.filter((part) => part.type !== "call" || kept.has(part));
  const calls = await Promise.all(
    [...kept].map(async (part, index) => ({
      index,
      tool: part.tool.slice(0, 64),
      args: await putJson(work.ports.blobs, part.args ?? { raw: part.raw ?? "" }),
      valid: argErrors(part.tool, part.args, conversation.tools) === null,
    })),
  );
  return {
    outcome: "complete",
    response: await putJson(work.ports.blobs, {
      parts,
      requestId: response.requestId,
      leftOut: wanted.length - kept.size,
    }),
    stop: response.stop,
    servedModel: response.servedModel.slice(0, 200),
    error: null,
    retryAt: null,
    firstTokenMs: response.firstTokenMs,
    calls,
  };
}
