import type { Body, By, Entry } from "../../core/event.ts";
import { callParts, threadParts } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import { readText } from "../../loop/texts.ts";
import { readableBudget } from "./budget-text.ts";
import { forecastText } from "./forecast-text.ts";
import { clock, cost, gist, oneLine, plural } from "./words.ts";

/** One line of a run's story. `task` null: about the run itself. */
export interface Line {
  readonly mark: "✓" | "✗" | "●" | "?" | "!" | "·" | " ";
  readonly task: string | null;
  readonly text: string;
}

const line = (mark: Line["mark"], task: string | null, said: string): Line => ({ mark, task, text: said });

/** Why else it stopped is told at the end. */
function stopLine(reason: Body<"run-stopped">["reason"]): Line | null {
  if (reason === "signal") return line("!", null, "stopped");
  if (reason === "asked") return line("!", null, "stopped, as another terminal asked");
  return reason === "sandbox" ? line("!", null, "stopped: there is no sandbox to work in") : null;
}

/**
 * What a person should read about an event, or null where it is of no interest by itself. `run` is the state after it.
 * Reads blobs for the words of feedback and escalations.
 */
export async function tell(entry: Entry, run: RunState, blobs: Blobs): Promise<Line | null> {
  switch (entry.type) {
    case "planning-started":
      return line("●", null, entry.body.version === 1 ? "planning" : `planning again (${entry.body.reason})`);
    case "plan-rejected":
      return line("✗", null, `plan sent back: ${oneLine(await readText(blobs, entry.body.errors), 300)}`);
    case "plan-proposed":
      return entry.body.forecast === null || entry.body.forecast === undefined
        ? null
        : line("·", null, `forecast ${forecastText(entry.body.forecast)}`);
    case "plan-adopted":
      return line("✓", null, planText(run));
    case "attempt-started":
      return line("●", entry.body.task, `attempt ${entry.body.attempt}${entry.body.alone ? ", alone" : ""}`);
    case "attempt-submitted":
      return line(
        "·",
        entry.body.task,
        entry.body.by === "harness" ? "holds already" : "submitted, being judged",
      );
    case "criterion-judged":
      return criterion(entry, blobs);
    case "task-accepted":
      return line(
        "✓",
        entry.body.task,
        `accepted${entry.body.by === "person" ? " by a person" : ""}   ${progress(run)}`,
      );
    case "task-inherited":
      return line("✓", entry.body.task, `kept as run ${entry.body.from.run} left it`);
    case "attempt-ended":
      return attemptEnded(entry, blobs);
    case "integration-ended":
      return integration(entry);
    case "model-ended":
      return modelEnded(entry, run);
    case "verdict-given":
      return entry.body.task === null
        ? line(entry.body.verdict === "pass" ? "✓" : "✗", null, `the goal's checks: ${entry.body.verdict}`)
        : null;
    case "approval-requested":
      return line(
        "?",
        threadParts(callParts(entry.body.call).thread).task,
        `waits for you: ${entry.body.tool}   harness approvals`,
      );
    case "escalation-raised":
      return escalation(entry, blobs);
    case "effect-doubted":
      return line(
        "!",
        threadParts(callParts(entry.body.call).thread).task,
        "in doubt: whether it happened is unknown   harness approvals",
      );
    case "task-dropped":
      return line("✗", entry.body.task, "dropped");
    case "crash-charged":
      return line(
        "!",
        threadParts(entry.body.thread).task,
        `was open when the harness died (${entry.body.count}); runs alone now`,
      );
    case "egress-denied":
      return line(
        "!",
        threadParts(entry.body.thread).task,
        `was kept from reaching ${oneLine(entry.body.host, 80)}:${entry.body.port}`,
      );
    case "context-compacted":
      return line("·", threadParts(entry.body.thread).task, "old tool output was left out of its context");
    case "model-held":
      return line(
        "!",
        threadParts(entry.body.thread).task,
        `model: told to wait, with all who use this key; asks again in ${clock(Math.max(0, entry.body.until - entry.at))}`,
      );
    case "approval-decided":
      return approvalDecided(entry, blobs);
    case "effect-settled":
      return effectSettled(entry);
    case "policy-changed":
      return line("·", null, "approvals: what decides changed; what was asked before is asked again");
    case "budget-changed":
      return line("·", entry.body.task, `budget changed: ${readableBudget(entry.body.budget)}`);
    case "run-stopped":
      return stopLine(entry.body.reason);
    case "note-added":
      return line(
        "·",
        taskSaid(entry.body.thread),
        `a person says: ${oneLine(await readText(blobs, entry.body.text), 200)}`,
      );
    case "run-owned":
      return entry.epoch === 1 ? null : line("·", null, "goes on");
    case "run-created":
    case "run-ended":
    case "baseline-recorded":
    case "model-started":
    case "call-judged":
    case "call-started":
    case "call-ended":
    case "judging-started":
    case "integration-started":
    case "escalation-answered":
    case "blobs-dropped":
      return null;
  }
}

