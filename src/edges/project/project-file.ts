import { lstat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { goalSpec, projectSpec } from "../../core/goal.ts";
import type { ProjectSpec } from "../../core/goal.ts";
import { BadInput } from "./bad-input.ts";
import { parseSpec } from "./parse-spec.ts";
import type { Kind, Parsed } from "./parse-spec.ts";
import { readText } from "./read-text.ts";

export interface ProjectFile {
  /** Absolute: the directory of `harness.yaml`; without one, the directory that was asked for. */
  readonly dir: string;
  readonly spec: ProjectSpec;
  /** Absolute; null when there is no `harness.yaml` and the defaults hold. */
  readonly path: string | null;
  /** The line of the file on which a setting is named. */
  readonly lineOf?: Parsed<ProjectSpec>["lineOf"];
}

const settings: Kind<ProjectSpec> = {
  called: "harness.yaml",
  schema: projectSpec,
  elsewhere: Object.fromEntries(
    Object.keys(goalSpec.shape)
      .filter((key) => !Object.hasOwn(projectSpec.shape, key))
      .map((key) => [key, "a goal file"]),
  ),
};

/**
 * Reads `harness.yaml` of `dir` or of the nearest directory above it, up to the top of the git repository, else of the
 * file system. @throws BadInput
 */
export async function readProject(dir: string): Promise<ProjectFile> {
  const start = resolve(dir);
  for (const place of upwards(start)) {
    const path = join(place, "harness.yaml");
    if ((await look(path)) !== null) {
      const { text } = await readText(path);
      const parsed = parseSpec({ path, line: 1, text }, settings);
      refuseAddresses(path, parsed);
      return { dir: place, path, spec: parsed.spec, lineOf: parsed.lineOf };
    }
    const other = join(place, "harness.yml");
    if ((await look(other)) !== null)
      throw new BadInput(other, null, "this is not read; rename it to harness.yaml");
    if ((await look(join(place, ".git"))) !== null) break;
  }
  return { dir: start, spec: {}, path: null };
}

/** The address may hold a password, so it is not shown. @throws BadInput */
function refuseAddresses(path: string, { spec, lineOf }: Parsed<ProjectSpec>): void {
  for (const [provider, text = ""] of Object.entries(spec.base_urls ?? {})) {
    const url = URL.parse(text);
    const name = `base_urls.${provider}`;
    if (url === null || !["http:", "https:"].includes(url.protocol))
      throw new BadInput(
        path,
        lineOf(["base_urls", provider]),
        `${name} is no address; write it like https://host/path`,
      );
    if (url.username !== "" || url.password !== "")
      throw new BadInput(
        path,
        lineOf(["base_urls", provider]),
        `${name} holds a login; take it out, keys have variables of their own`,
      );
  }
}

function* upwards(start: string): Generator<string> {
  for (let dir = start; ; dir = dirname(dir)) {
    yield dir;
    if (dir === dirname(dir)) return;
  }
}

/** null: not there, or in a directory that may not be searched (one above ours can be such). */
async function look(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(code)) return null;
    throw error;
  }
}
