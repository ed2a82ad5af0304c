import { join } from "node:path";
import { nearest } from "../../core/nearest.ts";
import { suiteSpec } from "../../evals/suite/spec.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { parseSpec } from "../../edges/project/parse-spec.ts";
import type { Kind, Parsed } from "../../edges/project/parse-spec.ts";
import { readText } from "../../edges/project/read-text.ts";
import { suiteNames } from "../registry/suite-folder.ts";
import { statThere } from "../there.ts";

/** `tasks/NAME/suite.yaml` as it was read. */
export interface SuiteFile extends Parsed<SuiteSpec> {
  readonly name: string;
  /** Absolute: `tasks/NAME`. */
  readonly folder: string;
  /** Absolute: of `suite.yaml`. */
  readonly path: string;
}

const kind: Kind<SuiteSpec> = { called: "suite.yaml", schema: suiteSpec, elsewhere: {} };

/** Reads `tasks/NAME/suite.yaml` of a project. @throws BadInput */
export async function readSuiteFile(dir: string, name: string): Promise<SuiteFile> {
  const folder = join(dir, "tasks", name);
  if ((await statThere(join(folder, "suite.yaml"))) === null) throw await noSuite(dir, name);
  const { path, text } = await readText(join(folder, "suite.yaml"));
  const parsed = parseSpec({ path, line: 1, text }, kind);
  const { suite, cases } = parsed.spec;
  if (suite !== name)
    throw new BadInput(
      path,
      parsed.lineOf(["suite"]),
      `the suite is called "${suite}", its folder "${name}"; give both one name`,
    );
  if (!isInside(cases))
    throw new BadInput(
      path,
      parsed.lineOf(["cases"]),
      `cases is ${JSON.stringify(cases)}; name a file of the suite's folder, like cases.jsonl`,
    );
  return { ...parsed, name, folder, path };
}

async function noSuite(dir: string, name: string): Promise<BadInput> {
  const known = await suiteNames(dir);
  const near = nearest(name, known);
  const hint =
    near !== null
      ? `did you mean "${near}"?`
      : known.length > 0
        ? `there are ${known.join(", ")}`
        : `make one: harness suite new ${name} --target prompt:worker`;
  return new BadInput(join(dir, "tasks"), null, `there is no suite "${name}"; ${hint}`);
}

/** Whether a path leads to something below the folder it is relative to, by its words alone. */
export const isInside = (path: string): boolean =>
  path !== "" && !path.includes("\0") && !/^[/\\]|^[a-z]:/i.test(path) && !path.split(/[/\\]/).includes("..");
