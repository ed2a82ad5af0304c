import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { safeId } from "../../core/id.ts";
import type { Registry } from "../../edges/registry/registry.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import type { ListedFile, ListedName } from "../view/registry-list.ts";
import type { Opened } from "./open-registry.ts";
import { digestIfWhole, promptText, workingPath } from "./prompt-text.ts";
import { roles } from "./run-prompts.ts";

/** Every prompt of a project: those with versions, those with a file, those that come with harness. */
export async function listPrompts(opened: Opened): Promise<readonly ListedName[]> {
  const names = new Set([
    ...[...opened.registry.byName.values()].flatMap(({ kind, name }) => (kind === "prompt" ? [name] : [])),
    ...(await filesOf(opened.dir)),
    ...roles,
  ]);
  return Promise.all(
    [...names].toSorted().map(async (name) => ({
      history: opened.registry.history({ kind: "prompt", name }),
      file: await listedFile(opened, name),
    })),
  );
}

async function filesOf(dir: string): Promise<readonly string[]> {
  const there = await readdir(join(dir, "prompts")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  return there
    .filter((file) => file.endsWith(".prompt"))
    .map((file) => file.slice(0, -".prompt".length))
    .filter((name) => safeId.safeParse(name).success);
}

/** null: there is none, only versions. */
async function listedFile(opened: Opened, name: string): Promise<ListedFile | null> {
  try {
    const ref = { kind: "prompt", name, which: { type: "file" } } as const;
    const { source, path, shown, isOwn } = await promptText(opened, ref);
    const digest = digestIfWhole(source, path);
    return { path: shown, isOwn, digest, same: sameAs(opened.registry, name, digest) };
  } catch (error) {
    if (error instanceof BadInput) return null;
    if (error instanceof PromptError)
      return { path: workingPath(name), isOwn: true, digest: null, same: null };
    throw error;
  }
}

function sameAs(registry: Registry, name: string, digest: string | null): number | null {
  const { versions } = registry.history({ kind: "prompt", name });
  return [...versions.values()].find(({ made }) => made.digest === digest)?.made.version ?? null;
}
