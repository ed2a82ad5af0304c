import type { Entry } from "../event.ts";
import { callParts } from "../id.ts";
import type { RunState } from "../run.ts";

/** Why an event is taken as it was recorded, and not done again. */
export type Taken = "ownership" | "crash" | "outside" | "machine" | "kept";

/**
 * Whether a replay takes an event as it is: what came from outside of what a run decides and does (a process that died or
 * was stopped, a person's new policy, a server that was reached, a limit of the machine). null: it is done again.
 */
export function takenAs(run: RunState, entry: Entry): Taken | null {
  switch (entry.type) {
    case "run-owned":
    case "run-stopped":
    case "policy-changed":
      return "ownership";
    case "crash-charged":
      return "crash";
    case "task-inherited":
    case "blobs-dropped":
      return "kept";
    case "model-held":
      return "machine";
    case "model-ended":
    case "integration-ended":
      return entry.body.outcome === "cut" ? "crash" : null;
    case "effect-doubted":
    case "egress-denied":
      return "outside";
    case "effect-settled":
      return entry.body.by.type === "person" ? null : "outside";
    case "call-ended":
      return ofCall(run, entry.body.call, entry.body.outcome);
    default:
      return null;
  }
}

function ofCall(run: RunState, id: string, outcome: string): Taken | null {
  if (outcome === "cut") return "crash";
  if (ofMachine.has(outcome)) return "machine";
  return isOutside(run, id) ? "outside" : null;
}

/** How fast a machine is, and how large, is no matter of what a run does. */
const ofMachine: ReadonlySet<string> = new Set(["timeout", "oom", "full"]);

/** What could reach a network is not done again: there is none in a replay. */
function isOutside(run: RunState, id: string): boolean {
  const { thread, index } = callParts(id);
  const call = run.threads.get(thread)?.calls[index];
  return call?.status === "started" && (call.reach === "outside" || call.hosts.length > 0);
}
