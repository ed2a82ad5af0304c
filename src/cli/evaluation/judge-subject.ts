import { join } from "node:path";
import { durationMs } from "../../core/duration.ts";
import { encodeText } from "../../core/canonical.ts";
import { isName } from "../../core/plan.ts";
import type { PlanSpec } from "../../core/plan.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import type { Ask } from "../../evals/answer.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { JudgeCase } from "../../evals/suite/case.ts";
import { requestFor } from "../request.ts";
import type { Request } from "../request.ts";
import { armUses, loopSubject, useOf } from "./agent-subject.ts";
import type { AgentSubjectOptions, Settled } from "./agent-subject.ts";
import type { ArmUse } from "./arm-use.ts";
import { caseIdentity, treeOf } from "./case-identity.ts";
import { settled } from "./case-request.ts";
import { givenWorker, withGivenWork } from "./given-work.ts";
import { isVerdict, judgeAnswer } from "./judge-answer.ts";
import { directoryOf, judgedWork } from "./judged-work.ts";
import type { JudgedWork } from "./judged-work.ts";
import type { Place } from "./place.ts";

/** Whether the judge of a suite is the evaluator, which grades in its sandbox; others are asked by one call. */
export const isJudgedByLoop = (target: string): boolean =>
  target === "prompt:evaluator" || target.startsWith("model:");

/**
 * Each case is work that is there already: the loop of production puts it into a workspace and has the evaluator grade it,
 * in its own sandbox, by the case's rubric alone. @throws as `agentSubject`
 */
export async function judgeSubject(place: Place, options: AgentSubjectOptions): Promise<Subject> {
  const uses = await armUses(place, options);
  const settle = async (ask: Ask): Promise<Settled> => {
    const found = ask.item.case as JudgeCase;
    const work = judgedWork(found);
    const request = await judgeRequest(place, found, work, useOf(uses, ask), options);
    const opened = await place.sandbox(request.sandbox);
    const tree = await treeOf(place, request.workspace, request.scratch);
    const identity = await caseIdentity(place, request, opened, tree);
    return {
      identity: { run: identity, work: { ...work.after }, label: found.label ?? null },
      run: {
        request,
        opened,
        tree,
        free: ["write_file"],
        models: (models) => withGivenWork(models, work.after),
        isUnprotected: true,
        isEnough: isVerdict,
      },
    };
  };
  return loopSubject(place, settle, async (id, stand, ask) =>
    judgeAnswer(place, id, stand, ask.item.case as JudgeCase),
  );
}

/** The one task of a run that judges. */
const task = "work";

async function judgeRequest(
  place: Place,
  found: JudgeCase,
  work: JudgedWork,
  use: ArmUse,
  { spec, folder }: AgentSubjectOptions,
): Promise<Request> {
  const { project, io } = place;
  const { models, model } = project.spec;
  const evaluator = models?.evaluator ?? model;
  const goal: GoalFile = {
    // Models are named relative to the project.
    path: join(project.dir, "judged"),
    spec: {
      workspace: await directoryOf(place, work.before),
      ...(evaluator === undefined ? {} : { model: evaluator }),
    },
    title: found.id,
    text: work.goal,
    checks: [],
    source: encodeText(work.goal),
  };
  const shown = join(folder, spec.cases);
  const options = { json: true, ...(use.model === null ? {} : { model: use.model }) };
  const request = settled(await requestFor(io, shown, goal, options), use, durationMs(spec.timeout));
  return {
    ...request,
    plan: planOf(found, work),
    models: { ...request.models, worker: givenWorker },
    limits: { ...request.limits, attempts: 1, replans: 0 },
  };
}

function planOf({ rubric }: JudgeCase, { instructions }: JudgedWork): PlanSpec {
  const id = isName(rubric) && rubric.length <= 40 ? rubric : "rubric";
  return {
    tasks: [
      {
        id: task,
        title: "The work that is judged",
        instructions: instructions.slice(0, 20_000),
        needs: [],
        criteria: [{ id, type: "rubric", rubric }],
      },
    ],
  };
}
