import { readProject } from "../edges/project/project-file.ts";
import { Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { hasState, pickRun } from "./pick-run.ts";
import { openState, stateDir } from "./wire.ts";
import type { Storage } from "./wire.ts";

/** The state of the project a person stands in. */
export interface OpenState {
  readonly storage: Storage;
  readonly state: string;
}

/** Opens the project's state for reading and answering; closes it afterwards. @throws Refused where there is none. */
export async function withState<T>(io: Io, use: (open: OpenState) => Promise<T>): Promise<T> {
  const { dir } = await readProject(io.cwd);
  const state = stateDir(dir);
  if (!(await hasState(state)))
    throw new Refused(`there is no run in ${state}; start one with: harness run goal.md`);
  const storage = await openState(dir, {});
  try {
    return await use({ storage, state });
  } finally {
    await storage.close();
  }
}

/** As `withState`, for one run. */
export const withRun = async <T>(
  io: Io,
  named: string | undefined,
  use: (open: OpenState, run: string) => Promise<T>,
): Promise<T> =>
  withState(io, async (open) => use(open, await pickRun(open.storage.journal, named, open.state)));
