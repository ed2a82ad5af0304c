import { z } from "zod";
import { bodies } from "./event.ts";
import type { EventType, RunEvent } from "./event.ts";

type Upcast = (body: Record<string, unknown>) => Record<string, unknown>;

/** Pure upcasts from older bodies, `upcasts[type][v - 1]` gives the body of `v + 1`. */
const upcasts: { readonly [T in EventType]?: readonly Upcast[] } = {
  "run-created": [createdInV2],
  "plan-proposed": [proposedInV2],
  "budget-changed": [(body) => ({ task: null, ...body })],
  "call-started": [(body) => ({ hosts: [], ...body })],
};

/** The newest version of each event's body. */
export const versionOf = (type: EventType): number => (upcasts[type]?.length ?? 0) + 1;

const noTaskBudget = { micros: null, tokens: null, wallMs: null };

/** Version 1 knew no ceilings of single tasks, and counted tries where time is counted now. */
function createdInV2(body: Record<string, unknown>): Record<string, unknown> {
  const { limits, pins } = body as { limits: object; pins: { models: object } };
  return {
    ...body,
    limits: { ...limits, stale: 8, breaker: 5, outageMs: 2 * 3_600_000, task: noTaskBudget },
    pins: { ...pins, models: { ...pins.models, fallback: null } },
    plan: null,
  };
}

function proposedInV2(body: Record<string, unknown>): Record<string, unknown> {
  const { tasks } = body as { tasks: readonly object[] };
  return {
    ...body,
    tasks: tasks.map((task) => ({ ...task, budget: noTaskBudget })),
    forecast: null,
    by: { type: "harness" },
  };
}

/** An event this version of the harness cannot read, or that no version could have written. */
export class UnreadableEvent extends Error {
  override readonly name = "UnreadableEvent";
}

/**
 * Reads a stored body: upcast to the newest version, then checked against its schema.
 * @throws UnreadableEvent naming type, version and the first thing that is wrong.
 */
export function readEvent(type: string, v: number, body: unknown): RunEvent {
  if (!Object.hasOwn(bodies, type))
    throw new UnreadableEvent(`event type "${type}" is not known to this harness`);
  const known = type as EventType;
  if (v > versionOf(known)) {
    throw new UnreadableEvent(
      `${type} v${v} is newer than this harness reads (v${versionOf(known)}); update harness`,
    );
  }
  const parsed = (bodies[known] as z.ZodType).safeParse(upcasted(known, v, body));
  if (!parsed.success) throw new UnreadableEvent(`${type} v${v}: ${z.prettifyError(parsed.error)}`);
  return { type: known, body: parsed.data } as RunEvent;
}

/** What is no body at all stays as it is: its schema says so. */
function upcasted(type: EventType, v: number, body: unknown): unknown {
  const steps = upcasts[type]?.slice(v - 1) ?? [];
  try {
    return steps.reduce((older, step) => step(older as Record<string, unknown>), body);
  } catch (error) {
    throw new UnreadableEvent(`${type} v${v}: ${(error as Error).message}`, { cause: error });
  }
}
