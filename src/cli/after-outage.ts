import type { Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { person } from "./person.ts";

/** Whoever resumes a run that stopped because a model did not answer wants it asked again. */
export async function askAgain(ports: Pick<Ports, "journal" | "clock">, run: RunState): Promise<void> {
  for (const open of run.escalations.values()) {
    if (open.kind !== "outage") continue;
    const value = { type: "escalation", choice: "retry", note: null, budget: null } as const;
    await ports.journal.answer({ run: run.id, subject: open.id, at: ports.clock.now(), by: person(), value });
  }
}
