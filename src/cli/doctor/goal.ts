import { dirname, resolve } from "node:path";
import type { Criterion } from "../../core/criterion.ts";
import { harmless } from "../../core/host.ts";
import type { Ports } from "../../core/ports.ts";
import { defaultExclude } from "../../edges/files/import.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { tryGoal } from "../../loop/check-goal.ts";
import { criterionText } from "../../loop/describe.ts";
import type { Tried } from "../../loop/try-criteria.ts";
import type { Io } from "../io.ts";
import { networkOf } from "../request.ts";
import { startingPoint } from "../starting-point.ts";
import type { StartingPoint } from "../starting-point.ts";
import { statThere } from "../there.ts";
import { leftOutRow } from "../view/left-out.ts";
import { underWay } from "../view/under-way.ts";
import { oneLine, plural } from "../view/words.ts";
import { openChosen, whichSandbox } from "../which-sandbox.ts";
import { openGround, openState, stateDir } from "../wire.ts";
import { ok, warns, wordsOf, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { placePrefix } from "./place.ts";
import type { Place } from "./place.ts";
import { wishedKind } from "./wish.ts";

export interface GoalQuestion {
  readonly io: Io;
  /** As the person named it. */
  readonly file: string;
  readonly goal: GoalFile;
  readonly project: ProjectFile;
  readonly place: Place | string;
  /** Whether an engine was asked and answered. */
  readonly hasEngine: boolean;
}

/** What a run of this goal would start from, and how its checks stand there. Takes as long as the checks do. */
export async function goalFindings(question: GoalQuestion): Promise<readonly Finding[]> {
  const { file, goal, project, place } = question;
  const titled = ok("goal", goal.title);
  const workspace = resolve(dirname(goal.path), goal.spec.workspace ?? ".");
  if ((await statThere(workspace))?.isDirectory() !== true)
    return [titled, wrong("workspace", `${workspace} is not a directory`, `set workspace: in ${file}`)];
  if (typeof place === "string")
    return [
      titled,
      wrong(
        "checks",
        `not tried: no directory can be made in ${project.dir} (${place})`,
        "give yourself the right to write there",
      ),
    ];
  if (!question.hasEngine && wishedKind(project, goal) === "docker")
    return [
      titled,
      wrong("checks", "not tried: they need an engine", "see what is said of the engine above"),
    ];
  try {
    return [titled, ...(await startingTree(question, workspace, place))];
  } catch (error) {
    return [titled, wrong("start", wordsOf(error), "a run of this goal ends here, too")];
  }
}

/**
 * As `harness run` comes to its first event, image and setup included, but with state and workspaces in the doctor's
 * own place: the project's are not touched.
 */
async function startingTree(
  question: GoalQuestion,
  workspace: string,
  place: Place,
): Promise<readonly Finding[]> {
  const { io, goal, project } = question;
  const sandbox = await whichSandbox(io, goal, project, withoutEngine(question));
  // Under a name of its own: whoever starts a run of this project meanwhile takes its slots for a dead run's.
  const opened = await openChosen(io, sandbox, place.dir);
  const storage = await openState(place.dir, {});
  try {
    const request = {
      project: elsewhere(project, place),
      workspace,
      sandbox,
      scratch: project.spec.workspace?.scratch ?? null,
      secrets: [],
    };
    const start = await startingPoint(storage, opened, request, {
      onProgress: () => undefined,
      whileSettingUp: async (command, work) => underWay(io, "setup", command, work),
    });
    try {
      const ports = {
        workspaces: openGround(stateDir(place.dir), storage.blobs, start.ground),
        sandbox: opened.sandbox,
      };
      const kind = sandbox.kind === "docker" ? `docker, ${sandbox.called}` : "embedded";
      return [
        ...importFindings(workspace, start),
        ok("sandbox", kind),
        ...setupFindings(start),
        ...(await checkFindings(ports, start.imported.tree, goal, harmless(networkOf(goal, project)))),
      ];
    } finally {
      await start.ownership.release();
    }
  } finally {
    await storage.close();
  }
}

/** An engine that did not answer just now is not asked again where a run would do without. */
const withoutEngine = ({ project, goal, hasEngine }: GoalQuestion): string | undefined =>
  !hasEngine && wishedKind(project, goal) === "either" ? "embedded" : undefined;

const elsewhere = ({ spec, path }: ProjectFile, place: Place): ProjectFile => {
  const exclude = [...(spec.workspace?.exclude ?? defaultExclude), `${placePrefix}*/`];
  return { dir: place.dir, path, spec: { ...spec, workspace: { ...spec.workspace, exclude } } };
};

function importFindings(dir: string, { imported, ground, history }: StartingPoint): readonly Finding[] {
  const { files, git } = imported;
  const at =
    git === null
      ? ""
      : ` @ ${git.commit?.slice(0, 7) ?? "no commit"} + ${plural(git.dirty, "uncommitted file")}`;
  const leftOut = imported.leftOut.filter(({ path }) => !path.startsWith(placePrefix));
  return [
    ok("workspace", `${dir}${at} · ${plural(files, "file")}`),
    ...leftOutRow(leftOut, ground.scratch, "RUN").map(([name, value]) =>
      ok(name, value.replace(/ {3}all: harness show .*$/, "")),
    ),
    ...(history === null ? [] : [ok("history", history)]),
  ];
}

function setupFindings({ setup }: StartingPoint): readonly Finding[] {
  if (setup === null) return [];
  if (setup.changed.length === 0) return [ok("setup", `\`${setup.run}\` works`)];
  const changed = `\`${setup.run}\` works, but changed ${setup.changed.join(", ")}`;
  return [warns("setup", changed, "what it changes of your files is not kept: let it only add")];
}

/** Each check on the tree as it is. First what nobody could meet, as `harness run` asks it. */
async function checkFindings(
  ports: Pick<Ports, "workspaces" | "sandbox">,
  tree: string,
  goal: GoalFile,
  hosts: readonly string[],
): Promise<readonly Finding[]> {
  if (goal.checks.length === 0)
    return [
      warns("checks", "none: the goal is met when its tasks are", "say in checks: how to see that it is met"),
    ];
  const all = await tryGoal(ports, "doctor", tree, goal.checks, hosts);
  return all.map(({ check, tried, fault }) => {
    if (fault !== null)
      return wrong(`check ${check.id}`, oneLine(fault, 400), "mend the check in the goal's front matter");
    if (tried === null || check.type === "rubric")
      return ok(`check ${check.id}`, `${criterionText(check)}: for the evaluator to grade`);
    return standing(check, tried);
  });
}

function standing(check: Criterion, { result, explanation }: Tried): Finding {
  const what =
    check.guard === true
      ? "guard, must stay so"
      : result === "pass"
        ? "it holds already"
        : "that is the work";
  const words = result === "pass" ? "passes now" : `fails now: ${oneLine(explanation, 200)}`;
  return ok(`check ${check.id}`, `${words} (${what})`);
}
