import { resolve } from "node:path";
import { apply } from "../../core/apply.ts";
import { noEnvironment } from "../../core/environment.ts";
import type { Environment } from "../../core/environment.ts";
import type { Body, Entry, Pins } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import { harmless } from "../../core/host.ts";
import type { Role, RunId } from "../../core/id.ts";
import { effectsOf, inheritance } from "../../core/inherited.ts";
import type { InheritedEffect } from "../../core/inherited.ts";
import { meant } from "../../core/nearest.ts";
import type { PlanSpec } from "../../core/plan.ts";
import type { RunState } from "../../core/run.ts";
import { readPlan } from "../../edges/project/plan-file.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import type { Storage } from "../../edges/sqlite/storage.ts";
import { clearDeadSlots, createRun } from "../../loop/own.ts";
import { planFaults } from "../../loop/plan.ts";
import { restPlan } from "../../loop/rest-plan.ts";
import { putJson, putText, readJson } from "../../loop/texts.ts";
import { atWork, ownerNow } from "../at-work.ts";
import { announce } from "../detach.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { keptSecrets, redactedIo } from "../kept-secrets.ts";
import { factsNow } from "../manifest/facts.ts";
import { pickRun } from "../pick-run.ts";
import { differences } from "../pins.ts";
import { pinPrices } from "../prepare.ts";
import { withState } from "../reader.ts";
import { labelOf } from "../registry/prompt-text.ts";
import type { PromptText } from "../registry/prompt-text.ts";
import { openedAt } from "../registry/open-registry.ts";
import { runModels } from "../registry/run-models.ts";
import { askedPrompts } from "../registry/run-prompts.ts";
import { dollarsOf, located } from "../request.ts";
import { ownNewRun } from "../starting-point.ts";
import { readableBudget } from "../view/budget-text.ts";
import { textOf } from "../view/rows.ts";
import { oneLine, plural } from "../view/words.ts";
import { openPinned } from "../which-sandbox.ts";
import { openState, stateDir, wire } from "../wire.ts";
import type { Wired } from "../wire.ts";

export interface ForkOptions {
  readonly at?: string;
  readonly prompt?: readonly string[];
  readonly model?: string;
  readonly budget?: string;
  readonly plan?: string;
  readonly replan?: boolean;
  readonly json?: boolean;
}

/** `harness fork RUN --at TASK`: a new run that goes on from where another one stood, with something else in it. */
export async function fork(terminal: Io, named: string, options: ForkOptions): Promise<number> {
  if (options.plan !== undefined && options.replan === true)
    throw new Refused("--plan is a plan of yours, --replan asks the planner for one; keep one of them");
  const project = await readProject(terminal.cwd);
  const kept = await keptSecrets(project.dir, project.spec, terminal.env);
  const io = redactedIo(terminal, kept);
  const id = await withState(io, async ({ storage, state }) => pickRun(storage.journal, named, state));
  const prompts = await askedPrompts(project.dir, options.prompt ?? []);
  const storage = await openState(project.dir, io.env);
  try {
    const from = await parentOf(storage, id, options.at);
    const { sandbox, owner, quota } = await openPinned(
      io,
      from.config.sandbox,
      from.run.pins.image,
      stateDir(project.dir),
    );
    const { base } = from.run;
    const { scratch } = from.config;
    const ports = await wire({
      projectDir: project.dir,
      project: project.spec,
      storage,
      sandbox,
      env: io.env,
      kept,
      policy: from.run.policy,
      ground: { base, scratch, environment: from.environment, owner, quota },
    });
    await refuseOther(ports, from);
    await clearDeadSlots(ports);
    const ownership = await ownNewRun(storage.journal);
    try {
      const models = await modelsFor(io, project, from, options.model);
      const body = await bodyOf({ io, project, ports, from, prompts, options, models, id: ownership.run });
      const kept = inheritance(from.run, from.entries);
      const owned = await createRun(ports, ownership.run, body, ownerNow(), ownership, kept);
      if ("owner" in owned) throw new Error("a run that is held was owned by another process");
      io.err(opening(io, ownership.run, from, { body, prompts }));
      announce(io, stateDir(project.dir), ownership.run);
      return await atWork(io, project, ports, owned, options.json === true);
    } finally {
      await ownership.release();
    }
  } finally {
    await storage.close();
  }
}

