import { relative } from "node:path";
import type { Digest } from "../../core/id.ts";
import { suiteDigest } from "../../core/registry/content.ts";
import type { SuiteContent } from "../../core/registry/content.ts";
import type { GateSpec } from "../../evals/gate/spec.ts";
import type { Measure } from "../../evals/measure.ts";
import { settleGate } from "../../evals/suite/gate-of.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { splitItems } from "../../evals/suite/split.ts";
import type { SplitItems } from "../../evals/suite/split.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import type { Parsed } from "../../edges/project/parse-spec.ts";
import { readSuite } from "../registry/suite-folder.ts";
import { sha256 } from "../sha256.ts";
import { readSuiteCases } from "./suite-cases.ts";
import type { SuiteCases } from "./suite-cases.ts";
import { readSuiteFile } from "./suite-file.ts";

/** A suite that can be evaluated. */
export interface ReadSuite {
  readonly name: string;
  /** Absolute: `tasks/NAME`. */
  readonly folder: string;
  /** Absolute: of `suite.yaml`, as errors name it. */
  readonly path: string;
  readonly spec: SuiteSpec;
  readonly lineOf: Parsed<SuiteSpec>["lineOf"];
  /** All files of the folder, and the digest of the version they would be. */
  readonly content: SuiteContent;
  readonly digest: Digest;
  readonly items: SplitItems;
  /** The files of cases by their path in the folder, as a dataset's rows are hashed. */
  readonly datasets: Readonly<Record<string, Digest>>;
}

/** Reads a suite of a project; every case must be whole. @throws BadInput, RegistryRefused: by file and line */
export async function readSuiteAt(dir: string, name: string): Promise<ReadSuite> {
  const file = await readSuiteFile(dir, name);
  const cases = await readSuiteCases(file);
  refuseFaults(name, cases);
  if (cases.items.length === 0)
    throw new BadInput(
      cases.path,
      null,
      `there is no case in it; add some: harness suite add ${name} --case '{…}'`,
    );
  const content = await readSuite(dir, name);
  const { folder, path, spec, lineOf } = file;
  return {
    name,
    folder,
    path,
    spec,
    lineOf,
    content,
    digest: suiteDigest(sha256, content),
    items: splitItems(sha256, cases.items, spec.held_out.share),
    datasets: { [relative(folder, cases.path).replaceAll("\\", "/")]: cases.digest },
  };
}

/** The first fault, by its line. @throws BadInput */
function refuseFaults(name: string, { path, faults }: SuiteCases): void {
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more: harness suite check ${name})` : "";
  throw new BadInput(path, first.line, `${first.what}${more}`);
}

/** The gate that a suite asks for. @throws BadInput naming the line of `suite.yaml` for which there is none */
export function gateAt(
  { path, lineOf, spec }: Pick<ReadSuite, "path" | "lineOf" | "spec">,
  measures: readonly Measure[],
): GateSpec {
  const { gate, faults } = settleGate(spec, measures);
  if (gate !== null) return gate;
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  throw new BadInput(path, lineOf(first?.path ?? []), `${first?.path.join(".")}: ${first?.what}${more}`);
}
