import type { Entry } from "../../core/event.ts";
import { callParts, threadParts } from "../../core/id.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { gist, oneLine } from "./words.ts";

/** What the live view remembers of a task besides the run's state. */
export interface TaskNote {
  title: string;
  /** Of its worker, in micro-dollars. */
  micros: number;
  began: number | null;
  ended: number | null;
  doing: string;
  /** Why the last attempt was sent back. */
  back: string;
}

/** Fed with the entries of a run, oldest first; read at each drawing. */
export interface TaskNotes {
  see(entry: Entry, run: RunState): Promise<void>;
  of(task: string): TaskNote;
  /** What the planner or the goal's judge is doing; empty while tasks are worked on. */
  whole(): string;
}

type Sight = { readonly of: TaskNotes["of"]; readonly whole: { doing: string }; readonly blobs: Blobs };

export function taskNotes(blobs: Blobs): TaskNotes {
  const tasks = new Map<string, TaskNote>();
  const whole = { doing: "" };
  const of = (id: string): TaskNote => {
    const known = tasks.get(id) ?? { title: "", micros: 0, began: null, ended: null, doing: "", back: "" };
    tasks.set(id, known);
    return known;
  };
  return { see: async (entry, run) => note(entry, run, { of, whole, blobs }), of, whole: () => whole.doing };
}

async function note(entry: Entry, run: RunState, { of, whole, blobs }: Sight): Promise<void> {
  switch (entry.type) {
    case "planning-started":
      whole.doing = "plans";
      return;
    case "plan-adopted":
      whole.doing = "";
      for (const { id, spec } of run.tasks.values())
        of(id).title = (await readJson<TaskSpec>(blobs, spec)).title;
      return;
    case "attempt-started":
      of(entry.body.task).began ??= entry.at;
      of(entry.body.task).doing = "reads the task";
      return;
    case "model-started":
      return setDoing({ of, whole }, entry.body.thread, `turn ${entry.body.turn}  thinks`);
    case "model-ended": {
      const { task, role } = threadParts(entry.body.thread);
      if (task !== null && role === "worker") of(task).micros += entry.body.charged.micros ?? 0;
      return;
    }
    case "call-started": {
      const { thread, turn } = callParts(entry.body.call);
      const words = oneLine(argsText(await readJson(blobs, entry.body.args)), 200);
      return setDoing({ of, whole }, thread, `turn ${turn}  ${entry.body.tool} ${words}`.trimEnd());
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
    case "judging-started":
      if (entry.body.task === null) whole.doing = "the goal's checks on the final tree";
      return;
    case "verdict-given":
      if (entry.body.task === null) whole.doing = "";
      return;
    case "task-accepted":
      of(entry.body.task).ended = entry.at;
      return;
    default:
  }
}

function setDoing({ of, whole }: Omit<Sight, "blobs">, thread: string, text: string): void {
  const { task, role } = threadParts(thread);
  if (task === null) whole.doing = role === "planner" ? `plans   ${text}` : `judges the goal   ${text}`;
  else of(task).doing = role === "evaluator" ? `is judged   ${text}` : text;
}

/** The words of a call a person recognises it by. */
function argsText(args: Readonly<Record<string, unknown>> | null): string {
  const found = ["command", "path", "pattern", "url"].map((key) => args?.[key]);
  return found.find((value) => typeof value === "string") ?? "";
}
