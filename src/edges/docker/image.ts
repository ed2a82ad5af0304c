import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Engine } from "./engine.ts";
import { EngineDown, ImageRefused, refusalOf, statusOf } from "./engine.ts";

/** Called with one line of what the engine does: a build step, a layer that came. */
export type OnLine = (line: string) => void;

const slowMs = 10 * 60_000;

/** @returns the id of an image, pulled where it is not there. @throws ImageRefused, EngineDown */
export async function imageByName(engine: Engine, name: string, onLine: OnLine): Promise<string> {
  const there = await imageId(engine, name);
  if (there !== null) return there;
  onLine(`pulling ${name}`);
  try {
    const coming = await engine.ask(async (docker) => docker.pull(name), slowMs);
    await follow(coming, onLine);
  } catch (error) {
    throw refused(`the image ${name} is not there and cannot be pulled`, error);
  }
  const pulled = await imageId(engine, name);
  if (pulled === null)
    throw new ImageRefused(`the image ${name} was pulled and is not there; see: docker images`);
  return pulled;
}

/** @returns the id of an image that is there, by name or id; null: it is not. */
export async function imageId(engine: Engine, name: string): Promise<string | null> {
  try {
    return (await engine.ask(async (docker) => docker.getImage(name).inspect())).Id;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** @returns paths that an image declares as volumes, but for the workspace's own. */
export async function volumesOf(engine: Engine, id: string): Promise<readonly string[]> {
  const { Config } = await engine.ask(async (docker) => docker.getImage(id).inspect());
  return Object.keys(Config.Volumes ?? {}).filter((path) => !path.startsWith("/workspace"));
}

/**
 * Builds a Dockerfile with its own directory as the context, as `docker build` would: what has not changed comes from
 * the engine's cache. `leavesOut`: names in that directory that the engine does not get, whatever .dockerignore says. @returns the image's id. @throws ImageRefused with the last lines of the build, EngineDown
 */
export async function imageByDockerfile(
  engine: Engine,
  file: string,
  onLine: OnLine,
  leavesOut: (name: string) => boolean = () => false,
): Promise<string> {
  const lines: string[] = [];
  const told = (line: string): void => {
    lines.push(line);
    onLine(line);
  };
  try {
    const context = dirname(file);
    const src = (await readdir(context)).filter((name) => !leavesOut(name));
    const options = { dockerfile: basename(file), rm: true, forcerm: true };
    const building = await engine.ask(async (docker) => docker.buildImage({ context, src }, options), slowMs);
    const id = await follow(building, told);
    if (id !== null) return id;
  } catch (error) {
    throw refused(`${file} does not build`, error, lines);
  }
  throw new ImageRefused(`${file} was built and the engine named no image`);
}

function refused(what: string, error: unknown, lines: readonly string[] = []): unknown {
  if (!(error instanceof BuildFailed) && statusOf(error) === null && !isMissingFile(error)) return error;
  const said = error instanceof BuildFailed ? error.message : refusalOf(error);
  const tail = lines.slice(-15).map((line) => `\n  ${line}`);
  return new ImageRefused(`${what}: ${said}${tail.join("")}`, { cause: error });
}

const isMissingFile = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** What the engine says at the end of a build or pull that did not work. */
class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}

interface Progress {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Reads the engine's progress, one JSON object a line. @returns the id of what was built, null for a pull. */
async function follow(coming: NodeJS.ReadableStream, onLine: OnLine): Promise<string | null> {
  let id: string | null = null;
  let isStalled = false;
  const stall = setTimeout(() => {
    isStalled = true;
    (coming as Readable).destroy();
  }, slowMs);
  try {
    for await (const line of createInterface({ input: coming })) {
      stall.refresh();
      if (line.trim() === "") continue;
      const said = JSON.parse(line) as Progress;
      if (said.error !== undefined) throw new BuildFailed(said.error.trim());
      id = said.aux?.ID ?? id;
      const text = (said.stream ?? pullText(said) ?? "").trim();
      if (text !== "") for (const one of text.split("\n")) onLine(one);
    }
  } finally {
    clearTimeout(stall);
  }
  if (isStalled)
    throw new EngineDown(`the Docker engine has said nothing for ${slowMs / 60_000} min; see: docker info`);
  return id;
}

const pullText = ({ status, id }: Progress): string | undefined =>
  status === undefined || status === "Downloading" || status === "Extracting"
    ? undefined
    : [id, status].filter((part) => part !== undefined).join(" ");
