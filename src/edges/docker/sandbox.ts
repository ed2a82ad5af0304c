import { randomBytes } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import type { Capabilities, Sandbox, Slot } from "../../core/sandbox.ts";
import { ContainerLost, createContainer, containerOf } from "./container.ts";
import type { Container } from "./container.ts";
import { isDead } from "./dead.ts";
import { EngineDown, ImageRefused } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { tooFull } from "./free-space.ts";
import { proveMount } from "./mount.ts";
import { containerOptions, profileName } from "./profile.ts";
import type { Limits, Users } from "./profile.ts";
import { openProxy } from "./proxy.ts";
import type { Proxy } from "./proxy.ts";
import { openSlot, removeOrLeave } from "./slot.ts";
import { capabilitiesOf, survey } from "./survey.ts";
import type { Survey } from "./survey.ts";
import { openWayOut, proxyEnvironment, socketDir } from "./way-out.ts";

export interface DockerOptions {
  readonly engine: Engine;
  /** Id of an image that is there. */
  readonly image: string;
  /** Paths that the image declares as volumes. */
  readonly volumes?: readonly string[];
  readonly limits: Limits;
  readonly users: Users;
  /** Names the project on this engine: containers of other projects are never touched. */
  readonly project: string;
}

const projectLabel = "harness.project";
const slotLabel = "harness.slot";
/** Of a container that belongs to no slot: the process that looks into it. */
const surveyLabel = "harness.survey";

/** Slots as hardened containers of one image. */
export function dockerSandbox(options: DockerOptions): Sandbox {
  const { engine, image, limits, users, project } = options;
  const user = `${users.uid}:${users.gid}`;
  let known: Promise<Survey> | null = null;
  const surveyed = async (): Promise<Survey> => {
    known ??= surveyOf(options, user);
    try {
      return await known;
    } catch (error) {
      // An engine that was away may be back.
      known = null;
      throw error;
    }
  };
  return {
    ...slotsLeft(engine, project),
    kind: "docker",
    image,
    profile: profileName(limits, users),
    spares: 1,
    capabilities: async (): Promise<Capabilities> => capabilitiesOf(await surveyed(), limitsText(limits)),
    open: async (name, dir, hosts = []) => {
      try {
        const why = await notUsable(dir);
        if (why !== null) return { broken: why };
        return await opened(options, {
          name,
          dir: await realpath(dir),
          hosts,
          user,
          found: await surveyed(),
        });
      } catch (error) {
        if (error instanceof ContainerLost || error instanceof EngineDown || error instanceof ImageRefused)
          return { broken: error.message };
        throw error;
      }
    },
  };
}

/** Slots of a project, whatever image they were made of. */
export function slotsLeft(engine: Engine, project: string): Pick<Sandbox, "left" | "reap"> {
  const left = async (): Promise<readonly Left[]> => leftOf(engine, project);
  return {
    left: async () => (await left()).map(({ name }) => name),
    reap: async (prefix) => {
      for (const { id, name } of await left())
        if (name.startsWith(prefix)) await containerOf(engine, id).remove();
    },
  };
}

const limitsText = ({ memory, cpus }: Limits): string =>
  `Memory: ${Math.round(memory / 2 ** 20)} MB, ${cpus} processor${cpus === 1 ? "" : "s"}, files up to 4 GB.`;

async function notUsable(dir: string): Promise<string | null> {
  const found = await stat(dir).catch((error: Error) => error);
  if (found instanceof Error) return `the workspace is not there: ${found.message}`;
  return found.isDirectory() ? tooFull(dir) : `${dir} is no directory`;
}

interface Wanted {
  readonly name: string;
  readonly dir: string;
  /** It may reach these. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly found: Survey;
}

async function opened(options: DockerOptions, wanted: Wanted): Promise<Slot | { readonly broken: string }> {
  const proxy = wanted.hosts.length === 0 ? null : await openProxy(wanted.hosts);
  let slot: Slot | { readonly broken: string } | null = null;
  try {
    slot = await openedWith(options, wanted, proxy);
    return slot;
  } finally {
    if (slot === null || "broken" in slot) await proxy?.close();
  }
}

async function openedWith(
  { engine, image, limits, users, project, volumes = [] }: DockerOptions,
  { name, dir, hosts, user, found }: Wanted,
  proxy: Proxy | null,
): Promise<Slot | { readonly broken: string }> {
  const labels = { [projectLabel]: project, [slotLabel]: name };
  const way =
    proxy === null ? {} : { mounts: [{ from: proxy.dir, to: socketDir }], env: proxyEnvironment(hosts) };
  const options = containerOptions({ image, limits, users, labels, dir, volumes, ...way });
  const container = await createContainer(engine, { name: calledAfter(name), ...options });
  const prepare = async (): Promise<string | null> =>
    proxy === null ? null : openWayOut(container, found.all, user);
  return keeping(container, async () => {
    await container.start();
    const why = (await proveMount(container, dir, user)) ?? (await prepare());
    if (why !== null) return why;
    return openSlot({
      container,
      dir,
      user,
      shell: found.shell,
      prepare,
      denied: () => proxy?.denied() ?? [],
      release: async () => proxy?.close(),
    });
  });
}

/** How people find a slot's container: `harness-7k2m-task-clean-1-3f9c2a`. */
const calledAfter = (slot: string): string =>
  `harness-${slot.replaceAll(/[^\w.-]+/g, "-")}-${randomBytes(3).toString("hex")}`;

/** A container that comes to nothing is removed again. A string says why it comes to nothing. */
async function keeping<T extends object>(
  container: Container,
  use: () => Promise<T | string>,
): Promise<T | { readonly broken: string }> {
  let made: T | string | null = null;
  try {
    made = await use();
    return typeof made === "string" ? { broken: made } : made;
  } finally {
    if (made === null || typeof made === "string") await removeOrLeave(container);
  }
}

async function surveyOf(
  { engine, image, limits, users, project, volumes = [] }: DockerOptions,
  user: string,
): Promise<Survey> {
  await removeDeadSurveys(engine, project);
  const labels = { [projectLabel]: project, [surveyLabel]: String(process.pid) };
  const options = containerOptions({ image, limits, users, labels, dir: null, volumes });
  // Once it was started it goes by itself when the harness dies; before, `AutoRemove` does nothing.
  options.Cmd = ["300"];
  options.HostConfig = { ...options.HostConfig, AutoRemove: true };
  const container = await createContainer(engine, options);
  try {
    await container.start();
    const found = await survey(container, user);
    if (typeof found === "string")
      throw new ImageRefused(`the image ${image.slice(0, 19)} cannot be used: ${found}`);
    return found;
  } finally {
    await removeOrLeave(container);
  }
}

/** What processes left that died while they looked into the image. */
async function removeDeadSurveys(engine: Engine, project: string): Promise<void> {
  const filters = { label: [`${projectLabel}=${project}`, surveyLabel] };
  const found = await engine.ask(async (docker) => docker.listContainers({ all: true, filters }));
  for (const { Id, Labels } of found)
    if (isDead(Number(Labels[surveyLabel]))) await removeOrLeave(containerOf(engine, Id));
}

interface Left {
  readonly id: string;
  readonly name: string;
}

async function leftOf(engine: Engine, project: string): Promise<readonly Left[]> {
  const filters = { label: [`${projectLabel}=${project}`, slotLabel] };
  const found = await engine.ask(async (docker) => docker.listContainers({ all: true, filters }));
  return found.map(({ Id, Labels }) => ({ id: Id, name: Labels[slotLabel] ?? "" }));
}
