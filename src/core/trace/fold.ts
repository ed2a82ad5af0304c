import { isRecovery } from "../audit/story.ts";
import { must } from "../apply/legal.ts";
import type { Sha256 } from "../chain.ts";
import type { Entry, EventType } from "../event.ts";
import { approvalTellers } from "./approvals.ts";
import { escalationTellers } from "./escalations.ts";
import type { TraceItem } from "./item.ts";
import { judgingTellers } from "./judging.ts";
import { modelTellers } from "./model-calls.ts";
import { planningTellers } from "./planning.ts";
import { runTellers } from "./runs.ts";
import { taskTellers } from "./tasks.ts";
import { newTelling } from "./telling.ts";
import type { Teller, Tellers, Telling } from "./telling.ts";
import { toolTellers } from "./tools.ts";

/** What each event makes of a trace. An event that is not decided about does not compile. */
const tellers = {
  ...runTellers,
  ...planningTellers,
  ...taskTellers,
  ...modelTellers,
  ...toolTellers,
  ...approvalTellers,
  ...escalationTellers,
  ...judgingTellers,
} satisfies Tellers<EventType>;

/**
 * A run's journal as the items of a trace: `see` takes its entries in order, from the first, and returns what each makes.
 * A span is returned when it ends; those that hold others, or wait for a person, also when they begin.
 */
export function traceFold(sha256: Sha256): { see(entry: Entry): readonly TraceItem[] } {
  let telling: Telling | null = null;
  return {
    see: (entry) => {
      if (telling === null) {
        must(entry.type === "run-created", `the first event is ${entry.type}, not run-created`);
        telling = newTelling(entry, sha256);
      }
      return tell(telling, entry);
    },
  };
}

function tell(telling: Telling, entry: Entry): readonly TraceItem[] {
  if (entry.type === "run-owned") taken(telling, entry);
  else if (!isRecovery(entry)) telling.recovering = null;
  const teller = tellers[entry.type] as Teller<EventType>;
  const items = "silent" in teller ? [] : teller(telling, entry);
  telling.at = entry.at;
  return items;
}

/** After the first time it is after a crash, unless the owner before said that it stops. */
function taken(telling: Telling, { seq, at }: Entry): void {
  const isFirst = seq === 2;
  telling.recovering = isFirst ? null : telling.stopped === null ? "crash" : "stop";
  telling.stopped = null;
  // Nobody judged while nobody was there.
  if (!isFirst) for (const judging of telling.judgings.values()) judging.last = at;
}
