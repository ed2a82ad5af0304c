import { threadParts } from "../../id.ts";
import type { Rule } from "../finding.ts";

const part = { planner: "planner", worker: "worker", evaluator: "evaluator" } as const;

/** P12: models and images are those pinned when the run was created. */
export const pinRule: Rule = {
  on: {
    "model-started": (body, { story, report }) => {
      const pinned = story.created?.pins.models[part[threadParts(body.thread).role]];
      if (pinned !== undefined && body.model !== pinned)
        report("P12", `${body.thread} asks ${body.model}, and the run pins ${pinned}`);
    },
    "judging-started": (body, { story, report }) => {
      const pinned = story.created?.pins.image;
      if (pinned !== undefined && body.image !== pinned)
        report("P12", `a result is judged in image ${body.image}, and the run pins ${pinned}`);
    },
  },
};
