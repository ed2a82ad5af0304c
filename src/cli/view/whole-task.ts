import type { Ports } from "../../core/ports.ts";
import type { TaskSpec } from "../../core/plan.ts";
import { criterionText } from "../../loop/describe.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { Refused } from "../exit.ts";
import { taskStory } from "../story.ts";
import type { AttemptStory, Story } from "../story.ts";
import { changedFiles } from "./changed.ts";
import { stillVisible, visibleLines } from "./visible.ts";
import { clock, dollars, gist, plural, tokensText } from "./words.ts";

type Stored = Pick<Ports, "journal" | "blobs">;

/** One task with everything in words. */
export interface ToldTask {
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

export async function toldTask(storage: Stored, story: Story, id: string): Promise<ToldTask> {
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

export function taskText({ run }: Story, told: ToldTask): string {
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
  return `${visibleLines(parts.join("\n"))}\n`;
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
  const lines = files.slice(0, mostFiles).map(({ mark, path }) => `  ${mark} ${stillVisible(path)}`);
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
