import { canonical } from "../../core/canonical.ts";
import { durationMs } from "../../core/duration.ts";
import type { Models } from "../../core/ports.ts";
import type { Answered, Arm, Ask } from "../../evals/answer.ts";
import type { Judging } from "../../evals/scoring/judge.ts";
import { explained } from "../../evals/scoring/judge.ts";
import { judgedOf } from "../../evals/scoring/labels.ts";
import { scorerFor } from "../../evals/scoring/scorer.ts";
import { isPass, judgeDigest } from "../../evals/scoring/verdict.ts";
import type { Judge } from "../../evals/scoring/verdict.ts";
import { unanswered } from "../../evals/subject/subject.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { rubricOf } from "../registry/rubric-kind.ts";
import { sha256 } from "../sha256.ts";
import { clock } from "../wire.ts";
import { commandsIn } from "./own-metrics.ts";
import type { Participants, Participating } from "./participating.ts";
import { judgeOf, judgingWith, mostOf } from "./rubric-judge.ts";
import type { SettledArm } from "./arms.ts";
import type { World } from "./world.ts";

/** Does a rubric judge agree with people: its prompt, or a rubric, is what is evaluated. @throws Refused, … */
export async function rubricParticipants(
  world: World,
  { suite, arms, items }: Participating,
): Promise<Participants> {
  const names = [...new Set(items.map(({ case: one }) => (one as JudgeCase).rubric))];
  const timeoutMs = durationMs(suite.spec.timeout);
  const judges = new Map<Arm, TestedJudge>();
  for (const [arm, settled] of Object.entries(arms)) {
    const judge = tested(await judgeOf(world, settled.asked.model, names, timeoutMs), settled);
    judges.set(arm as Arm, { judge, judging: judgingWith(world, judge, null) });
  }
  return {
    subject: rubricSubject(judges, world.models),
    scorer: scorerFor(suite.spec, {
      fits: () => null,
      commands: commandsIn(suite.folder, world.io.env),
      schemas: {},
      judge: () => () => ({ score: null, why: "the judge is what is evaluated" }),
    }),
    forms: [],
    judge: null,
    warnings: [],
    settings: {
      judges: Object.fromEntries([...judges].map(([arm, { judge }]) => [arm, judgeDigest(judge, sha256)])),
    },
    sandboxes: [],
    close: async () => undefined,
  };
}

interface TestedJudge {
  readonly judge: Judge;
  readonly judging: Judging;
}

/** The judge with the part that an arm is about. */
function tested(judge: Judge, { ref, text, digest }: SettledArm): Judge {
  if (ref.kind === "prompt") return { ...judge, prompt: { source: text.source, digest } };
  if (ref.kind !== "rubric") return judge;
  return { ...judge, rubrics: { ...judge.rubrics, [ref.name]: { spec: rubricOf(text), digest } } };
}

function rubricSubject(judges: ReadonlyMap<Arm, TestedJudge>, models: Models): Subject {
  const of = ({ arm }: Ask): TestedJudge => {
    const found = judges.get(arm);
    if (found === undefined) throw new Error(`there is no ${arm}`);
    return found;
  };
  return {
    identity: async (ask) => {
      const { label, ...asked } = ask.item.case as JudgeCase;
      const { judge } = of(ask);
      return { judge: judgeDigest(judge, sha256), case: sha256(canonical(asked)), label: label ?? null };
    },
    ceiling: async (ask) => {
      const { judge } = of(ask);
      const { price } = await models.model(judge.model);
      const bytes = Buffer.byteLength(judge.prompt.source + JSON.stringify([ask.item.case, judge.rubrics]));
      // What is no verdict is asked once more, with all that was said.
      return price === null
        ? null
        : 2 * mostOf(price, bytes + judge.maxOutputTokens * 4, judge.maxOutputTokens);
    },
    answer: async (ask, signal) => judged(of(ask).judging, ask, signal),
  };
}

async function judged(judging: Judging, { item, sample }: Ask, signal: AbortSignal): Promise<Answered> {
  const one = item.case as JudgeCase;
  const begun = clock.now();
  const found = await judging(one.rubric, judgedOf(one), `verdict/${one.id}/${sample}`, signal, sample);
  const latencyMs = clock.now() - begun;
  if ("why" in found) return { ...unanswered("outage", found.why), micros: found.micros, latencyMs };
  const pass = isPass(found.spec, found.verdict);
  return {
    ...unanswered("error", ""),
    outcome: "complete",
    why: null,
    text: explained(found.verdict),
    stop: pass ? "pass" : "fail",
    micros: found.micros,
    latencyMs,
    turns: 1,
    served: found.verdict.served,
    confidence: found.score,
    measured: {
      pass: pass ? 1 : 0,
      ...(one.label === undefined ? {} : { agrees: (one.label === "pass") === pass ? 1 : 0 }),
    },
  };
}
