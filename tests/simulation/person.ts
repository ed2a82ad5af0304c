import { encodeJson, encodeText } from "../../src/core/canonical.ts";
import type { Budget, Choice, Entry } from "../../src/core/event.ts";
import { noBudget } from "../../src/core/budget.ts";
import type { Digest } from "../../src/core/id.ts";
import type { AnswerValue } from "../../src/core/ports.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import type { Escalation, RunState } from "../../src/core/run.ts";
import { badPlan, planOf } from "./model.ts";
import { fixed } from "./random.ts";
import { choosesToRefuse } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { Disk } from "./world.ts";

const by = { type: "person", user: "sim", tty: null } as const;

/** Answers everything that waits, each in a way that depends only on what is asked. */
export async function answerAll(world: Scenario, disk: Disk, run: RunState): Promise<number> {
  let given = 0;
  for (const [subject, value] of await wanted(world, disk, run)) {
    if (await give(disk, run, subject, value)) given += 1;
  }
  return given;
}

const give = async (disk: Disk, run: RunState, subject: string, value: AnswerValue): Promise<boolean> =>
  disk.journal.answer({ run: run.id, subject, at: (disk.now += 1), by, value });

const store = async (disk: Disk, bytes: Uint8Array): Promise<Digest> =>
  (await disk.blobs.put([bytes]))[0] as Digest;

async function wanted(world: Scenario, disk: Disk, run: RunState): Promise<[string, AnswerValue][]> {
  const approvals = await Promise.all(
    [...run.approvals.values()].map(async ({ id, call }): Promise<[string, AnswerValue]> => [
      id,
      choosesToRefuse(world.seed, call)
        ? { type: "approval", answer: "refuse", edited: null, note: null }
        : {
            type: "approval",
            answer: "grant",
            edited: null,
            note: null,
            rule: await remembers(world, disk, call),
          },
    ]),
  );
  const doubts = [...run.doubts.keys()].map((call): [string, AnswerValue] => [
    call,
    { type: "effect", finding: disk.effects.includes(call) ? "happened" : "did-not", evidence: null },
  ]);
  const plans: [string, AnswerValue][] =
    run.phase === "reviewing" ? [[`plan/${run.planVersion}`, await review(world, disk, run)]] : [];
  const escalations = await Promise.all(
    [...run.escalations.values()].map(async (open) => choose(world, disk, run, open)),
  );
  return [...approvals, ...doubts, ...plans, ...escalations];
}

/** Some grants come with a rule, which asks on: whether somebody is asked must not depend on when it was written. */
async function remembers({ seed }: Scenario, disk: Disk, call: string): Promise<Digest | null> {
  if (fixed(seed, "remember", call) > 0.2) return null;
  const rule: RuleSpec = { tool: "publish", then: "ask", because: call };
  if (!disk.rules.some(({ because }) => because === call)) disk.rules.push(rule);
  await store(disk, encodeJson(disk.rules));
  return store(disk, encodeJson(rule));
}

/** The first few plans may be sent back, changed, or changed into nonsense. */
async function review(world: Scenario, disk: Disk, run: RunState): Promise<AnswerValue> {
  const version = run.planVersion;
  const isContent = version > 3 || fixed(world.seed, "review", version) >= world.disagrees;
  if (isContent) return { type: "plan", answer: "adopt", note: null, edited: null };
  const how = fixed(world.seed, "review", version, "how");
  if (how < 0.3) {
    const note = how < 0.15 ? null : await store(disk, encodeText("smaller steps"));
    return { type: "plan", answer: "reject", note, edited: null };
  }
  const accepted = new Set(
    [...run.tasks.values()].flatMap(({ id, status }) => (status === "accepted" ? [id] : [])),
  );
  const plan = how < 0.5 ? badPlan : planOf(world, accepted, "do at last");
  return { type: "plan", answer: "edit", note: null, edited: await store(disk, encodeJson(plan)) };
}

