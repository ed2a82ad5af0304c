import type { Entry } from "../../core/event.ts";
import { callParts, threadParts } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import { clock, dollars, oneLine, plural } from "./words.ts";

/** What the live view remembers of a task besides the run's state. */
interface Seen {
  title: string;
  micros: number;
  began: number | null;
  ended: number | null;
  doing: string;
  /** Why the last attempt was sent back. */
  back: string;
}

/** The tasks of a run as lines that change: fed with entries, read at each drawing. */
export interface TaskLines {
  see(entry: Entry, run: RunState): Promise<void>;
  lines(run: RunState, now: number, columns: number, room: number): readonly string[];
  /** What the planner or the goal's judge is doing; empty when a task is worked on. */
  doing(): string;
}

export function taskLines(blobs: Blobs): TaskLines {
  const tasks = new Map<string, Seen>();
  const whole = { doing: "" };
  const seen = (id: string): Seen => {
    const known = tasks.get(id) ?? { title: "", micros: 0, began: null, ended: null, doing: "", back: "" };
    tasks.set(id, known);
    return known;
  };
  return {
    see: async (entry, run) => note(entry, run, seen, whole, blobs),
    lines: (run, now, columns, room) => draw(run, seen, now, columns, room),
    doing: () => whole.doing,
  };
}

const read = async (blobs: Blobs, digest: string): Promise<string> => new TextDecoder().decode(await blobs.get(digest));

async function note(
  entry: Entry,
  run: RunState,
  seen: (id: string) => Seen,
  whole: { doing: string },
  blobs: Blobs,
): Promise<void> {
  switch (entry.type) {
    case "plan-adopted":
      whole.doing = "";
      for (const task of run.tasks.values()) {
        seen(task.id).title = (JSON.parse(await read(blobs, task.spec)) as { title: string }).title;
      }
      return;
    case "attempt-started":
      seen(entry.body.task).began ??= entry.at;
      seen(entry.body.task).doing = "reads the task";
      return;
    case "model-started":
      return setDoing(entry.body.thread, seen, whole, `turn ${entry.body.turn}  thinks`);
    case "model-ended": {
      const { task } = threadParts(entry.body.thread);
      if (task !== null) seen(task).micros += entry.body.charged.micros ?? 0;
      return;
    }
    case "call-started": {
      const { thread, turn } = callParts(entry.body.call);
      const args = oneLine(argsText(await read(blobs, entry.body.args)), 60);
      return setDoing(thread, seen, whole, `turn ${turn}  ${entry.body.tool} ${args}`);
    }
    case "attempt-submitted":
      seen(entry.body.task).doing = "is judged";
      return;
    case "criterion-judged":
      if (entry.body.task !== null && entry.body.result === "fail") {
        const why = oneLine(await read(blobs, entry.body.explanation), 100);
        seen(entry.body.task).back = `attempt ${entry.body.attempt} sent back: ${entry.body.criterion}, ${why}`;
      }
      return;
    case "judging-started":
      if (entry.body.task === null) whole.doing = "the goal's checks on the final tree";
      return;
    case "task-accepted":
      seen(entry.body.task).ended = entry.at;
      seen(entry.body.task).back = "";
      return;
    default:
  }
}

function setDoing(thread: string, seen: (id: string) => Seen, whole: { doing: string }, text: string): void {
  const { task, role } = threadParts(thread);
  if (task === null) whole.doing = role === "planner" ? `plans   ${text}` : `judges the goal   ${text}`;
  else seen(task).doing = role === "evaluator" ? `is judged   ${text}` : text;
}

/** The words of a call a person recognises it by. */
function argsText(json: string): string {
  const args = JSON.parse(json) as Record<string, unknown>;
  const [first] = ["command", "path", "pattern", "url"].flatMap((key) => (typeof args[key] === "string" ? [args[key]] : []));
  return typeof first === "string" ? first : "";
}

function draw(run: RunState, seen: (id: string) => Seen, now: number, columns: number, room: number): string[] {
  const width = Math.min(24, Math.max(4, ...[...run.tasks.keys()].map((id) => id.length)));
  const chosen = choose(run, room);
  const lines = chosen.flatMap((task) => taskText(run, task, seen(task.id), now, width, columns));
  const hidden = run.tasks.size - chosen.length;
  return hidden > 0 ? [...lines, `   … ${plural(hidden, "more task")}`] : lines;
}

/** All tasks where there is room, else those at work, waiting for a person, and the first of the rest. */
function choose(run: RunState, room: number): readonly Task[] {
  const all = [...run.tasks.values()];
  if (all.length <= room) return all;
  const first = all.filter((task) => task.status === "active" || task.status === "stuck");
  const rest = all.filter((task) => !first.includes(task));
  const recent = rest.filter((task) => task.status !== "accepted");
  const kept = new Set([...first, ...recent, ...rest].slice(0, room));
  return all.filter((task) => kept.has(task));
}

const marks = { pending: "·", active: "●", accepted: "✓", stuck: "?", dropped: "✗" } as const;

function taskText(run: RunState, task: Task, seen: Seen, now: number, width: number, columns: number): string[] {
  const head = ` ${marks[task.status]} ${oneLine(task.id, width).padEnd(width)}  `;
  const time = seen.began === null ? "" : clock((seen.ended ?? now) - seen.began);
  const facts = [attemptsText(task), seen.micros > 0 ? dollars(seen.micros) : "", time].filter((part) => part !== "");
  const tail = factsText(run, task, seen, facts);
  const room = Math.max(10, columns - head.length - 1);
  const titleWidth = Math.max(10, Math.min(38, Math.floor(room / 2)));
  const title = oneLine(seen.title, titleWidth).padEnd(titleWidth);
  const line = head + `${title}  ${oneLine(tail, Math.max(4, room - titleWidth - 2))}`.trimEnd();
  const back = task.status === "accepted" || seen.back === "" ? [] : [`${" ".repeat(head.length)}${oneLine(seen.back, room)}`];
  return [line, ...back];
}

const attemptsText = (task: Task): string => {
  if (task.attempts === 0) return "";
  return task.status === "accepted" ? plural(task.attempts, "attempt") : `attempt ${task.attempts}`;
};

function factsText(run: RunState, task: Task, seen: Seen, facts: readonly string[]): string {
  switch (task.status) {
    case "accepted":
      return facts.join("   ");
    case "active":
      return [...facts, seen.doing].join("   ");
    case "stuck":
      return "waits for you   harness approvals";
    case "dropped":
      return "dropped";
    case "pending": {
      const open = task.needs.filter((need) => run.tasks.get(need)?.status !== "accepted");
      return [...facts, open.length > 0 ? `after ${open.join(", ")}` : "next"].join("   ");
    }
  }
}
