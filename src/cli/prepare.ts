import { dirname, join } from "node:path";
import type { Criterion } from "../core/criterion.ts";
import { durationMs } from "../core/duration.ts";
import type { Body } from "../core/event.ts";
import type { ProjectSpec, RunConfig } from "../core/goal.ts";
import { harmless } from "../core/host.ts";
import { levelRisk } from "../core/policy.ts";
import type { Digest, Role, RunId } from "../core/id.ts";
import { settleTask } from "../core/plan.ts";
import type { Blobs, Ports } from "../core/ports.ts";
import type { Capabilities } from "../core/sandbox.ts";
import { criteriaTrial, freshness } from "../loop/fresh.ts";
import type { Freshness } from "../loop/fresh.ts";
import { tryGoal } from "../loop/check-goal.ts";
import type { TriedCheck } from "../loop/check-goal.ts";
import { planFaults } from "../loop/plan.ts";
import { putJson, putText } from "../loop/texts.ts";
import { earlierResults, worldOf } from "./earlier-results.ts";
import { Refused } from "./exit.ts";
import { experience } from "./experience.ts";
import { factsNow } from "./manifest/facts.ts";
import { labelOf } from "./registry/prompt-text.ts";
import type { RunPrompts } from "./registry/run-prompts.ts";
import type { RunRubrics } from "./registry/run-rubrics.ts";
import type { Request } from "./request.ts";
import type { StartingPoint } from "./starting-point.ts";
import { ownVersion } from "./version.ts";
import { oneLine } from "./view/words.ts";

/** What the worker cannot change for its verdict: tests and their configuration, as far as they exist at the start. */
const defaultProtect = [
  "**/{test,tests,__tests__,spec}/**",
  "**/*.{test,spec}.*",
  "**/test_*.py",
  "**/*_test.*",
  "**/conftest.py",
  "**/{pytest.ini,tox.ini,.coveragerc}",
  "**/{jest,vitest,mocha,playwright,cypress}.config.*",
  "**/karma.conf.*",
  "**/.mocharc*",
];

export interface Prepared {
  readonly body: Body<"run-created">;
  readonly capabilities: Capabilities;
  /** The goal's own checks on the workspace as it is. */
  readonly tried: readonly TriedCheck[];
  /** Of each task of a person's own plan, whether an earlier result is kept; empty: the planner plans. */
  readonly freshness: readonly Freshness[];
}

/** Pins everything a new run will use and tries the goal's checks. All of it is durable when this resolves. */
export async function prepareRun(
  ports: Ports,
  request: Request,
  start: StartingPoint,
  sandboxPin: RunConfig["sandbox"],
): Promise<Prepared> {
  const { goal } = request;
  const { blobs, policy, sandbox } = ports;
  const prompts = await pinPrompts(blobs, request.prompts);
  const rubrics = await pinRubrics(blobs, request.rubrics);
  const tried = await refuseFaults(ports, start.id, goal, start.imported.tree, harmless(request.network));
  const fresh = await freshTasks(ports, request, start, { prompts, rubrics });
  await refusePlanFaults(ports, request, start, { rubrics, fresh });
  const capabilities = await sandbox.capabilities();
  const environment = await putJson(blobs, start.ground.environment);
  const body: Body<"run-created"> = {
    kind: "goal",
    // The bytes that were checked, whatever the file says by now.
    goal: await putBytes(blobs, goal.source),
    config: await putJson(blobs, {
      ...configOf(request, start, sandboxPin, environment),
      experience: await experience(ports.journal, request.models.worker),
      facts: await factsNow(ports, request.project.spec),
    }),
    base: start.imported.tree,
    pins: {
      harness: ownVersion(),
      prompts,
      rubrics,
      models: request.models,
      policy: policy.digest,
      image: sandbox.image,
      profile: sandbox.profile,
      capabilities: await putJson(blobs, capabilities),
      prices: await pinPrices(ports, request.models),
    },
    limits: request.limits,
    budget: request.budget,
    // Nothing in a run is drawn by chance.
    seed: 0,
    parent: null,
    plan: request.plan === null ? null : await putJson(blobs, request.plan),
  };
  return { body, capabilities, tried, freshness: fresh };
}

/** What earlier runs left of a plan of the person's whose tasks name their inputs, unless all is wanted anew. */
async function freshTasks(
  ports: Ports,
  { goal, plan, models, registered, isAnew, network }: Request,
  { id, imported, ground }: StartingPoint,
  pins: Pick<Body<"run-created">["pins"], "prompts" | "rubrics">,
): Promise<readonly Freshness[]> {
  if (plan === null || isAnew || plan.tasks.every(({ inputs }) => inputs === undefined)) return [];
  const { image, profile } = ports.sandbox;
  const world = { text: goal.text, checks: goal.checks, models: registered.used };
  const trial = criteriaTrial(ports, id, harmless(network));
  try {
    return await freshness(ports, {
      tasks: plan.tasks.map(settleTask),
      tree: imported.tree,
      world: worldOf(world, { ...pins, models, image, profile }, ground.environment),
      earlier: earlierResults(ports),
      broken: trial.broken,
    });
  } finally {
    await trial.close();
  }
}