/** The run that is gone on from, as it stood at the checkpoint. */
interface Parent {
  /** Folded up to the checkpoint. */
  readonly run: RunState;
  readonly created: Body<"run-created">;
  /** Up to the checkpoint. */
  readonly entries: readonly Entry[];
  readonly config: RunConfig;
  readonly environment: Environment;
  /** What it has begun outside by now, also after the checkpoint. */
  readonly effects: readonly InheritedEffect[];
  /** The task that was accepted there; null: the start of its work. */
  readonly at: string | null;
}

async function parentOf(storage: Storage, id: RunId, at: string | undefined): Promise<Parent> {
  const { blobs } = storage;
  const all = await Array.fromAsync(storage.journal.read(id, 0));
  const [first] = all;
  if (first?.type !== "run-created") throw new Error(`run ${id} has no events`);
  const place = checkpoint(id, all, at);
  const entries = all.slice(0, place.seq);
  const config = await readJson<RunConfig>(blobs, first.body.config);
  const named = config.environment ?? null;
  const before = config.effects;
  return {
    run: folded(entries),
    created: first.body,
    entries,
    config,
    environment: named === null ? noEnvironment : await readJson<Environment>(blobs, named),
    effects: effectsOf(
      id,
      all,
      before === undefined ? [] : await readJson<readonly InheritedEffect[]>(blobs, before),
    ),
    at: place.task,
  };
}

function folded(entries: readonly Entry[]): RunState {
  let run: RunState | null = null;
  for (const entry of entries) run = apply(run, entry);
  if (run === null) throw new Error("a checkpoint has entries");
  return run;
}

/** Where a task was accepted; `start`: where the first plan was taken; the last acceptance if nobody says. @throws Refused */
function checkpoint(
  id: RunId,
  entries: readonly Entry[],
  at: string | undefined,
): { readonly seq: number; readonly task: string | null } {
  const accepted = entries.flatMap(({ type, seq, body }, index) =>
    // With the end of its attempt, which is of the same commit.
    type === "task-accepted"
      ? [{ seq: entries[index + 1]?.type === "attempt-ended" ? seq + 1 : seq, task: body.task }]
      : [],
  );
  const last = accepted.at(-1);
  const started = entries.find(({ type }) => type === "plan-adopted");
  const found = at === undefined ? last : accepted.findLast(({ task }) => task === at);
  if (found !== undefined) return found;
  // What it took over it had from the start.
  const had = entries.flatMap(({ type, body }) => (type === "task-inherited" ? [body.task] : []));
  if (started !== undefined && (at === undefined || at === "start" || had.includes(at)))
    return { seq: started.seq, task: null };
  if (started === undefined)
    throw new Refused(
      `run ${id} has no plan yet, so there is no checkpoint to go on from; run its goal again`,
    );
  const names = [...had, ...accepted.map(({ task }) => task), "start"];
  throw new Refused(
    `--at ${at ?? ""}: run ${id} has not accepted such a task${meant(at ?? "", names) || `; there are ${names.join(", ")}`}`,
  );
}

async function refuseOther(ports: Wired, { run }: Parent): Promise<void> {
  const changed = await differences(ports, run.pins);
  if (changed.length > 0)
    throw new Refused(`run ${run.id} cannot be gone on from here: ${changed.join("; ")}`);
}

interface Forking {
  readonly io: Io;
  readonly project: ProjectFile;
  readonly ports: Wired;
  readonly from: Parent;
  readonly prompts: Readonly<Partial<Record<Role, PromptText>>>;
  readonly options: ForkOptions;
  readonly id: RunId;
  readonly models: ForkModels;
}

/** The parent's models, or the one that was asked for. */
interface ForkModels {
  readonly models: Pins["models"];
  /** Registered versions, by role. */
  readonly used: Readonly<Record<string, string>>;
  readonly limits: Body<"run-created">["limits"];
}

async function modelsFor(
  io: Io,
  project: ProjectFile,
  { created, config }: Parent,
  typed: string | undefined,
): Promise<ForkModels> {
  const { pins, limits } = created;
  if (typed === undefined) return { models: pins.models, used: config.models ?? {}, limits };
  const model = located(typed, io.cwd, project.dir);
  const wanted = { planner: model, worker: model, evaluator: model, fallback: pins.models.fallback };
  const { models, used, notes, outputTokens } = await runModels(
    await openedAt(project.dir),
    wanted,
    () => "--model ",
  );
  for (const note of notes) io.err(` ${note}\n`);
  return { models, used, limits: outputTokens === null ? limits : { ...limits, outputTokens } };
}

