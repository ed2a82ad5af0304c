import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { canonical } from "../../core/canonical.ts";
import { safeId } from "../../core/id.ts";
import type { Digest } from "../../core/id.ts";
import { inLf } from "../../core/registry/closure.ts";
import type { SuiteContent } from "../../core/registry/content.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { readText } from "../../edges/project/read-text.ts";
import { parseYaml } from "../../edges/project/yaml.ts";
import { formatOf, readDataset } from "../../edges/registry/dataset-file.ts";
import { fileChunks } from "../../edges/registry/file-chunks.ts";
import { sha256 } from "../sha256.ts";
import { statThere } from "../there.ts";

const main = "suite.yaml";

/** The names of the folders of `tasks/` that are suites. */
export async function suiteNames(dir: string): Promise<readonly string[]> {
  const found = await readdir(join(dir, "tasks")).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  const names: string[] = [];
  for (const name of found.toSorted())
    if (safeId.safeParse(name).success && (await isSuite(dir, name))) names.push(name);
  return names;
}

const isSuite = async (dir: string, name: string): Promise<boolean> =>
  (await statThere(join(dir, "tasks", name, main))) !== null;

/**
 * Digests of all files of `tasks/NAME/`: of `suite.yaml` as a value, of JSONL as values, of other text with line ends
 * `\n`, else of the bytes. @throws BadInput, RegistryRefused
 */
export async function readSuite(dir: string, name: string): Promise<SuiteContent> {
  const folder = join(dir, "tasks", name);
  if (!(await isSuite(dir, name)))
    throw new BadInput(folder, null, `there is no suite "${name}"; a suite is a folder with ${main} in it`);
  const files: Record<string, Digest> = {};
  for (const path of await filesIn(folder, "")) {
    if (path === "__proto__") throw new BadInput(join(folder, path), null, "rename this file");
    files[path] = await digestOf(folder, name, path);
  }
  return { files };
}

/** A folder with more is no suite but a mistake. */
const mostFiles = 10_000;
const ignored = new Set([".git", ".DS_Store"]);

async function filesIn(folder: string, under: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, under), { withFileTypes: true })) {
    if (ignored.has(entry.name)) continue;
    const path = under === "" ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesIn(folder, path)));
    else found.push(path);
    if (found.length > mostFiles)
      throw new BadInput(folder, null, `it holds more than ${mostFiles} files; move what is no case away`);
  }
  return found.toSorted();
}

const unlessNoLink = (error: NodeJS.ErrnoException): null => {
  if (error.code === "EINVAL") return null;
  throw error;
};

async function digestOf(folder: string, name: string, path: string): Promise<Digest> {
  const [whole, shown] = [join(folder, path), `tasks/${name}/${path}`];
  const link = await readlink(whole).catch(unlessNoLink);
  if (link !== null) return sha256(`link ${link}`);
  if (path === main) {
    const { path: at, text } = await readText(whole);
    return sha256(canonical(parseYaml({ path: at, line: 1, text }).value));
  }
  if (formatOf(path) === "jsonl") return (await readDataset(whole, shown, "jsonl")).sha256;
  const chunks: Buffer[] = [];
  for await (const chunk of fileChunks(whole, shown)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (isUtf8(bytes) && !bytes.includes(0)) return sha256(inLf(bytes.toString("utf8")));
  return createHash("sha256").update(bytes).digest("hex");
}
