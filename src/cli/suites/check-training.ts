import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactKind } from "../../core/registry/artifact.ts";
import { versionText } from "../../core/registry/artifact.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import type { Item } from "../../evals/suite/case.ts";
import { fails, holds, someOf, unknown } from "../../evals/suite/check/finding.ts";
import type { Finding } from "../../evals/suite/check/finding.ts";
import { trainedOn } from "../../evals/suite/check/trained.ts";
import type { TrainedOn } from "../../evals/suite/check/trained.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import { artifactText } from "../registry/artifact-text.ts";
import type { ArtifactText } from "../registry/artifact-text.ts";
import { datasetKind, datasetOf } from "../registry/dataset-kind.ts";
import { orFault } from "../registry/kinds.ts";
import { modelKind, modelOf } from "../registry/model-kind.ts";
import type { Opened } from "../registry/open-registry.ts";
import { rowsFile } from "../registry/past-rows.ts";
import { plural } from "../view/words.ts";

const check = "training";

/** No held-out case is in what a registered model was trained on. @param lineOf of cases by their ids */
export async function checkTraining(
  opened: Opened,
  items: readonly Item[],
  lineOf: ReadonlyMap<string, number>,
): Promise<Finding> {
  const uses = await trainingUses(opened);
  if (uses.length === 0) return holds(check, "no registered model was trained on anything");
  const sets = await datasetsBy(opened);
  const looked = trainedOn(items);
  const [read, unread]: [Looked[], string[]] = [[], []];
  for (const [digest, models] of Map.groupBy(uses, (one) => one.digest)) {
    const label = models.map(({ model }) => model).join(", ");
    const set = sets.get(digest);
    const found =
      set === undefined
        ? `its dataset ${digest.slice(0, 12)} is no version here`
        : await rowsWith(opened, set, looked);
    if (typeof found === "string") unread.push(`${label}: ${found}`);
    else read.push(...found.map((one) => ({ ...one, model: label })));
  }
  return findingOf(read, unread, uses.length, lineOf);
}

interface Use {
  readonly model: string;
  readonly digest: string;
}

interface Looked {
  readonly id: string;
  readonly model: string;
  readonly where: string;
}

function findingOf(
  hits: readonly Looked[],
  unread: readonly string[],
  uses: number,
  lineOf: ReadonlyMap<string, number>,
): Finding {
  const [first] = hits;
  if (first !== undefined) {
    const ids = [...new Set(hits.map(({ id }) => id))];
    return fails(
      check,
      `${someOf(ids)} ${ids.length === 1 ? "is" : "are"} in what ${first.model} was trained on (${first.id}: ${first.where})`,
      "take the cases out, or train on the train side alone: their scores say nothing of such a model",
      ids.flatMap((id) => lineOf.get(id) ?? []),
    );
  }
  if (unread.length > 0)
    return unknown(check, `not looked at: ${someOf(unread)}`, "get the rows: harness datasets verify");
  return holds(
    check,
    `no held-out case is in the rows of ${plural(uses, "training dataset")}: texts of variables, inside those of a row`,
  );
}

const versionsOf = (opened: Opened, kind: ArtifactKind): readonly VersionRecord[] =>
  [...opened.registry.byName.values()]
    .filter((one) => one.kind === kind)
    .flatMap(({ versions }) => [...versions.values()].map(({ made }) => made));

const refOf = ({ kind, name, version }: VersionRecord) =>
  ({ kind, name, which: { type: "version", version } }) as const;

async function trainingUses(opened: Opened): Promise<readonly Use[]> {
  const uses: Use[] = [];
  for (const made of versionsOf(opened, "model")) {
    const model = modelOf(await artifactText(modelKind, opened, refOf(made)));
    for (const { sha256 } of model.training)
      uses.push({ model: versionText(made, made.version), digest: sha256 });
  }
  return uses;
}

/** Versions of datasets by the digest of their rows and of each part; of one that is trained on in part, all rows are read. */
async function datasetsBy(opened: Opened): Promise<ReadonlyMap<string, ArtifactText>> {
  const found = new Map<string, ArtifactText>();
  for (const made of versionsOf(opened, "dataset")) {
    const text = await orFault(async () => artifactText(datasetKind, opened, refOf(made)));
    if (typeof text === "string") continue;
    const { sha256, split } = datasetOf(text);
    for (const digest of [sha256, split?.train.sha256, split?.held_out.sha256])
      if (digest !== undefined && !found.has(digest)) found.set(digest, text);
  }
  return found;
}

/** Cases in the rows of a dataset; or why they cannot be read. */
async function rowsWith(
  opened: Opened,
  text: ArtifactText,
  looked: TrainedOn,
): Promise<readonly Omit<Looked, "model">[] | string> {
  const { path, format } = datasetOf(text);
  if (format === "bytes") return `${path} has no rows to look at`;
  const scratch = await mkdtemp(join(tmpdir(), "harness-rows-"));
  try {
    return await orFault(async () => {
      const file = await rowsFile(opened, text, scratch);
      const hits: Omit<Looked, "model">[] = [];
      await readDataset(file, path, format, ({ line, value }) => {
        if (line === 0) return;
        for (const { case: one } of looked.inRow(value)) hits.push({ id: one.id, where: `${path}:${line}` });
      });
      return hits;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
