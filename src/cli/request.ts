import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Budget, Limits, Pins, TaskBudget } from "../core/event.ts";
import { durationMs } from "../core/duration.ts";
import type { BudgetSpec } from "../core/goal.ts";
import { openHost } from "../core/host.ts";
import type { OpenHost } from "../core/host.ts";
import type { Role } from "../core/id.ts";
import { meant } from "../core/nearest.ts";
import { isName } from "../core/plan.ts";
import type { PlanSpec } from "../core/plan.ts";
import { openModels } from "../edges/models/models.ts";
import { ModelRefused } from "../edges/models/refused.ts";
import { readGoal } from "../edges/project/goal-file.ts";
import type { GoalFile } from "../edges/project/goal-file.ts";
import { readPlan } from "../edges/project/plan-file.ts";
import { readProject } from "../edges/project/project-file.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { openedAt } from "./registry/open-registry.ts";
import { inItsFile } from "./registry/prompt-text.ts";
import { runModels } from "./registry/run-models.ts";
import type { RunModels } from "./registry/run-models.ts";
import { runPrompts } from "./registry/run-prompts.ts";
import type { RunPrompts } from "./registry/run-prompts.ts";
import { runRubrics } from "./registry/run-rubrics.ts";
import type { RunRubrics } from "./registry/run-rubrics.ts";
import { statThere } from "./there.ts";
import { whichSandbox } from "./which-sandbox.ts";
import type { SandboxChoice } from "./which-sandbox.ts";

export interface RunOptions {
  readonly model?: string;
  readonly sandbox?: string;
  readonly budget?: string;
  readonly prompt?: readonly string[];
  readonly rubric?: readonly string[];
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly export?: string;
  readonly json?: boolean;
  readonly anew?: boolean;
  readonly explain?: boolean;
}

/** What a person asked for, read and checked; nothing has been written yet. */
export interface Request {
  readonly goal: GoalFile;
  readonly project: ProjectFile;
  readonly models: Pins["models"];
  /** Which of them are versions of this project's. */
  readonly registered: RunModels;
  readonly prompts: RunPrompts;
  readonly rubrics: RunRubrics;
  /** The goal file's own plan; null: the planner makes one. */
  readonly plan: PlanSpec | null;
  /** Nothing of earlier runs is kept. */
  readonly isAnew: boolean;
  readonly sandbox: SandboxChoice;
  readonly budget: Budget;
  readonly limits: Limits;
  /** What sandboxes may reach. */
  readonly network: readonly OpenHost[];
  /** The project's own patterns; null: the default ones. */
  readonly scratch: readonly string[] | null;
  readonly workspace: string;
}

/** @throws BadInput or Refused, in one line. */
export const readRequest = async (io: Io, file: string, options: RunOptions): Promise<Request> =>
  requestFor(io, file, await readGoal(resolve(io.cwd, file)), options);

/** As `readRequest`, of a goal that was read. @param file how errors name it */
export async function requestFor(
  io: Io,
  file: string,
  goal: GoalFile,
  options: RunOptions,
): Promise<Request> {
  const project = await readProject(io.cwd);
  const workspace = resolve(dirname(goal.path), goal.spec.workspace ?? ".");
  const found = await statThere(workspace);
  if (found === null || !found.isDirectory()) {
    throw new Refused(
      `${at(file, goal, ["workspace"])}the workspace ${workspace} is not a directory; set workspace: in the front matter`,
    );
  }
  const named = modelsOf(io, goal, project, options);
  const where = (name: string): string => whereNamed(io, file, options, { goal, project }, name);
  const opened = await openedAt(project.dir);
  const registered = await runModels(opened, named, where);
  const request = {
    goal,
    project,
    workspace,
    models: registered.models,
    registered,
    prompts: await runPrompts(project.dir, options.prompt ?? []),
    rubrics: await runRubrics(opened, options.rubric ?? []),
    plan: goal.spec.plan === undefined ? null : await readPlan(resolve(dirname(goal.path), goal.spec.plan)),
    isAnew: options.anew === true,
    budget: budgetOf({ ...project.spec.budget, ...goal.spec.budget }, options.budget),
    limits: limitsFor(registered, { ...limitsOf(goal, project), review: isReviewed(io, options) }),
    network: networkOf(goal, project),
    scratch: project.spec.workspace?.scratch ?? null,
  };
  await checkModels(io, request, named, where);
  checkRubrics(file, request);
  await checkPrompts(request.prompts);
  // Last, as it may ask an engine.
  return { ...request, sandbox: await whichSandbox(io, goal, project, options.sandbox) };
}

