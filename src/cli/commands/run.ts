import { hostname } from "node:os";
import type { AnswerValue, Owner, Ports } from "../../core/ports.ts";
import type { Body, Entry } from "../../core/event.ts";
import { levelRisk } from "../../core/policy.ts";
import type { RunState } from "../../core/run.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { drive } from "../../loop/drive.ts";
import type { Stand } from "../../loop/drive.ts";
import { createRun, readRun, takeRun } from "../../loop/own.ts";
import type { OwnedRun } from "../../loop/own.ts";
import { exit, exitOf, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { exportTarget, prepareRun, readRequest } from "../new-run.ts";
import type { Request, RunOptions } from "../new-run.ts";
import { pickRun } from "../pick-run.ts";
import { person } from "../person.ts";
import { differences } from "../pins.ts";
import { ownVersion } from "../version.ts";
import { openSandbox, openState, stateDir, wire } from "../wire.ts";
import { opening } from "../view/opening.ts";
import { summary } from "../view/summary.ts";
import { chooseView } from "../view/choose.ts";
import type { View } from "../view/plain.ts";
import { exportTo } from "./take.ts";

/** `harness run GOAL.md`. */
export async function run(io: Io, file: string, options: RunOptions): Promise<number> {
  const request = await readRequest(io, file, options);
  const target = await exportTarget(io, options.export);
  const ports = await portsFor(io, request.project.dir, request.sandbox, request);
  try {
    const prepared = await prepareRun(ports, request, (files) => io.err(`importing ${files} files …\r`));
    const owned = await createRun(ports, prepared.id, prepared.body, ownerNow());
    if ("owner" in owned) throw new Refused(`run ${prepared.id} is owned by pid ${owned.owner.pid}`, exit.infrastructure);
    if (options.json !== true) io.err(opening(request, prepared, io));
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
  const ports = await portsFor(io, project.dir, "embedded", null);
  try {
    const id = await pickRun(ports.journal, named, stateDir(project.dir));
    const before = await readRun(ports, id);
    if (before.phase === "ended") return await alreadyEnded(io, ports, before, options);
    const changed = await differences(ports, before.pins);
    if (changed.length > 0) {
      throw new Refused(
        `run ${id} cannot go on with this harness: ${changed.join("; ")}; put it back, or start anew with: harness run`,
        exit.infrastructure,
      );
    }
    if (options.budget !== undefined) await answerBudget(ports, before, options.budget);
    const owned = await takeRun(ports, id, ownerNow());
    if ("owner" in owned) throw new Refused(ownedBy(id, owned.owner), exit.infrastructure);
    if (options.json !== true) io.err(resuming(before, owned));
    return await work(io, ports, owned, options.json === true);
  } finally {
    await ports.close();
  }
}

const ownedBy = (id: string, owner: Owner): string =>
  `run ${id} is being worked on by pid ${owner.pid} on ${owner.host}; it goes on there`;

async function alreadyEnded(
  io: Io,
  ports: Ports,
  run: RunState,
  options: ResumeOptions,
): Promise<number> {
  if (options.json !== true) io.err(await summary(ports, run, io));
  return exitOf("ended", run, null);
}

type OpenPorts = Ports & { close(): Promise<void> };

async function portsFor(io: Io, projectDir: string, kind: string, request: Request | null): Promise<OpenPorts> {
  const project = request?.project ?? (await readProject(projectDir));
  const storage = await openState(projectDir, io.env);
  const ports = await wire({
    projectDir,
    project: project.spec,
    storage,
    sandbox: await openSandbox(kind),
    scratch: request?.scratch ?? project.spec.workspace?.scratch ?? [],
    askFrom: levelRisk(project.spec.approvals?.ask_from),
    env: io.env,
  });
  return { ...ports, close: storage.close };
}

const ownerNow = (): Body<"run-owned"> => ({
  host: hostname(),
  pid: process.pid,
  boot: String(Math.round(Date.now() - process.uptime() * 1000)),
  harness: ownVersion(),
});

/** What a resume does, said before it does it. */
function resuming(before: RunState, owned: OwnedRun): string {
  const accepted = [...before.tasks.values()].filter((task) => task.status === "accepted").length;
  const cut = owned.entries.filter((entry) => entry.type === "model-ended" || entry.type === "call-ended").length;
  const stood = before.stopped === null ? "died" : "was stopped";
  const plan =
    before.tasks.size === 0
      ? "planning goes on"
      : `${accepted} of ${before.tasks.size} tasks are accepted and stay; the rest goes on`;
  const again = cut === 0 ? "" : `, ${cut} open ${cut === 1 ? "call is" : "calls are"} asked again`;
  return `\n resume     run ${before.id} ${stood} at event ${before.seq}: ${plan}${again}\n\n`;
}

/** `+5` adds to the ceiling, `5` sets it. The answer lies in the journal before the run goes on. */
async function answerBudget(ports: Ports, run: RunState, text: string): Promise<void> {
  const amount = Number(text.replace(/^\+/, ""));
  if (!(amount > 0)) throw new Refused(`--budget ${text}: give dollars, like +5 or 12.50`);
  const base = text.startsWith("+") ? (run.budget.micros ?? 0) : 0;
  const budget = { ...run.budget, micros: base + Math.floor(amount * 1e6) };
  const value: AnswerValue = { type: "budget", budget };
  const subject = `budget/${run.budgetsTaken + 1}`;
  await ports.journal.answer({ run: run.id, subject, at: ports.clock.now(), by: person(), value });
}

/** Drives an owned run with a view on it, drains at the first signal and halts at the second. */
async function work(io: Io, ports: OpenPorts, owned: OwnedRun, json: boolean): Promise<number> {
  const { run: state, ownership, entries } = owned;
  const view = chooseView(io, ports, json);
  for (const entry of entries) view.see(entry, state);
  const signals = listen(io);
  try {
    const stand = await drive(ports, state, {
      drain: signals.drain,
      halt: signals.halt,
      observe: (entry: Entry, run: RunState) => view.see(entry, run),
    });
    await view.close();
    if (!json) io.err(await ending(ports, state, stand, io));
    return exitOf(stand, state, signals.received());
  } finally {
    await close(view);
    signals.forget();
    await ownership.release();
  }
}

const close = async (view: View): Promise<void> => view.close();

async function ending(ports: Ports, run: RunState, stand: Stand, io: Io): Promise<string> {
  if (stand === "stopped") return `\n stopped    run ${run.id}; go on with: harness resume ${run.id}\n`;
  return summary(ports, run, io);
}

interface Signals {
  readonly drain: AbortSignal;
  readonly halt: AbortSignal;
  received(): "SIGINT" | "SIGTERM" | null;
  forget(): void;
}

function listen(io: Io): Signals {
  const drain = new AbortController();
  const halt = new AbortController();
  let received: "SIGINT" | "SIGTERM" | null = null;
  const on = (signal: "SIGINT" | "SIGTERM"): void => {
    if (drain.signal.aborted) {
      halt.abort();
      io.err("stopping at once\n");
      return;
    }
    received = signal;
    drain.abort();
    io.err("\nstopping after what is open; again to stop at once\n");
  };
  const int = (): void => on("SIGINT");
  const term = (): void => on("SIGTERM");
  process.on("SIGINT", int).on("SIGTERM", term);
  return {
    drain: drain.signal,
    halt: halt.signal,
    received: () => received,
    forget: () => process.off("SIGINT", int).off("SIGTERM", term),
  };
}