/** What the parent was made of, but for what was asked for otherwise. */
async function bodyOf(of: Forking): Promise<Body<"run-created">> {
  const { io, ports, from, prompts, options } = of;
  const { created } = from;
  const { blobs } = ports;
  const { models, limits } = of.models;
  const plan = await planFor(of);
  const money = options.budget === undefined ? created.budget.micros : dollarsOf(options.budget) * 1e6;
  return {
    ...created,
    config: await putJson(blobs, await configFor(of)),
    pins: {
      ...created.pins,
      ...ownerPins(ports),
      prompts: { ...created.pins.prompts, ...(await pinned(ports, prompts)) },
      models,
      prices: await pinPrices(ports, models),
    },
    limits: { ...limits, review: options.replan === true && io.keyboard !== null },
    budget: { ...created.budget, micros: money === null ? null : Math.floor(money) },
    parent: { run: from.run.id, seq: from.run.seq },
    plan: plan === null ? null : await putJson(blobs, plan),
  };
}

const ownerPins = ({ policy }: Wired): Pick<Pins, "harness" | "policy"> => ({
  harness: ownerNow().harness,
  policy: policy.digest,
});

async function pinned(
  { blobs }: Wired,
  prompts: Forking["prompts"],
): Promise<Readonly<Record<string, string>>> {
  const pins = Object.entries(prompts).map(
    async ([role, { source }]) => [role, await putText(blobs, source)] as const,
  );
  return Object.fromEntries(await Promise.all(pins));
}

async function configFor({ project, ports, from, prompts, models }: Forking): Promise<RunConfig> {
  const { prompts: before = {}, models: _models, effects: _effects, ...config } = from.config;
  const kept = Object.entries(before).filter(([role]) => !Object.hasOwn(prompts, role));
  const asked = Object.entries(prompts).flatMap(([role, text]) =>
    text.version === null ? [] : [[role, labelOf(text)] as const],
  );
  const versions = Object.fromEntries([...kept, ...asked]);
  return {
    ...config,
    ...(Object.keys(versions).length === 0 ? {} : { prompts: versions }),
    ...(Object.keys(models.used).length === 0 ? {} : { models: models.used }),
    ...(from.effects.length === 0 ? {} : { effects: await putJson(ports.blobs, from.effects) }),
    facts: await factsNow(ports, project.spec),
  };
}

/** What was left of the parent's plan, a plan of the person's, or null: the planner makes one. */
async function planFor({ io, ports, from, options, id }: Forking): Promise<PlanSpec | null> {
  if (options.replan === true) return null;
  if (options.plan === undefined) return restPlan(ports.blobs, from.run);
  const file = resolve(io.cwd, options.plan);
  const plan = await readPlan(file);
  const accepted = [...from.run.tasks.values()].filter(({ status }) => status === "accepted");
  const faults = await planFaults(ports, id, from.run.head, plan, {
    accepted: new Set(accepted.map((task) => task.id)),
    rubrics: new Set(Object.keys(from.run.pins.rubrics)),
    goalHasChecks: from.config.checks.length > 0,
    hosts: harmless(from.config.network ?? []),
    isGoingOn: true,
  });
  if (faults.length > 0)
    throw new Refused(`${file}: ${faults.map((fault) => oneLine(fault, 400)).join("; ")}`);
  return plan;
}

function opening(
  io: Io,
  id: RunId,
  { run, at, effects }: Parent,
  { body, prompts }: { readonly body: Body<"run-created">; readonly prompts: Forking["prompts"] },
): string {
  const accepted = [...run.tasks.values()].filter(({ status }) => status === "accepted");
  const where = at === null ? "the start of its work" : `task ${at} was accepted`;
  const others = Object.entries(prompts).map(([role, text]) => `${role} ${labelOf(text)}`);
  const names = [...new Set(Object.values(body.pins.models).filter((name) => name !== null))];
  return `\n${textOf(
    [
      ["fork", `of run ${run.id}, event ${run.seq}, where ${where}`],
      [
        "kept",
        `${plural(accepted.length, "task")}: ${accepted.map((task) => task.id).join(", ") || "none"} · tree ${run.head.slice(0, 4)}`,
      ],
      ...(effects.length === 0
        ? []
        : [
            [
              "done",
              `${plural(effects.length, "effect")} outside that ${run.id} had, known as done here`,
            ] as const,
          ]),
      ["prompts", others.length === 0 ? "as there" : `${others.join(", ")}; the others as there`],
      ["model", names.join(", ")],
      ["budget", readableBudget(body.budget)],
      ["run", `${id}   ctrl-c stops it, harness resume goes on`],
    ],
    io.columns,
  )}\n`;
}
