import { resolve } from "node:path";
import type { Body, Pins } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import { harmless } from "../../core/host.ts";
import type { Role, RunId } from "../../core/id.ts";
import type { PlanSpec } from "../../core/plan.ts";
import { readPlan } from "../../edges/project/plan-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { planFaults } from "../../loop/plan.ts";
import { restPlan } from "../../loop/rest-plan.ts";
import { putJson, putText } from "../../loop/texts.ts";
import { ownerNow } from "../at-work.ts";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { factsNow } from "../manifest/facts.ts";
import { pinPrices } from "../prepare.ts";
import { labelOf } from "../registry/prompt-text.ts";
import type { PromptText } from "../registry/prompt-text.ts";
import { openedAt } from "../registry/open-registry.ts";
import { runModels } from "../registry/run-models.ts";
import { dollarsOf, located } from "../request.ts";
import { oneLine } from "../view/words.ts";
import type { Wired } from "../wire.ts";
import type { Parent } from "./parent.ts";

export interface ForkOptions {
  readonly at?: string;
  readonly prompt?: readonly string[];
  readonly model?: string;
  readonly budget?: string;
  readonly plan?: string;
  readonly replan?: boolean;
  readonly json?: boolean;
}

/** All that a new run is made from. */
export interface Forking {
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

export async function modelsFor(
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
export async function bodyOf(of: Forking): Promise<Body<"run-created">> {
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
