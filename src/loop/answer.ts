import type { By, RunEvent } from "../core/event.ts";
import type { CallId, Digest } from "../core/id.ts";
import { harness } from "../core/event.ts";
import type { Answer, AnswerValue } from "../core/ports.ts";
import type { RuleSpec } from "../core/rule.ts";
import { adoptEdited, adoption } from "./plan.ts";
import { cancelled } from "./attempt.ts";
import { job, refused } from "./call.ts";
import { grantMs } from "./card.ts";
import { judgementOf } from "./judge-call.ts";
import { mergeAsIs } from "./integrate.ts";
import { putText, readJson, readText } from "./texts.ts";
import type { Work } from "./work.ts";

type Value<T extends AnswerValue["type"]> = Extract<AnswerValue, { type: T }>;

/** T7: an answer that lies in `answers` becomes an event of the run, with what follows from it. */
export async function importAnswer(work: Work, answer: Answer): Promise<readonly RunEvent[]> {
  const { value, by } = answer;
  switch (value.type) {
    case "approval":
      return approval(work, answer, value);
    case "escalation":
      return escalation(work, answer, value);
    case "effect": {
      const text = await putText(work.ports.blobs, effectText(value.finding, "A person"));
      const body = {
        call: answer.subject,
        finding: value.finding,
        evidence: value.evidence,
        result: text,
        by,
      };
      return [{ type: "effect-settled", body }];
    }
    case "plan":
      return plan(work, answer, value);
    case "note":
      return [{ type: "note-added", body: { thread: value.thread, text: value.text, by } }];
    case "budget":
      return [
        { type: "budget-changed", body: { task: null, budget: value.budget, by } },
        ...(await raise(work, answer)),
      ];
    case "stop":
      return [];
  }
}

/** What the model is told of a call that was in doubt. `who`: found it out. */
export function effectText(finding: Value<"effect">["finding"], who: string): string {
  const cut = "This call was cut off before its outcome was known";
  switch (finding) {
    case "happened":
      return `${cut}. ${who} found that it did happen; it was not repeated.`;
    case "did-not":
      return `${cut}. ${who} found that it did not happen.`;
    case "skip":
      return `${cut}; whether it happened is unknown, and a person chose to go on.`;
  }
}

async function approval(work: Work, answer: Answer, value: Value<"approval">): Promise<readonly RunEvent[]> {
  const asked = work.run.approvals.get(answer.subject);
  if (asked === undefined) return [];
  const isGrant = value.answer === "grant" || value.answer === "grant-edited";
  const isLate = asked.until !== null && answer.at >= asked.until;
  const against = isGrant && value.edited !== null ? await editRefused(work, asked.call, value.edited) : null;
  const given = isGrant && (isLate || against !== null) ? (isLate ? "expire" : "refuse") : value.answer;
  const decided: RunEvent = {
    type: "approval-decided",
    body: {
      approval: asked.id,
      answer: given,
      edited: given === "grant-edited" ? value.edited : null,
      note: value.note,
      until: isGrant ? answer.at + grantMs : null,
      by: given === "expire" ? harness : answer.by,
    },
  };
  if (given === "grant" || given === "grant-edited")
    return value.rule == null
      ? [decided]
      : [decided, await remembered(work, asked.id, value.rule, answer.by)];
  const note = value.note === null ? "" : ` ${await readText(work.ports.blobs, value.note)}`;
  const text =
    given === "expire"
      ? "Nobody answered in time, so this did not run."
      : against === null
        ? `A person refused this; it did not run.${note}`
        : `A person changed this call, and what they made of it did not run.${against}${note}`;
  return [decided, await refused(work, asked.call, text)];
}

/** The rule holds from now on; the approval it came with was given in its knowledge. */
async function remembered(work: Work, approval: string, digest: Digest, by: By): Promise<RunEvent> {
  const { policy, blobs } = work.ports;
  await policy.remember(await readJson<RuleSpec>(blobs, digest));
  return { type: "policy-changed", body: { policy: policy.digest, keeps: approval, by } };
}

