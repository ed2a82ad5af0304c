import { isLasting } from "../circuit.ts";
import type { Body, EventType } from "../event.ts";
import { callOf, threadParts } from "../id.ts";
import type { Digest, Instant, ThreadId } from "../id.ts";
import { cutOf } from "./cut.ts";
import type { Generation, SpanUsage } from "./item.ts";
import { json, ownerKey, text } from "./keys.ts";
import { close, open, point } from "./spans.ts";
import type { Saying } from "./spans.ts";
import type { OpenSpan, Telling, Tellers, ToolCall } from "./telling.ts";

export const modelTellers = {
  "model-started": (telling, entry) => {
    const { thread, turn, try: attempt, model, request, bytes, notes, reserved } = entry.body;
    const { role, task, attempt: number } = threadParts(thread);
    open(telling, entry, {
      key: key(thread),
      parent: ownerKey(thread),
      kind: "generation",
      name: role,
      input: json(request),
      generation: asked(telling, thread, model),
      metadata: { thread, role, task, attempt: number, turn, try: attempt, bytes, notes, reserved },
    });
    return [];
  },
  "model-ended": (telling, entry) => {
    const { body, at } = entry;
    const span = telling.open.get(key(body.thread));
    count(telling, body);
    for (const { index, tool, args, valid } of body.calls)
      telling.calls.set(callOf(body.thread, body.turn, index), newCall(tool, args, valid));
    if (span?.generation == null) return [];
    const { outcome, stop, charged, error, retryAt, calls, usage } = body;
    return close(telling, key(body.thread), at, {
      ...ending(telling, body),
      output: json(body.response),
      generation: answered(span, span.generation, body, at),
      metadata: {
        outcome,
        stop,
        charged,
        retryAt,
        calls: calls.length,
        // What was charged is then what was reserved, or what it took as far as it is known.
        ...(usage === null ? { usage: "not reported" } : {}),
        ...(error === null ? {} : { error: error.class }),
      },
    });
  },
  "model-held": (telling, entry) => {
    const { thread, model, until } = entry.body;
    return point(telling, entry, {
      key: "held",
      parent: ownerKey(thread),
      kind: "event",
      name: "model held",
      status: "another run with this key was told to wait",
      metadata: { thread, model, until },
    });
  },
  "context-compacted": (telling, entry) => {
    const { thread, throughTurn, summary, saved } = entry.body;
    return point(telling, entry, {
      key: "compacted",
      parent: ownerKey(thread),
      kind: "event",
      name: "context compacted",
      output: text(summary),
      metadata: { thread, throughTurn, saved },
    });
  },
} satisfies Partial<Tellers<EventType>>;

const newCall = (tool: string, args: Digest, valid: boolean): ToolCall => ({
  tool,
  args,
  valid,
  judged: null,
  approval: null,
});

const key = (thread: ThreadId): string => `model ${thread}`;

/** As it was asked: the parameters are the run's, pinned at its start. */
function asked({ created }: Telling, thread: ThreadId, model: string): Generation {
  const { role } = threadParts(thread);
  const digest = created.pins.prompts[role];
  return {
    model,
    servedModel: null,
    parameters: { max_tokens: created.limits.outputTokens },
    usage: null,
    micros: null,
    firstToken: null,
    // A pin is a digest: which version a server of prompts gave it is not known.
    prompt: digest === undefined ? null : { name: role, version: null, digest },
  };
}

function answered(
  span: OpenSpan,
  generation: Generation,
  { servedModel, usage, charged, firstTokenMs }: Body<"model-ended">,
  at: Instant,
): Generation {
  const first = firstTokenMs === null ? null : span.start + firstTokenMs;
  return {
    ...generation,
    servedModel,
    usage: usage === null ? null : apart(usage),
    micros: charged.micros,
    firstToken: first === null ? null : Math.min(first, Math.max(span.start, at)),
  };
}

/** Providers count what came out of a cache or went into it as input: here each token is counted once. */
const apart = ({ input, output, cacheRead, cacheWrite }: SpanUsage): SpanUsage => ({
  input: Math.max(0, input - cacheRead - cacheWrite),
  output,
  cacheRead,
  cacheWrite,
});

/** One that is cut is charged in full. What fails is tried again, unless no waiting mends it. */
function ending(telling: Telling, { outcome, error, stop }: Body<"model-ended">): Saying {
  switch (outcome) {
    case "cut":
      return { ...cutOf(telling), level: "ERROR" };
    case "failed":
      return {
        level: isLasting(error?.class) ? "ERROR" : "WARNING",
        status: `failed: ${error?.class ?? "no reason"}`,
      };
    case "complete":
      return stop === "refusal" || stop === "length" || stop === "context-full"
        ? { level: "WARNING", status: stop }
        : {};
  }
}

function count({ totals }: Telling, { charged }: Body<"model-ended">): void {
  totals.calls += 1;
  totals.micros += charged.micros ?? 0;
  if (charged.micros === null) totals.unpriced += 1;
}
