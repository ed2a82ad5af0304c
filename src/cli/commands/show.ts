import { readRun } from "../../loop/own.ts";
import type { RunConfig } from "../../core/goal.ts";
import type { Blobs, Owner } from "../../core/ports.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { criterionText } from "../../loop/describe.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { withRun, withState } from "../reader.ts";
import { standing, standingText, workingText } from "../standing.ts";
import { readStory } from "../story.ts";
import type { AttemptStory, Story } from "../story.ts";
import { summary } from "../view/summary.ts";
import { fit, pad } from "../view/cells.ts";
import { clock, dollars, inOneLine, oneLine, plural, visible } from "../view/words.ts";

/** `harness runs`. */
export const runs = async (io: Io, options: { readonly json?: boolean }): Promise<number> =>
  withState(io, async ({ storage, ownerOf }) => {
    const rows = (await storage.journal.runs()).toSorted((a, b) => a.createdAt - b.createdAt);
    const owners = new Map(rows.map(({ id }) => [id, ownerOf(id)]));
    const width = Math.max(9, ...[...owners.values()].map(widthOf));
    for (const row of rows) {
      const run = await readRun(storage, row.id);
      const owner = owners.get(row.id) ?? null;
      const config = await readJson<RunConfig>(storage.blobs, run.config);
      const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
      const about = {
        id: run.id,
        created: row.createdAt,
        outcome: run.outcome,
        phase: run.phase,
        standing: standing(run, owner),
        title: config.title,
      };
      const numbers = {
        tasks: run.tasks.size,
        accepted,
        micros: run.spent.micros,
        head: run.head,
        hash: row.headHash,
      };
      if (options.json === true) io.out(`${JSON.stringify({ ...about, ...numbers })}\n`);
      else {
        const when = new Date(row.createdAt).toISOString().slice(0, 16).replace("T", " ");
        const state = standingText(run, owner).padEnd(width);
        io.out(
          ` ${run.id}  ${when}  ${state} ${`${accepted}/${run.tasks.size}`.padStart(5)}  ${dollars(run.spent.micros).padStart(8)}  ${oneLine(config.title, 60)}\n`,
        );
      }
    }
    return exit.ok;
  });

const widthOf = (owner: Owner | null): number => (owner === null ? 0 : workingText(owner).length);

export interface ShowOptions {
  readonly task?: string;
  readonly leftOut?: boolean;
  readonly json?: boolean;
}

/** `harness show [RUN]`: the run, one task of it in full, or what its workers never saw. */
export const show = async (io: Io, named: string | undefined, options: ShowOptions): Promise<number> =>
  withRun(io, named, async ({ storage, ownerOf }, id) => {
    const owner = ownerOf(id);
    const story = await readStory(storage.journal, id);
    const { leftOut } = await readJson<RunConfig>(storage.blobs, story.run.config);
    if (options.json === true) {
      io.out(`${JSON.stringify({ ...asJson(story, owner), leftOut })}\n`);
      return exit.ok;
    }
    if (options.leftOut === true) {
      for (const item of leftOut) io.out(`${inOneLine(item)}\n`);
      return exit.ok;
    }
    if (options.task !== undefined) {
      io.out(await taskText(storage.blobs, story, options.task));
      return exit.ok;
    }
    io.out(await summary(storage, story.run, io, owner));
    io.out("\n");
    io.out(await taskTable(storage.blobs, story, io.columns));
    return exit.ok;
  });

const asJson = (story: Story, owner: Owner | null): object => ({
  run: story.run.id,
  phase: story.run.phase,
  standing: standing(story.run, owner),
  pid: owner?.pid ?? null,
  outcome: story.run.outcome,
  acceptedBy: story.acceptedBy,
  base: story.run.base,
  head: story.run.head,
  hash: story.run.hash,
  pins: story.run.pins,
  spent: story.run.spent,
  budget: story.run.budget,
  costs: story.costs,
  checks: Object.fromEntries(story.checks),
  tasks: [...story.run.tasks.values()].map(({ id, status, needs, attempts, acceptedBy }) => ({
    id,
    status,
    needs,
    attempts,
    acceptedBy,
  })),
  attempts: story.attempts,
  crashes: story.crashes,
});

async function taskTable(blobs: Blobs, story: Story, columns: number): Promise<string> {
  const tasks = [...story.run.tasks.values()];
  const width = Math.min(24, Math.max(0, ...tasks.map(({ id }) => id.length)));
  const lines = tasks.map(async ({ id, status, spec }) => {
    const { title } = await readJson<TaskSpec>(blobs, spec);
    const attempts = story.attempts.filter((attempt) => attempt.task === id);
    const micros = attempts.reduce((sum, attempt) => sum + attempt.micros, 0);
    const tries = plural(attempts.length, "attempt").padEnd(11);
    const head = ` ${status.padEnd(8)}  ${pad(id, width)}  ${tries}  ${dollars(micros).padStart(7)}  `;
    return `${fit(head + oneLine(title, 200), columns - 1)}\n`;
  });
  return (await Promise.all(lines)).join("");
}

async function taskText(blobs: Blobs, story: Story, id: string): Promise<string> {
  const task = story.run.tasks.get(id);
  if (task === undefined) {
    throw new Refused(
      `run ${story.run.id} has no task ${id}; its tasks are ${[...story.run.tasks.keys()].join(", ")}`,
    );
  }
  const spec = await readJson<TaskSpec>(blobs, task.spec);
  const parts = [
    `${id}: ${spec.title}   ${task.status}${task.acceptedBy === "person" ? " by a person" : ""}`,
    `\n${spec.instructions.trim()}\n`,
    ...spec.criteria.map(
      (criterion) =>
        `  ${criterion.id}${criterion.guard === true ? " (guard)" : ""}  ${plainText(criterionText(criterion))}`,
    ),
  ];
  for (const attempt of story.attempts.filter((one) => one.task === id))
    parts.push(await attemptText(blobs, attempt));
  if (task.handoff !== null) parts.push(handoffText(await readJson<Handoff>(blobs, task.handoff)));
  return `${visible(parts.join("\n"))}\n`;
}

/** Without the fences that are for models, its further lines set in. */
const plainText = (criterion: string): string =>
  criterion
    .replaceAll(/^```\n?/gm, "")
    .trimEnd()
    .replaceAll("\n", "\n      ");

async function attemptText(blobs: Blobs, attempt: AttemptStory): Promise<string> {
  const time = attempt.endedAt === null ? "" : `   ${clock(attempt.endedAt - attempt.startedAt)}`;
  const head = `\nattempt ${attempt.attempt}   ${attempt.outcome ?? "open"}   ${plural(attempt.turns, "turn")}   ${dollars(attempt.micros)}${time}`;
  return attempt.feedback === null ? head : `${head}\n${indent(await readText(blobs, attempt.feedback))}`;
}

function handoffText(handoff: Handoff): string {
  const list = (name: string, items: readonly string[]): string[] =>
    items.map((item) => `  ${name}  ${item}`);
  return [
    `\nhanded on\n${indent(handoff.summary)}`,
    ...list("file    ", handoff.artifacts),
    ...list("decided ", handoff.decisions),
    ...list("asks    ", handoff.open_questions),
  ].join("\n");
}

const indent = (block: string): string =>
  block
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
