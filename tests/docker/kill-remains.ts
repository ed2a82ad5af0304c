import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { runId } from "../../src/core/id.ts";
import type { KillProject } from "./kill-project.ts";
import { containersOf, heldOf, mountsBelow, processesOf } from "./kill-project.ts";

/** What a run that ended left behind on the machine, each in one sentence. */
export async function remainsOf(project: KillProject): Promise<readonly string[]> {
  const containers = (await containersOf(project)).map(
    ({ Names: [name = ""], Labels, State }) =>
      `container ${name} (${Labels["harness.slot"] === undefined ? "no slot" : "slot"}, ${State}) is left`,
  );
  const slots = await readdir(join(project.state, "slots")).catch(() => []);
  const temporary = await readdir(project.temp);
  const processes = await processesOf(project);
  return [
    ...containers,
    ...slots.map((name) => `${name} is left under slots`),
    ...temporary.map((name) => `${name} is left among temporary files`),
    ...(await heldOf(project, await runsWithLock(project))),
    ...(await mountsBelow(project.dir)).map((at) => `${at} is still mounted`),
    ...processes.map((pid) => `process ${pid} still runs`),
  ];
}

const runsWithLock = async ({ state }: KillProject): Promise<readonly string[]> =>
  (await readdir(join(state, "locks")))
    .filter((name) => name.endsWith(".db"))
    .map((name) => name.slice(0, -".db".length))
    .filter((name) => runId.safeParse(name).success);

/** Files that stay in the state directory, by what they are, like `locks/RUN.db`. */
export async function filesLeft({ state }: KillProject): Promise<readonly string[]> {
  const found = await readdir(state, { recursive: true });
  return found.map((path) => path.replaceAll(/\b[2-9a-z]{4}\b(?=\.(db|owner))/g, "RUN")).toSorted();
}
