import { durationMs } from "../../core/duration.ts";
import type { Json } from "../../core/canonical.ts";
import type { Arm } from "../../evals/answer.ts";
import { formsOf, put } from "../../evals/scoring/forms.ts";
import { rubricsOf, scoringFaults, scoringWarnings } from "../../evals/scoring/faults.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import { rubricGauge } from "../../evals/scoring/judge.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { scorerFor } from "../../evals/scoring/scorer.ts";
import type { Form } from "../../evals/runner/order.ts";
import { promptSubject } from "../../evals/subject/prompt.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { outputFit } from "../../edges/prompts/output-fit.ts";
import { Refused } from "../exit.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { clock } from "../wire.ts";
import { commandsIn, metricSchemas } from "./own-metrics.ts";
import { knownJudge } from "./judge-agreement.ts";
import type { Participants, Participating } from "./participating.ts";
import { judgeModelOf, judgeOf, judgingWith, rubricsThere } from "./rubric-judge.ts";
import { namedModel } from "./arms.ts";
import type { Arms, SettledArm } from "./arms.ts";
import type { World } from "./world.ts";

/** One call a case: prompt and model of each arm answer, metrics and judges score. @throws Refused */
export async function promptParticipants(world: World, asked: Participating): Promise<Participants> {
  const { suite, arms, items, payer } = asked;
  const { spec } = suite;
  const { schemas, bad: badSchemas } = await metricSchemas(suite.folder, spec);
  const rubrics = rubricsOf(spec);
  const judgeModel = judgeModelOf(world, suite);
  const scoring = {
    items,
    models: await askedModels(world, arms),
    rubrics: await rubricsThere(world.opened, rubrics),
    badSchemas,
    judge: judgeModel,
  };
  const [fault, ...more] = scoringFaults(spec, scoring);
  if (fault !== undefined) throw new Refused(inSuite(suite, fault, more.length));
  const judges = judgeModel === null || rubrics.length === 0 ? [] : [judgeModel];
  if (payer.purse.left() !== Infinity) await refuseUnpriced(world, scoring.models, judges);
  await renderAll(world, arms, items);
  const { confidence, report } = spec;
  const logprobs = confidence === "logprobs" && report.includes("calibration");
  const { max_output_tokens: maxOutputTokens, timeout } = spec;
  const [judgeNamed] = judges;
  const judged = judgeNamed === undefined ? unjudged : await judgedBy(world, asked, judgeNamed, rubrics);
  return {
    subject: promptSubject(
      { prompts: world.prompts, models: world.models, clock },
      {
        arms: Object.fromEntries(Object.entries(arms).map(([arm, settled]) => [arm, promptArm(settled)])),
        maxOutputTokens,
        timeoutMs: durationMs(timeout),
        logprobs,
      },
    ),
    scorer: scorerFor(spec, {
      fits: fitsOf(arms),
      commands: commandsIn(suite.folder, world.io.env),
      schemas,
      judge: judged.judging === null ? nobody : rubricGauge(judged.judging),
    }),
    forms: formsIn(spec),
    judge: judged.use,
    warnings: [...scoringWarnings(spec, scoring), ...judged.warnings],
    settings: { maxOutputTokens, logprobs, judge: judged.use?.digest ?? null },
    sandboxes: [],
    close: async () => undefined,
  };
}

interface JudgedBy {
  readonly judging: Judging | null;
  readonly use: JudgeUse | null;
  readonly warnings: readonly string[];
}

const unjudged: JudgedBy = { judging: null, use: null, warnings: [] };

async function judgedBy(
  world: World,
  { suite, mode, payer }: Participating,
  model: string,
  rubrics: readonly string[],
): Promise<JudgedBy> {
  const judge = await judgeOf(world, model, rubrics, durationMs(suite.spec.judge.timeout));
  const judging = judgingWith(world, judge, payer);
  return { judging, ...(await knownJudge(world, judge, judging, mode === "gate")) };
}

const nobody = (rubric: string): never => {
  throw new Error(`nobody judges by ${rubric}: scoringFaults says so`);
};

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
    [...names].map(async (name) => {
      const { price, tellsLogprobs = false } = await models.model(name);
      return { name, priced: price !== null, logprobs: tellsLogprobs };
    }),
  );
}

/** @param judges as they are named @throws Refused where money cannot be bounded */
async function refuseUnpriced(
  { models, opened }: World,
  asked: readonly { readonly name: string; readonly priced: boolean }[],
  judges: readonly string[],
): Promise<void> {
  const all = [...asked];
  for (const judge of judges) {
    const { model: name } = await namedModel(opened, judge);
    all.push({ name, priced: (await models.model(name)).price !== null });
  }
  const unpriced = all.find(({ priced }) => !priced);
  if (unpriced !== undefined)
    throw new Refused(
      `${unpriced.name} has no known price, so a money budget cannot be kept; set prices: in harness.yaml, or leave out the budget`,
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

function fitsOf(arms: Arms): (arm: Arm, text: string, output: Json) => string | null {
  const fits = new Map(
    Object.entries(arms).map(([arm, { prompt }]) => [arm, outputFit(prompt.source, prompt.file)]),
  );
  return (arm, text, output) => fits.get(arm)?.(text, output) ?? null;
}
