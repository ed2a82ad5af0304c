import type { Entry } from "../../src/core/event.ts";
import { choice } from "../../src/core/event.ts";
import type { Answer, AnswerValue } from "../../src/core/ports.ts";
import type { RunState } from "../../src/core/run.ts";
import { choosesToRefuse } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { Disk } from "./world.ts";

const by = { type: "person", user: "sim", tty: null } as const;

/** Answers everything that waits, each in a way that depends only on what is asked. */
export async function answerAll(world: Scenario, disk: Disk, run: RunState): Promise<number> {
  let given = 0;
  for (const [subject, value] of await wanted(world, disk, run)) {
    const isFirst = await disk.journal.answer({ run: run.id, subject, at: (disk.now += 1), by, value });
    if (isFirst) given += 1;
  }
  return given;
}

async function wanted(world: Scenario, disk: Disk, run: RunState): Promise<[string, AnswerValue][]> {
  const approvals = [...run.approvals.values()].map(({ id, call }): [string, AnswerValue] => [
    id,
    {
      type: "approval",
      answer: choosesToRefuse(world.seed, call) ? "refuse" : "grant",
      edited: null,
      note: null,
    },
  ]);
  const doubts = [...run.doubts].map((call): [string, AnswerValue] => [
    call,
    { type: "effect", finding: disk.effects.includes(call) ? "happened" : "did-not", evidence: null },
  ]);
  const plans: [string, AnswerValue][] =
    run.phase === "reviewing"
      ? [[`plan/${run.planVersion}`, { type: "plan", answer: "adopt", note: null }]]
      : [];
  const escalations = await Promise.all(
    [...run.escalations.values()].map(async (open): Promise<[string, AnswerValue]> => [
      open.id,
      await choose(disk, run, open.kind, open.task),
    ]),
  );
  return [...approvals, ...doubts, ...plans, ...escalations];
}

async function choose(disk: Disk, run: RunState, kind: string, task: string | null): Promise<AnswerValue> {
  const note =
    task === null ? null : ((await disk.blobs.put([new TextEncoder().encode("try once more")]))[0] ?? null);
  const pick = (name: string): AnswerValue => ({
    type: "escalation",
    choice: choice.parse(name),
    note,
    budget: null,
  });
  switch (kind) {
    case "budget":
      return { type: "escalation", choice: "raise", note: null, budget: raised(run) };
    case "attempts":
      return pick("drop");
    case "plan":
      return pick(task === null ? "replan" : "drop");
    case "goal":
      return pick("accept");
    default:
      return pick("retry");
  }
}

const raised = (run: RunState): RunState["budget"] => ({
  ...run.budget,
  tokens: run.budget.tokens === null ? null : run.budget.tokens + 100_000,
  turns: run.budget.turns === null ? null : run.budget.turns + 200,
});

/** Answers of people nobody asked: a note, more money. */
export async function volunteer(
  disk: Disk,
  run: RunState,
  kind: "note" | "budget",
  nth: number,
): Promise<void> {
  const [text] = await disk.blobs.put([new TextEncoder().encode(`note ${nth}`)]);
  const value: AnswerValue =
    kind === "note"
      ? { type: "note", thread: null, text: text as string }
      : { type: "budget", budget: raised(run) };
  const answer: Answer = { run: run.id, subject: `${kind}/${nth}`, at: (disk.now += 1), by, value };
  await disk.journal.answer(answer);
}

/** The run as its durable journal has it. */
export async function entriesOf(disk: Disk, id: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of disk.journal.read(id, 0)) entries.push(entry);
  return entries;
}
