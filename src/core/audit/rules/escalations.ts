import { unanswered } from "../finding.ts";
import type { Rule } from "../finding.ts";

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
      const wrong = unanswered(
        answers,
        body.escalation,
        body.by,
        (value) => value.type === "escalation" && value.choice === body.choice && value.note === body.note,
      );
      if (wrong !== null) report("P10", `${name} is answered, but ${wrong}`);
    },
  },
};
