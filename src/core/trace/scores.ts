import type { Body } from "../event.ts";
import type { Instant } from "../id.ts";
import type { TraceScore } from "./item.ts";
import { judgedKey, judgingKey, text } from "./keys.ts";
import { idOf, rootKey } from "./spans.ts";
import type { EntryOf, Telling } from "./telling.ts";

type Judged = Pick<Body<"verdict-given">, "task" | "attempt" | "grading">;
type About = Pick<TraceScore, "name" | "value" | "dataType" | "comment">;

/** How a run ended. */
export const outcomeScore = (
  telling: Telling,
  at: Instant,
  outcome: Body<"run-ended">["outcome"],
): TraceScore => ({
  ...score(telling, "outcome", at),
  name: "outcome",
  value: outcome,
  dataType: "CATEGORICAL",
  comment: null,
});

/** Of an attempt, or of the run for the goal: `pass`, `fail`, or `invalid` where the judging broke. */
export const verdictScore = (telling: Telling, { at, body }: EntryOf<"verdict-given">): TraceScore =>
  judgedScore(telling, at, body, {
    name: "verdict",
    value: body.verdict,
    dataType: "CATEGORICAL",
    comment: text(body.explanation),
  });

/** What a criterion said; none where the judging of it broke, which says nothing of the work. */
export function criterionScore(
  telling: Telling,
  { at, body }: EntryOf<"criterion-judged">,
  type: string,
): readonly TraceScore[] {
  const about = told(body, type);
  return about === null ? [] : [judgedScore(telling, at, body, about)];
}

function told(body: Body<"criterion-judged">, type: string): About | null {
  const comment = text(body.explanation);
  if (type === "rubric")
    return body.score === null
      ? null
      : { name: `rubric:${body.criterion}`, value: body.score, dataType: "NUMERIC", comment };
  const value = body.result === "pass" ? 1 : 0;
  return body.result === "invalid"
    ? null
    : { name: `check:${body.criterion}`, value, dataType: "BOOLEAN", comment };
}

function judgedScore(telling: Telling, at: Instant, judged: Judged, about: About): TraceScore {
  const { task, attempt, grading } = judged;
  const key = judgedKey(task, attempt);
  return {
    ...score(telling, `${judgingKey(task, attempt, grading)} ${about.name}`, at),
    span: key === rootKey ? null : idOf(telling, key),
    ...about,
  };
}

const score = (
  telling: Telling,
  subject: string,
  at: Instant,
): Pick<TraceScore, "type" | "id" | "trace" | "span" | "at"> => ({
  type: "score",
  id: telling.sha256(`${telling.trace} score ${subject}`).slice(0, 32),
  trace: telling.trace,
  span: null,
  at,
});
