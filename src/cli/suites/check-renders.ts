import type { Item } from "../../evals/suite/case.ts";
import { fails, holds } from "../../evals/suite/check/finding.ts";
import type { Finding } from "../../evals/suite/check/finding.ts";
import type { SettledCases } from "../../evals/suite/settle-cases.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { PromptError } from "../../edges/prompts/prompt-error.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import type { Opened } from "../registry/open-registry.ts";
import { inItsFile, labelOf, promptText } from "../registry/prompt-text.ts";
import type { PromptText } from "../registry/prompt-text.ts";
import { refTyped } from "../registry/open-registry.ts";

/** The variables of each case are those of the prompt; null: the suite's cases are no variables of a prompt. */
export async function checkRenders(
  opened: Opened,
  { kind, target }: SuiteSpec,
  { items, lineOf }: SettledCases,
): Promise<Finding | null> {
  if (kind !== "prompt" || !target.startsWith("prompt:")) return null;
  const text = await promptText(opened, refTyped("target", target, "prompt"));
  const renderer = prompts();
  const wrong = items.flatMap((item) => {
    const what = renderFault(text, item, renderer);
    return what === null ? [] : [{ id: item.case.id, what }];
  });
  const [first] = wrong;
  if (first === undefined) return holds("renders", `each case's variables are those of ${labelOf(text)}`);
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : "";
  const lines = wrong.flatMap(({ id }) => lineOf.get(id) ?? []);
  return fails("renders", `${first.id}: ${first.what}${more}`, "mend vars, or the prompt's input", lines);
}

function renderFault(
  text: PromptText,
  { case: one }: Item,
  renderer: ReturnType<typeof prompts>,
): string | null {
  if (!("vars" in one)) return null;
  try {
    inItsFile(text, (source) => renderer.render(source, one.vars));
    return null;
  } catch (error) {
    if (error instanceof PromptError) return error.message;
    throw error;
  }
}
