import type { Entry } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import { MissingBlob } from "../../core/ports.ts";
import type { Blobs } from "../../core/ports.ts";
import type { TraceItem } from "../../core/trace/item.ts";

/** Versions of prompts that a run uses, by role. */
export type PromptVersions = ReadonlyMap<string, { readonly name: string; readonly version: number }>;

/** What a run's configuration says of them, as its first event names it. A run that used files uses none. */
export async function promptVersions(blobs: Pick<Blobs, "getStream">, entry: Entry): Promise<PromptVersions> {
  if (entry.type !== "run-created") return new Map();
  const { prompts = {} } = await configOf(blobs, entry.body.config);
  return new Map(
    Object.entries(prompts).flatMap(([role, label]) => {
      const [, name, version] = /^(.+)@([1-9]\d*)$/.exec(label) ?? [];
      return name === undefined ? [] : [[role, { name, version: Number(version) }] as const];
    }),
  );
}

async function configOf(
  blobs: Pick<Blobs, "getStream">,
  digest: string,
): Promise<Pick<RunConfig, "prompts">> {
  try {
    const chunks = await Array.fromAsync(blobs.getStream(digest));
    return JSON.parse(Buffer.concat(chunks).toString()) as Pick<RunConfig, "prompts">;
  } catch (error) {
    // Dropped, or damaged on a disk: then nobody knows.
    if (error instanceof MissingBlob || (error as Error).name === "DamagedBlob") return {};
    throw error;
  }
}

/** An item whose prompt is called by its version. */
export function versioned(item: TraceItem, versions: PromptVersions): TraceItem {
  if (item.type !== "span" || item.generation === null) return item;
  const { generation } = item;
  const { prompt } = generation;
  const known = prompt === null ? undefined : versions.get(prompt.name);
  if (prompt === null || known === undefined) return item;
  return { ...item, generation: { ...generation, prompt: { ...prompt, ...known } } };
}
