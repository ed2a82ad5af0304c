import { z } from "zod";
import { bodies } from "./event.ts";
import type { EventType, RunEvent } from "./event.ts";

/** The newest version of each event's body. All are 1 in the first release. */
export const versionOf = (_type: EventType): number => 1;

/** Pure upcasts from older bodies, `upcasts[type][v]` gives the body of `v + 1`. None yet. */
const upcasts: { readonly [T in EventType]?: Readonly<Record<number, (body: unknown) => unknown>> } = {};

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
  let upcasted = body;
  for (let from = v; from < versionOf(known); from++)
    upcasted = upcasts[known]?.[from]?.(upcasted) ?? upcasted;
  const parsed = (bodies[known] as z.ZodType).safeParse(upcasted);
  if (!parsed.success) throw new UnreadableEvent(`${type} v${v}: ${z.prettifyError(parsed.error)}`);
  return { type: known, body: parsed.data } as RunEvent;
}
