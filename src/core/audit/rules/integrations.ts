import type { Body } from "../../event.ts";
import type { Rule, Sight } from "../finding.ts";
import type { AttemptStory, Story, TaskStory } from "../story.ts";

/** One head, moved only by what was judged and integrated (P1, P6). */
export const integrationRule: Rule = {
  on: {
    "integration-started": (body, sight) => {
      const { story, report } = sight;
      const name = nameIntegration(body);
      if (story.integration !== null)
        report("protocol", `${name} starts while that of task "${story.integration.task}" is open`);
      if (body.head !== story.head) report("protocol", `${name} starts from a head that is not the run's`);
      const task = story.tasks.get(body.task);
      const attempt = lastAttempt(task, body.attempt);
      if (task === undefined || attempt === null)
        return report("protocol", `${name} starts, and there is no such attempt`);
      checkReady(task, attempt, body, sight);
      checkTrees(attempt, body, sight);
    },
    "integration-ended": (body, sight) => {
      const open = sight.story.integration;
      if (open?.task !== body.task || open.attempt !== body.attempt) {
        return sight.report("protocol", `${nameIntegration(body)} ends and is not open`);
      }
      checkOutcome(open, body, sight);
    },
    "task-accepted": (body, sight) => {
      const { story, report } = sight;
      const task = story.tasks.get(body.task);
      if (task?.finished === "accepted") return report("P1", `task "${body.task}" is accepted twice`);
      if (task === undefined || task.finished === "dropped")
        report("protocol", `task "${body.task}" is accepted and is not in the plan`);
      checkGround(body, story, sight.report);
      checkHead(body, sight);
    },
  },
};

const nameIntegration = (body: { task: string; attempt: number }): string =>
  `the integration of task "${body.task}" (attempt ${body.attempt})`;

const lastAttempt = (task: TaskStory | undefined, number: number): AttemptStory | null =>
  task?.attempt?.number === number ? task.attempt : null;

function checkReady(
  task: TaskStory,
  attempt: AttemptStory,
  body: Body<"integration-started">,
  { report }: Sight,
): void {
  const name = nameIntegration(body);
  if (task.finished !== null) return report("protocol", `${name} starts, and the task is ${task.finished}`);
  if (attempt.status !== "judged")
    report("protocol", `${name} starts while the attempt is ${attempt.status}`);
  else if (attempt.verdict !== "pass")
    report("P6", `${name} starts, and the verdict was ${attempt.verdict ?? "never given"}`);
}

function checkTrees(attempt: AttemptStory, body: Body<"integration-started">, { report }: Sight): void {
  if (body.base !== attempt.start)
    report("protocol", `${nameIntegration(body)} takes a base the attempt did not start from`);
  const judged = body.candidate === attempt.candidate || body.candidate === attempt.restored;
  if (attempt.candidate !== null && !judged)
    report("P6", `${nameIntegration(body)} takes a tree that was not handed in and judged`);
}

function checkOutcome(
  open: Body<"integration-started">,
  body: Body<"integration-ended">,
  { report }: Sight,
): void {
  const name = nameIntegration(body);
  if (body.outcome === "fast" && open.head !== open.base)
    report("protocol", `${name} skips the merge, though the head had moved`);
  if (body.outcome === "fast" && body.tree !== open.candidate)
    report("P6", `${name} ends with a tree that is not the candidate`);
  if (body.outcome === "merged" && body.tree === null) report("P4", `${name} ends and its tree was not kept`);
}

function checkGround(body: Body<"task-accepted">, story: Story, report: Sight["report"]): void {
  const task = story.tasks.get(body.task);
  if (body.by === "person") {
    if (task?.personAccepts !== true)
      report("P6", `task "${body.task}" is accepted by a person, and nobody answered so`);
  } else if (lastAttempt(task, body.attempt)?.verdict !== "pass") {
    report("P6", `task "${body.task}" is accepted, and no verdict passed attempt ${body.attempt}`);
  }
}

function checkHead(body: Body<"task-accepted">, { story, report }: Sight): void {
  const before = story.previous;
  if (before?.type === "escalation-answered" && body.by === "person") return checkAtOnce(body, story, report);
  const landed =
    before?.type === "integration-ended" &&
    before.body.task === body.task &&
    before.body.attempt === body.attempt &&
    (before.body.outcome === "fast" || before.body.outcome === "merged");
  if (!landed) report("P6", `task "${body.task}" is accepted and was not integrated`);
  else if (before.body.tree !== body.head)
    report("P6", `task "${body.task}" moves the head to a tree that is not what its integration made`);
}

/** A person's word moves the head in the commit of the answer. What a merge made of it is for readers of trees. */
function checkAtOnce(body: Body<"task-accepted">, story: Story, report: Sight["report"]): void {
  if (story.integration !== null)
    report("protocol", `task "${body.task}" is accepted while an integration is open`);
  const attempt = lastAttempt(story.tasks.get(body.task), body.attempt);
  if (attempt === null) return report("P6", `task "${body.task}" is accepted by an attempt it never had`);
  const given = body.head === attempt.candidate || body.head === attempt.restored;
  if (attempt.start === story.head && !given)
    report("P6", `task "${body.task}" moves the head to a tree that was not handed in`);
}
