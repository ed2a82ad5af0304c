import type { Entry } from "../../event.ts";
import type { Rule } from "../finding.ts";
import { openAttempt } from "../story.ts";
import type { Story } from "../story.ts";

/** What belongs into one commit: no crash can come between, so nothing else may either. */
export const batchRule: Rule = {
  every: ({ entry, story, report }) => {
    const torn = missingAfter(story, entry);
    if (torn !== null) report("protocol", torn);
  },
  end: (story, report) => {
    const torn = missingAfter(story, null);
    if (torn !== null) report("protocol", torn);
  },
};

function missingAfter(story: Story, next: Entry | null): string | null {
  const first = story.previous;
  switch (first?.type) {
    case "call-judged":
      return isAboutCall(next, first.body.call)
        ? null
        : `call ${first.body.call} was judged and nothing followed from it`;
    case "integration-ended":
      if (first.body.outcome !== "fast" && first.body.outcome !== "merged") return null;
      return next?.type === "task-accepted" && next.body.task === first.body.task
        ? null
        : `task "${first.body.task}" was integrated and not accepted in the same commit`;
    case "task-accepted":
      if (openAttempt(story, first.body.task, first.body.attempt) === null) return null;
      return endsAttempt(next, first.body.task, "accepted")
        ? null
        : `task "${first.body.task}" was accepted and its attempt not ended in the same commit`;
    case "verdict-given":
      if (first.body.task === null || first.body.verdict !== "fail") return null;
      return endsAttempt(next, first.body.task, "rejected")
        ? null
        : `the verdict on task "${first.body.task}" was fail and its attempt was not ended in the same commit`;
    default:
      return null;
  }
}

const isAboutCall = (next: Entry | null, call: string): boolean =>
  (next?.type === "call-started" || next?.type === "approval-requested" || next?.type === "call-ended") &&
  next.body.call === call;

const endsAttempt = (next: Entry | null, task: string, outcome: string): boolean =>
  next?.type === "attempt-ended" && next.body.task === task && next.body.outcome === outcome;
