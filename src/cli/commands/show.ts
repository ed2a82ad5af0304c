import type { RunConfig } from "../../core/goal.ts";
import type { Blobs, Owner, Ports, RunRow } from "../../core/ports.ts";
import type { TaskSpec } from "../../core/plan.ts";
import type { Task } from "../../core/task.ts";
import { criterionText } from "../../loop/describe.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { withRun, withState } from "../reader.ts";
import { standing, standingText } from "../standing.ts";
import { readStory, taskStory } from "../story.ts";
import type { AttemptStory, Story } from "../story.ts";
import { changedFiles } from "../view/changed.ts";
import { inColumns } from "../view/columns.ts";
import type { Side } from "../view/columns.ts";
import { summary } from "../view/summary.ts";
import {
  age,
  clock,
  dollars,
  gist,
  inOneLine,
  oneLine,
  plural,
  short,
  tokensText,
  visible,
} from "../view/words.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** `harness runs`. */
export const runs = async (io: Io, options: { readonly json?: boolean }): Promise<number> =>
  withState(io, async ({ storage, ownerOf, state }) => {
    const rows = (await storage.journal.runs()).toSorted((a, b) => a.createdAt - b.createdAt);
    const told: (readonly string[])[] = [];
    for (const row of rows) {
      const listed = await listedRun(storage, row, ownerOf(row.id));
      if (options.json === true) io.out(`${JSON.stringify(listed.json)}\n`);
      else told.push(listed.text);
    }
    for (const line of inColumns(told, runSides, io.columns)) io.out(`${line}\n`);
    if (rows.length === 0)
      io.err(
        ` there is no run in ${state} yet; start one with: harness run goal.md     harness init makes a goal\n`,
      );
    return exit.ok;
  });

interface ListedRun {
  readonly json: object;
  readonly text: readonly string[];
}

/** Id, age, standing, accepted tasks, cost, title. */
const runSides: readonly Side[] = ["left", "right", "left", "right", "right", "left"];

async function listedRun(ports: Stored, row: RunRow, owner: Owner | null): Promise<ListedRun> {
  const { run, acceptedBy } = await readStory(ports.journal, row.id);
  const { title } = await readJson<RunConfig>(ports.blobs, run.config);
  const accepted = [...run.tasks.values()].filter((task) => task.status === "accepted").length;
  const byPerson = run.outcome === "met" ? acceptedBy : null;
  const { micros, unpriced, tokens } = run.spent;
  const state = `${standingText(run, owner)}${byPerson === null ? "" : ` by ${oneLine(byPerson, 20)}`}`;
  return {
    json: {
      id: run.id,
      created: row.createdAt,
      outcome: run.outcome,
      phase: run.phase,
      standing: standing(run, owner),
      acceptedBy: byPerson,
      title,
      tasks: run.tasks.size,
      accepted,
      micros,
      tokens,
      head: run.head,
      hash: row.headHash,
    },
    text: [
      run.id,
      sinceText(Date.now() - row.createdAt),
      state.padEnd(9),
      `${accepted}/${run.tasks.size}`,
      unpriced > 0 && micros === 0 ? `${short(tokens)} tokens` : dollars(micros),
      oneLine(title, 200),
    ],
  };
}

