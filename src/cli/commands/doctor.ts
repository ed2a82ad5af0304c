import { resolve } from "node:path";
import { readGoal } from "../../edges/project/goal-file.ts";
import { engineFindings } from "../doctor/engine.ts";
import { within, wrong } from "../doctor/finding.ts";
import type { Finding } from "../doctor/finding.ts";
import { goalFindings } from "../doctor/goal.ts";
import { groupText, jsonText, verdictText } from "../doctor/lines.ts";
import { machineFindings } from "../doctor/machine.ts";
import { modelFindings } from "../doctor/models.ts";
import { withPlace } from "../doctor/place.ts";
import type { Place } from "../doctor/place.ts";
import { outsideFindings } from "../doctor/outside.ts";
import { projectFindings, readSettings } from "../doctor/project.ts";
import { stateFindings } from "../doctor/state.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { stateDir } from "../wire.ts";

export interface DoctorOptions {
  readonly json?: boolean;
}

/** How long the looks at this machine, its disk and the project's files may take. */
const diskMs = 15_000;
const filesMs = 10_000;
/** And for servers to start. */
const serversMs = 60_000;
const noServer = wrong("mcp", `no answer within ${serversMs / 1000} s`, "start the servers by hand and see");

/** `harness doctor [GOAL]`: whether a run can start here and be safe, and what to do where not. Changes nothing. */
export async function doctor(io: Io, file: string | undefined, options: DoctorOptions): Promise<number> {
  // A goal that cannot be read is bad input, not a finding.
  const goal = file === undefined ? null : await readGoal(resolve(io.cwd, file));
  const { project, finding } = await readSettings(io.cwd);
  const all: Finding[] = [];
  const tell = (group: string, findings: readonly Finding[]): void => {
    all.push(...findings);
    io.out(options.json === true ? jsonText(group, findings) : groupText(group, findings, io));
  };
  await withPlace(project.dir, async (place) => {
    // Side by side, told in order: each has a deadline of its own.
    const groups: readonly (readonly [string, Promise<readonly Finding[]>])[] = [
      ["machine", inTime("machine", machineFindings(io))],
      [
        "project",
        inTime(
          "project",
          projectFindings(project.dir).then((more) => [finding, ...more]),
        ),
      ],
      ["models", inTime("models", modelFindings(io, project, goal))],
      ["outside", within(serversMs, outsideFindings(io, project), () => [noServer])],
      ["state", stateFindings(stateQuestion(project.dir, place), diskMs)],
      ["engine", engineFindings({ io, project, goal, place })],
    ];
    // One that fails must not leave the place while the others work in it.
    const ended = Promise.allSettled(groups.map(async ([, findings]) => findings));
    try {
      for (const [group, findings] of groups) {
        const found = await findings;
        if (found.length > 0) tell(group, found);
      }
    } finally {
      await ended;
    }
    const hasEngine = all.some(({ name, mark }) => name === "engine" && mark === "ok");
    if (goal !== null && file !== undefined)
      tell("goal", await goalFindings({ io, file, goal, project, place, hasEngine }));
  });
  if (options.json !== true) io.out(verdictText(all));
  return all.some(({ mark }) => mark === "wrong") ? exit.infrastructure : exit.ok;
}

const inTime = async (name: string, findings: Promise<readonly Finding[]>): Promise<readonly Finding[]> =>
  within(filesMs, findings, () => [
    wrong(name, `no answer within ${filesMs / 1000} s`, "look at the disk the project is on"),
  ]);

const stateQuestion = (projectDir: string, place: Place | string): Parameters<typeof stateFindings>[0] => ({
  projectDir,
  state: stateDir(projectDir),
  place: typeof place === "string" ? null : place.dir,
});
