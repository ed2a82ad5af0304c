import type { RubricSpec } from "../../core/goal.ts";
import type { ModelResponse } from "../../core/model.ts";
import { argErrors, parseArgs, specOfTool } from "../../loop/tools.ts";
import type { Verdict } from "./verdict.ts";

/** The verdict in what a judge answered, with its scores in the order of the rubric; or what is wrong, told to the judge. */
export function readVerdict(
  { parts }: Extract<ModelResponse, { outcome: "complete" }>,
  rubric: RubricSpec,
): Pick<Verdict, "scores" | "explanation"> | { readonly wrong: string } {
  const calls = parts.filter((part) => part.type === "call");
  const [call] = calls;
  if (call === undefined) return { wrong: "There was no call. Call `submit_verdict`, alone." };
  if (calls.length > 1) return { wrong: "There were several calls. Call `submit_verdict` once." };
  const errors = argErrors(call.tool, call.args, [specOfTool("submit_verdict")]);
  if (errors !== null) return { wrong: errors };
  const { scores, explanation } = parseArgs("submit_verdict", call.args);
  const given = rubric.criteria.map(({ id }) => scores.filter(({ criterion }) => criterion === id));
  const missing = rubric.criteria.filter((_, at) => given[at]?.length !== 1).map(({ id }) => id);
  if (missing.length > 0)
    return {
      wrong: `Give exactly one score for each criterion; see to: ${missing.join(", ")}. Submit all again.`,
    };
  return { scores: given.flat(), explanation };
}
