import type { Body, Entry } from "../event.ts";
import type { Digest } from "../id.ts";
import { newStory } from "./story.ts";
import type { Story, TaskStory } from "./story.ts";
import { tell } from "./tell.ts";

type FinalTaskStatus = "pending" | "active" | "accepted" | "stuck" | "dropped";

/** What two runs of one goal must agree on (P5). `outcome` and `tree` are null while there is none. */
export interface FinalState {
  readonly outcome: Body<"run-ended">["outcome"] | null;
  readonly tasks: Readonly<Record<string, FinalTaskStatus>>;
  readonly tree: Digest | null;
}

/** Where a run stands after these entries, told from the journal alone. Linear in the number of entries. */
export function finalState(entries: readonly Entry[]): FinalState {
  const story = newStory();
  for (const entry of entries) tell(story, entry);
  const statuses = [...story.tasks.values()].map((task) => [task.id, statusOf(story, task)] as const);
  return { outcome: story.outcome, tasks: Object.fromEntries(statuses), tree: story.head };
}

function statusOf(story: Story, task: TaskStory): FinalTaskStatus {
  if (task.finished !== null) return task.finished;
  if (task.stuckBy.size > 0) return "stuck";
  return story.active.has(task.id) ? "active" : "pending";
}

/** null when both ended alike, else the first difference in one sentence. */
export function compareFinal(a: FinalState, b: FinalState): string | null {
  if (a.outcome !== b.outcome)
    return `one ended as ${a.outcome ?? "open"}, the other as ${b.outcome ?? "open"}`;
  for (const id of new Set([...Object.keys(a.tasks), ...Object.keys(b.tasks)])) {
    const [one, other] = [a.tasks[id] ?? "unknown", b.tasks[id] ?? "unknown"];
    if (one !== other) return `task "${id}" is ${one} in one and ${other} in the other`;
  }
  return a.tree === b.tree ? null : "their final trees differ";
}
