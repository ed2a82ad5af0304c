import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readProject } from "../../edges/project/project-file.ts";
import type { AgentCase } from "../../evals/suite/case.ts";
import type { SettledCases } from "../../evals/suite/settle-cases.ts";
import type { Tried, TriedCase } from "../../evals/suite/check/oracle.ts";
import { oracleOf, resultFault } from "../evaluation/check-agent-case.ts";
import { triesPrefix } from "../evaluation/left-places.ts";
import { openPlace } from "../evaluation/place.ts";
import type { Place } from "../evaluation/place.ts";
import type { Io } from "../io.ts";
import { orFault } from "../registry/kinds.ts";
import { statThere } from "../there.ts";
import { stateDir } from "../wire.ts";
import type { SuiteFile } from "./suite-file.ts";

/**
 * Tries the files of each agent's case in its sandbox, without a model: the oracle passes, nothing done fails, and so does
 * each control in `bad/CASE/`. What cannot be tried is told as what is wrong with it.
 */
export async function tryCases(
  io: Io,
  { folder }: SuiteFile,
  { items }: SettledCases,
  onCase: (done: number, of: number, what: string) => void = () => {},
): Promise<Tried> {
  const project = await readProject(io.cwd);
  const place = await openPlace(
    io,
    project,
    join(stateDir(project.dir), "evals", `${triesPrefix}${process.pid}`),
  );
  try {
    const tried = new Map<string, TriedCase>();
    for (const [index, { case: one }] of items.entries()) {
      onCase(index + 1, items.length, "cases");
      if (!("folder" in one)) continue;
      const found = await orFault(async () => tryCase(place, folder, one));
      tried.set(one.id, typeof found === "string" ? { oracle: found, nothing: null } : found);
    }
    return tried;
  } finally {
    await place.close("removed");
  }
}

async function tryCase(place: Place, folder: string, one: AgentCase): Promise<TriedCase> {
  const found = await oracleOf(place, folder, one);
  if (found.oracle !== null) return found;
  const controls = join(folder, "bad", one.id);
  if ((await statThere(controls)) === null) return found;
  for (const name of (await readdir(controls)).toSorted())
    if ((await resultFault(place, folder, one, join(controls, name))) === null)
      return { ...found, oracle: `its control bad/${one.id}/${name} passes, and must not` };
  return found;
}
