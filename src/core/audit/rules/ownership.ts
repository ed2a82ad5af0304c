import { budgetBy, isGiven, noteBy } from "../answers.ts";
import type { ThreadId } from "../../id.ts";
import type { Rule, Sight } from "../finding.ts";
import { leftOpen } from "../story.ts";
import type { Bracket, Story } from "../story.ts";

/** Who may write when: creation, owners, stops, the end, and what a new owner must close first (P2, P10). */
export const ownershipRule: Rule = {
  every: (sight) => {
    checkEnd(sight);
    checkStop(sight);
  },
  on: {
    "run-created": (_body, { entry, report }) => {
      if (entry.seq !== 1) report("protocol", "the run is created again");
    },
    "budget-changed": (body, { story, answers, report }) => {
      if (body.by.type === "harness") report("P7", "the budget was changed by the harness itself");
      else if (!isGiven(answers, story.taken, body.by, budgetBy(body.by, body.budget)))
        report("P7", "the budget was changed to one nobody gave, or not that often");
    },
    "note-added": (body, { story, answers, report }) => {
      if (!isGiven(answers, story.taken, body.by, noteBy(body.by, body.text)))
        report("protocol", "a note was added that nobody gave, or not that often");
    },
    "run-ended": (body, sight) => {
      const { story, report } = sight;
      if (body.head !== story.head) report("protocol", "the run ends with a tree that is not its head");
      const [open] = story.brackets.values();
      if (open !== undefined) report("protocol", `the run ends while ${nameBracket(open)} is open`);
      if (body.outcome === "met") checkMet(body.grading, sight);
    },
  },
  recovered: (story, report) => {
    for (const bracket of leftOpen(story)) reportLeft(bracket, report);
  },
};

function checkEnd({ entry, story, report }: Sight): void {
  if (story.outcome === null || entry.type === "blobs-dropped") return;
  report("protocol", `${entry.type} comes after the run ended`);
}

function checkStop({ entry, story, report }: Sight): void {
  if (!story.stopped || entry.type === "run-owned" || entry.type === "blobs-dropped") return;
  report("protocol", `${entry.type} comes after the owner stopped, and nobody took the run over`);
}

function reportLeft(bracket: Bracket, report: Sight["report"]): void {
  if (bracket.outside)
    report(
      "P2",
      `the new owner did not put ${nameBracket(bracket)} in doubt, though nobody knows whether it happened`,
    );
  else report("P10", `the new owner left ${nameBracket(bracket)} open, which the one before had started`);
}

const nameBracket = (bracket: Bracket): string =>
  bracket.kind === "integration"
    ? `the integration of task "${bracket.name}"`
    : `${bracket.kind} ${bracket.name}`;

function checkMet(grading: number, { story, report }: Sight): void {
  const [doubt] = story.doubts;
  if (doubt !== undefined) report("P2", `the run ended as met while nobody knows whether ${doubt} happened`);
  const [task] = story.unfinished;
  if (task !== undefined) report("protocol", `the run ended as met while task "${task}" is not done`);
  if (story.personAcceptsGoal) return;
  if (story.goalVerdict !== "pass")
    report("P6", "the run ended as met without a verdict on its goal that passed");
  else if (grading !== story.goalGradings)
    report("P6", `the run ended as met by grading ${grading} of its goal, which is not the last`);
}

/** Crashes, the questions they end in, and their answers (P10). */
export const stuckRule: Rule = {
  recovered: (story, report) => {
    if (story.afterCleanStop) return;
    for (const thread of story.recovered) {
      if (!story.charged.has(thread)) report("P10", `${thread} was cut by a crash that is not charged to it`);
    }
  },
  on: {
    "crash-charged": (body, { story, report }) => {
      const name = `a crash of ${body.subject} is charged`;
      if (!story.recovering) report("protocol", `${name} outside of a recovery`);
      else if (story.afterCleanStop) report("P10", `${name} though its owner stopped cleanly`);
      else if (!wasOpen(story, body.thread))
        report("P10", `${name} to ${body.thread}, which had nothing open`);
      else if (story.charged.has(body.thread)) report("P10", `${name} twice`);
      const before = story.crashes.get(body.thread)?.all ?? 0;
      if (body.count !== before + 1) report("P10", `${name} as number ${body.count}, after ${before}`);
    },
    "model-started": (body, sight) => checkQuarantine(body.thread, sight),
    "call-started": (body, sight) => {
      const call = sight.story.calls.get(body.call);
      if (call !== undefined) checkQuarantine(call.thread, sight);
    },
  },
};

/** Closed by this recovery, or still open where it should have been closed. */
function wasOpen(story: Story, id: ThreadId): boolean {
  const thread = story.threads.get(id);
  return (
    story.recovered.has(id) ||
    thread?.model === "open" ||
    thread?.calls.some(({ status }) => status === "started") === true
  );
}

function checkQuarantine(thread: string, { story, report }: Sight): void {
  const crashes = story.crashes.get(thread)?.alone ?? 0;
  if (crashes < limitOf(story)) return;
  report("P10", `${thread} goes on after ${crashes} crashes alone and was not put in quarantine`);
}

const limitOf = (story: Story): number => story.created?.limits.crashes ?? Infinity;