/** The task a note is for; null: for all. */
const taskSaid = (thread: string | null): string | null =>
  thread === null ? null : threadParts(thread).task;

function planText(run: RunState): string {
  const roots = run.ready.size;
  const width = roots === run.tasks.size ? "" : `, ${plural(roots, "can", "can")} start now`;
  return `plan: ${plural(run.tasks.size, "task")}${width}   ${[...run.tasks.keys()].slice(0, 12).join("  ")}${run.tasks.size > 12 ? "  …" : ""}`;
}

const progress = (run: RunState): string =>
  `${run.tasks.size - run.unfinished} of ${run.tasks.size}   ${cost(run)}`;

async function escalation(entry: Extract<Entry, { type: "escalation-raised" }>, blobs: Blobs): Promise<Line> {
  const { kind, task, card } = entry.body;
  const why = gist(await readText(blobs, card), 240);
  return kind === "outage"
    ? line("!", task, `stopped: ${why}; harness resume asks again`)
    : line("?", task, `waits for you: ${why}   harness approvals`);
}

async function approvalDecided(
  entry: Extract<Entry, { type: "approval-decided" }>,
  blobs: Blobs,
): Promise<Line> {
  const { approval, answer, note, by } = entry.body;
  const task = threadParts(callParts(approval.slice(0, approval.lastIndexOf("."))).thread).task;
  const why = note === null ? "" : `: ${oneLine(await readText(blobs, note), 160)}`;
  const who = whoSaid(by);
  const said = {
    grant: `${who} approved it${why}`,
    "grant-edited": `${who} approved it, edited${why}`,
    refuse: `${who} rejected it${why}`,
    expire: "nobody answered in time, so it does not run",
    void: `what was asked no longer holds${why}`,
  }[answer];
  return line("·", task, said);
}

function effectSettled({ body }: Extract<Entry, { type: "effect-settled" }>): Line {
  const found = { happened: "it happened", "did-not": "it did not happen", skip: "nobody knows; it goes on" }[
    body.finding
  ];
  const how = body.by.type === "harness" ? "looked up" : `says ${whoSaid(body.by)}`;
  return line("·", threadParts(callParts(body.call).thread).task, `no longer in doubt: ${found} (${how})`);
}

const whoSaid = (by: By): string => {
  if (by.type === "person") return oneLine(by.user, 40);
  return by.type === "rule" ? `rule ${oneLine(by.id, 80)}` : "the harness";
};

async function criterion(
  entry: Extract<Entry, { type: "criterion-judged" }>,
  blobs: Blobs,
): Promise<Line | null> {
  const { task, result, criterion: id, score } = entry.body;
  const of = task === null ? "goal: " : "";
  const points = score === null ? "" : ` (${score.toFixed(2)})`;
  if (result === "pass") return line("·", task, `${of}pass ${id}${points}`);
  const why = gist(await readText(blobs, entry.body.explanation), 160);
  return line(result === "fail" ? "✗" : "!", task, `${of}${result} ${id}${points}: ${why}`);
}

async function attemptEnded(
  entry: Extract<Entry, { type: "attempt-ended" }>,
  blobs: Blobs,
): Promise<Line | null> {
  const { task, attempt, outcome, feedback } = entry.body;
  if (outcome === "accepted") return null;
  if (outcome === "rejected") return line("✗", task, `attempt ${attempt} sent back with the reasons above`);
  const why = feedback === null ? "" : `: ${oneLine(await readText(blobs, feedback), 160)}`;
  return line("✗", task, `attempt ${attempt} ${outcome}${why}`);
}

function integration(entry: Extract<Entry, { type: "integration-ended" }>): Line | null {
  const { task, outcome, conflicts, regressions } = entry.body;
  if (outcome === "conflict")
    return line("✗", task, `conflicts with accepted work in ${plural(conflicts, "file")}`);
  if (outcome === "regressed")
    return line("✗", task, `breaks ${plural(regressions, "check")} together with accepted work`);
  return outcome === "merged" ? line("·", task, "merged with work accepted meanwhile") : null;
}

function modelEnded(entry: Extract<Entry, { type: "model-ended" }>, run: RunState): Line | null {
  const { thread, outcome, error, retryAt } = entry.body;
  const { task } = threadParts(thread);
  if (outcome === "cut")
    return line("!", task, `${thread}: a model call was cut by a crash; charged as reserved, asked again`);
  if (outcome !== "failed" || error === null) return null;
  const isTriedAgain = (run.threads.get(thread)?.failures ?? 0) < run.limits.tries;
  const when =
    retryAt === null || !isTriedAgain ? "" : `, again in ${clock(Math.max(0, retryAt - entry.at))}`;
  return line("!", task, `model: ${oneLine(error.message, 160)}${when}`);
}
