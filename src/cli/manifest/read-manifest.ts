import type { Body } from "../../core/event.ts";
import type { RunConfig } from "../../core/goal.ts";
import { threadParts } from "../../core/id.ts";
import type { Digest, Instant, Role, RunId } from "../../core/id.ts";
import { lockfileNames, manifestOf } from "../../core/manifest/manifest.ts";
import type { Manifest } from "../../core/manifest/manifest.ts";
import type { Price } from "../../core/model.ts";
import { completed } from "../../core/policy.ts";
import type { StoredPolicy } from "../../core/policy.ts";
import type { Ports } from "../../core/ports.ts";
import type { Capabilities } from "../../core/sandbox.ts";
import { treeStore } from "../../core/tree-store.ts";
import { readJson } from "../../loop/texts.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** The manifest of a run as its journal stands. @throws Error for a run that is not there */
export async function readManifest({ journal, blobs }: Stored, run: RunId): Promise<Manifest> {
  const told = await tell(journal, run);
  const { created } = told;
  if (created === null) throw new Error(`run ${run} has no events`);
  const { pins } = created;
  return manifestOf({
    run,
    createdAt: told.createdAt,
    head: told.head,
    created,
    config: await readJson<RunConfig>(blobs, created.config),
    policy: completed(await readJson<StoredPolicy>(blobs, pins.policy)),
    capabilities: await readJson<Capabilities>(blobs, pins.capabilities),
    prices: await readJson<Record<string, Price | null>>(blobs, pins.prices),
    lockfiles: await lockfilesOf(blobs, created.base),
    served: told.served,
    gone: (await blobs.missing([...told.answers])).length,
  });
}

interface Told {
  created: Body<"run-created"> | null;
  createdAt: Instant;
  head: Manifest["head"];
  readonly served: Partial<Record<Role, string[]>>;
  /** What models said. */
  readonly answers: Set<Digest>;
}

async function tell(journal: Stored["journal"], run: RunId): Promise<Told> {
  const told: Told = {
    created: null,
    createdAt: 0,
    head: { seq: 0, hash: "" },
    served: {},
    answers: new Set(),
  };
  for await (const entry of journal.read(run, 0)) {
    told.head = { seq: entry.seq, hash: entry.hash };
    if (entry.type === "run-created") {
      told.created = entry.body;
      told.createdAt = entry.at;
    }
    if (entry.type === "model-ended") noteAnswer(told, entry.body);
  }
  return told;
}

function noteAnswer({ served, answers }: Told, { thread, servedModel, response }: Body<"model-ended">): void {
  if (response !== null) answers.add(response);
  if (servedModel === null) return;
  const names = (served[threadParts(thread).role] ??= []);
  if (!names.includes(servedModel)) names.push(servedModel);
}

async function lockfilesOf(blobs: Stored["blobs"], tree: Digest): Promise<Record<string, Digest>> {
  const { entries } = await treeStore(blobs).load(tree);
  const known: ReadonlySet<string> = new Set(lockfileNames);
  return Object.fromEntries(
    entries.flatMap((entry) =>
      entry.type === "file" && known.has(entry.name) ? [[entry.name, entry.content] as const] : [],
    ),
  );
}
