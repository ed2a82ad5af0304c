import type { Json } from "../../core/canonical.ts";
import type { Role, RunId } from "../../core/id.ts";
import type { Answered, Arm, Ask } from "../../evals/answer.ts";
import { unanswered } from "../../evals/subject/subject.ts";
import type { Subject } from "../../evals/subject/subject.ts";
import type { AgentCase } from "../../evals/suite/case.ts";
import type { SuiteSpec } from "../../evals/suite/spec.ts";
import { agentAnswer } from "./agent-answer.ts";
import { located } from "../request.ts";
import { armUse } from "./arm-use.ts";
import type { ArmUse, LoopArm } from "./arm-use.ts";
import { caseIdentity, caseRunId, treeOf } from "./case-identity.ts";
import { caseFiles, caseRequest } from "./case-request.ts";
import { workCase } from "./case-run.ts";
import type { CaseRun, CaseStand } from "./case-run.ts";
import type { Place } from "./place.ts";

export interface AgentSubjectOptions {
  /** Absolute, of the suite. */
  readonly folder: string;
  readonly spec: SuiteSpec;
  readonly arms: Readonly<Partial<Record<Arm, LoopArm>>>;
}

/** What an ask comes to, but for its sample. */
export interface Settled {
  readonly identity: Json;
  readonly run: Omit<CaseRun, "id">;
}

/**
 * Each case is a goal that the whole loop works as in production, in sandboxes, with nobody to ask: what a person would be
 * asked about is refused. What is half done goes on where it stood when it is asked for again.
 * @throws Refused, BadInput, RegistryRefused, PromptError
 */
export async function agentSubject(place: Place, options: AgentSubjectOptions): Promise<Subject> {
  const uses = await armUses(place, options);
  const role = roleOf(options.spec.target);
  const settle = async (ask: Ask): Promise<Settled> => {
    const files = caseFiles(options.folder, (ask.item.case as AgentCase).folder);
    const request = await caseRequest(place, files, useOf(uses, ask), options.spec);
    const opened = await place.sandbox(request.sandbox);
    const tree = await treeOf(place, request.workspace, request.scratch);
    return {
      identity: await caseIdentity(place, request, opened, tree),
      run: { request, opened, tree },
    };
  };
  return loopSubject(place, settle, async (id, stand) => agentAnswer(place, id, stand, role));
}

export async function armUses(
  { project }: Place,
  { arms, spec, folder }: AgentSubjectOptions,
): Promise<ReadonlyMap<Arm, ArmUse>> {
  const uses = new Map<Arm, ArmUse>();
  const model = spec.model === undefined ? null : located(spec.model, folder, project.dir);
  for (const [arm, version] of Object.entries(arms))
    uses.set(arm as Arm, await armUse(project.dir, version, model));
  return uses;
}

export function useOf(uses: ReadonlyMap<Arm, ArmUse>, { arm }: Ask): ArmUse {
  const use = uses.get(arm);
  if (use === undefined) throw new Error(`there is no ${arm}`);
  return use;
}

/** Whose answers it is about: those of the prompt that is evaluated, else the worker's. */
function roleOf(target: string): Role {
  const [, name] = target.split(":");
  return name === "planner" || name === "evaluator" ? name : "worker";
}

type Answers = (id: RunId, stand: CaseStand, ask: Ask) => Promise<Answered>;

/** A subject whose answers are runs. Each case is looked at once for each arm. */
export function loopSubject(place: Place, settle: (ask: Ask) => Promise<Settled>, answers: Answers): Subject {
  const settled = new Map<string, Promise<Settled>>();
  const asked = new Map<string, Promise<Answered>>();
  const settledOf = async (ask: Ask): Promise<Settled> => {
    const key = `${ask.arm} ${ask.item.case.id}`;
    const known = settled.get(key) ?? settle(ask);
    settled.set(key, known);
    known.catch(() => settled.delete(key));
    return known;
  };
  const work = async (ask: Ask, id: RunId, { run }: Settled, signal: AbortSignal): Promise<Answered> =>
    answers(id, await workCase(place, { ...run, id }, signal), ask);
  return {
    identity: async (ask) => (await settledOf(ask)).identity,
    ceiling: async (ask) => (await settledOf(ask)).run.request.budget.micros,
    answer: async (ask, signal) => {
      if (signal.aborted) return unanswered("outage", "it was interrupted");
      const found = await settledOf(ask);
      const id = caseRunId(found.identity, ask.sample);
      // Arms that are alike have one run.
      const open = asked.get(id) ?? work(ask, id, found, signal).finally(() => asked.delete(id));
      asked.set(id, open);
      return open;
    },
  };
}
