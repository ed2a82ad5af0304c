import { basename, join } from "node:path";
import type { Engine } from "../../edges/docker/engine.ts";
import { containersLeft } from "../../edges/docker/open.ts";
import { placesIn } from "../evaluation/left-places.ts";
import { plural } from "../view/words.ts";
import { ok, warns } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Containers of a project's runs and evaluations. @param state its state directory */
export async function leftFinding(engine: Engine, state: string): Promise<Finding> {
  const ofRuns = await containersLeft(engine, state).left();
  const left = [
    ...ofRuns.map((name) => name.replace(/\/.*/, "")),
    ...(await leftOfEvaluations(engine, state)),
  ];
  if (left.length === 0) return ok("containers", "none of this project");
  return warns(
    "containers",
    `${plural(left.length, "container")} of this project: ${[...new Set(left)].join(", ")}`,
    "what is at work needs them; harness resume, or the next harness run (of evaluations: harness eval), removes those of dead runs",
  );
}

/** Each evaluation of agents has a state directory of its own. */
async function leftOfEvaluations(engine: Engine, state: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const dir of await placesIn(join(state, "evals"))) {
    const left = await containersLeft(engine, dir).left();
    found.push(...left.map(() => `evaluation ${basename(dir)}`));
  }
  return found;
}
