import { threadParts } from "../../id.ts";
import type { Rule } from "../finding.ts";

const part = { planner: "planner", worker: "worker", evaluator: "evaluator" } as const;

/** P12: models and images are those pinned when the run was created; the fallback only after the model of a role failed. */
export const pinRule: Rule = {
  on: {
    "model-started": (body, { story, report }) => {
      const models = story.created?.pins.models;
      if (models === undefined) return;
      const pinned = models[part[threadParts(body.thread).role]];
      if (body.model === pinned) return;
      if (body.model !== models.fallback)
        report("P12", `${body.thread} asks ${body.model}, and the run pins ${pinned}`);
      else if (!story.failedModels.has(pinned))
        report("P12", `${body.thread} asks the fallback ${body.model}, though ${pinned} did not fail`);
    },
    "judging-started": (body, { story, report }) => {
      const pinned = story.created?.pins.image;
      if (pinned !== undefined && body.image !== pinned)
        report("P12", `a result is judged in image ${body.image}, and the run pins ${pinned}`);
    },
  },
};