/** What sandboxes may reach; what the goal file says wins. */
export const networkOf = (goal: GoalFile, project: ProjectFile): readonly OpenHost[] =>
  (goal.spec.network ?? project.spec.network)?.allow.map(openHost) ?? [];

/** `goal.md:3: `, the line on which a setting is named where it is. */
function at(
  file: string,
  { spec, lineOf }: GoalFile | ProjectFile,
  keys: readonly (string | number)[],
): string {
  const isNamed = Object.hasOwn(spec, keys[0] ?? "");
  return isNamed && lineOf !== undefined ? `${file}:${lineOf(keys)}: ` : `${file}: `;
}

/** Where a file names this model; "" when it was typed. */
function whereNamed(
  io: Io,
  file: string,
  { model: typed }: RunOptions,
  { goal, project }: Pick<Request, "goal" | "project">,
  name: string,
): string {
  if (typed !== undefined) return "";
  const places = [
    { shown: file, from: goal, dir: dirname(goal.path) },
    { shown: relative(io.cwd, project.path ?? ""), from: project, dir: project.dir },
  ];
  for (const { shown, from, dir } of places) {
    const isIt = (value: string | undefined): boolean =>
      value !== undefined && located(value, dir, project.dir) === name;
    const role = Object.entries(from.spec.models ?? {}).find(([, value]) => isIt(value))?.[0];
    if (role !== undefined) return at(shown, from, ["models", role]);
    if (isIt(from.spec.model)) return at(shown, from, ["model"]);
  }
  return "";
}

/** Keys, scripts and prices are there. @throws Refused */
async function checkModels(
  io: Io,
  { project, models, budget }: Omit<Request, "sandbox">,
  named: Pins["models"],
  whereOf: (name: string) => string,
): Promise<void> {
  const known = openModels({ projectDir: project.dir, env: io.env, project: project.spec });
  const typed = [named.planner, named.worker, named.evaluator, named.fallback];
  const names = [models.planner, models.worker, models.evaluator, models.fallback];
  for (const [index, name] of names.entries()) {
    if (name === null || names.indexOf(name) < index) continue;
    const where = whereOf(typed[index] ?? name);
    const { price } = await known.model(name).catch((error: unknown) => {
      // What is wrong in a script is named by the script's own line.
      if (!(error instanceof ModelRefused) || name.startsWith("scripted/")) throw error;
      throw new Refused(where + error.message);
    });
    if (budget.micros === null || price !== null) continue;
    throw new Refused(
      `${where}${name} has no known price, so a money budget cannot be kept; set prices: in harness.yaml, or a token budget instead`,
    );
  }
}

function checkRubrics(file: string, { goal, rubrics }: Omit<Request, "sandbox">): void {
  const names = rubrics.of.map(({ rubric }) => rubric);
  for (const [index, check] of goal.checks.entries()) {
    if (check.type !== "rubric" || !isName(check.rubric) || names.includes(check.rubric)) continue;
    const hint = meant(check.rubric, names) || `; known are ${names.join(", ")}`;
    const where = at(file, goal, ["checks", index, "rubric"]);
    throw new Refused(`${where}there is no rubric "${check.rubric}"${hint}`);
  }
}

/** Before anything is written: a prompt of the project's own may be broken. @throws PromptError */
async function checkPrompts({ of }: RunPrompts): Promise<void> {
  const { prompts } = await import("../edges/prompts/prompts.ts");
  const known = prompts();
  for (const text of Object.values(of)) inItsFile(text, (source) => known.check(source));
}

