import { canonical } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import { suiteContent, suiteDigest } from "../../core/registry/content.ts";
import type { SuiteContent } from "../../core/registry/content.ts";
import { short } from "../../core/registry/history.ts";
import type { GateSpec } from "../../evals/gate/spec.ts";
import type { Receipt } from "../../evals/receipt/receipt.ts";
import { readContent } from "../registry/content-file.ts";
import { kinds, orFault } from "../registry/kinds.ts";
import type { Opened } from "../registry/open-registry.ts";
import { readSuite } from "../registry/suite-folder.ts";
import { sha256 } from "../sha256.ts";

/** What a suite's folder says as it is now, of what a receipt says too. */
export interface SuiteFacts {
  readonly gate: GateSpec;
  /** The files of cases, by their paths in the folder. */
  readonly datasets: readonly string[];
  /** The held-out cases. */
  readonly items: readonly { readonly id: string; readonly cluster: string }[];
}

/** Reads them of `tasks/NAME/` of a project, for the gate with the measures of the suite's answers. */
export type SuiteReader = (dir: string, name: string) => Promise<SuiteFacts>;

export interface FilesFound {
  /** What is there and says something else. */
  readonly faults: readonly string[];
  /** What is not there any more as it was then, so that nothing can be said of it. */
  readonly unchecked: readonly string[];
}

/** Whether suite, cases, gate and rubrics of a receipt are those of this project, as it is or as it was. */
export async function againstFiles(
  opened: Opened,
  receipt: Receipt,
  read: SuiteReader | null,
): Promise<FilesFound> {
  const rubrics = await rubricsUnknown(opened, receipt);
  const suite = await suiteThen(opened, receipt.suite);
  if (typeof suite === "string") return { faults: [], unchecked: [suite, ...rubrics] };
  const faults = datasetFaults(receipt, suite.content);
  if (!suite.isNow || read === null) return { faults, unchecked: rubrics };
  const facts = await orFault(async () => read(opened.dir, receipt.suite.name));
  if (typeof facts === "string") return { faults: [...faults, facts], unchecked: rubrics };
  return { faults: [...faults, ...factFaults(receipt, facts)], unchecked: rubrics };
}

interface SuiteFound {
  readonly content: SuiteContent;
  /** Whether it is the folder as it is. */
  readonly isNow: boolean;
}

/** The suite of that digest: the folder as it is, else a version of it. @returns in words that there is none */
async function suiteThen(
  opened: Opened,
  { name, version, digest }: Receipt["suite"],
): Promise<SuiteFound | string> {
  const now = await orFault(async () => readSuite(opened.dir, name));
  const isNow = typeof now !== "string" && suiteDigest(sha256, now) === digest;
  if (isNow && version === null) return { content: now, isNow };
  const versions = [...opened.registry.history({ kind: "suite", name }).versions.values()];
  const made = versions.find(
    ({ made: one }) => one.digest === digest && (version === null || version === one.version),
  )?.made;
  const what = `suite ${name}${version === null ? "" : `@${version}`} of digest ${short(digest)}`;
  if (made === undefined) return `${what}: neither tasks/${name} nor a version of it is that`;
  if (isNow) return { content: now, isNow };
  const which = { type: "version", version: made.version } as const;
  const text = await orFault(async () => kinds.suite.textOf(opened, { kind: "suite", name, which }));
  if (typeof text === "string") return `${what}: ${text}`;
  return { content: readContent(suiteContent, text.shown, text.source), isNow };
}

function datasetFaults({ datasets, suite }: Receipt, { files }: SuiteContent): string[] {
  return Object.entries(datasets)
    .filter(([path, digest]) => !Object.hasOwn(files, path) || files[path] !== digest)
    .map(
      ([path]) =>
        `its cases are not those of the suite: tasks/${suite.name}/${path} of that digest is another`,
    );
}

function factFaults({ gate, items, suite, datasets }: Receipt, facts: SuiteFacts): string[] {
  const faults: string[] = [];
  if (canonical(gate) !== canonical(facts.gate))
    faults.push(`its gate is not the one that tasks/${suite.name}/suite.yaml asks for`);
  const clusters = new Map(facts.items.map(({ id, cluster }) => [id, cluster]));
  const scored = new Set(items.map(({ item }) => item.id));
  const stranger = items.find(({ item }) => clusters.get(item.id) !== item.cluster);
  const missing = facts.items.find(({ id }) => !scored.has(id));
  if (canonical(Object.keys(datasets).toSorted()) !== canonical(facts.datasets.toSorted()))
    faults.push(`it does not name the files of cases of tasks/${suite.name}: ${facts.datasets.join(", ")}`);
  if (stranger !== undefined)
    faults.push(`its item ${stranger.item.id} is no held-out case of that cluster of tasks/${suite.name}`);
  if (missing !== undefined)
    faults.push(`the held-out case ${missing.id} of tasks/${suite.name} is not in it`);
  return faults;
}

/** Rubrics that a judge used, of which neither the file nor a version here is that one. */
async function rubricsUnknown(opened: Opened, { judge }: Receipt): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, digest] of Object.entries(judge?.rubrics ?? {}))
    if (!(await hasRubric(opened, name, digest)))
      found.push(`rubric ${name} of digest ${short(digest)}: neither its file nor a version of it is that`);
  return found;
}

async function hasRubric(opened: Opened, name: string, digest: Digest): Promise<boolean> {
  const { versions } = opened.registry.history({ kind: "rubric", name });
  if ([...versions.values()].some(({ made }) => made.digest === digest)) return true;
  const ref = { kind: "rubric", name, which: { type: "file" } } as const;
  const now = await orFault(async () => kinds.rubric.digestOf(await kinds.rubric.textOf(opened, ref)));
  return now === digest;
}
