import type { Body } from "../../event.ts";
import { planThread } from "../../id.ts";
import type { AnswerValue } from "../../ports.ts";
import { unanswered } from "../answers.ts";
import type { Rule, Sight } from "../finding.ts";
import { hasHandedIn } from "../story.ts";

/** Planning, and what a plan may touch. */
export const planRule: Rule = {
  on: {
    "planning-started": (body, { story, report }) => {
      if (body.version !== story.planVersion + 1)
        report("protocol", `planning ${body.version} follows planning ${story.planVersion}`);
      if (story.planning === "proposed")
        report("protocol", `planning ${body.version} starts while plan ${story.planVersion} waits`);
    },
    "plan-proposed": (body, sight) => {
      const wrong = wrongProposal(body, sight);
      if (wrong !== null) sight.report("protocol", `plan ${body.version} is proposed ${wrong}`);
    },
    "plan-rejected": (body, sight) => {
      const { story, answers, report } = sight;
      const open = story.planning === "making" || story.planning === "proposed";
      if (!open || body.version !== story.planVersion)
        report("protocol", `plan ${body.version} is rejected and is not open`);
      const wrong = unanswered(
        answers,
        `plan/${body.version}`,
        body.by,
        (value) => value.type === "plan" && value.answer !== "adopt",
      );
      if (wrong !== null) report("protocol", `plan ${body.version} is rejected, but ${wrong}`);
    },
    "plan-adopted": (body, sight) => {
      const { story, report } = sight;
      if (story.planning !== "proposed" || body.version !== story.planVersion) {
        report("protocol", `plan ${body.version} is adopted and was not proposed`);
      }
      checkReview(body, sight);
      checkQuiet(body, sight);
      checkTouched(body, sight);
    },
    "task-inherited": (body, { story, report }) => {
      if (story.planVersion !== 0)
        report("protocol", `task "${body.task}" is inherited after planning began`);
      if (story.tasks.has(body.task)) report("P1", `task "${body.task}" is inherited twice`);
      const unknown = body.needs.find((need) => !story.tasks.has(need));
      if (unknown !== undefined)
        report("protocol", `task "${body.task}" is inherited before "${unknown}", which it needs`);
    },
    "task-dropped": (body, { story, report }) => {
      const task = story.tasks.get(body.task);
      if (task === undefined) report("protocol", `task "${body.task}" is dropped and is not planned`);
      else if (task.finished !== null)
        report("protocol", `task "${body.task}" is dropped and was ${task.finished} already`);
      else if (story.active.has(body.task))
        report("protocol", `task "${body.task}" is dropped while an attempt is open`);
    },
  },
};

/** The planner hands a plan in, the goal file brings the first, a person edits one that waits. */
function wrongProposal(body: Body<"plan-proposed">, { story, answers }: Sight): string | null {
  const expected = body.by.type === "person" ? "proposed" : "making";
  if (story.planning !== expected || body.version !== story.planVersion) return "and is not being made";
  switch (body.by.type) {
    case "harness":
      return hasHandedIn(story, planThread(body.version)) ? null : "and its planner did not hand it in";
    case "rule":
      return body.version === 1 && story.created?.plan != null ? null : "as the goal's own, which has none";
    case "person": {
      const isEdit = (value: AnswerValue): boolean => value.type === "plan" && value.answer === "edit";
      const wrong = unanswered(answers, `plan/${body.version}`, body.by, isEdit);
      return wrong === null ? null : `by a person, but ${wrong}`;
    }
  }
}

function checkReview(body: Body<"plan-adopted">, { story, answers, report }: Sight): void {
  if (story.created?.limits.review === true && body.by.type === "harness") {
    report("protocol", `plan ${body.version} is adopted by the harness though a person reviews plans`);
  }
  const wrong = unanswered(
    answers,
    `plan/${body.version}`,
    body.by,
    (value) => value.type === "plan" && value.answer !== "reject",
  );
  if (wrong !== null) report("protocol", `plan ${body.version} is adopted, but ${wrong}`);
}

function checkQuiet(body: Body<"plan-adopted">, { story, report }: Sight): void {
  const [task] = story.active;
  const [bracket] = story.brackets.values();
  const open = [
    task === undefined ? [] : [`an attempt of task "${task}"`],
    bracket === undefined ? [] : [`${bracket.kind} ${bracket.name}`],
    story.goalGrading === null ? [] : ["a grading of the goal"],
  ].flat();
  if (open.length > 0)
    report("protocol", `plan ${body.version} is adopted while ${open.join(" and ")} is open`);
}

function checkTouched(body: Body<"plan-adopted">, { story, report }: Sight): void {
  const planned = new Map((story.proposal?.tasks ?? []).map((task) => [task.id, task.needs]));
  const plan = `plan ${body.version}`;
  for (const id of [...body.added, ...body.changed, ...body.dropped]) {
    if (story.tasks.get(id)?.finished === "accepted")
      report("protocol", `${plan} touches task "${id}", which is accepted`);
  }
  for (const id of body.added) {
    if (story.unfinished.has(id)) report("protocol", `${plan} adds task "${id}", which is there already`);
  }
  for (const id of [...body.changed, ...body.dropped]) {
    if (!story.tasks.has(id)) report("protocol", `${plan} changes task "${id}", which is not planned`);
  }
  for (const id of [...body.added, ...body.changed]) {
    const needs = planned.get(id);
    if (needs === undefined) report("protocol", `${plan} takes in task "${id}", which it did not propose`);
    for (const need of needs ?? []) {
      if (!planned.has(need) && !story.tasks.has(need))
        report("protocol", `task "${id}" needs "${need}", which is no task`);
    }
  }
}
