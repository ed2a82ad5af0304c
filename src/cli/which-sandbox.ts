import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { RunConfig, SandboxSpec } from "../core/goal.ts";
import { bytesOf } from "../core/goal.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { EngineDown, isAbsent, openEngine } from "../edges/docker/engine.ts";
import type { Engine } from "../edges/docker/engine.ts";
import { openDocker } from "../edges/docker/open.ts";
import type { ImageWanted } from "../edges/docker/open.ts";
import { excludes } from "../edges/files/exclude.ts";
import { defaultExclude } from "../edges/files/import.ts";
import type { Owner } from "../edges/files/owner.ts";
import type { GoalFile } from "../edges/project/goal-file.ts";
import type { ProjectFile } from "../edges/project/project-file.ts";
import { resolveDockerfile } from "../edges/project/resolve.ts";
import { Refused } from "./exit.ts";
import type { Io } from "./io.ts";
import { underWay } from "./view/under-way.ts";

/** How a run's sandbox is pinned; null where a sandbox has no such limit. */
type Pinned = NonNullable<RunConfig["sandbox"]>;

/** The sandbox a run asks for, before anything of it exists. */
export type SandboxChoice =
  | { readonly kind: "embedded"; readonly why: string | null }
  | {
      readonly kind: "docker";
      readonly engine: Engine;
      readonly image: ImageWanted;
      /** How people name the image. */
      readonly called: string;
      readonly memory: number | null;
      readonly cpus: number | null;
      readonly disk: number | null;
      readonly setup: NonNullable<SandboxSpec["setup"]> | null;
    };

const kinds = ["docker", "embedded"] as const;
/** An engine that is there answers at once; who waits longer for one that is not waits in vain. */
const answerMs = 5000;

/**
 * What goal, project and command line say, the last one wins; where nobody says, Docker if an engine answers.
 * @throws Refused, EngineDown
 */
export async function whichSandbox(
  io: Io,
  goal: GoalFile,
  project: ProjectFile,
  asked: string | undefined,
): Promise<SandboxChoice> {
  const spec = { ...project.spec.sandbox, ...goal.spec.sandbox };
  const kind = asked === undefined ? spec.kind : kinds.find((one) => one === asked);
  if (asked !== undefined && kind === undefined)
    throw new Refused(`--sandbox ${asked}: there is ${kinds.join(" and ")}`);
  const needs = (["image", "dockerfile", "setup", "memory", "cpus", "disk"] as const).filter(
    (key) => spec[key] !== undefined,
  );
  if (kind === "embedded") {
    const [first] = needs;
    if (first !== undefined && asked === undefined)
      throw new Refused(
        `sandbox.${first} is for containers, and sandbox.kind is embedded; remove one of them`,
      );
    const unused = needs.map((key) => `sandbox.${key}`).join(", ");
    return { kind, why: unused === "" ? null : `${unused} in the settings is for containers, and not used` };
  }
  const engine = await openEngine(io.env);
  const silence = await silenceOf(engine);
  if (silence !== null) {
    if (kind === "docker" || needs.length > 0 || !isAbsent(silence)) throw silence;
    return { kind: "embedded", why: `no Docker engine answers at ${engine.address}` };
  }
  if (spec.disk !== undefined && process.getuid?.() !== 0)
    throw new Refused(
      "sandbox.disk takes the right to mount, which root has; remove it: a command that fills the disk is killed in any case",
    );
  return { kind: "docker", engine, ...(await imageOf(io, goal, project)), ...settled(spec) };
}

async function silenceOf(engine: Engine): Promise<EngineDown | null> {
  try {
    await engine.ask(async (docker) => docker.ping(), answerMs);
    return null;
  } catch (error) {
    if (error instanceof EngineDown) return error;
    throw new EngineDown(`the Docker engine at ${engine.address} is not well: ${(error as Error).message}`);
  }
}

const settled = (
  spec: SandboxSpec,
): Pick<Extract<SandboxChoice, { kind: "docker" }>, "memory" | "cpus" | "disk" | "setup"> => ({
  memory: spec.memory === undefined ? null : bytesOf(spec.memory),
  disk: spec.disk === undefined ? null : bytesOf(spec.disk),
  cpus: spec.cpus ?? null,
  setup: spec.setup ?? null,
});

/** A goal's image or Dockerfile goes before the project's; a path is relative to the file that says it. */
async function imageOf(
  io: Io,
  goal: GoalFile,
  project: ProjectFile,
): Promise<{ image: ImageWanted; called: string }> {
  const places = [
    { spec: goal.spec.sandbox, from: dirname(goal.path), where: relative(io.cwd, goal.path) },
    { spec: project.spec.sandbox, from: project.dir, where: "harness.yaml" },
  ];
  const leavesOut = ofBuilds(project);
  for (const { spec, from, where } of places) {
    const { image, dockerfile } = spec ?? {};
    if (image !== undefined && dockerfile !== undefined)
      throw new Refused(`${where}: sandbox has an image and a dockerfile; keep one of them`);
    if (image !== undefined) return { image: { name: image }, called: image };
    if (dockerfile !== undefined) {
      const path = isAbsolute(dockerfile) ? dockerfile : resolve(from, dockerfile);
      return { image: { dockerfile: path, leavesOut }, called: relative(project.dir, path) };
    }
  }
  const { path, from } = await resolveDockerfile(project.dir);
  return {
    image: { dockerfile: path, leavesOut },
    called: from === "project" ? "sandbox/Dockerfile" : "harness's own image",
  };
}

/** What stays out of an import is not given to a build either, as far as it lies beside the Dockerfile. */
function ofBuilds(project: ProjectFile): (name: string) => boolean {
  const wanted = excludes([...(project.spec.workspace?.exclude ?? defaultExclude), ".harness*", ".git"]);
  return (name) => (wanted(name, false) ?? wanted(name, true)) !== null;
}

export interface OpenedSandbox {
  readonly sandbox: Sandbox;
  readonly owner: Owner | null;
  readonly pinned: Pinned;
  /** Most bytes of one workspace. */
  readonly quota: number | null;
}

/** Makes it ready: the image is built or pulled, which shows progress. @throws EngineDown, ImageRefused, ImageGone */
export async function openChosen(io: Io, choice: SandboxChoice, project: string): Promise<OpenedSandbox> {
  if (choice.kind === "embedded") return embedded();
  return underWay(io, "image", choice.called, async (onLine) => {
    const { sandbox, limits, owner } = await openDocker(choice.engine, { ...choice, project }, onLine);
    const { disk } = choice;
    return { sandbox, owner, pinned: { kind: "docker", ...limits, disk }, quota: disk };
  });
}

/** The sandbox a run pinned. @throws EngineDown, ImageGone */
export async function openPinned(
  io: Io,
  pinned: RunConfig["sandbox"],
  image: string,
  project: string,
): Promise<OpenedSandbox> {
  if (pinned?.kind !== "docker") return embedded();
  const engine = await openEngine(io.env);
  const { memory, cpus } = pinned;
  const wanted = { image: { pinned: image }, memory, cpus, project };
  return { ...(await openDocker(engine, wanted, () => undefined)), pinned, quota: pinned.disk ?? null };
}

async function embedded(): Promise<OpenedSandbox> {
  const { embeddedSandbox } = await import("../edges/embedded/sandbox.ts");
  return {
    sandbox: embeddedSandbox(),
    owner: null,
    pinned: { kind: "embedded", memory: null, cpus: null, disk: null },
    quota: null,
  };
}
