import { canonical } from "./canonical.ts";
import { versionOf } from "./event-version.ts";
import { isVolatile } from "./event.ts";
import type { RunEvent } from "./event.ts";

/** What an event says apart from its volatile fields: equal texts mean that two runs did the same. */
export function meaning(event: RunEvent): string {
  const kept = Object.entries(event.body).filter(([field]) => !isVolatile(event.type, field));
  return canonical({ type: event.type, v: versionOf(event.type), body: Object.fromEntries(kept) });
}
