import { experienceOf } from "../core/forecast.ts";
import type { Experience, Sample } from "../core/forecast.ts";
import { threadParts } from "../core/id.ts";
import type { Entry } from "../core/event.ts";
import { DamagedJournal } from "../core/ports.ts";
import type { Journal } from "../core/ports.ts";

/** Newest runs that are read: prompts, models and the project itself change. */
const mostRuns = 12;

/** What accepted tasks of this project's latest runs took with that model as their worker. */
export async function experience(journal: Journal, worker: string): Promise<Experience | null> {
  const rows = (await journal.runs()).toSorted((a, b) => b.createdAt - a.createdAt).slice(0, mostRuns);
  const samples: Sample[] = [];
  for (const { id } of rows) samples.push(...(await samplesOf(journal, id, worker)));
  return experienceOf(samples);
}

interface Taking {
  micros: number | null;
  tokens: number;
  ms: number;
  began: number;
}

/** A run that is damaged teaches nothing. */
async function samplesOf(journal: Journal, run: string, worker: string): Promise<readonly Sample[]> {
  try {
    return await readSamples(journal, run, worker);
  } catch (error) {
    if (error instanceof DamagedJournal) return [];
    throw error;
  }
}

async function readSamples(journal: Journal, run: string, worker: string): Promise<readonly Sample[]> {
  const tasks = new Map<string, Taking>();
  const accepted: Sample[] = [];
  for await (const entry of journal.read(run, 0)) {
    if (entry.type === "run-created" && entry.body.pins.models.worker !== worker) return [];
    if (entry.type === "task-accepted") {
      const task = tasks.get(entry.body.task);
      // What held before any work says nothing of work.
      if (task !== undefined && task.tokens > 0)
        accepted.push({ ...task, ms: task.ms + entry.at - task.began });
    } else note(entry, tasks);
  }
  return accepted;
}

function note(entry: Entry, tasks: Map<string, Taking>): void {
  switch (entry.type) {
    case "attempt-started": {
      const known = tasks.get(entry.body.task) ?? { micros: 0, tokens: 0, ms: 0, began: entry.at };
      tasks.set(entry.body.task, { ...known, began: entry.at });
      return;
    }
    case "attempt-ended": {
      const task = tasks.get(entry.body.task);
      if (task !== undefined) task.ms += entry.at - task.began;
      return;
    }
    case "model-ended": {
      const task = tasks.get(threadParts(entry.body.thread).task ?? "");
      if (task === undefined) return;
      const { micros, input, output } = entry.body.charged;
      task.tokens += input + output;
      task.micros = task.micros === null || micros === null ? null : task.micros + micros;
      return;
    }
    default:
      return;
  }
}