const sinceText = (ms: number): string => (ms < 60_000 ? "just now" : `${age(ms)} ago`);

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
    if (options.task !== undefined) {
      const told = await toldTask(storage, story, options.task);
      io.out(options.json === true ? `${JSON.stringify(told)}\n` : taskText(story, told));
    } else if (options.json === true) {
      io.out(`${JSON.stringify({ ...(await asJson(storage, story, owner)), leftOut })}\n`);
    } else if (options.leftOut === true) {
      for (const item of leftOut) io.out(`${inOneLine(item)}\n`);
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

/** One task with everything in words. */
interface ToldTask {
  readonly id: string;
  readonly status: string;
  readonly acceptedBy: string | null;
  readonly spec: TaskSpec;
  readonly micros: number;
  readonly tokens: Story["tokens"];
  readonly ms: number;
  readonly attempts: readonly ToldAttempt[];
  readonly handoff: Handoff | null;
}

type ToldAttempt = Omit<AttemptStory, "feedback" | "verdicts"> & {
  readonly feedback: string | null;
  readonly verdicts: readonly (Omit<AttemptStory["verdicts"][number], "explanation"> & {
    readonly explanation: string;
  })[];
  readonly files: Awaited<ReturnType<typeof changedFiles>>;
};

async function toldTask(storage: Stored, story: Story, id: string): Promise<ToldTask> {
  const task = story.run.tasks.get(id);
  if (task === undefined) {
    throw new Refused(
      `run ${story.run.id} has no task ${id}; its tasks are ${[...story.run.tasks.keys()].join(", ")}`,
    );
  }
  const { attempts, micros, tokens, ms } = taskStory(story, id);
  return {
    id,
    status: task.status,
    acceptedBy: task.acceptedBy,
    spec: await readJson<TaskSpec>(storage.blobs, task.spec),
    micros,
    tokens,
    ms,
    attempts: await Promise.all(attempts.map(async (attempt) => toldAttempt(storage, attempt))),
    handoff: task.handoff === null ? null : await readJson<Handoff>(storage.blobs, task.handoff),
  };
}

async function toldAttempt(storage: Stored, attempt: AttemptStory): Promise<ToldAttempt> {
  const { feedback, verdicts, start, candidate } = attempt;
  const told = verdicts.map(async (one) => ({
    ...one,
    explanation: await readText(storage.blobs, one.explanation),
  }));
  return {
    ...attempt,
    feedback: feedback === null ? null : await readText(storage.blobs, feedback),
    verdicts: await Promise.all(told),
    files: candidate === null ? [] : await changedFiles(storage, start, candidate),
  };
}

function taskText({ run }: Story, told: ToldTask): string {
  const { id, status, acceptedBy, spec, micros, tokens, ms, attempts, handoff } = told;
  const sum = `${plural(attempts.length, "attempt")} · ${dollars(micros)} · ${tokensText(tokens)} · ${clock(ms)}`;
  const parts = [
    ` ${id}: ${spec.title}   ${status}${acceptedBy === "person" ? " by a person" : ""}`,
    ` ${attempts.length === 0 ? "no attempt yet" : sum}`,
    `\n${indent(spec.instructions.trim())}\n`,
    ...spec.criteria.map(
      (criterion) =>
        `  ${criterion.id}${criterion.guard === true ? " (guard)" : ""}  ${plainText(criterionText(criterion))}`,
    ),
    ...attempts.map(attemptText),
    ...(handoff === null ? [] : [handoffText(handoff)]),
    `\n see it     harness diff ${run.id}     harness show ${run.id}`,
  ];
  return `${visible(parts.join("\n"))}\n`;
}

/** Without the fences that are for models, its further lines set in. */
const plainText = (criterion: string): string =>
  criterion
    .replaceAll(/^```\n?/gm, "")
    .trimEnd()
    .replaceAll("\n", "\n      ");

function attemptText(attempt: ToldAttempt): string {
  const { outcome, turns, micros, judgingMicros, tokens, startedAt, endedAt, alone } = attempt;
  const facts = [
    outcome ?? "open",
    plural(turns, "turn"),
    `${dollars(micros)}${judgingMicros > 0 ? ` + ${dollars(judgingMicros)} judging` : ""}`,
    tokensText(tokens),
    ...(endedAt === null ? [] : [clock(endedAt - startedAt)]),
    ...(alone ? ["alone"] : []),
  ];
  return [
    `\nattempt ${attempt.attempt}   ${facts.join("   ")}`,
    ...verdictLines(attempt),
    ...fileLines(attempt),
    ...(attempt.feedback === null ? [] : [indent(attempt.feedback.trimEnd())]),
  ].join("\n");
}

/** Of the last grading; earlier ones broke. What failed is said in full by the feedback. */
function verdictLines({ verdicts }: ToldAttempt): readonly string[] {
  const last = Math.max(0, ...verdicts.map(({ grading }) => grading));
  return verdicts
    .filter(({ grading }) => grading === last)
    .map(({ result, criterion, score, explanation }) => {
      const points = score === null ? "" : ` (${score.toFixed(2)})`;
      const why = result === "pass" && score === null ? "" : `: ${gist(explanation, 120)}`;
      return `  ${result} ${criterion}${points}${why}`;
    });
}

/** How many files of an attempt are named. */
const mostFiles = 20;

function fileLines({ files, candidate }: ToldAttempt): readonly string[] {
  if (candidate === null) return [];
  if (files.length === 0) return ["  changed nothing"];
  const lines = files.slice(0, mostFiles).map(({ mark, path }) => `  ${mark} ${inOneLine(path)}`);
  const more = files.length - mostFiles;
  return more > 0
    ? [...lines, `  … and ${plural(more, "more file", "more files")} (--json names all)`]
    : lines;
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
