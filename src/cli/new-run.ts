import { randomInt } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { encodeJson } from "../core/canonical.ts";
import type { Body, Budget, Limits } from "../core/event.ts";
import { durationMs } from "../core/goal.ts";
import type { BudgetSpec, RunConfig } from "../core/goal.ts";
import type { Digest, Role, RunId } from "../core/id.ts";
import type { Capabilities, Ports } from "../core/ports.ts";
import { isName } from "../core/plan.ts";
import { defaultExclude, importDirectory } from "../edges/files/import.ts";
import type { Imported } from "../edges/files/import.ts";
import { openModels } from "../edges/models/models.ts";
import { readGoal } from "../edges/project/goal-file.ts";
import type { GoalFile } from "../edges/project/goal-file.ts";
import { readProject } from "../edges/project/project-file.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { listRubrics, resolvePrompt } from "../edges/project/resolve.ts";
import { exit, Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { ownVersion } from "./version.ts";
import { defaultScratch } from "./wire.ts";

export interface RunOptions {
  readonly model?: string;
  readonly budget?: string;
  readonly yes?: boolean;
  readonly export?: string;
  readonly json?: boolean;
}

/** What a person asked for, read and checked; nothing has been written yet. */
export interface Request {
  readonly goal: GoalFile;
  readonly project: ProjectFile;
  readonly models: Readonly<Record<Role, string>>;
  readonly sandbox: string;
  readonly budget: Budget;
  readonly limits: Limits;
  readonly scratch: readonly string[];
  readonly workspace: string;
}

/** @throws BadInput or Refused, in one line. */
export async function readRequest(io: Io, file: string, options: RunOptions): Promise<Request> {
  const goal = await readGoal(resolve(io.cwd, file));
  const project = await readProject(io.cwd);
  const workspace = resolve(dirname(goal.path), goal.spec.workspace ?? ".");
  const found = await stat(workspace).catch(() => null);
  if (found === null || !found.isDirectory()) {
    throw new Refused(
      `${file}: the workspace ${workspace} is not a directory; set workspace: in the front matter`,
    );
  }
  const request = {
    goal,
    project,
    workspace,
    models: modelsOf(io, goal, project, options),
    sandbox: sandboxOf(file, goal, project),
    budget: budgetOf({ ...project.spec.budget, ...goal.spec.budget }, options.budget),
    limits: limitsOf(goal, project),
    scratch: project.spec.workspace?.scratch ?? defaultScratch,
  };
  await checkModels(io, request);
  await checkRubrics(file, request);
  return request;
}

/** Keys, scripts and prices are there. @throws ModelRefused or Refused */
async function checkModels(io: Io, { project, models, budget }: Request): Promise<void> {
  const known = openModels({ projectDir: project.dir, env: io.env, project: project.spec });
  for (const name of new Set(Object.values(models))) {
    const { price } = await known.model(name);
    if (budget.micros === null || price !== null) continue;
    throw new Refused(
      `${name} has no known price, so a money budget cannot be kept; set prices: in harness.yaml, or a token budget instead`,
    );
  }
}

async function checkRubrics(file: string, { goal, project }: Request): Promise<void> {
  const names = (await listRubrics(project.dir)).map(({ rubric }) => rubric);
  for (const check of goal.checks) {
    if (check.type === "rubric" && isName(check.rubric) && !names.includes(check.rubric))
      throw new Refused(`${file}: there is no rubric "${check.rubric}" (${names.join(", ")})`);
  }
}

function modelsOf(io: Io, goal: GoalFile, project: ProjectFile, options: RunOptions): Record<Role, string> {
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
  return { planner: of("planner"), worker: of("worker"), evaluator: of("evaluator") };
}

/** A script is a file: its name is kept relative to the project, so that a resume finds it from anywhere. */
function located(model: string, from: string, projectDir: string): string {
  const prefix = "scripted/";
  if (!model.startsWith(prefix)) return model;
  const path = model.slice(prefix.length);
  return prefix + relative(projectDir, isAbsolute(path) ? path : resolve(from, path));
}

function sandboxOf(file: string, goal: GoalFile, project: ProjectFile): string {
  const wanted = { ...project.spec.sandbox, ...goal.spec.sandbox };
  if (wanted.kind === "docker" || wanted.image !== undefined || wanted.dockerfile !== undefined) {
    throw new Refused(`${file}: this version has the embedded sandbox only; set sandbox: { kind: embedded }`);
  }
  if (wanted.setup !== undefined) {
    throw new Refused(
      `${file}: sandbox.setup needs the Docker sandbox, which this version does not have yet`,
    );
  }
  return "embedded";
}

/** `money` on the command line wins. Dollars become micro-dollars, rounded down. */
function budgetOf(spec: BudgetSpec, money: string | undefined): Budget {
  const dollars = money === undefined ? spec.money : Number(money);
  if (dollars !== undefined && !(dollars > 0))
    throw new Refused(`--budget ${money}: give dollars, like 2.50`);
  return {
    micros: dollars === undefined ? null : Math.floor(dollars * 1e6),
    tokens: spec.tokens ?? null,
    wallMs: spec.wall === undefined ? null : durationMs(spec.wall),
    turns: spec.turns ?? null,
    attempts: spec.attempts ?? null,
  };
}

const limitsOf = (goal: GoalFile, project: ProjectFile): Limits => ({
  concurrency: goal.spec.concurrency ?? project.spec.concurrency ?? 3,
  attempts: goal.spec.attempts ?? project.spec.attempts ?? 3,
  turns: 60,
  replans: 1,
  rejections: 2,
  gradings: 3,
  tries: 6,
  collisions: 2,
  repeats: 3,
  silences: 3,
  crashes: 3,
  outputTokens: 16_000,
  compactAt: 120_000,
  review: false,
});

/** What the worker cannot change for its verdict: tests and their configuration, as far as they exist at the start. */
const defaultProtect = [
  "**/{test,tests,__tests__,spec}/**",
  "**/*.{test,spec}.*",
  "**/test_*.py",
  "**/*_test.*",
  "**/conftest.py",
  "**/{pytest.ini,tox.ini,.coveragerc}",
  "**/{jest,vitest,karma,mocha,playwright,cypress}.config.*",
  "**/.mocharc*",
];

export interface Prepared {
  readonly id: RunId;
  readonly body: Body<"run-created">;
  readonly imported: Imported;
  readonly capabilities: Capabilities;
}

/** Imports the workspace and pins everything the run will use. All of it is durable when this resolves. */
export async function prepareRun(
  ports: Ports,
  request: Request,
  onProgress: (files: number) => void,
): Promise<Prepared> {
  const { goal, project } = request;
  const imported = await importDirectory({
    dir: request.workspace,
    exclude: [...(project.spec.workspace?.exclude ?? defaultExclude), ...request.scratch],
    blobs: ports.blobs,
    onProgress,
  });
  const capabilities = await ports.sandbox.capabilities();
  const config: RunConfig = {
    title: goal.title,
    text: goal.text,
    checks: goal.checks,
    protect: defaultProtect,
    scratch: request.scratch,
    askFrom: project.spec.approvals?.ask_from ?? "network",
    workspace: request.workspace,
    git: imported.git,
    leftOut: imported.leftOut.map(({ path, why }) => `${path} (${why})`),
  };
  const put = async (value: unknown): Promise<Digest> =>
    (await ports.blobs.put([encodeJson(value)]))[0] as Digest;
  const body: Body<"run-created"> = {
    kind: "goal",
    goal: (await ports.blobs.put([await readFile(goal.path)]))[0] as Digest,
    config: await put(config),
    base: imported.tree,
    pins: {
      harness: ownVersion(),
      prompts: await pinPrompts(ports, project.dir),
      rubrics: await pinRubrics(put, project.dir),
      models: request.models,
      policy: ports.policy.digest,
      image: ports.sandbox.image,
      profile: ports.sandbox.profile,
      capabilities: await put(capabilities),
      prices: await pinPrices(ports, put, request.models),
    },
    limits: request.limits,
    budget: request.budget,
    seed: randomInt(2 ** 31),
    parent: null,
  };
  return { id: await freshId(ports), body, imported, capabilities };
}

async function pinPrompts(ports: Ports, projectDir: string): Promise<Record<Role, Digest>> {
  const pin = async (role: Role): Promise<Digest> => {
    const { source, path } = await resolvePrompt(projectDir, role);
    ports.prompts.check(source, path);
    return (await ports.blobs.put([new TextEncoder().encode(source)]))[0] as Digest;
  };
  return { planner: await pin("planner"), worker: await pin("worker"), evaluator: await pin("evaluator") };
}

async function pinRubrics(
  put: (value: unknown) => Promise<Digest>,
  projectDir: string,
): Promise<Record<string, Digest>> {
  const pinned: Record<string, Digest> = {};
  for (const rubric of await listRubrics(projectDir)) pinned[rubric.rubric] = await put(rubric);
  return pinned;
}

async function pinPrices(
  ports: Ports,
  put: (value: unknown) => Promise<Digest>,
  models: Readonly<Record<Role, string>>,
): Promise<Digest> {
  const prices: Record<string, unknown> = {};
  for (const name of new Set(Object.values(models))) prices[name] = (await ports.models.model(name)).price;
  return put(prices);
}

const letters = "23456789abcdefghjkmnpqrstuvwxyz";

/** Four characters that are easy to read aloud, not yet taken in this project. */
async function freshId(ports: Ports): Promise<RunId> {
  const taken = new Set((await ports.journal.runs()).map((row) => row.id));
  for (;;) {
    const id = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join("");
    if (!taken.has(id)) return id;
  }
}

/** Where the result of `--export DIR` goes; refused before the run starts when it is taken. */
export async function exportTarget(io: Io, dir: string | undefined): Promise<string | null> {
  if (dir === undefined) return null;
  const target = join(resolve(io.cwd, dir));
  const found = await stat(target).catch(() => null);
  if (found !== null) throw new Refused(`--export ${dir}: it exists; name a new directory`, exit.badInput);
  return target;
}