/** Edited arguments go through the policy again. */
async function editRefused(work: Work, id: CallId, edited: Digest): Promise<string | null> {
  const args = await readJson<unknown>(work.ports.blobs, edited);
  const found = { ...(await job(work, id)), args };
  const { judgement } = await judgementOf(work, found);
  if (judgement.reach === "outside" && found.call.try > 1)
    return " This call was cut off before and cannot become one that acts outside; make that call anew.";
  return judgement.decision === "refuse"
    ? ` The edited call is against the policy: ${judgement.because}.`
    : null;
}

async function escalation(
  work: Work,
  answer: Answer,
  value: Value<"escalation">,
): Promise<readonly RunEvent[]> {
  const open = work.run.escalations.get(answer.subject);
  if (open === undefined) return [];
  const answered = (choice: typeof value.choice, note = value.note): RunEvent => ({
    type: "escalation-answered",
    body: { escalation: open.id, choice, note, by: answer.by },
  });
  const { task } = open;
  switch (value.choice) {
    case "accept":
      return task === null ? [answered("accept")] : acceptTask(work, task, answered);
    case "drop":
      if (task === null) return [answered("drop")];
      return [
        answered("drop"),
        ...cancelled(work.run, task),
        { type: "task-dropped", body: { task, reason: open.kind, by: answer.by } },
      ];
    case "replan":
      return [answered("replan"), ...(task === null ? [] : cancelled(work.run, task))];
    case "raise":
      // A run's own ceiling is changed by an answer of its own kind.
      return value.budget === null || task === null
        ? [answered("raise")]
        : [
            answered("raise"),
            { type: "budget-changed", body: { task, budget: value.budget, by: answer.by } },
          ];
    case "retry":
    case "stop":
      return [answered(value.choice)];
  }
}

/** As it is, if it can be merged; otherwise the task is tried again and its worker told why. */
async function acceptTask(
  work: Work,
  task: string,
  answered: (choice: "accept" | "retry", note?: string | null) => RunEvent,
): Promise<readonly RunEvent[]> {
  if (work.run.integration !== null) return [];
  const merged = await mergeAsIs(work, task);
  if (merged === null) {
    const note = await putText(
      work.ports.blobs,
      "A person wanted to accept this as it is, but it does not merge.",
    );
    return [answered("retry", note)];
  }
  const { attempt, tree, handoff } = merged;
  const isOpen = work.run.tasks.get(task)?.attempt != null;
  return [
    answered("accept"),
    { type: "task-accepted", body: { task, attempt, head: tree, handoff, by: "person" } },
    ...(isOpen
      ? [{ type: "attempt-ended", body: { task, attempt, outcome: "accepted", feedback: null } } as const]
      : []),
  ];
}

async function plan(work: Work, answer: Answer, value: Value<"plan">): Promise<readonly RunEvent[]> {
  const { proposal } = work.run;
  if (proposal === null) return [];
  if (value.answer === "adopt") return [adoption(work.run, proposal.version, proposal.tasks, answer.by)];
  if (value.answer === "edit" && value.edited !== null) return adoptEdited(work, value.edited, answer.by);
  const errors =
    value.note ?? (await putText(work.ports.blobs, "A person rejected the plan. Propose another."));
  return [{ type: "plan-rejected", body: { version: proposal.version, errors, by: answer.by } }];
}

/** More for the run answers the question for it, unless somebody answered that already. */
async function raise(work: Work, answer: Answer): Promise<readonly RunEvent[]> {
  const answers = await work.ports.journal.answers(work.run.id);
  const isAnswered = (id: string): boolean => answers.some(({ subject }) => subject === id);
  const asked = [...work.run.escalations.values()].filter(
    (open) => open.kind === "budget" && open.task === null && !isAnswered(open.id),
  );
  return asked.map((open) => ({
    type: "escalation-answered",
    body: { escalation: open.id, choice: "raise", note: null, by: answer.by },
  }));
}
