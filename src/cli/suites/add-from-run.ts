import { join } from "node:path";
import { acceptances } from "../../core/fresh.ts";
import type { Acceptance } from "../../core/fresh.ts";
import type { Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import { meant } from "../../core/nearest.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { fold } from "../../core/apply.ts";
import { treeStore } from "../../core/tree-store.ts";
import { excludes } from "../../edges/files/exclude.ts";
import { defaultExclude } from "../../edges/files/import.ts";
import { removeTree } from "../../edges/files/remove.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import type { AgentCase } from "../../evals/suite/case.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept } from "../kept-secrets.ts";
import { pickRun } from "../pick-run.ts";
import { withState } from "../reader.ts";
import { statThere } from "../there.ts";
import { plural } from "../view/words.ts";
import { stillVisible } from "../view/visible.ts";
import { caseTexts } from "./case-goal.ts";
import type { CaseGoal } from "./case-goal.ts";
import { readSuiteFile } from "./suite-file.ts";
import type { SuiteFile } from "./suite-file.ts";
import { caseContent, writeCase } from "./write-case.ts";
import type { CaseContent } from "./write-case.ts";

export interface FromRun {
  /** Its id, or the beginning of it. */
  readonly run: string | undefined;
  readonly task: string | undefined;
}

/** Appends a case to the file of a suite, checked and durable. `from`: how errors name it. */
export type Append = (
  dir: string,
  suite: string,
  given: readonly { readonly from: string; readonly text: string }[],
) => Promise<void>;

/**
 * `harness suite add SUITE --from-run RUN --task ID`: a task that was accepted becomes a case. What the work began with is the
 * workspace, the goal of the run and a plan of this task alone say what is to be done, what was accepted is the oracle. Never
 * overwrites.
 * @throws Refused
 */
export async function addFromRun(io: Io, suite: string, from: FromRun, append: Append): Promise<number> {
  const project = await readProject(io.cwd);
  const file = await readSuiteFile(project.dir, suite);
  if (file.spec.kind !== "agent")
    throw new Refused(
      `tasks/${suite} is a suite of kind ${file.spec.kind}, and a task of a run is a case of one of kind agent; make one: harness suite new NAME --kind agent --target prompt:worker`,
    );
  return withState(io, async ({ storage, state }) => {
    const run = await pickRun(storage.journal, from.run, state);
    const entries = await Array.fromAsync(storage.journal.read(run, 0));
    const taken = await takenFrom(storage.blobs, entries, from.task);
    return add(io, { project, file, blobs: storage.blobs, append }, taken);
  });
}

/** A task that was accepted, with all that is told of it. */
interface Taken {
  readonly accepted: Acceptance;
  readonly goal: CaseGoal;
}

async function takenFrom(blobs: Blobs, entries: readonly Entry[], named: string | undefined): Promise<Taken> {
  const run = fold(entries);
  const accepted = acceptedTask(run, acceptances(entries), named);
  const { task } = accepted;
  const spec = await readJson<TaskSpec>(blobs, specOf(run, task));
  const handoffs = spec.needs.flatMap((need) => run.tasks.get(need)?.handoff ?? []);
  return {
    accepted,
    goal: {
      spec,
      config: await readJson<RunConfig>(blobs, run.config),
      goal: await readText(blobs, run.goal),
      handoffs: await Promise.all(handoffs.map(async (one) => readJson<Handoff>(blobs, one))),
      from: { run: run.id, task },
    },
  };
}

function specOf(run: RunState, task: string): string {
  const found = run.tasks.get(task);
  if (found === undefined) throw new Error(`run ${run.id} accepted ${task}, which it has not`);
  return found.spec;
}

/** @throws Refused for a task that there is not, or that was not accepted by its run's own work */
function acceptedTask(run: RunState, all: readonly Acceptance[], named: string | undefined): Acceptance {
  const names = [...new Set(all.map(({ task }) => task))];
  const there = names.length === 0 ? "it has accepted none yet" : `it has accepted ${names.join(", ")}`;
  if (named === undefined)
    throw new Refused(`say which task of run ${run.id} is to be a case: --task ID; ${there}`);
  const found = all.findLast(({ task }) => task === named);
  if (found !== undefined) return found;
  const status = run.tasks.get(named)?.status;
  throw new Refused(
    status === undefined
      ? `--task ${named}: run ${run.id} has no such task${meant(named, names) || `; ${there}`}`
      : status === "accepted"
        ? `--task ${named}: run ${run.id} took its result over from another run; take it from that one`
        : `--task ${named}: it was not accepted in run ${run.id} (it is ${status}), so nobody knows a right result; ${there}`,
  );
}

interface Adding {
  readonly project: ProjectFile;
  readonly file: SuiteFile;
  readonly blobs: Blobs;
  readonly append: Append;
}

async function add(
  io: Io,
  { project, file, blobs, append }: Adding,
  { accepted, goal }: Taken,
): Promise<number> {
  const { run, task } = goal.from;
  const name = `${run}-${task}`;
  const folder = join(file.folder, name);
  if ((await statThere(folder)) !== null)
    throw new Refused(
      `tasks/${file.name}/${name} is there already, and is not overwritten; move it away to take the task anew`,
    );
  const kept = await readableKept(project.dir, project.spec, io.env);
  const values = kept.all.map(({ value }) => Buffer.from(value));
  const trees = {
    store: treeStore(blobs),
    blobs,
    start: accepted.start,
    result: accepted.result,
    excludes: excludes([...(project.spec.workspace?.exclude ?? defaultExclude)]),
    holdsSecret: (bytes: Uint8Array) => values.some((value) => Buffer.from(bytes).includes(value)),
  };
  await refuseDropped(blobs, run, [accepted.start, accepted.result]);
  const content = await caseContent(trees);
  await writeCase(trees, folder, caseTexts(goal, file.spec.target), content);
  const one: AgentCase = { id: name, cluster: run, groups: [], folder: name };
  try {
    const from = `task ${task} of run ${run}`;
    await append(project.dir, file.name, [{ from, text: JSON.stringify(one) }]);
  } catch (error) {
    // A folder that is no case would stand in the way.
    await removeTree(folder);
    throw error;
  }
  tell(io, file, name, content, accepted);
  return exit.ok;
}

async function refuseDropped(blobs: Blobs, run: string, trees: readonly string[]): Promise<void> {
  if ((await blobs.missing(trees)).length > 0)
    throw new Refused(`the files of run ${run} are no longer kept; take a task of a later run`);
}

function tell(
  io: Io,
  { name: suite }: SuiteFile,
  name: string,
  { workspace, oracle, removed, leftOut }: CaseContent,
  { by }: Acceptance,
): void {
  const gone = removed.length === 0 ? "" : `, and without ${plural(removed.length, "file")}`;
  io.err(
    ` added case ${name} to tasks/${suite}: it begins with ${plural(workspace.length, "file")}; right is ${plural(oracle.length, "changed file")}${gone}\n`,
  );
  for (const { path, why } of leftOut) io.err(` left out  ${stillVisible(path)} (${why})\n`);
  if (by === "person")
    io.err(" note       a person accepted this result; whether it passes the criteria is not known\n");
  io.err(` try it with: harness suite check ${suite}\n`);
}
