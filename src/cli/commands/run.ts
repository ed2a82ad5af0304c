import { hostname } from "node:os";
import type { Owner, Ports } from "../../core/ports.ts";
import type { Body, Budget, Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { RunId } from "../../core/id.ts";
import { levelRisk } from "../../core/policy.ts";
import type { RunState } from "../../core/run.ts";
import type { Risk } from "../../core/tool.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { drive } from "../../loop/drive.ts";
import type { Stand } from "../../loop/drive.ts";
import { createRun, readRun, takeRun } from "../../loop/own.ts";
import type { OwnedRun } from "../../loop/own.ts";
import { readJson } from "../../loop/texts.ts";
import { askAgain } from "../after-outage.ts";
import { exit, exitOf, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { changeBudget } from "../new-budget.ts";
import { pickOpenRun } from "../pick-run.ts";
import { differences } from "../pins.ts";
import { prepareRun } from "../prepare.ts";
import { withWritableState } from "../reader.ts";
import { readRequest } from "../request.ts";
import type { RunOptions } from "../request.ts";
import { listen } from "../signals.ts";
import { ownVersion } from "../version.ts";
import { openSandbox, openState, wire } from "../wire.ts";
import { readableBudget } from "../view/budget-text.ts";
import { importing, opening } from "../view/opening.ts";
import { textOf } from "../view/rows.ts";
import { summary } from "../view/summary.ts";
import { chooseView } from "../view/choose.ts";
import { cost, plural } from "../view/words.ts";
import { exportTarget, exportTo } from "./take.ts";

/** `harness run GOAL.md`. */
export async function run(io: Io, file: string, options: RunOptions): Promise<number> {
  const request = await readRequest(io, file, options);
  const target = await exportTarget(io, options.export);
  const ports = await portsFor(io, request.project, {
    sandbox: request.sandbox,
    scratch: request.scratch,
    askFrom: levelRisk(request.project.spec.approvals?.ask_from),
  });
  try {
    const prepared = await importing(io, (onProgress) => prepareRun(ports, request, onProgress));
    const owned = await createRun(ports, prepared.id, prepared.body, ownerNow());
    if ("owner" in owned)
      throw new Refused(`run ${prepared.id} is owned by pid ${owned.owner.pid}`, exit.infrastructure);
    io.err(opening(request, prepared, io));
    const code = await work(io, ports, owned, options.json === true);
    if (target !== null && code === exit.ok) await exportTo(io, ports, prepared.id, target);
    return code;
  } finally {
    await ports.close();
  }
}

export interface ResumeOptions {
  readonly budget?: string;
  readonly json?: boolean;
}

/** `harness resume [RUN]`. */
export async function resume(io: Io, named: string | undefined, options: ResumeOptions): Promise<number> {
  const project = await readProject(io.cwd);
  const { id, config } = await withWritableState(io, async ({ storage, state }) => {
    const picked = await pickOpenRun(storage.journal, named, state);
    if (picked.others.length > 0) io.err(takes(picked.id, picked.others));
    return pinned(storage, picked.id);
  });
  const ports = await portsFor(io, project, { sandbox: "embedded", ...config });
  try {
    const before = await readRun(ports, id);
    if (before.phase === "ended") return await alreadyEnded(io, ports, before);
    const changed = await differences(ports, before.pins);
    if (changed.length > 0) {
      throw new Refused(
        `run ${id} cannot go on with this harness: ${changed.join("; ")}; put it back, or start anew with: harness run`,
        exit.infrastructure,
      );
    }
    const budget = options.budget === undefined ? null : await changeBudget(ports, before, options.budget);
    const owned = await takeRun(ports, id, ownerNow());
    if ("owner" in owned) return goesOnThere(io, id, owned.owner, budget);
    if (budget !== null) io.err(textOf([["budget", `${readableBudget(budget)} from now on`]], io.columns));
    await askAgain(ports, owned.run);
    io.err(resuming(before, owned));
    return await work(io, ports, owned, options.json === true);
  } finally {
    await ports.close();
  }
}

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

async function alreadyEnded(io: Io, ports: Ports, run: RunState): Promise<number> {
  io.err(await summary(ports, run, io, null));
  return exitOf("ended", run, null);
}

type OpenPorts = Ports & { close(): Promise<void> };

/** What a run fixes of its ports: of the request when it is new, of its own record when it goes on. */
interface Fixed {
  readonly sandbox: string;
  readonly scratch: readonly string[];
  readonly askFrom: Risk;
}

async function portsFor(io: Io, { dir, spec }: ProjectFile, fixed: Fixed): Promise<OpenPorts> {
  const storage = await openState(dir, io.env);
  const { scratch, askFrom } = fixed;
  const sandbox = await openSandbox(fixed.sandbox);
  const ports = await wire({
    projectDir: dir,
    project: spec,
    storage,
    sandbox,
    scratch,
    askFrom,
    env: io.env,
  });
  return { ...ports, close: storage.close };
}

async function pinned(
  ports: Pick<Ports, "journal" | "blobs">,
  id: RunId,
): Promise<{ id: RunId; config: RunConfig }> {
  const { config } = await readRun(ports, id);
  return { id, config: await readJson<RunConfig>(ports.blobs, config) };
}

const ownerNow = (): Body<"run-owned"> => ({
  host: hostname(),
  pid: process.pid,
  boot: String(Math.round(Date.now() - process.uptime() * 1000)),
  harness: ownVersion(),
});

const stops = {
  signal: "was stopped",
  person: "waited for a person",
  outage: "waited for its model",
} as const;

/** What a resume does, said before it does it. */
function resuming(before: RunState, owned: OwnedRun): string {
  const accepted = [...before.tasks.values()].filter((task) => task.status === "accepted").length;
  const cut = owned.entries.filter(
    (entry) => entry.type === "model-ended" || entry.type === "call-ended",
  ).length;
  const stood = before.stopped === null ? "died" : stops[before.stopped];
  const plan =
    before.tasks.size === 0
      ? "planning goes on"
      : `${accepted} of ${before.tasks.size} tasks are accepted and stay; the rest goes on`;
  const again = cut === 0 ? "" : `, ${cut} open ${cut === 1 ? "call is" : "calls are"} asked again`;
  return `\n resume     run ${before.id} ${stood} at event ${before.seq}: ${plan}${again}\n\n`;
}

/** Drives an owned run with a view on it, drains at the first signal and halts at the second. */
async function work(io: Io, ports: OpenPorts, owned: OwnedRun, json: boolean): Promise<number> {
  const { run: state, ownership, entries } = owned;
  const view = chooseView(io, ports, state, json);
  for (const entry of entries) view.see(entry, state);
  const signals = listen((line) => view.say(line));
  try {
    const stand = await drive(ports, state, {
      drain: signals.drain,
      halt: signals.halt,
      observe: (entry: Entry, run: RunState) => view.see(entry, run),
    });
    await view.close();
    io.err(await ending(ports, state, stand, io));
    return exitOf(stand, state, signals.received());
  } finally {
    await view.close();
    signals.forget();
    await ownership.release();
  }
}

async function ending(ports: Ports, run: RunState, stand: Stand, io: Io): Promise<string> {
  if (stand === "stopped") {
    const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
    const kept = `${accepted} of ${plural(run.tasks.size, "task")} accepted, kept · ${cost(run)}`;
    return `\n stopped    run ${run.id} · ${kept}\n go on      harness resume ${run.id}\n`;
  }
  return summary(ports, run, io, null);
}
