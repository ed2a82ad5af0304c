import { exit, Refused } from "../exit.ts";
import { jsonLine } from "../view/json-line.ts";
import { oneLine, plural } from "../view/words.ts";
import { nameTyped } from "./artifact-commands.ts";
import type { Asked } from "./artifact-commands.ts";
import { datasetStanding } from "./dataset-check.ts";
import type { DatasetOptions } from "./dataset-options.ts";
import type { Opened } from "./open-registry.ts";

/** `harness datasets verify [NAME]`: reads the files of datasets. @returns exit code 1 when one is damaged or not there */
export async function verifyDatasets({ io, opened, names, options }: Asked<DatasetOptions>): Promise<number> {
  const [files, faults]: [string[], string[]] = [[], []];
  for (const history of historiesOf(opened, names)) {
    const { whole, absent, problems } = await datasetStanding(opened, history);
    files.push(...whole);
    faults.push(...problems);
    faults.push(
      ...absent.map((path) => `${path}: it is not there; get it, or put it back (git log -- ${path})`),
    );
  }
  if (options.json === true) io.out(jsonLine({ whole: files, problems: faults }));
  for (const fault of faults) io.err(` ✗ ${oneLine(fault, 1000)}\n`);
  if (faults.length === 0)
    io.err(` ok  ${plural(files.length, "file")}: ${oneLine(files.join(", "), 400)}\n`);
  return faults.length === 0 ? exit.ok : exit.notMet;
}

function historiesOf(
  { registry }: Opened,
  names: readonly string[],
): ReturnType<Opened["registry"]["history"]>[] {
  const all = [...registry.byName.values()].filter(({ kind }) => kind === "dataset");
  if (names.length === 0) return all;
  const { name } = nameTyped("dataset", "verify", names);
  const found = all.filter((one) => one.name === name);
  if (found.length > 0) return found;
  throw new Refused(`there is no dataset ${name}; harness datasets lists them`);
}
