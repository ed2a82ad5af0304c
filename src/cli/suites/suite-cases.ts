import { join } from "node:path";
import type { Digest } from "../../core/id.ts";
import { settleCases } from "../../evals/suite/settle-cases.ts";
import type { CaseFault, CaseLine, InWords, SettledCases } from "../../evals/suite/settle-cases.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { findings } from "../../edges/project/issue.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import { statThere } from "../there.ts";
import { isInside } from "./suite-file.ts";
import type { SuiteFile } from "./suite-file.ts";

/** The cases of a suite, with all that is wrong with them. */
export interface SuiteCases extends SettledCases {
  /** Absolute: the file they are in. */
  readonly path: string;
  /** Of its rows. */
  readonly digest: Digest;
  readonly lines: readonly CaseLine[];
}

/** Reads the cases of a suite line by line. @throws BadInput, RegistryRefused where a line is no JSON */
export async function readSuiteCases(file: SuiteFile): Promise<SuiteCases> {
  const { name, folder, spec } = file;
  const path = join(folder, spec.cases);
  if ((await statThere(path)) === null)
    throw new BadInput(
      path,
      null,
      `the cases are not there; add some: harness suite add ${name} --case '{…}'`,
    );
  const [lines, faults]: [CaseLine[], CaseFault[]] = [[], []];
  const { sha256: digest } = await readDataset(path, `tasks/${name}/${spec.cases}`, "jsonl", (row) => {
    if (tooGreat.test(String(row.counted))) faults.push({ line: row.line, what: tooGreatWords });
    else lines.push({ line: row.line, value: row.value });
  });
  const settled = settleCases(spec, lines, caseInWords);
  const folders = spec.kind === "agent" ? await folderFaults(folder, settled) : [];
  const all = [...faults, ...settled.faults, ...folders].toSorted((a, b) => a.line - b.line);
  return { ...settled, faults: all, path, digest, lines };
}

/** How `readJsonLine` marks an integer that no double holds. */
const tooGreat = /"\\u0001-?\d/;
const tooGreatWords = "a number is greater than any program keeps exactly; put it in quotes";

const caseInWords: InWords = (issues, value, schema) =>
  findings(issues, value, schema, {})[0]?.what ?? "it is no case";

/** What an agent's case must have: a goal. */
async function folderFaults(folder: string, { items, lineOf }: SettledCases): Promise<readonly CaseFault[]> {
  const found: CaseFault[] = [];
  for (const { case: one } of items) {
    if (!("folder" in one)) continue;
    const line = lineOf.get(one.id) ?? 1;
    const named = `folder is ${JSON.stringify(one.folder)}`;
    if (!isInside(one.folder)) found.push({ line, what: `${named}; name one inside the suite's own` });
    else if ((await statThere(join(folder, one.folder, "goal.md"))) === null)
      found.push({ line, what: `${named}, and there is no goal.md in it; write one` });
  }
  return found;
}
