import type { RunState } from "../core/run.ts";
import type { Stand } from "../loop/drive.ts";

/** Exit codes of every command. */
export const exit = {
  ok: 0,
  notMet: 1,
  badInput: 2,
  waiting: 3,
  budget: 4,
  infrastructure: 5,
  /** An evaluation that decides nothing. */
  inconclusive: 6,
  interrupted: 130,
  terminated: 143,
} as const;

/** Something a person must change, told in one line: `what, where; what to do`. Ends the command with `code`. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: number;
  constructor(message: string, code: number = exit.badInput) {
    super(message);
    this.code = code;
  }
}

/** What a run's standing means for whoever started it. */
export function exitOf(stand: Stand, run: RunState, signal: "SIGINT" | "SIGTERM" | null): number {
  switch (stand) {
    case "ended":
      return run.outcome === "met" ? exit.ok : exit.notMet;
    case "stopped":
      return signal === "SIGTERM" ? exit.terminated : exit.interrupted;
    case "waiting": {
      const kinds = [...run.escalations.values()].map((escalation) => escalation.kind);
      if (kinds.includes("outage")) return exit.infrastructure;
      return kinds.includes("budget") ? exit.budget : exit.waiting;
    }
  }
}
