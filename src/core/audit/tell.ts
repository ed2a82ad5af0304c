import type { Entry, EventType } from "../event.ts";
import { isRecovery } from "./story.ts";
import type { Story } from "./story.ts";
import { closeLeftovers, tellCalls } from "./tell/calls.ts";
import { tellPlans } from "./tell/plans.ts";
import { tellResults } from "./tell/results.ts";
import { tellRuns } from "./tell/runs.ts";
import type { Teller } from "./tell/teller.ts";
import { tellThreads } from "./tell/threads.ts";

const tellers: Teller = { ...tellRuns, ...tellPlans, ...tellThreads, ...tellCalls, ...tellResults };

/**
 * Takes one entry into the story. It never judges: an illegal entry is taken at its word where that makes sense and
 * passed over where it does not, so that one fault does not hide or multiply the next.
 */
export function tell(story: Story, entry: Entry): void {
  if (recoveryEnds(story, entry)) endRecovery(story);
  passTime(story, entry);
  const teller = tellers[entry.type] as
    | ((story: Story, body: Entry["body"], entry: Entry) => void)
    | undefined;
  teller?.(story, entry.body, entry);
  story.previous = entry;
}

/** Whether what a new owner wrote to take the run over ends before this entry; null: after the last. */
export const recoveryEnds = (story: Story, next: Entry | null): boolean =>
  story.recovering && (next === null || !isRecovery(next));

/** What is still open of older epochs counts as closed from here on, so that it is found once. */
export function endRecovery(story: Story): void {
  story.recovering = false;
  closeLeftovers(story);
}

/**
 * Only time between entries of one owner counts; `blobs-dropped` may come long after it died, and while a person reads a
 * plan nobody is at work.
 */
function passTime(story: Story, entry: Entry): void {
  const since = story.previous;
  if (story.planning === "proposed") return;
  if (since === null || !isOwners(entry.type) || !isOwners(since.type) || since.epoch !== entry.epoch) return;
  const ms = Math.max(0, entry.at - since.at);
  story.spent.wallMs += ms;
  for (const id of story.active) {
    const task = story.tasks.get(id);
    if (task !== undefined && task.stuckBy.size === 0) task.spent.wallMs += ms;
  }
}

const isOwners = (type: EventType): boolean => type !== "blobs-dropped";
