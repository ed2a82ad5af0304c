import type { Body, Entry } from "../../core/event.ts";
import { callParts, threadParts } from "../../core/id.ts";
import type { CallId, Digest, ThreadId } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { oneLine } from "../view/words.ts";
import { storedJson, storedText } from "./texts.ts";

/** One tool call. `ended`: how, in a word; null: not yet. */
export interface CallTale {
  readonly index: number;
  readonly tool: string;
  /** What a person recognises it by, in one line. */
  words: string;
  ended: string | null;
}

/** One model call of the worker that brought an answer, or why it brought none. */
export interface TurnTale {
  readonly turn: number;
  readonly calls: readonly CallTale[];
  readonly trouble: string;
}

export interface GradingTale {
  readonly grading: number;
  readonly restored: number;
  readonly results: {
    readonly criterion: string;
    readonly result: string;
    readonly score: number | null;
    readonly explanation: string;
  }[];
  verdict: string | null;
}

/** One attempt. Money in micro-dollars, as charged so far. */
export interface AttemptTale {
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** Of the run's time at work, in ms. */
  readonly startedAfter: number;
  readonly alone: boolean;
  /** What it was told about the one before, "" for nothing. */
  readonly told: string;
  /** Its criteria held before any work. */
  satisfied: boolean;
  readonly turns: TurnTale[];
  readonly gradings: GradingTale[];
  readonly integrations: string[];
  readonly money: { work: number; judging: number; unpriced: number };
  readonly tokens: { input: number; output: number };
  endedAt: number | null;
  outcome: string | null;
  feedback: string;
}

const attemptKey = (task: string, attempt: number): string => `${task}/${attempt}`;

type Attempts = Map<string, AttemptTale>;

/** Takes the next entry into the attempt it is about. @returns that attempt's key, if any */
export async function noteAttempt(
  attempts: Attempts,
  entry: Entry,
  run: RunState,
  blobs: Blobs,
): Promise<readonly string[]> {
  if (entry.type === "attempt-started") {
    const { task, attempt } = entry.body;
    attempts.set(attemptKey(task, attempt), await begun(entry, run, blobs));
    return [attemptKey(task, attempt)];
  }
  const key = keyOf(entry);
  const tale = key === null ? undefined : attempts.get(key);
  if (key === null || tale === undefined) return [];
  if (entry.type === "model-ended" || entry.type === "call-started" || entry.type === "call-ended")
    await noteTurn(tale, entry, blobs);
  else await noteResult(tale, entry, blobs);
  return [key];
}

async function begun(
  { at, body }: Extract<Entry, { type: "attempt-started" }>,
  run: RunState,
  blobs: Blobs,
): Promise<AttemptTale> {
  const { task, attempt, alone, feedback } = body;
  return {
    task,
    attempt,
    startedAt: at,
    startedAfter: run.spent.wallMs,
    alone,
    told: feedback === null ? "" : await storedText(blobs, feedback),
    satisfied: false,
    turns: [],
    gradings: [],
    integrations: [],
    money: { work: 0, judging: 0, unpriced: 0 },
    tokens: { input: 0, output: 0 },
    endedAt: null,
    outcome: null,
    feedback: "",
  };
}

/** The attempt an entry is about, null for none and for what its page does not show. */
function keyOf({ type, body }: Entry): string | null {
  switch (type) {
    case "model-ended":
      return ofThread(body.thread);
    case "call-started":
    case "call-ended":
      return ofThread(callParts(body.call).thread);
    case "baseline-recorded":
    case "integration-ended":
    case "attempt-ended":
      return attemptKey(body.task, body.attempt);
    case "judging-started":
    case "criterion-judged":
    case "verdict-given":
      return body.task === null ? null : attemptKey(body.task, body.attempt);
    default:
      return null;
  }
}

function ofThread(thread: ThreadId): string | null {
  const { task, attempt } = threadParts(thread);
  return task === null ? null : attemptKey(task, attempt);
}

type TurnEntry = Extract<Entry, { type: "model-ended" | "call-started" | "call-ended" }>;

