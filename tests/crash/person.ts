import { open, readFile, rename } from "node:fs/promises";
import { decodeJson, encodeJson, encodeText } from "../../src/core/canonical.ts";
import type { By } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import type { AnswerValue } from "../../src/core/ports.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import type { Approval, Escalation, RunState } from "../../src/core/run.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { readRun } from "../../src/loop/own.ts";
import { secret } from "./goals.ts";
import { ledgerOf, rulesOf, runId } from "./place.ts";
import type { Place } from "./place.ts";

const by: By = { type: "person", user: "tester", tty: null };

type Said = readonly [subject: string, value: AnswerValue];

/**
 * Answers everything the run stands at, from a second terminal, each in a way that depends only on what is asked.
 * @throws when the run stands and nothing of it waits for a person.
 */
export async function answerAll(place: Place): Promise<void> {
  const terminal = await place.terminal();
  const run = await readRun(terminal, runId);
  const wanted = await wantedOf(place, terminal, run);
  if (wanted.length === 0) throw new Error(`the run stands at event ${run.seq}, and nothing waits`);
  for (const [subject, value] of [...wanted, ...(await unasked(terminal, run))])
    await terminal.journal.answer({ run: runId, subject, at: Date.now(), by, value });
}

async function wantedOf(place: Place, terminal: Storage, run: RunState): Promise<Said[]> {
  const ledger = await linesOf(ledgerOf(place.dir));
  const open = [...run.approvals.values()].filter((approval) => approval.status === "open");
  return [
    ...(await Promise.all(open.map(async (approval) => decided(place.dir, terminal, approval)))),
    ...[...run.doubts.keys()].map((call): Said => [call, settled(ledger.includes(call))]),
    ...[...run.escalations.values()].map((escalation): Said => [escalation.id, chosen(escalation)]),
    ...(run.phase === "reviewing" ? [reviewed(run)] : []),
  ];
}

/** What a person says without being asked: a note and more money, when the run first stands. */
async function unasked({ blobs }: Storage, run: RunState): Promise<Said[]> {
  if (run.notesTaken > 0) return [];
  const [text] = await blobs.put([encodeText("be careful")]);
  return [
    ["note/1", { type: "note", thread: null, text: text as Digest }],
    ["budget/1", { type: "budget", budget: { ...run.budget, turns: 500 } }],
  ];
}

async function decided(dir: string, { blobs }: Storage, { id, args }: Approval): Promise<Said> {
  const { text } = decodeJson(await blobs.get(args)) as { readonly text: string };
  if (text.startsWith(secret)) return [id, { type: "approval", answer: "refuse", edited: null, note: null }];
  // It asks on, so that nothing depends on when it was written.
  const rule: RuleSpec = { tool: "publish", then: "ask", because: "I want to see them all" };
  await keep(rulesOf(dir), JSON.stringify([rule]));
  const [digest] = await blobs.put([encodeJson(rule)]);
  return [id, { type: "approval", answer: "grant", edited: null, note: null, rule: digest as Digest }];
}

/** Whole and on the disk, or not at all. */
async function keep(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, "w");
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
}

const settled = (happened: boolean): AnswerValue => ({
  type: "effect",
  finding: happened ? "happened" : "did-not",
  evidence: null,
});

const chosen = ({ kind }: Escalation): AnswerValue => ({
  type: "escalation",
  choice: kind === "attempts" ? "drop" : "retry",
  note: null,
  budget: null,
});

const reviewed = (run: RunState): Said => [
  `plan/${run.planVersion}`,
  { type: "plan", answer: "adopt", note: null, edited: null },
];

/** The lines of a file; none where there is no file yet. */
export async function linesOf(file: string): Promise<readonly string[]> {
  try {
    const text = await readFile(file, "utf8");
    return text.split("\n").filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
