import { basename, extname, join, relative, resolve, sep } from "node:path";
import { safeId } from "../../core/id.ts";
import type { ArtifactRef } from "../../core/registry/artifact.ts";
import { contentText } from "../../core/registry/content.ts";
import { newestVersion } from "../../core/registry/history.ts";
import { formatOf, readDataset } from "../../edges/registry/dataset-file.ts";
import { exit, Refused } from "../exit.ts";
import { plural } from "../view/words.ts";
import { make } from "./artifact-commands.ts";
import type { Asked } from "./artifact-commands.ts";
import { artifactText } from "./artifact-text.ts";
import { datasetKind, datasetOf } from "./dataset-kind.ts";
import type { DatasetOptions } from "./dataset-options.ts";
import { orFault } from "./kinds.ts";
import type { Opened } from "./open-registry.ts";
import { signature } from "./signature.ts";

/** `harness datasets add FILE [--name N] -m …`: a version of a file of rows, which stays where it is. */
export async function addDataset({ io, opened, names, options }: Asked<DatasetOptions>): Promise<number> {
  const [file, more] = names;
  if (file === undefined || more !== undefined)
    throw new Refused('say one file: harness datasets add FILE --name NAME -m "…"');
  const ref = { kind: "dataset", name: nameOf(file, options.name), which: { type: "unsaid" } } as const;
  const by = await signature(opened.dir, options.message, `harness datasets add ${file} -m "…"`);
  const whole = resolve(io.cwd, file);
  const path = pathIn(opened.dir, whole);
  const facts = await readDataset(whole, file, formatOf(file));
  const source = contentText({ ...facts, path, split: null });
  const shown = facts.rows === null ? path : `${path}, ${plural(facts.rows, "row")}`;
  const text = { name: ref.name, source, path: join(opened.dir, path), shown, version: null, isOwn: true };
  const split = await splitBefore(opened, ref);
  await make({ io, opened, ref, text, by });
  if (path === whole)
    io.err(` it lies outside the project, so whoever clones it must get ${path} otherwise\n`);
  if (split !== null)
    io.err(
      ` the version before was split; so is this one after: harness datasets split ${ref.name} --by ${split.by} --share ${split.share}\n`,
    );
  return exit.ok;
}

function nameOf(file: string, typed: string | undefined): string {
  const name = typed ?? basename(file, extname(file)).toLowerCase();
  const read = safeId.safeParse(name);
  if (read.success) return name;
  throw new Refused(
    `the name ${name} ${read.error.issues[0]?.message}; give one: harness datasets add ${file} --name train -m "…"`,
  );
}

/** Relative to the project with `/`, or absolute outside it. */
function pathIn(dir: string, whole: string): string {
  const path = relative(dir, whole);
  const isInside = path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && resolve(path) !== path;
  return isInside ? path.replaceAll(sep, "/") : whole;
}

/** null: there is no version before, or it was not split. */
async function splitBefore(opened: Opened, ref: ArtifactRef): Promise<{ by: string; share: number } | null> {
  const version = newestVersion(opened.registry.history(ref));
  if (version === null) return null;
  const which = { type: "version", version } as const;
  const found = await orFault(async () =>
    datasetOf(await artifactText(datasetKind, opened, { ...ref, which })),
  );
  return typeof found === "string" ? null : found.split;
}