async function noteTurn(tale: AttemptTale, entry: TurnEntry, blobs: Blobs): Promise<void> {
  if (entry.type === "model-ended") return noteAnswer(tale, entry.body, blobs);
  const call = callOf(tale, entry.body.call);
  if (call === null) return;
  // A person may have changed what it does.
  if (entry.type === "call-started") call.words = await wordsOf(blobs, entry.body.args);
  else call.ended = endOf(entry.body);
}

async function noteAnswer(tale: AttemptTale, body: Body<"model-ended">, blobs: Blobs): Promise<void> {
  const { thread, turn, outcome, charged, error } = body;
  const isWork = threadParts(thread).role === "worker";
  tale.money[isWork ? "work" : "judging"] += charged.micros ?? 0;
  tale.money.unpriced += charged.micros === null ? 1 : 0;
  tale.tokens.input += charged.input;
  tale.tokens.output += charged.output;
  if (!isWork) return;
  const trouble = outcome === "cut" ? "cut by a crash, asked again" : oneLine(error?.message ?? "", 200);
  const calls: CallTale[] = [];
  for (const { index, tool, args, valid } of body.calls) {
    const words = valid ? await wordsOf(blobs, args) : "(not valid)";
    calls.push({ index, tool: oneLine(tool, 40), words, ended: null });
  }
  tale.turns.push({ turn, calls, trouble });
}

/** The call of a worker's last turn, null for one of its judges. */
function callOf(tale: AttemptTale, id: CallId): CallTale | null {
  const { thread, turn, index } = callParts(id);
  if (threadParts(thread).role !== "worker") return null;
  const last = tale.turns.findLast((one) => one.turn === turn && one.trouble === "");
  return last?.calls.find((call) => call.index === index) ?? null;
}

/** Arguments a person recognises a call by, the best first. */
const telling = ["command", "path", "pattern", "url", "summary"];

async function wordsOf(blobs: Blobs, args: Digest): Promise<string> {
  const found = await storedJson<Readonly<Record<string, unknown>> | null>(blobs, args);
  const words = telling.map((name) => found?.[name]).find((value) => typeof value === "string");
  return oneLine((words ?? "").slice(0, 1000).toWellFormed(), 120);
}

function endOf({ outcome, exit }: Body<"call-ended">): string {
  if (outcome === "cut") return "cut by a crash, run again";
  return exit !== null && (outcome === "ok" || outcome === "error") ? `exit ${exit}` : outcome;
}

async function noteResult(tale: AttemptTale, entry: Entry, blobs: Blobs): Promise<void> {
  const grading = tale.gradings.at(-1);
  switch (entry.type) {
    case "baseline-recorded":
      tale.satisfied = entry.body.satisfied;
      return;
    case "judging-started": {
      const { grading: number, restored } = entry.body;
      tale.gradings.push({ grading: number, restored: restored?.count ?? 0, results: [], verdict: null });
      return;
    }
    case "criterion-judged": {
      const { criterion, result, score, explanation } = entry.body;
      const said = await storedText(blobs, explanation);
      grading?.results.push({ criterion, result, score, explanation: said });
      return;
    }
    case "verdict-given":
      if (grading !== undefined) grading.verdict = entry.body.verdict;
      return;
    case "integration-ended":
      tale.integrations.push(await integrationText(entry.body, blobs));
      return;
    case "attempt-ended":
      tale.endedAt = entry.at;
      tale.outcome = entry.body.outcome;
      tale.feedback = entry.body.feedback === null ? "" : await storedText(blobs, entry.body.feedback);
      return;
    default:
  }
}

const integrations = {
  fast: "nothing else had been accepted meanwhile",
  merged: "merged with work accepted meanwhile",
  conflict: "collides with work accepted meanwhile",
  regressed: "breaks checks together with work accepted meanwhile",
  invalid: "could not be judged together with work accepted meanwhile",
  cut: "cut by a crash, begun again",
} as const;

async function integrationText(
  { outcome, detail }: Body<"integration-ended">,
  blobs: Blobs,
): Promise<string> {
  const why = detail === null ? "" : `: ${oneLine(await storedText(blobs, detail), 400)}`;
  return integrations[outcome] + why;
}
