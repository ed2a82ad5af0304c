import { dirname } from "node:path";
import type { Model, Price } from "../../core/model.ts";
import type { Redaction } from "../../core/redaction.ts";
import type { Models } from "../../core/ports.ts";
import { costOf } from "../../evals/cost-of.ts";
import { NoMoneyLeft } from "../../evals/runner/purse.ts";
import type { Purse } from "../../evals/runner/purse.ts";
import { judging } from "../../evals/scoring/judge.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { verdict } from "../../evals/scoring/verdict.ts";
import type { Judge, Verdicts } from "../../evals/scoring/verdict.ts";
import { orFault } from "../registry/kinds.ts";
import type { Opened } from "../registry/open-registry.ts";
import { located } from "../request.ts";
import { sha256 } from "../sha256.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { clock } from "../wire.ts";
import { namedModel } from "./arms.ts";
import { judgeBy } from "./judge.ts";
import type { World } from "./world.ts";

/** The model that judges a suite, as suite or project say; null: none does. */
export function judgeModelOf(
  { project, opened }: Pick<World, "project" | "opened">,
  { spec, folder }: Pick<ReadSuite, "spec" | "folder">,
): string | null {
  if (spec.judge.model !== undefined) return located(spec.judge.model, folder, opened.dir);
  const named = project.spec.models?.evaluator ?? project.spec.model;
  if (named === undefined) return null;
  return located(named, project.path === null ? opened.dir : dirname(project.path), opened.dir);
}

/**
 * Who judges by these rubrics: the same for all arms. Its key or script is there.
 * @throws Refused, BadInput, RegistryRefused, PromptError, ModelRefused
 */
export async function judgeOf(
  { opened, models }: World,
  named: string,
  rubrics: readonly string[],
  timeoutMs: number,
): Promise<Judge> {
  const { model, identity } = await namedModel(opened, named);
  await models.model(model);
  return judgeBy(opened, rubrics, { model, identity, timeoutMs });
}

const nobody = { model: "", identity: null, timeoutMs: 0 };

/** Rubrics that are there, of those named. */
export async function rubricsThere(opened: Opened, names: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const name of names)
    if (typeof (await orFault(async () => judgeBy(opened, [name], nobody))) !== "string") there.push(name);
  return there;
}

/** Who pays a judge: its verdicts name it, so that what they cost counts also after it was interrupted. */
export interface Payer {
  readonly name: string;
  readonly purse: Purse;
}

/** Asks it, with its verdicts kept; null: it is what is evaluated, whose verdicts are answers, kept and paid as such. */
export function judgingWith(world: World, judge: Judge, payer: Payer | null): Judging {
  const { redaction } = world.kept;
  const asked = judging(judge, {
    models: payer === null ? world.models : paidOf(world.models, payer.purse),
    prompts: world.prompts,
    clock,
    sha256,
    verdicts: payer === null ? unkept : verdictsIn(world, payer),
    // Where whoever asks for an answer pays, it is asked again with money of its own.
    dearTries: payer === null ? 1 : 3,
  });
  return async (...judged) => unsaid(await asked(...judged), redaction);
}

/** What is said, without the secrets that the harness was told of. */
const unsaid = <T extends object>(value: T, redaction: Redaction): T =>
  JSON.parse(redaction.text(JSON.stringify(value))) as T;

const unkept: Verdicts = { get: async () => null, put: async () => undefined };

/** Equal answers share a verdict, in whichever evaluation; whoever had it asked for has paid for it. */
function verdictsIn({ evaluations, kept: { redaction } }: World, { name: own, purse }: Payer): Verdicts {
  const counted = new Set<string>();
  return {
    get: async (key) => {
      const rows = ((await evaluations.find([key])).get(key) ?? []).flatMap(({ evaluation, value }) => {
        const { data } = verdict.safeParse(value);
        return data === undefined ? [] : [{ verdict: data, isOwn: evaluation === own }];
      });
      const found = rows.find(({ isOwn }) => isOwn) ?? rows[0] ?? null;
      if (found?.isOwn === true && !counted.has(key)) purse.charge(found.verdict.micros ?? 0);
      if (found?.isOwn === true) counted.add(key);
      return found;
    },
    put: async (key, given) => {
      counted.add(key);
      const evaluation = own;
      await evaluations.put({ key, evaluation, at: clock.now(), value: unsaid(given, redaction) });
    },
  };
}

/** Models whose calls are paid from a purse: reserved before, settled after; without money left they are not asked. */
function paidOf(models: Models, purse: Purse): Models {
  return { ...models, model: async (name) => paid(await models.model(name), purse) };
}

const paid = (model: Model, purse: Purse): Model => ({
  ...model,
  respond: async (request, signal) => {
    const { price } = model;
    if (price === null) return model.respond(request, signal);
    const bytes = Buffer.byteLength(JSON.stringify([request.system, request.tools, request.messages]));
    const most = mostOf(price, bytes, request.maxOutputTokens);
    const reserved = await purse.reserve(most);
    if (reserved === null) throw new NoMoneyLeft("no money is left for the judge; raise --budget");
    try {
      const response = await model.respond(request, signal);
      reserved.settle(costOf(response, price) ?? most);
      return response;
    } finally {
      reserved.settle(0);
    }
  },
});

/** The most a call can cost that sends so many bytes: a token is never less than a byte. */
export const mostOf = (price: Price, bytes: number, output: number): number =>
  Math.ceil(bytes * Math.max(price.input, price.cacheWrite) + output * price.output);
