import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { orFault } from "../registry/kinds.ts";
import { suiteNames } from "../registry/suite-folder.ts";
import { readSuiteFile } from "./suite-file.ts";

/** A suite as a project has it; damage to one keeps nobody from finding the others. */
export interface FoundSuite {
  readonly name: string;
  readonly spec: SuiteSpec | null;
  /** What is wrong with `suite.yaml`, in words; null: nothing. */
  readonly fault: string | null;
}

/** Every suite of a project, by name. */
export async function findSuites(dir: string): Promise<readonly FoundSuite[]> {
  const found: FoundSuite[] = [];
  for (const name of await suiteNames(dir)) {
    const file = await orFault(async () => readSuiteFile(dir, name));
    found.push(
      typeof file === "string" ? { name, spec: null, fault: file } : { name, spec: file.spec, fault: null },
    );
  }
  return found;
}

/** Those of the project that evaluate this: `prompt:worker`, `model:my-ft`, `rubric:helpful`. */
export const suitesFor = async (dir: string, target: string): Promise<readonly FoundSuite[]> =>
  (await findSuites(dir)).filter(({ spec }) => spec?.target === target);