function modelsOf(io: Io, goal: GoalFile, project: ProjectFile, options: RunOptions): Pins["models"] {
  const of = (role: Role): string => {
    const fromGoal = goal.spec.models?.[role] ?? goal.spec.model;
    const fromProject = project.spec.models?.[role] ?? project.spec.model;
    if (options.model !== undefined) return located(options.model, io.cwd, project.dir);
    if (fromGoal !== undefined) return located(fromGoal, dirname(goal.path), project.dir);
    if (fromProject !== undefined) return located(fromProject, project.dir, project.dir);
    throw new Refused(
      `no model for the ${role}; give --model anthropic/<model>, or set model: in ${relative(io.cwd, goal.path)} or harness.yaml`,
    );
  };
  const fallback = fallbackOf(goal, project);
  return { planner: of("planner"), worker: of("worker"), evaluator: of("evaluator"), fallback };
}

function fallbackOf(goal: GoalFile, project: ProjectFile): string | null {
  const [fromGoal, fromProject] = [goal.spec.models?.fallback, project.spec.models?.fallback];
  if (fromGoal !== undefined) return located(fromGoal, dirname(goal.path), project.dir);
  return fromProject === undefined ? null : located(fromProject, project.dir, project.dir);
}

/** A script is a file: its name is kept relative to the project, so that a resume finds it from anywhere. */
export function located(model: string, from: string, projectDir: string): string {
  const prefix = "scripted/";
  if (!model.startsWith(prefix)) return model;
  const path = model.slice(prefix.length);
  return prefix + relative(projectDir, isAbsolute(path) ? path : resolve(from, path));
}

/** The plan is shown to whoever sits at the terminal, unless they say that it need not be. */
const isReviewed = (io: Io, { yes, json }: RunOptions): boolean =>
  io.keyboard !== null && yes !== true && json !== true;

/** `money` on the command line wins. Dollars become micro-dollars, rounded down. */
function budgetOf(spec: BudgetSpec, money: string | undefined): Budget {
  const dollars = money === undefined ? spec.money : dollarsOf(money);
  return {
    micros: dollars === undefined ? null : Math.floor(dollars * 1e6),
    tokens: spec.tokens ?? null,
    wallMs: spec.wall === undefined ? null : durationMs(spec.wall),
    turns: spec.turns ?? null,
    attempts: spec.attempts ?? null,
  };
}

/** At least a micro-dollar, and what can be counted in them. @throws Refused */
export function dollarsOf(text: string): number {
  const dollars = /^\+?\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (dollars > 0) return dollars;
  throw new Refused(`--budget ${text}: give dollars, like 2.50`);
}

/** A task's ceilings: what the goal file says of each wins over what the project says. */
const taskSpecOf = (goal: GoalFile, project: ProjectFile): NonNullable<BudgetSpec["task"]> => ({
  ...project.spec.budget?.task,
  ...goal.spec.budget?.task,
});

const taskBudgetOf = ({ money, tokens, wall }: NonNullable<BudgetSpec["task"]>): TaskBudget => ({
  micros: money === undefined ? null : Math.floor(money * 1e6),
  tokens: tokens ?? null,
  wallMs: wall === undefined ? null : durationMs(wall),
});

/** No more is asked of a model than its version says that it answers. */
const limitsFor = ({ outputTokens }: RunModels, limits: Limits): Limits => ({
  ...limits,
  outputTokens: Math.min(limits.outputTokens, outputTokens ?? Infinity),
});

const limitsOf = (goal: GoalFile, project: ProjectFile): Limits => ({
  concurrency: goal.spec.concurrency ?? project.spec.concurrency ?? 3,
  attempts: taskSpecOf(goal, project).attempts ?? goal.spec.attempts ?? project.spec.attempts ?? 3,
  turns: taskSpecOf(goal, project).turns ?? 60,
  task: taskBudgetOf(taskSpecOf(goal, project)),
  // What a person planned is a person's to change.
  replans: goal.spec.plan === undefined ? 1 : 0,
  rejections: 2,
  gradings: 3,
  tries: 6,
  collisions: 2,
  repeats: 3,
  stale: 6,
  breaker: 5,
  outageMs: durationMs(goal.spec.outage ?? project.spec.outage ?? "2h"),
  silences: 3,
  crashes: 3,
  outputTokens: 16_000,
  compactAt: 120_000,
  review: false,
});
