import type { Body } from "../../event.ts";
import { taskThread } from "../../id.ts";
import type { Rule, Sight } from "../finding.ts";
import { hasHandedIn, openAttempt } from "../story.ts";
import type { AttemptStory, TaskStory } from "../story.ts";

/** Attempts: when they may start, how they go on and how they end (P1). */
export const attemptRule: Rule = {
  on: {
    "attempt-started": (body, sight) => {
      const { story, report } = sight;
      const task = story.tasks.get(body.task);
      if (task === undefined) return report("protocol", `task "${body.task}" is started and is not planned`);
      if (task.finished === "accepted")
        return report("P1", `task "${body.task}" is started again after it was accepted`);
      checkTask(task, body, sight);
      checkStart(body, sight);
      checkAlone(body, sight);
    },
    "baseline-recorded": (body, { story, report }) => {
      const attempt = openAttempt(story, body.task, body.attempt);
      if (attempt?.status !== "preparing")
        report("protocol", `${nameAttempt(body)} records its baseline and is not being prepared`);
      const passes = body.results.every(({ result }) => result === "pass");
      if (body.satisfied && !passes)
        report(
          "P6",
          `${nameAttempt(body)} counts as satisfied before any work, though not all criteria pass`,
        );
    },
    "attempt-submitted": (body, { story, report }) => {
      const attempt = openAttempt(story, body.task, body.attempt);
      const ready =
        attempt?.status === "working" ||
        (attempt?.status === "submitted" && attempt.gradings === 0 && body.by === "harness");
      if (!ready) report("protocol", `${nameAttempt(body)} is submitted and is not at work`);
      if (body.by === "worker" && !hasHandedIn(story, taskThread(body.task, body.attempt)))
        report("protocol", `${nameAttempt(body)} is submitted by its worker, which did not hand it in`);
      checkIdle(body, "is submitted", { story, report });
    },
    "attempt-ended": (body, sight) => {
      const attempt = openAttempt(sight.story, body.task, body.attempt);
      if (attempt === null) return sight.report("protocol", `${nameAttempt(body)} ends and is not open`);
      const wrong = wrongEnding(body.outcome, attempt, sight.story.tasks.get(body.task));
      if (wrong !== null) sight.report("protocol", `${nameAttempt(body)} ends as ${body.outcome}, ${wrong}`);
      checkIdle(body, "ends", sight);
    },
  },
};

interface OfAttempt {
  readonly task: string;
  readonly attempt: number;
}

const nameAttempt = (body: OfAttempt): string => `attempt ${body.attempt} of task "${body.task}"`;

function checkTask(task: TaskStory, body: Body<"attempt-started">, { story, report }: Sight): void {
  const name = nameAttempt(body);
  if (task.finished === "dropped") report("protocol", `${name} starts, and the task was dropped`);
  if (story.active.has(task.id)) report("protocol", `${name} starts while another is open`);
  if (task.stuckBy.size > 0) report("protocol", `${name} starts while the task waits for a person`);
  if (body.attempt !== (task.attempt?.number ?? 0) + 1)
    report("protocol", `${name} follows attempt ${task.attempt?.number ?? 0}`);
  for (const need of task.needs) {
    if (story.tasks.get(need)?.finished !== "accepted")
      report("protocol", `${name} starts before task "${need}", which it needs, was accepted`);
  }
}

function checkStart(body: Body<"attempt-started">, { story, report }: Sight): void {
  const name = nameAttempt(body);
  if (body.start !== story.head)
    report("protocol", `${name} starts from a tree that is not the head of the run`);
  if (story.planning !== "adopted") report("protocol", `${name} starts while a plan is being made`);
  if (story.goalGrading !== null) report("protocol", `${name} starts while the goal is being judged`);
  for (const { task: from, handoff } of body.handoffs) {
    if (story.tasks.get(from)?.handoff !== handoff)
      report("protocol", `${name} is given a hand-off that task "${from}" did not leave`);
  }
}

function checkAlone(body: Body<"attempt-started">, { story, report }: Sight): void {
  if (body.alone) {
    const beside = otherThan(story.active, body.task);
    if (beside !== null)
      report("protocol", `${nameAttempt(body)} should run alone, and task "${beside}" is at work`);
    return;
  }
  const beside = otherThan(story.alone, body.task);
  if (beside !== null)
    report("protocol", `${nameAttempt(body)} starts beside task "${beside}", which should run alone`);
}

/** Looks at two members at most. */
function otherThan(tasks: ReadonlySet<string>, task: string): string | null {
  for (const other of tasks) if (other !== task) return other;
  return null;
}

/** Nothing of an attempt may be open when it is handed in or ends. */
function checkIdle(body: OfAttempt, does: string, { story, report }: Pick<Sight, "story" | "report">): void {
  const thread = story.threads.get(taskThread(body.task, body.attempt));
  if (thread?.model === "open") report("protocol", `${nameAttempt(body)} ${does} while a model call is open`);
  const call = thread?.calls.find(({ status }) => status === "started");
  if (call !== undefined) report("protocol", `${nameAttempt(body)} ${does} while call ${call.id} is running`);
  if (does === "ends" && story.integration?.task === body.task)
    report("protocol", `${nameAttempt(body)} ends while it is being integrated`);
}

function wrongEnding(
  outcome: Body<"attempt-ended">["outcome"],
  attempt: AttemptStory,
  task: TaskStory | undefined,
): string | null {
  switch (outcome) {
    case "accepted":
      return task?.finished === "accepted" ? null : "and its task was not accepted";
    case "rejected":
      return attempt.verdict === "fail" ? null : "and no verdict failed it";
    case "conflict":
    case "regressed":
      return attempt.collision === outcome ? null : "and its integration did not end so";
    default:
      return task?.finished === "accepted" ? "though its task was accepted" : null;
  }
}
