import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { durationMs } from "../../core/duration.ts";
import type { Json } from "../../core/canonical.ts";
import { arms as allArms } from "../../evals/answer.ts";
import { badSchema } from "../../core/json-fit.ts";
import { formsOf, put } from "../../evals/scoring/forms.ts";
import { scoringFaults, scoringWarnings } from "../../evals/scoring/faults.ts";
import { scorerFor } from "../../evals/scoring/scorer.ts";
import type { Form } from "../../evals/runner/order.ts";
import { promptSubject } from "../../evals/subject/prompt.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { runCommand } from "../../edges/commands/run-command.ts";
import { outputFit } from "../../edges/prompts/output-fit.ts";
import { Refused } from "../exit.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { clock } from "../wire.ts";
import type { Participants, Participating } from "./participants.ts";
import type { Arms, SettledArm } from "./settle.ts";
import type { World } from "./world.ts";

/** One call a case: prompt and model of each arm answer, metrics and judges score. @throws Refused */
export async function promptParticipants(
  world: World,
  { suite, arms, items, purse }: Participating,
): Promise<Participants> {
  const { spec } = suite;
  const schemas = await schemasOf(suite);
  const judge = null;
  const scoring = {
    items,
    models: await askedModels(world, arms),
    rubrics: [],
    badSchemas: badSchemas(schemas),
    judge,
  };
  const [fault, ...more] = scoringFaults(spec, scoring);
  if (fault !== undefined) throw new Refused(inSuite(suite, fault, more.length));
  await renderAll(world, arms, items);
  const { confidence, report } = spec;
  const logprobs = confidence === "logprobs" && report.includes("calibration");
  const { max_output_tokens: maxOutputTokens, timeout } = spec;
  void purse;
  return {
    subject: promptSubject(
      { prompts: world.prompts, models: world.models, clock },
      {
        arms: Object.fromEntries(Object.entries(arms).map(([arm, settled]) => [arm, promptArm(settled)])),
        maxOutputTokens,
        timeoutMs: durationMs(timeout),
        logprobs,
        onRepeat: () => {},
      },
    ),
    scorer: scorerFor(spec, {
      fits: fitsOf(arms),
      commands: {
        run: async (request) => runCommand({ ...request, env: envOf(world.io) }),
        folder: suite.folder,
      },
      schemas,
      judge: () => () => ({ score: null }),
    }),
    forms: formsIn(spec),
    judge,
    warnings: scoringWarnings(spec, scoring),
    settings: { maxOutputTokens, logprobs },
  };
}

/** What a metric's command needs to find programs; no key is among it. */
const envOf = ({ env }: World["io"]): Record<string, string> =>
  Object.fromEntries(
    ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const inSuite = ({ name }: ReadSuite, fault: string, more: number): string =>
  `tasks/${name}/suite.yaml: ${fault}${more === 0 ? "" : ` (and ${more} more: harness suite check ${name})`}`;

const promptArm = ({ prompt, asked }: SettledArm) => ({
  source: prompt.source,
  file: prompt.file,
  model: asked.model,
  modelIdentity: asked.identity,
});

const formsIn = (spec: SuiteSpec): readonly Form[] =>
  formsOf(spec).map((form) => ({
    id: form.id,
    put: (item) => {
      const changed = put(item.case, form);
      return changed === null ? null : { ...item, case: changed };
    },
  }));

/** Keys and scripts are there. @throws ModelRefused */
async function askedModels(
  { models }: World,
  arms: Arms,
): Promise<{ name: string; priced: boolean; logprobs: boolean }[]> {
  const names = new Set(Object.values(arms).map(({ asked }) => asked.model));
  return Promise.all(
    [...names].map(async (name) => ({
      name,
      priced: (await models.model(name)).price !== null,
      logprobs: name.startsWith("openai"),
    })),
  );
}

/** A case that a version cannot be rendered with is told before any is paid for. @throws PromptError */
async function renderAll({ prompts }: World, arms: Arms, items: Participating["items"]): Promise<void> {
  for (const { prompt } of Object.values(arms))
    for (const { case: one } of items)
      if ("vars" in one)
        try {
          prompts.render(prompt.source, one.vars, prompt.file);
        } catch (error) {
          if ((error as Error).name !== "PromptError") throw error;
          throw new Refused(`case ${one.id}: ${(error as Error).message}`);
        }
}

function fitsOf(arms: Arms): (arm: (typeof allArms)[number], text: string, output: Json) => string | null {
  const fits = new Map(
    Object.entries(arms).map(([arm, { prompt }]) => [arm, outputFit(prompt.source, prompt.file)]),
  );
  return (arm, text, output) => fits.get(arm)?.(text, output) ?? null;
}

/** JSON Schemas of the suite's own metrics, those in files read. */
async function schemasOf({ spec, folder }: ReadSuite): Promise<Record<string, unknown>> {
  const schemas: Record<string, unknown> = {};
  for (const [name, metric] of Object.entries(spec.metrics)) {
    if (!("schema" in metric)) continue;
    schemas[name] =
      typeof metric.schema === "string" ? await schemaIn(join(folder, metric.schema)) : metric.schema;
  }
  return schemas;
}

async function schemaIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Refused(
      `${relative(process.cwd(), file)}: ${(error as Error).message}; write a JSON Schema there`,
    );
  }
}

function badSchemas(schemas: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) => {
      const wrong = badSchema(schema);
      return wrong === null ? [] : [[name, wrong]];
    }),
  );
}
