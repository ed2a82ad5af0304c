import type { Body, Entry } from "../../core/event.ts";
import { callParts, threadParts } from "../../core/id.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { gist, oneLine } from "./words.ts";

/** What the live view remembers of a task besides the run's state. */
export interface TaskNote {
  title: string;
  /** Of its workers and judges, in micro-dollars. */
  micros: number;
  /** When it was begun and accepted, in ms at work: time in which nobody worked on the run is no time of a task. */
  began: number | null;
  ended: number | null;
  doing: string;
  /** Why the last attempt was sent back. */
  back: string;
}

/** When a person was asked something, and the short name under which they answer. */
interface Asking {
  readonly at: number;
  readonly short: string;
}

/** Fed with the entries of a run, oldest first; read at each drawing. */
export interface TaskNotes {
  see(entry: Entry, run: RunState): Promise<void>;
  of(task: string): TaskNote;
  /** What the planner or the goal's judge is doing; empty while tasks are worked on. */
  whole(): string;
  /** By approval, escalation, call in doubt, or `plan/VERSION`; also what was answered since. */
  asked(subject: string): Asking | null;
}

interface Notes {
  readonly blobs: Blobs;
  readonly tasks: Map<string, TaskNote>;
  readonly asked: Map<string, Asking>;
  readonly of: TaskNotes["of"];
  whole: string;
  /** Of the last entry: time at work so far, when, and which ownership. */
  worked: number;
  /** A plan waits for its review: that is no time at work. */
  isReviewed: boolean;
  at: number;
  epoch: number;
}

export function taskNotes(blobs: Blobs): TaskNotes {
  const tasks = new Map<string, TaskNote>();
  const of = (id: string): TaskNote => {
    const known = tasks.get(id) ?? { title: "", micros: 0, began: null, ended: null, doing: "", back: "" };
    tasks.set(id, known);
    return known;
  };
  const notes: Notes = {
    blobs,
    tasks,
    of,
    asked: new Map(),
    whole: "",
    worked: 0,
    isReviewed: false,
    at: 0,
    epoch: 0,
  };
  return {
    see: async (entry, run) => {
      if (entry.epoch === notes.epoch && !notes.isReviewed) notes.worked += Math.max(0, entry.at - notes.at);
      if (entry.type.startsWith("plan")) notes.isReviewed = entry.type === "plan-proposed";
      [notes.at, notes.epoch] = [entry.at, entry.epoch];
      noteAsked(entry, notes.asked);
      return note(entry, run, notes);
    },
    of,
    whole: () => notes.whole,
    asked: (subject) => notes.asked.get(subject) ?? null,
  };
}

function noteAsked(entry: Entry, asked: Map<string, Asking>): void {
  const { at, seq } = entry;
  if (entry.type === "approval-requested") asked.set(entry.body.approval, { at, short: `a${seq}` });
  if (entry.type === "escalation-raised") asked.set(entry.body.escalation, { at, short: `e${seq}` });
  if (entry.type === "effect-doubted") asked.set(entry.body.call, { at, short: `d${seq}` });
  if (entry.type === "plan-proposed") asked.set(`plan/${entry.body.version}`, { at, short: `p${seq}` });
}

async function note(entry: Entry, run: RunState, notes: Notes): Promise<void> {
  const { blobs, of } = notes;
  switch (entry.type) {
    case "planning-started":
      notes.whole = "plans";
      return;
    case "plan-proposed":
      notes.whole = "the plan waits for its review";
      return;
    case "plan-adopted":
      notes.whole = "";
      for (const { id, spec } of run.tasks.values())
        of(id).title = (await readJson<TaskSpec>(blobs, spec)).title;
      return;
    case "attempt-started":
      of(entry.body.task).began ??= notes.worked;
      of(entry.body.task).doing = "reads the task";
      return;
    case "model-started":
      return setDoing(notes, entry.body.thread, `turn ${entry.body.turn}  thinks`);
    case "model-ended": {
      const { task } = threadParts(entry.body.thread);
      if (task !== null) of(task).micros += entry.body.charged.micros ?? 0;
      return;
    }
    case "call-started": {
      const { thread, turn } = callParts(entry.body.call);
      const words = oneLine(argsText(await readJson(blobs, entry.body.args)), 200);
      return setDoing(notes, thread, `turn ${turn}  ${entry.body.tool} ${words}`.trimEnd());
    }
    case "attempt-submitted":
      of(entry.body.task).doing = "is judged";
      return;
    case "criterion-judged": {
      const { task, attempt, criterion, result, explanation } = entry.body;
      if (task === null || result !== "fail") return;
      of(task).back =
        `attempt ${attempt} sent back: ${criterion}, ${gist(await readText(blobs, explanation), 200)}`;
      return;
    }
    case "attempt-ended": {
      const { task, attempt, outcome, feedback } = entry.body;
      if (outcome === "accepted" || outcome === "rejected") return;
      const why = feedback === null ? "" : `, ${gist(await readText(blobs, feedback), 200)}`;
      of(task).back = `attempt ${attempt} ${endings[outcome]}${why}`;
      return;
    }
    case "integration-started":
      of(entry.body.task).doing = "is merged";
      return;
    case "judging-started":
      if (entry.body.task === null) notes.whole = "the goal's checks on the final tree";
      return;
    case "verdict-given":
      if (entry.body.task === null) notes.whole = "";
      return;
    case "task-accepted":
      of(entry.body.task).ended = notes.worked;
      return;
    default:
  }
}

const endings: Readonly<Record<Exclude<Body<"attempt-ended">["outcome"], "accepted" | "rejected">, string>> =
  {
    conflict: "conflicts with accepted work",
    regressed: "breaks accepted work",
    "gave-up": "was given up",
    exhausted: "used up its turns",
    cancelled: "was called off",
    quarantined: "was set aside",
  };

function setDoing(notes: Notes, thread: string, text: string): void {
  const { task, role } = threadParts(thread);
  if (task === null) notes.whole = role === "planner" ? `plans   ${text}` : `judges the goal   ${text}`;
  else notes.of(task).doing = role === "evaluator" ? `is judged   ${text}` : text;
}

/** The words of a call a person recognises it by. */
function argsText(args: Readonly<Record<string, unknown>> | null): string {
  const found = ["command", "path", "pattern", "url"].map((key) => args?.[key]);
  return found.find((value) => typeof value === "string") ?? "";
}
