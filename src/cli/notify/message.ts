import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import type { Escalation, RunState } from "../../core/run.ts";
import { shorten } from "../../loop/texts.ts";
import { asks, waitingOf } from "../asked.ts";
import { waitingList } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";
import { commandFor } from "../view/waiting-lines.ts";
import { visibleLines } from "../view/visible.ts";
import { clock, cost, plural } from "../view/words.ts";

/** What `approvals.notify` is given on stdin, as one JSON object. */
export interface Message {
  readonly run: RunId;
  readonly title: string;
  /** Absolute: where the commands are to be typed. */
  readonly project: string;
  readonly kind: Waiting["kind"] | "ended" | "stopped";
  /** The short name that `harness approvals` shows; null where nothing is asked. */
  readonly id: string | null;
  readonly subject: string | null;
  readonly task: string | null;
  /** Safe for a terminal; at most 4,000 characters. */
  readonly text: string;
  /** Answers it takes. */
  readonly options: readonly string[];
  /** How it ended (met, unmet, stopped) or why it stopped (outage, sandbox, budget); else null. */
  readonly outcome: string | null;
  /** Spent so far, and the ceiling, in millionths of a US dollar; null: no ceiling. */
  readonly micros: number;
  readonly budget: number | null;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** Commands that answer it, or go on. */
  readonly commands: readonly string[];
}

/** What is the same in every message of a run. */
export interface Sender {
  readonly title: string;
  readonly project: string;
}

const mostText = 4000;
/** What `shorten` adds. */
const mostAdded = 60;

/** Whether an event may be worth telling someone who is not there. */
export const mayConcern = (entry: Entry): boolean =>
  asks(entry) || entry.type === "run-ended" || entry.type === "run-stopped";

/** What such an event is called in a line for people. */
export function nameOf({ type, seq }: Entry): string {
  if (type === "run-ended") return "its end";
  if (type === "run-stopped") return "its stop";
  return `${type === "effect-doubted" ? "d" : type.slice(0, 1)}${seq}`;
}

/** What to tell of an event as the run stands now; null: nothing, or nothing any more. */
export async function messageOf(
  entry: Entry,
  run: RunState,
  ports: Pick<Ports, "journal" | "blobs">,
  sender: Sender,
): Promise<Message | null> {
  // It goes on since, or stopped again: that stop tells what still waits.
  if (entry.type === "run-stopped" && entry.seq < run.seq) return null;
  const said = await saidOf(entry, run, ports);
  if (said === null) return null;
  const { micros } = run.spent;
  const safe = shorten(visibleLines(said.text.toWellFormed()), mostText - mostAdded);
  const text = safe.toWellFormed();
  const at = new Date(entry.at).toISOString();
  return { run: run.id, ...sender, ...said, text, micros, budget: run.budget.micros, at };
}

type Said = Pick<Message, "kind" | "id" | "subject" | "task" | "text" | "options" | "outcome" | "commands">;

async function saidOf(
  entry: Entry,
  run: RunState,
  ports: Pick<Ports, "journal" | "blobs">,
): Promise<Said | null> {
  if (entry.type === "run-ended") return ended(run);
  if (entry.type === "run-stopped") return run.stopped === null ? null : stopped(run, ports);
  const [one] = run.phase === "ended" ? [] : await waitingOf([entry], run, ports.blobs);
  if (one === undefined || stops(run.escalations.get(one.subject))) return null;
  const answered = await ports.journal.answers(run.id);
  if (answered.some(({ subject }) => subject === one.subject)) return null;
  return question(one, run.id, null);
}

/** Nothing else can be done until it is answered: told once, when the run has stopped for it. */
const stops = (escalation: Escalation | undefined): boolean =>
  escalation?.kind === "outage" || escalation?.kind === "budget";

const question = (
  { kind, short, subject, task, text, answers }: Waiting,
  run: RunId,
  outcome: string | null,
): Said => ({
  kind: outcome === null ? kind : "stopped",
  id: short,
  subject,
  task,
  text,
  options: answers,
  outcome,
  commands: answers.map((answer) => commandFor(answer, { short, task, text }, run)),
});

function ended(run: RunState): Said {
  const all = [...run.tasks.values()];
  const accepted = all.filter(({ status }) => status === "accepted").length;
  const text = `${run.outcome ?? ""}: ${accepted} of ${plural(all.length, "task")} accepted · ${clock(run.spent.wallMs)} · ${cost(run)}`;
  const commands = [
    `harness show ${run.id}`,
    `harness diff ${run.id}`,
    `harness export ${run.id} --to result`,
  ];
  return { ...unasked, kind: "ended", text, outcome: run.outcome, commands };
}

const unasked = { id: null, subject: null, task: null, options: [] } as const;

/** null where it stopped because somebody asked it to, or because of questions that were told one by one. */
async function stopped(run: RunState, ports: Pick<Ports, "journal" | "blobs">): Promise<Said | null> {
  const resume = `harness resume ${run.id}`;
  if (run.stopped === "sandbox") {
    const text = "there is no sandbox to work in; see harness doctor";
    return { ...unasked, kind: "stopped", text, outcome: "sandbox", commands: [resume] };
  }
  const why = [...run.escalations.values()].find(stops);
  if (why === undefined || (run.stopped !== "person" && run.stopped !== "outage")) return null;
  const one = (await waitingList(ports, run)).find(({ subject }) => subject === why.id);
  if (one === undefined) return null;
  const said = question(one, run.id, why.kind);
  return why.kind === "outage" ? { ...said, commands: [resume, ...said.commands] } : said;
}