/** Checks of the goal that nobody could meet are a person's to mend, before any model is paid. */
async function refuseFaults(
  ports: Ports,
  id: RunId,
  goal: Request["goal"],
  tree: Digest,
  hosts: readonly string[],
): Promise<readonly TriedCheck[]> {
  const tried = await tryGoal(ports, id, tree, goal.checks, hosts);
  const faults = tried.flatMap(({ fault }) => fault ?? []);
  if (faults.length > 0)
    throw new Refused(`${goal.path}: ${faults.map((fault) => oneLine(fault, 400)).join("; ")}`);
  return tried;
}

/** So are faults of a plan of theirs. */
async function refusePlanFaults(
  ports: Ports,
  { goal, plan, network }: Request,
  { id, imported }: StartingPoint,
  { rubrics, fresh }: { readonly rubrics: Record<string, Digest>; readonly fresh: readonly Freshness[] },
): Promise<void> {
  if (plan === null) return;
  const kept = fresh.flatMap((one) => one.kept ?? []);
  const accepted = new Set(kept.map(({ task }) => task));
  const about = {
    accepted,
    rubrics: new Set(Object.keys(rubrics)),
    goalHasChecks: goal.checks.length > 0,
    hosts: harmless(network),
    isGoingOn: kept.length > 0,
  };
  const rest = { ...plan, tasks: plan.tasks.filter((task) => !accepted.has(task.id)) };
  const faults = await planFaults(ports, id, kept.at(-1)?.head ?? imported.tree, rest, about);
  const file = join(dirname(goal.path), goal.spec.plan ?? "");
  if (faults.length > 0)
    throw new Refused(`${file}: ${faults.map((fault) => oneLine(fault, 400)).join("; ")}`);
}

const configOf = (
  { goal, project, workspace, network, prompts, registered, rubrics }: Request,
  { imported: { git, leftOut }, ground, notes }: StartingPoint,
  sandbox: RunConfig["sandbox"],
  environment: Digest,
): RunConfig => ({
  title: goal.title,
  text: goal.text,
  checks: goal.checks,
  protect: protectOf(goal.checks),
  scratch: ground.scratch,
  ...(sandbox === undefined ? {} : { sandbox }),
  environment: ground.environment.added.length === 0 ? null : environment,
  notes,
  askFrom: levelRisk(project.spec.approvals?.ask_from),
  network,
  expireMs: expiry(project.spec),
  workspace,
  git,
  leftOut: leftOut.map(({ path, why }) => `${path} (${why})`),
  ...usedVersions({ prompts, registered, rubrics }),
});

function usedVersions({ prompts: { of }, registered, rubrics }: UsedOf): Partial<RunConfig> {
  const used = Object.entries(of).filter(([, { version }]) => version !== null);
  return {
    ...unlessEmpty("prompts", Object.fromEntries(used.map(([role, text]) => [role, labelOf(text)]))),
    ...unlessEmpty("models", registered.used),
    ...unlessEmpty("rubrics", rubrics.used),
    ...unprovenOf(of),
  };
}

/** Versions in production by a person's word alone. */
function unprovenOf(of: RunPrompts["of"]): Pick<RunConfig, "unproven"> {
  const found = Object.values(of).filter(
    ({ version }) => version?.stage === "production" && version.placed?.receipt === "unproven",
  );
  return found.length === 0 ? {} : { unproven: found.map(labelOf) };
}

type UsedOf = Pick<Request, "prompts" | "registered" | "rubrics">;

const unlessEmpty = (
  field: "prompts" | "models" | "rubrics",
  used: Readonly<Record<string, string>>,
): Partial<RunConfig> => (Object.keys(used).length === 0 ? {} : { [field]: used });

const expiry = ({ approvals }: ProjectSpec): number | null =>
  approvals?.expire === undefined ? null : durationMs(approvals.expire);

/** The defaults and what the goal's checks name. A check that says `protect: []` takes the defaults away. */
function protectOf(checks: readonly Criterion[]): readonly string[] {
  const named = checks.flatMap((check) => (check.type === "command" ? [check.protect ?? null] : []));
  const isLifted = named.some((globs) => globs?.length === 0);
  return [...(isLifted ? [] : defaultProtect), ...named.flatMap((globs) => globs ?? [])];
}

async function putBytes(blobs: Blobs, bytes: Uint8Array): Promise<Digest> {
  const [digest] = await blobs.put([bytes]);
  return digest as Digest;
}

/** The texts that were checked, whatever the files say by now. */
async function pinPrompts(blobs: Blobs, { of }: RunPrompts): Promise<Record<Role, Digest>> {
  const pin = async (role: Role): Promise<Digest> => putText(blobs, of[role].source);
  return { planner: await pin("planner"), worker: await pin("worker"), evaluator: await pin("evaluator") };
}

async function pinRubrics(blobs: Blobs, { of }: RunRubrics): Promise<Record<string, Digest>> {
  const pinned: Record<string, Digest> = {};
  for (const rubric of of) pinned[rubric.rubric] = await putJson(blobs, rubric);
  return pinned;
}

export async function pinPrices(ports: Ports, models: Request["models"]): Promise<Digest> {
  const prices: Record<string, unknown> = {};
  const names = Object.values(models).filter((name) => name !== null);
  for (const name of new Set(names)) prices[name] = (await ports.models.model(name)).price;
  return putJson(ports.blobs, prices);
}
