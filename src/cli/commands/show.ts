import type { RunConfig } from "../../core/goal.ts";
import type { Blobs, Owner, Ports } from "../../core/ports.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Task } from "../../core/task.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { withRun } from "../reader.ts";
import { standing } from "../standing.ts";
import { readStory, taskStory } from "../story.ts";
import type { Story } from "../story.ts";
import { inColumns } from "../view/columns.ts";
import type { Side } from "../view/columns.ts";
import { summary } from "../view/summary.ts";
import { stillVisible } from "../view/visible.ts";
import { clock, dollars, gist, oneLine, plural, short } from "../view/words.ts";
import { taskText, toldTask } from "../view/whole-task.ts";
import { showPage } from "./show-page.ts";
import type { ShowOptions } from "./show-page.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** `harness show [RUN]`: the run, one task of it in full, what its workers never saw, or all of it as a page. */
export const show = async (io: Io, named: string | undefined, options: ShowOptions): Promise<number> => {
  if (options.html !== undefined) return showPage(io, named, options.html, options);
  if (options.force === true)
    throw new Refused("--force goes with --html: harness show RUN --html FILE --force");
  return showText(io, named, options);
};

const showText = async (io: Io, named: string | undefined, options: ShowOptions): Promise<number> =>
  withRun(io, named, async ({ storage, ownerOf }, id) => {
    const owner = ownerOf(id);
    const story = await readStory(storage.journal, id);
    const { leftOut } = await readJson<RunConfig>(storage.blobs, story.run.config);
    if (options.task !== undefined) {
      const told = await toldTask(storage, story, options.task);
      io.out(options.json === true ? `${JSON.stringify(told)}\n` : taskText(story, told));
    } else if (options.json === true) {
      io.out(`${JSON.stringify({ ...(await asJson(storage, story, owner)), leftOut })}\n`);
    } else if (options.leftOut === true) {
      for (const item of leftOut) io.out(`${stillVisible(item)}\n`);
    } else {
      io.out(await summary(storage, story.run, io, owner));
      io.out(`\n${await taskTable(storage.blobs, story, io.columns)}`);
    }
    return exit.ok;
  });

async function asJson({ blobs }: Stored, story: Story, owner: Owner | null): Promise<object> {
  const { run } = story;
  const tasks = [...run.tasks.values()].map(async (task) => {
    const { micros, tokens, ms } = taskStory(story, task.id);
    const { title } = await readJson<TaskSpec>(blobs, task.spec);
    const { id, status, needs, attempts, acceptedBy } = task;
    return { id, title, status, needs, attempts, acceptedBy, micros, tokens, ms };
  });
  return {
    run: run.id,
    phase: run.phase,
    standing: standing(run, owner),
    pid: owner?.pid ?? null,
    outcome: run.outcome,
    acceptedBy: story.acceptedBy,
    base: run.base,
    head: run.head,
    hash: run.hash,
    pins: run.pins,
    spent: run.spent,
    budget: run.budget,
    forecast: story.forecast,
    costs: story.costs,
    tokens: story.tokens,
    checks: Object.fromEntries(story.checks),
    tasks: await Promise.all(tasks),
    attempts: story.attempts,
    crashes: story.crashes.length,
  };
}

/** Status, id, attempts, money, tokens, time, title. */
const taskSides: readonly Side[] = ["left", "left", "left", "right", "right", "right", "left"];

/** A line for each task, below it why its last attempt was sent back, unless it was accepted since. */
async function taskTable(blobs: Blobs, story: Story, columns: number): Promise<string> {
  const tasks = [...story.run.tasks.values()];
  const rows = tasks.map(async ({ id, status, spec }) => {
    const { title } = await readJson<TaskSpec>(blobs, spec);
    const { attempts, micros, tokens, ms } = taskStory(story, id);
    const total = tokens.input + tokens.output;
    return [
      status,
      id,
      plural(attempts.length, "attempt"),
      dollars(micros),
      total === 0 ? "" : `${short(total)} tokens`,
      attempts.length === 0 ? "" : clock(ms),
      oneLine(title, 200),
    ];
  });
  const lines = inColumns(await Promise.all(rows), taskSides, columns);
  const below = await Promise.all(tasks.map(async (task) => feedbackLine(blobs, story, task)));
  const more = tasks.length === 0 ? "" : `\n each in full: harness show ${story.run.id} --task ID\n`;
  return `${lines.map((line, index) => `${line}\n${below[index] ?? ""}`).join("")}${more}`;
}

async function feedbackLine(blobs: Blobs, story: Story, { id, status }: Task): Promise<string> {
  const last = story.attempts.findLast((attempt) => attempt.task === id && attempt.feedback !== null);
  if (status === "accepted" || last === undefined || last.feedback === null) return "";
  return `           ${oneLine(`attempt ${last.attempt} ${last.outcome}: ${gist(await readText(blobs, last.feedback), 300)}`, 160)}\n`;
}
