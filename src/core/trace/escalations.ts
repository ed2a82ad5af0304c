import type { EventType } from "../event.ts";
import type { Instant } from "../id.ts";
import type { TraceSpan } from "./item.ts";
import { text, who } from "./keys.ts";
import { announce, close, rootKey } from "./spans.ts";
import type { Telling, Tellers } from "./telling.ts";

export const escalationTellers = {
  "escalation-raised": (telling, entry) => {
    const { escalation, kind, task, options, card } = entry.body;
    telling.escalations.set(escalation, task);
    return announce(telling, entry, {
      key: key(escalation),
      parent: rootKey,
      kind: "span",
      name: `escalation: ${kind}`,
      level: "WARNING",
      status: "a person is asked",
      input: text(card),
      metadata: { escalation, about: kind, task, options },
    });
  },
  "escalation-answered": (telling, entry) => {
    const { escalation, choice, note, by } = entry.body;
    telling.escalations.delete(escalation);
    return close(telling, key(escalation), entry.at, {
      status: `answered: ${choice}`,
      output: { plain: choice },
      metadata: { choice, note, by: who(by) },
    });
  },
} satisfies Partial<Tellers<EventType>>;

/** Ends what is asked about tasks that ended or were planned otherwise. */
export function mootEscalations(
  telling: Telling,
  at: Instant,
  isMoot: (task: string | null) => boolean,
): readonly TraceSpan[] {
  const moot = [...telling.escalations].filter(([, task]) => isMoot(task)).map(([escalation]) => escalation);
  return moot.flatMap((escalation) => {
    telling.escalations.delete(escalation);
    return close(telling, key(escalation), at, { status: "moot" });
  });
}

const key = (escalation: string): string => `escalation ${escalation}`;
