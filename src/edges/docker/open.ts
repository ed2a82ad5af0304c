import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type { Sandbox } from "../../core/sandbox.ts";
import type { Engine } from "./engine.ts";
import { ImageRefused } from "./engine.ts";
import { imageByDockerfile, imageByName, imageId, volumesOf } from "./image.ts";
import type { OnLine } from "./image.ts";
import type { Limits, Users } from "./profile.ts";
import { dockerSandbox, slotsLeft } from "./sandbox.ts";

/** Which image: by name, built of a Dockerfile, or the very one that a run pinned. */
export type ImageWanted =
  | { readonly name: string }
  | { readonly dockerfile: string; readonly leavesOut?: (name: string) => boolean }
  | { readonly pinned: string };

export interface DockerWanted {
  readonly image: ImageWanted;
  /** null: as much as is sensible on this engine. */
  readonly memory: number | null;
  readonly cpus: number | null;
  /** The state directory of the project: whose containers these are. */
  readonly project: string;
}

export interface OpenedDocker {
  readonly sandbox: Sandbox;
  readonly limits: Limits;
  /** Whom files of a workspace must belong to; null: whoever this process is. */
  readonly owner: Users | null;
}

/** The sandbox of a run, its image pulled or built where it is not there. @throws EngineDown, ImageRefused */
export async function openDocker(
  engine: Engine,
  wanted: DockerWanted,
  onLine: OnLine,
): Promise<OpenedDocker> {
  const info = (await engine.ask(async (docker) => docker.info())) as EngineInfo;
  const limits = {
    memory: wanted.memory ?? Math.min(4 * gib, floorTo(info.MemTotal / 2, mib)),
    cpus: wanted.cpus ?? Math.min(2, info.NCPU),
  };
  checkLimits(limits, info);
  const users = usersOf(info);
  const image = await imageOf(engine, wanted.image, onLine);
  const volumes = await volumesOf(engine, image);
  const project = labelOf(wanted.project);
  return {
    sandbox: dockerSandbox({ engine, image, volumes, limits, users, project }),
    limits,
    owner: process.getuid?.() === 0 && users.uid !== 0 ? users : null,
  };
}

/** The containers of a state directory, whatever image they were made of. */
export const containersLeft = (engine: Engine, state: string): Pick<Sandbox, "left" | "reap"> =>
  slotsLeft(engine, labelOf(state));

const labelOf = (state: string): string =>
  createHash("sha256").update(`${hostname()}\0${state}`).digest("hex").slice(0, 16);

/** @throws ImageRefused for what no container can be given here, or none could work with. */
function checkLimits({ memory, cpus }: Limits, { MemTotal, NCPU }: EngineInfo): void {
  const most = Math.floor(MemTotal / mib);
  if (cpus > NCPU)
    throw new ImageRefused(`sandbox.cpus: ${cpus} is more than the ${NCPU} of the engine's machine`);
  if (memory > MemTotal)
    throw new ImageRefused(
      `sandbox.memory: ${memory / mib}m is more than the ${most}m of the engine's machine`,
    );
  if (memory < leastMemory)
    throw new ImageRefused(`sandbox.memory: at least ${leastMemory / mib}m is needed`);
  if (cpus < leastCpus) throw new ImageRefused(`sandbox.cpus: at least ${leastCpus} is needed`);
}

const leastCpus = 0.05;
const mib = 2 ** 20;
const leastMemory = 32 * mib;
const gib = 2 ** 30;
const floorTo = (size: number, unit: number): number => Math.floor(size / unit) * unit;

interface EngineInfo {
  readonly MemTotal: number;
  readonly NCPU: number;
  readonly SecurityOptions?: readonly string[];
}

/**
 * The worker is who the harness is, so that both may write the workspace; somebody ordinary when the harness is root.
 * A rootless engine's root is the harness's own user.
 */
function usersOf({ SecurityOptions = [] }: EngineInfo): Users {
  if (SecurityOptions.some((option) => option.includes("rootless"))) return { uid: 0, gid: 0 };
  const [uid, gid] = [process.getuid?.() ?? 1000, process.getgid?.() ?? 1000];
  return uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid };
}

async function imageOf(engine: Engine, wanted: ImageWanted, onLine: OnLine): Promise<string> {
  if ("name" in wanted) return imageByName(engine, wanted.name, onLine);
  if ("dockerfile" in wanted) return imageByDockerfile(engine, wanted.dockerfile, onLine, wanted.leavesOut);
  const found = await imageId(engine, wanted.pinned);
  if (found !== null) return found;
  throw new ImageGone(
    `the image ${wanted.pinned.slice(0, 19)} that the run started with is gone; build or pull it again, then: harness resume`,
  );
}

/** A run cannot go on before its image is back. */
class ImageGone extends Error {
  override readonly name = "ImageGone";
}
