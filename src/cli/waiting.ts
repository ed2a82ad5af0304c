import type { Body, Entry } from "../core/event.ts";
import { callParts, threadParts } from "../core/id.ts";
import type { CallId } from "../core/id.ts";
import type { TaskSpec } from "../core/plan.ts";
import type { Blobs, Ports } from "../core/ports.ts";
import type { RunState } from "../core/run.ts";
import { readJson, readText } from "../loop/texts.ts";

/** One thing that waits for a person, under a short name that lasts: the position of its event in the journal. */
export interface Waiting {
  readonly short: string;
  readonly kind: "approval" | "escalation" | "effect" | "plan";
  /** As `answers` knows it. */
  readonly subject: string;
  readonly task: string | null;
  readonly askedAt: number;
  readonly text: string;
  readonly answers: readonly string[];
}

/** What a run waits for, oldest first. */
export async function waitingList(
  { journal, blobs }: Pick<Ports, "journal" | "blobs">,
  run: RunState,
): Promise<readonly Waiting[]> {
  const found: Waiting[] = [];
  for await (const entry of journal.read(run.id, 0)) {
    const one = await askedBy(entry, run, blobs);
    if (one !== null) found.push(one);
  }
  return found;
}

/** What an event asks a person, null when it asks nothing or was answered. */
async function askedBy(entry: Entry, run: RunState, blobs: Blobs): Promise<Waiting | null> {
  const { seq, at: askedAt } = entry;
  switch (entry.type) {
    case "approval-requested": {
      const { approval: subject, call, card } = entry.body;
      if (run.approvals.get(subject)?.status !== "open") return null;
      const text = await readText(blobs, card);
      const answers = ["approve", "reject"];
      return { short: `a${seq}`, kind: "approval", subject, task: taskOf(call), askedAt, text, answers };
    }
    case "escalation-raised": {
      const { escalation: subject, task, card, options: answers } = entry.body;
      if (!run.escalations.has(subject)) return null;
      const text = await readText(blobs, card);
      return { short: `e${seq}`, kind: "escalation", subject, task, askedAt, text, answers };
    }
    case "effect-doubted": {
      const { call: subject, why } = entry.body;
      if (!run.doubts.has(subject)) return null;
      const text = `in doubt: ${subject} was open when the harness ${why === "crash" ? "died" : "lost it"}`;
      const answers = ["settle"];
      return { short: `d${seq}`, kind: "effect", subject, task: taskOf(subject), askedAt, text, answers };
    }
    case "plan-proposed": {
      const { version } = entry.body;
      if (run.phase !== "reviewing" || run.proposal?.version !== version) return null;
      const subject = `plan/${version}`;
      const answers = ["approve", "reject"];
      const text = await planText(entry.body, blobs);
      return { short: `p${seq}`, kind: "plan", subject, task: null, askedAt, text, answers };
    }
    default:
      return null;
  }
}

/** The plan in a line, and its tasks in a line each. */
async function planText({ version, tasks }: Body<"plan-proposed">, blobs: Blobs): Promise<string> {
  const titles = await Promise.all(
    tasks.map(async ({ id, spec }) => `${id}: ${(await readJson<TaskSpec>(blobs, spec)).title}`),
  );
  return [`plan ${version} of ${tasks.length} tasks waits for its review`, ...titles].join("\n");
}

const taskOf = (call: CallId): string | null => threadParts(callParts(call).thread).task;
