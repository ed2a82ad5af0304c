import { lstat, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { safeId } from "../../core/id.ts";
import type { RubricSpec } from "../../core/goal.ts";
import { BadInput } from "./bad-input.ts";
import { nearest } from "../../core/nearest.ts";
import { readText } from "./read-text.ts";
import { readRubric } from "./rubric-file.ts";

/** A name's file: the project's own, else the one that comes with harness. */
interface Found {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly from: "project" | "package";
}
export interface PromptFile extends Found {
  readonly source: string;
}
export interface RubricFile extends Found {
  readonly spec: RubricSpec;
}

/** The directory of our own package.json, from src/edges/project and dist/edges/project alike. */
const ownRoot = (): string => fileURLToPath(new URL("../../../", import.meta.url));

/** `prompts/NAME.prompt` of the project, else ours. @throws BadInput when neither has it or it is no text. */
export async function resolvePrompt(projectDir: string, name: string, root = ownRoot()): Promise<PromptFile> {
  const found = await find(prompts, projectDir, name, root);
  const { text } = await readText(found.path);
  if (text.trim() === "")
    throw new BadInput(found.path, 1, "the prompt is empty; write it, or remove the file");
  return { ...found, source: text };
}

/** A text that prompts include by `{{> NAME}}`. */
export interface PartialFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** `prompts/_NAME.prompt` of the project, else ours; null: neither has it. @param name that is safe @throws BadInput when it is no text */
export async function resolvePartial(
  projectDir: string,
  name: string,
  root = ownRoot(),
): Promise<PartialFile | null> {
  for (const dir of [resolve(projectDir), root]) {
    const base = join(dir, prompts.dir, `_${name}`);
    if (await isThere(base + prompts.extension)) return readText(base + prompts.extension);
    if (dir !== root) await refuseMistaken(prompts, base);
  }
  return null;
}

/** `rubrics/NAME.yaml` of the project, else ours. @throws BadInput when neither has it or it is not valid. */
export async function resolveRubric(projectDir: string, name: string, root = ownRoot()): Promise<RubricFile> {
  const found = await findRubric(projectDir, name, root);
  return { ...found, spec: await readRubric(found.path) };
}

/** Where the file of a rubric is, not read. @throws BadInput when there is none */
export const findRubric = async (projectDir: string, name: string, root = ownRoot()): Promise<Found> =>
  find(rubrics, projectDir, name, root);

/** Every rubric a goal in this project may name, by name. @throws BadInput when one is not valid. */
export async function listRubrics(projectDir: string, root = ownRoot()): Promise<readonly RubricSpec[]> {
  const names = await rubricNames(projectDir, root);
  return Promise.all(names.map(async (name) => (await resolveRubric(projectDir, name, root)).spec));
}

/** The names of rubrics that have a file, sorted. @throws BadInput for a file whose name is none */
export const rubricNames = async (projectDir: string, root = ownRoot()): Promise<readonly string[]> =>
  namesOf(rubrics, [resolve(projectDir), root]);

/** `sandbox/Dockerfile` of the project, else ours. */
export async function resolveDockerfile(
  projectDir: string,
  root = ownRoot(),
): Promise<Pick<Found, "path" | "from">> {
  const own = join(resolve(projectDir), "sandbox/Dockerfile");
  if (await isThere(own)) return { path: own, from: "project" };
  return { path: join(root, "sandbox/Dockerfile"), from: "package" };
}

interface Folder {
  readonly kind: string;
  readonly dir: string;
  readonly extension: string;
  /** An ending that looks right and is not. */
  readonly mistaken: string;
}
const prompts: Folder = { kind: "prompt", dir: "prompts", extension: ".prompt", mistaken: ".prompt.md" };
const rubrics: Folder = { kind: "rubric", dir: "rubrics", extension: ".yaml", mistaken: ".yml" };

async function find(folder: Folder, projectDir: string, name: string, root: string): Promise<Found> {
  const places = [
    { from: "project", path: join(resolve(projectDir), folder.dir, name + folder.extension) },
    { from: "package", path: join(root, folder.dir, name + folder.extension) },
  ] as const;
  if (safeId.safeParse(name).success) {
    for (const { from, path } of places) {
      if (await isThere(path)) return { name, path, from };
      if (from === "project") await refuseMistaken(folder, join(resolve(projectDir), folder.dir, name));
    }
  }
  const known = await namesOf(folder, [resolve(projectDir), root]);
  const near = nearest(name, known);
  const hint = near === null ? `known are ${known.join(", ") || "none"}` : `did you mean "${near}"?`;
  throw new BadInput(
    join(resolve(projectDir), folder.dir),
    null,
    `there is no ${folder.kind} "${name}"; ${hint}`,
  );
}

/** Somebody counts on a file of the project's that would not be read. @throws BadInput */
async function refuseMistaken(folder: Folder, path: string): Promise<void> {
  if (await isThere(path + folder.mistaken)) throw mistaken(folder, path + folder.mistaken);
}

const mistaken = ({ extension }: Folder, path: string): BadInput =>
  new BadInput(path, null, `this is not read; let its name end in ${extension}`);

/** Names of a folder's files in all these roots, each once, sorted. Hidden files, partials and READMEs are none. */
async function namesOf(folder: Folder, roots: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const root of roots) {
    const dir = join(root, folder.dir);
    for (const file of await filesIn(dir)) {
      if (/^[._]/.test(file)) continue;
      if (file.endsWith(folder.mistaken)) throw mistaken(folder, join(dir, file));
      if (file.endsWith(folder.extension)) names.add(nameOf(folder, dir, file));
    }
  }
  return [...names].toSorted();
}

function nameOf(folder: Folder, dir: string, file: string): string {
  const name = file.slice(0, -folder.extension.length);
  const checked = safeId.safeParse(name);
  if (checked.success) return name;
  throw new BadInput(
    join(dir, file),
    null,
    `the name of a ${folder.kind} ${checked.error.issues[0]?.message}; rename the file`,
  );
}

const filesIn = async (dir: string): Promise<string[]> => absent(readdir(dir), []);

/** A symbolic link that leads nowhere is there: reading it says so, instead of taking our file in its place. */
const isThere = async (path: string): Promise<boolean> => (await absent(lstat(path), null)) !== null;

async function absent<T, N>(found: Promise<T>, otherwise: N): Promise<T | N> {
  try {
    return await found;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return otherwise;
    throw error;
  }
}
