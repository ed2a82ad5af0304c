import { canonical } from "../core/canonical.ts";
import type { Environment } from "../core/environment.ts";
import { acceptances } from "../core/fresh.ts";
import type { Acceptance, EarlierResult, World } from "../core/fresh.ts";
import type { Body, Entry, Pins } from "../core/event.ts";
import type { RunConfig } from "../core/goal.ts";
import type { RunId } from "../core/id.ts";
import type { TaskSpec } from "../core/plan.ts";
import { DamagedJournal } from "../core/ports.ts";
import type { Ports } from "../core/ports.ts";
import { apply } from "../core/apply.ts";
import type { RunState } from "../core/run.ts";
import { readJson } from "../loop/texts.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** How many runs are looked through, the newest first. */
const mostRuns = 50;

/** What earlier runs of this project accepted, by task; each run is read once, when it is first asked for. */
export function earlierResults(storage: Stored): (task: string) => Promise<readonly EarlierResult[]> {
  const read = new Map<RunId, Promise<Past>>();
  return async (task) => {
    const rows = (await storage.journal.runs())
      .toSorted((a, b) => b.createdAt - a.createdAt)
      .slice(0, mostRuns);
    const found: EarlierResult[] = [];
    for (const { id } of rows) {
      const past = read.get(id) ?? readPast(storage, id);
      read.set(id, past);
      found.push(...(await resultsOf(storage, await past, task)));
    }
    return found;
  };
}

interface Past {
  readonly id: RunId;
  readonly run: RunState | null;
  readonly created: Body<"run-created"> | null;
  readonly accepted: readonly Acceptance[];
}

/** A run that is damaged has nothing to keep, and keeps nobody from working: `harness audit` tells of it. */
async function readPast(storage: Stored, id: RunId): Promise<Past> {
  try {
    return await readWhole(storage, id);
  } catch (error) {
    if (!(error instanceof DamagedJournal)) throw error;
    return { id, run: null, created: null, accepted: [] };
  }
}

async function readWhole({ journal }: Stored, id: RunId): Promise<Past> {
  let run: RunState | null = null;
  const entries: Entry[] = [];
  for await (const entry of journal.read(id, 0)) {
    run = apply(run, entry);
    entries.push(entry);
  }
  const [first] = entries;
  const created = first?.type === "run-created" ? first.body : null;
  return { id, run, created, accepted: acceptances(entries) };
}

async function resultsOf(
  { blobs }: Stored,
  { id, run, created, accepted }: Past,
  task: string,
): Promise<readonly EarlierResult[]> {
  const last = accepted.findLast((one) => one.task === task);
  const spec = run?.tasks.get(task)?.spec;
  if (last === undefined || spec === undefined || created === null) return [];
  if ((await blobs.missing([spec, created.config])).length > 0) return [];
  const config = await readJson<RunConfig>(blobs, created.config);
  const named = config.environment ?? null;
  const environment = named === null ? null : await readJson<Environment>(blobs, named);
  const { seq, start, result, handoff, by } = last;
  return [
    {
      run: id,
      seq,
      spec: await readJson<TaskSpec>(blobs, spec),
      world: worldOf(config, created.pins, environment),
      start,
      result,
      handoff,
      by,
    },
  ];
}

/** What results depend on in a run with this configuration. */
export const worldOf = (
  { text, checks, models: versions = {} }: Pick<RunConfig, "text" | "checks" | "models">,
  {
    prompts,
    models,
    rubrics,
    image,
    profile,
  }: Pick<Pins, "prompts" | "models" | "rubrics" | "image" | "profile">,
  environment: Environment | null,
): World => ({
  goal: text,
  guards: checks.filter(({ guard }) => guard === true),
  prompts,
  models: {
    worker: versions["worker"] ?? models.worker,
    evaluator: versions["evaluator"] ?? models.evaluator,
  },
  rubrics,
  sandbox: canonical({
    image,
    profile,
    // History is for reading, and grows with each commit.
    setup: (environment?.added ?? []).filter(({ dir, entry }) => dir !== "" || entry.name !== ".git"),
  }),
});
