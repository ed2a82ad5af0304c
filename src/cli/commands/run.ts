import type { Owner, Ports } from "../../core/ports.ts";
import type { Budget } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { RunId } from "../../core/id.ts";
import { noEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import { waitsForPerson } from "../../core/run.ts";
import type { RunState } from "../../core/run.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { clearDeadSlots, createRun, policyOf, readRun, takeRun } from "../../loop/own.ts";
import type { OwnedRun } from "../../loop/own.ts";
import { readJson } from "../../loop/texts.ts";
import { askAgain } from "../after-outage.ts";
import { atWork, ownerNow } from "../at-work.ts";
import { announce, detach } from "../detach.ts";
import { exit, exitOf, Refused } from "../exit.ts";
import { inform } from "../inform.ts";
import type { Io } from "../io.ts";
import { keptSecrets, redactedIo } from "../kept-secrets.ts";
import { changeBudget } from "../new-budget.ts";
import { person } from "../person.ts";
import { pickOpenRun } from "../pick-run.ts";
import { differences } from "../pins.ts";
import { prepareRun } from "../prepare.ts";
import type { Prepared } from "../prepare.ts";
import { withWritableState } from "../reader.ts";
import { readRequest } from "../request.ts";
import type { RunOptions } from "../request.ts";
import { startingPoint } from "../starting-point.ts";
import { openChosen, openPinned } from "../which-sandbox.ts";
import { openState, stateDir, wire } from "../wire.ts";
import type { Wired } from "../wire.ts";
import { readableBudget } from "../view/budget-text.ts";
import { importing, opening } from "../view/opening.ts";
import { textOf } from "../view/rows.ts";
import { freshnessRow } from "../view/freshness-row.ts";
import { summary } from "../view/summary.ts";
import { underWay } from "../view/under-way.ts";
import { exportTarget, exportTo } from "./take.ts";

/** `harness run GOAL.md`. */
export async function run(terminal: Io, file: string, options: RunOptions): Promise<number> {
  if (options.detach === true) return detach(terminal, ["run", file, ...argsOf(options)]);
  const request = await readRequest(terminal, file, options);
  const kept = await keptSecrets(request.project.dir, request.project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const notes = [...request.prompts.notes, ...request.rubrics.notes, ...request.registered.notes];
  for (const note of notes) io.err(` ${note}\n`);
  const target = await exportTarget(io, options.export);
  const { dir, spec } = request.project;
  const opened = await openChosen(io, request.sandbox, stateDir(dir));
  const storage = await openState(dir, io.env);
  try {
    const start = await importing(io, (onProgress) =>
      startingPoint(
        storage,
        opened,
        { ...request, secrets: kept.all },
        {
          onProgress,
          whileSettingUp: async (command, work) => underWay(io, "setup", command, work),
        },
      ),
    );
    try {
      const wiring = {
        projectDir: dir,
        project: spec,
        storage,
        sandbox: opened.sandbox,
        env: io.env,
        kept,
      };
      const ports = await wire({ ...wiring, ground: start.ground });
      await clearDeadSlots(ports);
      const prepared = await prepareRun(ports, request, start, opened.pinned);
      if (options.explain === true) return explain(io, prepared.freshness);
      const inherited = prepared.freshness.flatMap((one) => one.kept ?? []);
      const owned = await createRun(ports, start.id, prepared.body, ownerNow(), start.ownership, inherited);
      if ("owner" in owned) throw new Error("a run that is held was owned by another process");
      io.err(opening(request, start, prepared, io));
      announce(io, stateDir(dir), start.id);
      const code = await atWork(io, request.project, ports, owned, options.json === true);
      if (target !== null && code === exit.ok) await exportTo(io, ports, start.id, target);
      return code;
    } finally {
      await start.ownership.release();
    }
  } finally {
    await storage.close();
  }
}

/** `--explain`: what would run again, and why, without running it. */
function explain(io: Io, freshness: Prepared["freshness"]): number {
  if (freshness.length === 0)
    throw new Refused(
      "--explain tells of a plan of your own whose tasks name their inputs; write inputs: [GLOB] in its tasks, and plan: FILE in the goal",
    );
  io.out(textOf(freshness.map(freshnessRow), io.columns));
  return exit.ok;
}

/** The same options for the process that does the work. */
const argsOf = ({
  model,
  sandbox,
  budget,
  prompt = [],
  rubric = [],
  export: dir,
  anew,
}: RunOptions): readonly string[] => [
  ...(anew === true ? ["--anew"] : []),
  ...(model === undefined ? [] : ["--model", model]),
  ...(sandbox === undefined ? [] : ["--sandbox", sandbox]),
  ...(budget === undefined ? [] : ["--budget", budget]),
  ...prompt.flatMap((one) => ["--prompt", one]),
  ...rubric.flatMap((one) => ["--rubric", one]),
  ...(dir === undefined ? [] : ["--export", dir]),
];

export interface ResumeOptions {
  readonly budget?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** `harness resume [RUN]`. */
export async function resume(
  terminal: Io,
  named: string | undefined,
  options: ResumeOptions,
): Promise<number> {
  if (options.detach === true) {
    const budget = options.budget === undefined ? [] : ["--budget", options.budget];
    return detach(terminal, ["resume", ...(named === undefined ? [] : [named]), ...budget]);
  }
  const project = await readProject(terminal.cwd);
  const kept = await keptSecrets(project.dir, project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const { id, config, image, environment } = await withWritableState(io, async ({ storage, state }) => {
    const picked = await pickOpenRun(storage.journal, named, state);
    if (picked.others.length > 0) io.err(takes(picked.id, picked.others));
    return pinned(storage, picked.id);
  });
  const { dir, spec } = project;
  const { sandbox, owner, quota } = await openPinned(io, config.sandbox, image, stateDir(dir));
  const storage = await openState(dir, io.env);
  try {
    const { scratch } = config;
    const wiring = { projectDir: dir, project: spec, storage, sandbox, env: io.env, kept };
    const run = await readRun(storage, id);
    const ports = await wire({
      ...wiring,
      policy: run.policy,
      ground: { base: run.base, scratch, environment, owner, quota },
    });
    return await goOn(io, project, ports, run, options);
  } finally {
    await storage.close();
  }
}

async function goOn(
  io: Io,
  project: ProjectFile,
  ports: Wired,
  before: RunState,
  options: ResumeOptions,
): Promise<number> {
  const { id } = before;
  if (before.phase === "ended") return alreadyEnded(io, project, ports, before);
  const changed = await differences(ports, before.pins);
  if (changed.length > 0) {
    throw new Refused(
      `run ${id} cannot go on with this harness: ${changed.join("; ")}; put it back, or start anew with: harness run`,
      exit.infrastructure,
    );
  }
  const budget = options.budget === undefined ? null : await changeBudget(ports, before, options.budget);
  await clearDeadSlots(ports);
  // What was asked of whoever worked on it before is done with.
  const stops = (await ports.journal.answers(id)).filter(({ value }) => value.type === "stop").length;
  const owned = await takeRun(ports, id, ownerNow());
  if ("owner" in owned) return goesOnThere(io, id, owned.owner, budget);
  if (budget !== null) io.err(textOf([["budget", `${readableBudget(budget)} from now on`]], io.columns));
  await askAgain(ports, owned.run);
  if (await policyOf(ports, owned, person())) io.err(textOf([["approvals", newPolicy]], io.columns));
  if (ports.changedTools.length > 0) io.err(textOf([["tools", otherTools(ports.changedTools)]], io.columns));
  io.err(resuming(before, owned));
  announce(io, stateDir(project.dir), id);
  return atWork(io, project, ports, owned, options.json === true, stops);
}

const otherTools = (names: readonly string[]): string =>
  `${names.join(", ")}: no longer defined as when the run began, so their calls are asked about whatever a rule says`;

const newPolicy =
  "what decides about calls (approvals and network of harness.yaml, definitions of tools) changed since the run was last at work; what was asked before is asked again";

const takes = (id: string, others: readonly string[]): string =>
  ` resume     takes run ${id}, the newest that has not ended; nor have ${others.slice(0, 8).join(", ")}${others.length > 8 ? ", …" : ""}\n`;

/** Another process works on the run: it takes a new budget over, and nothing else is to be done. @throws Refused */
function goesOnThere(io: Io, id: string, { pid, host }: Owner, budget: Budget | null): number {
  if (budget === null)
    throw new Refused(
      `run ${id} is being worked on by pid ${pid} on ${host}; it goes on there`,
      exit.infrastructure,
    );
  io.err(` budget of run ${id} is now ${readableBudget(budget)}; pid ${pid} goes on with it\n`);
  return exit.ok;
}

async function alreadyEnded(io: Io, project: ProjectFile, ports: Ports, run: RunState): Promise<number> {
  // An end that a crash kept from being told.
  await inform(io, project, ports, run, (line) => io.err(`${line}\n`)).close();
  io.err(await summary(ports, run, io, null));
  return exitOf("ended", run, null);
}

interface PinnedRun {
  readonly id: RunId;
  readonly config: RunConfig;
  readonly image: string;
  readonly environment: Environment;
}

async function pinned(ports: Pick<Ports, "journal" | "blobs">, id: RunId): Promise<PinnedRun> {
  const { config: digest, pins } = await readRun(ports, id);
  const config = await readJson<RunConfig>(ports.blobs, digest);
  // Runs of an older version name none.
  const named = config.environment ?? null;
  const environment = named === null ? noEnvironment : await readJson<Environment>(ports.blobs, named);
  return { id, config, image: pins.image, environment };
}

const stood = {
  signal: "was stopped",
  asked: "was asked to stop",
  person: "waited for a person",
  outage: "waited for its model",
  sandbox: "had no sandbox",
} as const;

/** What a resume does, said before it does it. */
function resuming(before: RunState, owned: OwnedRun): string {
  const accepted = [...before.tasks.values()].filter((task) => task.status === "accepted").length;
  const cut = owned.entries.filter(
    (entry) => entry.type === "model-ended" || entry.type === "call-ended",
  ).length;
  const how = before.stopped === null ? "died" : stood[before.stopped];
  const rest = waitsForPerson(owned.run) ? "what is answered goes on" : "the rest goes on";
  const plan =
    before.tasks.size === 0
      ? before.phase === "reviewing"
        ? "its plan waits for your review"
        : rest.replace("the rest", "planning")
      : `${accepted} of ${before.tasks.size} tasks are accepted and stay; ${rest}`;
  const again = cut === 0 ? "" : `, ${cut} open ${cut === 1 ? "call is" : "calls are"} asked again`;
  return `\n resume     run ${before.id} ${how} at event ${before.seq}: ${plan}${again}\n\n`;
}