async function choose(
  world: Scenario,
  disk: Disk,
  run: RunState,
  open: Escalation,
): Promise<[string, AnswerValue]> {
  const { id, task, kind } = open;
  const note = task === null ? null : await store(disk, encodeText("try once more"));
  const pick = (choice: Choice, budget: Budget | null = null): [string, AnswerValue] => [
    id,
    { type: "escalation", choice, note: budget === null ? note : null, budget },
  ];
  const isPatient = await hasPatience(world, disk, open);
  switch (kind) {
    case "budget":
      if (task !== null)
        return isPatient ? pick("raise", raisedTask(run, task)) : pick(lastWord(world, run, task));
      return isPatient
        ? [await nextSubject(disk, run, "budget"), { type: "budget", budget: raised(run) }]
        : pick("stop");
    case "outage":
      return pick(isPatient ? "retry" : "stop");
    case "attempts":
      return pick("drop");
    case "plan":
      return pick(task !== null ? "drop" : isPatient ? "replan" : "stop");
    case "goal":
      return pick("accept");
    default:
      return pick("retry");
  }
}

/** A person's patience is counted for all questions of a kind together. */
async function hasPatience(
  { patience }: Scenario,
  disk: Disk,
  { id, kind, task }: Escalation,
): Promise<boolean> {
  if (patience === Infinity) return true;
  const of = task === null ? kind : `${kind} of a task`;
  const asked = (disk.asked.get(of) ?? new Set()).add(id);
  disk.asked.set(of, asked);
  return asked.size <= patience;
}

/** Another plan is asked for once at most: it would be of the same tasks. */
function lastWord({ seed }: Scenario, run: RunState, task: string): Choice {
  const share = fixed(seed, "last word", task);
  if (share < 0.5 || run.planVersion > 2) return "drop";
  return share < 0.8 ? "replan" : "stop";
}

/** Subjects of what nobody asked for are numbered. */
async function nextSubject(disk: Disk, run: RunState, kind: "note" | "budget" | "stop"): Promise<string> {
  const given = await disk.journal.answers(run.id);
  return `${kind}/${given.filter(({ value }) => value.type === kind).length + 1}`;
}

/** Half as much again as it has, or has used. */
const more = (ceiling: number | null, used: number, least: number): number | null =>
  ceiling === null ? null : Math.max(ceiling, used) + Math.max(least, Math.floor(ceiling / 2));

function raised({ budget, spent }: RunState): Budget {
  return {
    micros: more(budget.micros, spent.micros, 50_000),
    tokens: more(budget.tokens, spent.tokens, 50_000),
    wallMs: more(budget.wallMs, spent.wallMs, 60_000),
    turns: more(budget.turns, spent.turns, 20),
    attempts: more(budget.attempts, spent.attempts, 5),
  };
}

function raisedTask({ tasks }: RunState, id: string): Budget {
  const task = tasks.get(id);
  if (task === undefined) throw new Error(`there is no task ${id}`);
  const { budget, spent } = task;
  return {
    ...noBudget,
    micros: more(budget.micros, spent.micros, 20_000),
    tokens: more(budget.tokens, spent.tokens, 20_000),
    wallMs: more(budget.wallMs, spent.wallMs, 30_000),
  };
}

/** A run that has less than half of this left is stopped soon. */
const lowered = ({ budget }: RunState): Budget => ({
  ...budget,
  micros: half(budget.micros),
  tokens: half(budget.tokens),
  turns: half(budget.turns),
  attempts: half(budget.attempts),
});
const half = (ceiling: number | null): number | null => (ceiling === null ? null : Math.floor(ceiling / 2));

export type Unasked = "note" | "budget" | "stop" | "lower";

/** Answers of people nobody asked. `at`: picks whom a note is for. */
export async function volunteer(disk: Disk, run: RunState, kind: Unasked, at: number): Promise<void> {
  const subject = await nextSubject(disk, run, kind === "lower" ? "budget" : kind);
  // Some give up after a few: a run must end.
  if (Number(subject.split("/")[1]) > 6) return;
  await give(disk, run, subject, await unasked(disk, run, kind, subject, at));
}

async function unasked(
  disk: Disk,
  run: RunState,
  kind: Unasked,
  name: string,
  at: number,
): Promise<AnswerValue> {
  switch (kind) {
    case "note": {
      const threads = [
        null,
        "plan/1",
        ...[...run.tasks.values()].map(({ id, attempts }) => `task/${id}/${attempts + 1}`),
      ];
      const thread = threads[Math.floor(at * threads.length)] ?? null;
      return { type: "note", thread, text: await store(disk, encodeText(name)) };
    }
    case "budget":
      return { type: "budget", budget: raised(run) };
    case "lower":
      return { type: "budget", budget: lowered(run) };
    case "stop":
      return { type: "stop" };
  }
}

/** The run as its durable journal has it. */
export async function entriesOf(disk: Disk, id: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of disk.journal.read(id, 0)) entries.push(entry);
  return entries;
}
