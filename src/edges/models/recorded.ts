import type { Body, Entry } from "../../core/event.ts";
import type { Digest, ThreadId } from "../../core/id.ts";
import type { Message, Model, ModelResponse, Part, Price } from "../../core/model.ts";
import type { Models } from "../../core/ports.ts";

/** The stored answer of a model, as the loop keeps it. */
interface AnswerRecord {
  readonly parts: Message["parts"];
  readonly requestId?: string | null;
  /** Calls that were too many for one turn, and are not kept. */
  readonly leftOut?: number;
}

export interface Recording {
  readonly entries: readonly Entry[];
  /** Reads what a model said. */
  readonly read: (response: Digest) => Promise<unknown>;
  /** By full name, as the run pinned them. */
  readonly prices: ReadonlyMap<string, Price | null>;
}

/**
 * The models of a run that was recorded: each turn of each thread is answered as it was then, whatever is asked. Nothing is
 * sent anywhere. A turn that was never answered fails with class `missing-script`.
 */
export function recordedModels({ entries, read, prices }: Recording): Models {
  const answers = new Map<string, Body<"model-ended">>();
  for (const { type, body } of entries)
    if (type === "model-ended") answers.set(keyOf(body.thread, body.turn, body.try), body);
  return {
    model: async (name): Promise<Model> => ({
      name,
      price: prices.get(name) ?? null,
      respond: async ({ thread, turn, try: attempt }) => {
        const answer = answers.get(keyOf(thread, turn, attempt));
        return answer === undefined ? unanswered(thread, turn) : answered(answer, read);
      },
    }),
    heldUntil: async () => null,
  };
}

const keyOf = (thread: ThreadId, turn: number, attempt: number): string => `${thread}/${turn}/${attempt}`;

async function answered(body: Body<"model-ended">, read: Recording["read"]): Promise<ModelResponse> {
  const { usage, error, response, stop, servedModel, firstTokenMs } = body;
  if (body.outcome !== "complete" || response === null) {
    const { class: kind = "network", message = "cut off" } = error ?? {};
    const failure = { class: kind as "network", message, status: null, retryAfterMs: null };
    return { outcome: "failed", error: failure, usage };
  }
  const { parts, requestId = null, leftOut = 0 } = (await read(response)) as AnswerRecord;
  return {
    outcome: "complete",
    stop: stop ?? "end",
    parts: [...parts, ...Array.from({ length: leftOut }, leftOutCall)],
    usage,
    servedModel: servedModel ?? "",
    requestId,
    firstTokenMs,
  };
}

/** In place of a call that was too many: it is counted and left out again. */
const leftOutCall = (_: unknown, index: number): Part => ({
  type: "call",
  id: `left-out-${index}`,
  tool: "bash",
  args: {},
});

const unanswered = (thread: ThreadId, turn: number): ModelResponse => ({
  outcome: "failed",
  error: {
    class: "missing-script",
    message: `turn ${turn} of ${thread} was never answered in the run that is replayed`,
    status: null,
    retryAfterMs: null,
  },
  usage: null,
});
