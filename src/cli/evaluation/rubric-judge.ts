import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Model, Price } from "../../core/model.ts";
import type { Models } from "../../core/ports.ts";
import { cost } from "../../core/price.ts";
import type { JudgeUse } from "../../evals/receipt/receipt.ts";
import type { Purse } from "../../evals/runner/purse.ts";
import { judging } from "../../evals/scoring/judge.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { labelRow, labelsOf } from "../../evals/scoring/labels.ts";
import type { LabelRow } from "../../evals/scoring/labels.ts";
import { judgeDigest, verdict } from "../../evals/scoring/verdict.ts";
import type { Judge, JudgeRubric, Verdicts } from "../../evals/scoring/verdict.ts";
import type { Evaluations } from "../../edges/sqlite/evaluations.ts";
import { Refused } from "../exit.ts";
import { artifactText } from "../registry/artifact-text.ts";
import { orFault } from "../registry/kinds.ts";
import type { Opened } from "../registry/open-registry.ts";
import { digestOf, promptText } from "../registry/prompt-text.ts";
import { rubricKind, rubricOf } from "../registry/rubric-kind.ts";
import { located } from "../request.ts";
import { sha256 } from "../sha256.ts";
import type { ReadSuite } from "../suites/read-suite.ts";
import { clock } from "../wire.ts";
import { namedModel } from "./arms.ts";
import type { World } from "./world.ts";

/** Most tokens of one verdict. */
const verdictTokens = 4096;

/** The model that judges a suite, as suite or project say; null: none does. */
export function judgeModelOf({ project, opened }: World, { spec, folder }: ReadSuite): string | null {
  if (spec.judge.model !== undefined) return located(spec.judge.model, folder, opened.dir);
  const named = project.spec.models?.evaluator ?? project.spec.model;
  if (named === undefined) return null;
  return located(named, project.path === null ? opened.dir : dirname(project.path), opened.dir);
}

/** What a rubric judge of a suite is, settled; the same for all arms. @throws Refused, BadInput, RegistryRefused, PromptError */
export async function judgeOf(
  { opened }: World,
  model: string,
  rubrics: readonly string[],
  other: Partial<Pick<Judge, "prompt" | "rubrics">> = {},
): Promise<Judge> {
  const { model: asked } = await namedModel(opened, model);
  const prompt = await promptText(opened, { kind: "prompt", name: "judge", which: { type: "unsaid" } });
  const found: Record<string, JudgeRubric> = {};
  for (const name of rubrics) found[name] = await rubricNamed(opened, name);
  return {
    model: asked,
    prompt: other.prompt ?? {
      source: prompt.source,
      digest: prompt.version?.made.digest ?? digestOf(prompt.source, prompt.path),
    },
    maxOutputTokens: verdictTokens,
    rubrics: { ...found, ...other.rubrics },
  };
}

async function rubricNamed(opened: Opened, name: string): Promise<JudgeRubric> {
  const text = await artifactText(rubricKind, opened, { kind: "rubric", name, which: { type: "unsaid" } });
  return { spec: rubricOf(text), digest: text.version?.made.digest ?? rubricKind.digestOf(text) };
}

/** Rubrics that are there, of those named. */
export async function rubricsThere(opened: Opened, names: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const name of names)
    if (typeof (await orFault(async () => rubricNamed(opened, name))) !== "string") there.push(name);
  return there;
}

/** Asks it, with its verdicts kept and its money taken from a purse; null: whoever asks pays. */
export const judgingWith = (
  { models, prompts, evaluations }: World,
  judge: Judge,
  purse: Purse | null,
): Judging =>
  judging(judge, {
    models: purse === null ? models : paidOf(models, purse),
    prompts,
    clock,
    sha256,
    verdicts: verdictsIn(evaluations),
  });

/** Verdicts are of no single evaluation: equal answers share them. */
const ofAll = "verdicts";

const verdictsIn = ({ find, put }: Pick<Evaluations, "find" | "put">): Verdicts => ({
  get: async (key) => {
    const read = verdict.safeParse((await find([key])).get(key)?.[0]?.value);
    return read.success ? read.data : null;
  },
  put: async (key, value) => put({ key, evaluation: ofAll, at: clock.now(), value }),
});

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
    const reserved = await purse.reserve(mostOf(price, bytes, request.maxOutputTokens));
    if (reserved === null) return { outcome: "failed", usage: null, error: noMoney };
    try {
      const response = await model.respond(request, signal);
      reserved.settle(response.usage === null ? 0 : cost(response.usage, price));
      return response;
    } finally {
      reserved.settle(0);
    }
  },
});

/** The most a call can cost that sends so many bytes: a token is never less than a byte. */
export const mostOf = (price: Price, bytes: number, output: number): number =>
  Math.ceil(bytes * Math.max(price.input, price.cacheWrite) + output * price.output);

const noMoney = {
  class: "bad-request",
  message: "no money is left for the judge; raise --budget",
  status: null,
  retryAfterMs: null,
} as const;

/** How receipts and reports name it, with how it agrees with people as far as labels say. */
export async function judgeUseOf({ opened }: World, judge: Judge, label: string): Promise<JudgeUse> {
  const names = Object.keys(judge.rubrics);
  const [only] = names;
  return {
    digest: judgeDigest(judge, sha256),
    model: label,
    rubrics: Object.fromEntries(names.map((name) => [name, judge.rubrics[name]?.digest ?? ""])),
    labels:
      only === undefined || names.length > 1
        ? null
        : labelsOf(await readLabels(opened, only), judgeDigest(judge, sha256)),
  };
}

/** `rubrics/NAME.labels.jsonl`. */
export const labelsPath = (name: string): string => `rubrics/${name}.labels.jsonl`;

/** What people said of answers that a rubric judges; none where there is no such file. @throws Refused by its line */
export async function readLabels({ dir }: Opened, rubric: string): Promise<readonly LabelRow[]> {
  const path = labelsPath(rubric);
  const text = await readFile(join(dir, path), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [labelRow.parse(JSON.parse(line))];
    } catch (error) {
      throw new Refused(
        `${path}:${index + 1}: ${(error as Error).message}; write a row as harness label does`,
      );
    }
  });
}
