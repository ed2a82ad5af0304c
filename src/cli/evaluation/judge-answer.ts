import type { Body, Entry } from "../../core/event.ts";
import type { Answered } from "../../evals/answer.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { readText, shorten } from "../../loop/texts.ts";
import { Refused } from "../exit.ts";
import type { CaseStand } from "./case-run.ts";
import type { Place } from "./place.ts";
import { askedFor, figures, ranTo, readRan, shown } from "./ran.ts";
import type { Ran, RanTo } from "./ran.ts";

const mostText = 8_000;

/** What the judge said of given work, beside what a person said. @throws SubjectRefused, Refused */
export async function judgeAnswer(
  place: Place,
  id: string,
  stand: CaseStand,
  found: JudgeCase,
): Promise<Answered> {
  const ran = await readRan(place, id);
  refuseUnwritten(ran, found);
  const verdict = verdictIn(ran);
  const explanation = verdict === null ? "" : await readText(place.storage.blobs, verdict.explanation);
  const comesTo: RanTo =
    verdict === null ? await ranTo(place, ran, stand) : { outcome: "complete", why: null };
  return {
    ...comesTo,
    ...figures(ran, "evaluator"),
    turns: ran.charges.filter(({ role }) => role === "evaluator").length,
    text: shown(place, shorten(explanation, mostText)),
    output: {},
    stop: verdict?.result ?? null,
    logprobs: null,
    confidence: verdict?.score ?? null,
    measured: comesTo.outcome === "complete" ? measuredOf(ran, verdict, found) : {},
  };
}

type Verdict = Body<"criterion-judged">;

/** Without a verdict the judge is as wrong as it can be. */
function measuredOf(ran: Ran, verdict: Verdict | null, { label }: JudgeCase): Record<string, number> {
  const said = verdict?.result ?? (label === "pass" ? "fail" : "pass");
  return {
    pass: said === "pass" ? 1 : 0,
    ...(label === undefined ? {} : { agrees: verdict !== null && said === label ? 1 : 0 }),
    ...(verdict?.score == null ? {} : { score: verdict.score }),
    invalid: verdict === null ? 1 : 0,
    asked: askedFor(ran),
  };
}

/** Whether an event is the verdict on the work, after which nothing more is wanted of a run. */
export const isVerdict = ({ type, body }: Entry): boolean =>
  type === "criterion-judged" && body.task !== null && body.result !== "invalid";

const verdictIn = ({ entries }: Ran): Verdict | null =>
  (entries.find(isVerdict)?.body as Verdict | undefined) ?? null;

/** A file that could not be written would be judged as one that the work left out. */
function refuseUnwritten({ entries }: Ran, { id }: JudgeCase): void {
  const failed = entries.some(
    ({ type, body }) =>
      type === "call-ended" && body.call.startsWith("task/") && !["ok", "cut"].includes(body.outcome),
  );
  if (failed)
    throw new Refused(
      `case ${id}: a file of its answer cannot be written in the sandbox; look at its paths in the case`,
    );
}
