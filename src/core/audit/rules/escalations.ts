import type { Body } from "../../event.ts";
import type { AnswerValue } from "../../ports.ts";
import { unanswered } from "../answers.ts";
import type { Rule } from "../finding.ts";
import type { Story } from "../story.ts";

/** Questions to a person: asked with a name, answered once, by a person (P10). */
export const escalationRule: Rule = {
  on: {
    "escalation-raised": (body, { story, report }) => {
      if (story.escalations.has(body.escalation))
        report("protocol", `escalation ${body.escalation} is raised twice`);
      const finished = body.task === null ? null : story.tasks.get(body.task)?.finished;
      if (finished === undefined)
        report(
          "protocol",
          `escalation ${body.escalation} is about task "${body.task}", which is not planned`,
        );
      else if (finished !== null)
        report(
          "protocol",
          `escalation ${body.escalation} is about task "${body.task}", which is ${finished}`,
        );
    },
    "escalation-answered": (body, { story, answers, report }) => {
      const name = `escalation ${body.escalation}`;
      const escalation = story.escalations.get(body.escalation);
      if (escalation === undefined) return report("P10", `${name} is answered and was never raised`);
      if (escalation.status === "answered") return report("P10", `${name} is answered twice`);
      if (escalation.status === "moot")
        return report("P10", `${name} is answered after its task had ended otherwise`);
      if (!escalation.body.options.includes(body.choice))
        return report("P10", `${name} is answered with ${body.choice}, which was no option`);
      if (body.by.type === "harness") return report("P10", `${name} is answered by the harness itself`);
      if (escalation.body.kind === "budget" && comesWithBudget(body, story)) return;
      const wrong = unanswered(answers, body.escalation, body.by, (value) => saysSo(value, body));
      if (wrong !== null) report("P10", `${name} is answered, but ${wrong}`);
    },
  },
};

/** More money answers the question for it: then the answer lies under the budget's name. */
function comesWithBudget(body: Body<"escalation-answered">, { previous }: Story): boolean {
  if (body.choice !== "raise") return false;
  return (
    previous?.type === "budget-changed" ||
    (previous?.type === "escalation-answered" && previous.body.choice === "raise")
  );
}

/** What a person wants to accept and does not merge is tried again, with a note that says so. */
function saysSo(value: AnswerValue, body: Body<"escalation-answered">): boolean {
  if (value.type !== "escalation") return false;
  if (value.choice === "accept" && body.choice === "retry") return body.note !== null;
  return value.choice === body.choice && value.note === body.note;
}
