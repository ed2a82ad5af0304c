import { join, relative } from "node:path";
import { badSchema } from "../../core/json-fit.ts";
import { runCommand } from "../../edges/commands/run-command.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { readText } from "../../edges/project/read-text.ts";
import type { Commands } from "../../evals/scoring/own.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";

/** All that a suite's command gets of our environment: no keys. */
const passedOn = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/** Runs commands of a suite's metrics in its folder. */
export function commandsIn(folder: string, own: Readonly<Record<string, string | undefined>>): Commands {
  const env = Object.fromEntries(
    passedOn.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const])),
  );
  return { folder, run: async (request) => runCommand({ ...request, env }) };
}

export interface MetricSchemas {
  /** By the metric's name. */
  readonly schemas: Readonly<Record<string, unknown>>;
  /** Why one cannot be used, by the metric's name. */
  readonly bad: Readonly<Record<string, string>>;
}

/** The JSON Schemas of a suite's metrics: as it says them, or as files of its folder. */
export async function metricSchemas(folder: string, { metrics }: SuiteSpec): Promise<MetricSchemas> {
  const [schemas, bad]: [Record<string, unknown>, Record<string, string>] = [{}, {}];
  for (const [name, spec] of Object.entries(metrics)) {
    if (!("schema" in spec)) continue;
    const found =
      typeof spec.schema === "string" ? await schemaIn(folder, spec.schema) : { value: spec.schema };
    const wrong = "wrong" in found ? found.wrong : badSchema(found.value);
    if (wrong !== null) bad[name] = wrong;
    else if ("value" in found) schemas[name] = found.value;
  }
  return { schemas, bad };
}

type SchemaFile = { readonly value: unknown } | { readonly wrong: string };

/** A suite's version holds the files of its folder alone, so a schema that lies elsewhere would change unseen. */
async function schemaIn(folder: string, file: string): Promise<SchemaFile> {
  const path = join(folder, file);
  if (relative(folder, path).startsWith(".."))
    return { wrong: `${file} lies outside the suite's folder: move it there` };
  try {
    return { value: JSON.parse((await readText(path)).text) };
  } catch (error) {
    if (error instanceof BadInput) return { wrong: error.message };
    if (error instanceof SyntaxError) return { wrong: `${file} is not JSON (${error.message}): mend it` };
    throw error;
  }
}
