import { join } from "node:path";
import type { SettledCases } from "../../evals/suite/settle-cases.ts";
import type { Tried, TriedCase } from "../../evals/suite/check/oracle.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { oracleOf } from "../evaluation/check-agent-case.ts";
import { openPlace } from "../evaluation/place.ts";
import type { Io } from "../io.ts";
import { stateDir } from "../wire.ts";
import type { SuiteFile } from "./suite-file.ts";

/** Tries the checks of each agent's case in its sandbox: on its oracle, and on what nobody touched. No model is asked. */
export async function tryAgentCases(
  io: Io,
  { folder, name }: SuiteFile,
  { items }: SettledCases,
): Promise<Tried> {
  const project = await readProject(io.cwd);
  const place = await openPlace(
    io,
    project,
    join(stateDir(project.dir), "evals", `check-${name}-${process.pid}`),
  );
  const tried = new Map<string, TriedCase>();
  try {
    for (const { case: one } of items)
      if ("folder" in one) tried.set(one.id, await oracleOf(place, folder, one));
  } finally {
    await place.close("removed");
  }
  return tried;
}
