import { join } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import { settleCases } from "../../evals/suite/settle-cases.ts";
import type { CaseFault, CaseLine, InWords, SettledCases } from "../../evals/suite/settle-cases.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { findings } from "../../edges/project/issue.ts";
import { readDataset } from "../../edges/registry/dataset-file.ts";
import { sha256 } from "../sha256.ts";
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

/**
 * Reads the cases of a suite line by line. @param missing what it is where there is no such file
 * @throws BadInput, RegistryRefused where a line is no JSON
 */
export async function readSuiteCases(
  file: SuiteFile,
  missing: "wrong" | "empty" = "wrong",
): Promise<SuiteCases> {
  const { name, folder, spec } = file;
  const path = join(folder, spec.cases);
  if ((await statThere(path)) === null) {
    if (missing === "empty") return { ...(await settleLines(file, [])), path, digest: sha256(""), lines: [] };
    throw new BadInput(
      path,
      null,
      `the cases are not there; add some: harness suite add ${name} --case '{…}'`,
    );
  }
  const lines: CaseLine[] = [];
  const { sha256: rows } = await readDataset(path, `tasks/${name}/${spec.cases}`, "jsonl", (row) => {
    lines.push({ line: row.line, value: row.value });
  });
  return { ...(await settleLines(file, lines)), path, digest: rows, lines };
}

/** Lines as cases of a suite, with what is wrong with each. */
export async function settleLines(
  { spec, folder }: SuiteFile,
  lines: readonly CaseLine[],
): Promise<SettledCases> {
  const isWhole = ({ value }: CaseLine): boolean => !tooGreat.test(canonical(value));
  const faults = lines.filter((one) => !isWhole(one)).map(({ line }) => ({ line, what: tooGreatWords }));
  const settled = settleCases(spec, lines.filter(isWhole), caseInWords);
  const folders = spec.kind === "agent" ? await folderFaults(folder, settled) : [];
  const all = [...faults, ...settled.faults, ...folders].toSorted((a, b) => a.line - b.line);
  return { ...settled, faults: all };
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
