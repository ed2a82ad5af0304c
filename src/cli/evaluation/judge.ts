import { rubricsOf } from "../../evals/scoring/faults.ts";
import type { Judge, JudgeRubric } from "../../evals/scoring/verdict.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { artifactText } from "../registry/artifact-text.ts";
import type { Opened } from "../registry/open-registry.ts";
import { digestOf, inItsFile, promptText } from "../registry/prompt-text.ts";
import { rubricKind, rubricOf } from "../registry/rubric-kind.ts";

/** Tokens of a verdict, thoughts included. */
const maxOutputTokens = 8192;

/** The model of a judge, and how it is asked. */
type JudgeModel = Pick<Judge, "model" | "identity" | "timeoutMs">;

/**
 * The judge of a suite: the prompt `judge` and the suite's rubrics in production, else their working files, else ours.
 * @throws BadInput, Refused, RegistryRefused, PromptError
 */
export const judgeOf = async (opened: Opened, suite: SuiteSpec, model: JudgeModel): Promise<Judge> =>
  judgeBy(opened, rubricsOf(suite), model);

/** The same judge, of these rubrics. */
export async function judgeBy(
  opened: Opened,
  rubrics: readonly string[],
  { model, identity, timeoutMs }: JudgeModel,
): Promise<Judge> {
  const text = await promptText(opened, { kind: "prompt", name: "judge", which: { type: "unsaid" } });
  const digest = inItsFile(text, (source) => digestOf(source, text.path));
  const found = await Promise.all(
    rubrics.map(async (name) => [name, await judgeRubric(opened, name)] as const),
  );
  return {
    model,
    identity,
    timeoutMs,
    prompt: { source: text.source, digest },
    maxOutputTokens,
    rubrics: Object.fromEntries(found),
  };
}

async function judgeRubric(opened: Opened, name: string): Promise<JudgeRubric> {
  const text = await artifactText(rubricKind, opened, { kind: "rubric", name, which: { type: "unsaid" } });
  return { spec: rubricOf(text), digest: rubricKind.digestOf(text) };
}
