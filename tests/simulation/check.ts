import { fold } from "../../src/core/apply.ts";
import { audit } from "../../src/core/audit.ts";
import type { Finding } from "../../src/core/audit/finding.ts";
import { compareFinal, finalState } from "../../src/core/audit/final-state.ts";
import { decodeText } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import { decodeTree } from "../../src/core/tree.ts";
import { Ledger, units } from "./ledger.ts";
import { reenact } from "./reenact.ts";
import { conflicts } from "./scenario.ts";
import { runId } from "./simulate.ts";
import type { Simulated } from "./simulate.ts";
import { sha256 } from "./world.ts";

/** Everything a finished simulated run must be, as lines: empty when nothing is wrong. */
export async function problems(crashed: Simulated, calm: Simulated): Promise<readonly string[]> {
  const compared = crashed.world.isComparable ? await different(crashed, calm) : [];
  return inWords([...(await inspectEnded(crashed)), ...compared]);
}

export const inWords = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ promise, seq, what }) => `${promise} at event ${seq ?? "none"}: ${what}`);

/**
 * What one run shows by itself: what the auditor finds in its journal, what happened outside without an intent or
 * twice, and what comes out otherwise when it is run again.
 */
export async function inspect(run: Simulated): Promise<readonly Finding[]> {
  const { disk, entries } = run;
  const audited = await audit(entries, {
    missing: async (digests) => disk.blobs.missing(digests),
    answers: await disk.journal.answers(runId),
    sha256,
    now: disk.now,
  });
  return [...audited, ...outside(disk.effects, entries), ...(await reenact(entries, disk.blobs))];
}

/** As `inspect`, and what must be so of a run that was let go on until it ended. */
export const inspectEnded = async (run: Simulated): Promise<readonly Finding[]> => [
  ...(await inspect(run)),
  ...budgets(run.entries),
  ...endless(run),
  ...(await unheard(run)),
];

/** P7 by the books of the simulation, and whether the fold counts the same. */
function budgets(entries: readonly Entry[]): Finding[] {
  const ledger = new Ledger(entries);
  const over = ledger.overshoots.map(({ seq, of, unit, used, allowed }): Finding => ({
    promise: "P7",
    seq,
    what: `${of} has used ${used} ${unit}, and may have used ${allowed}`,
  }));
  const run = fold(entries);
  const folded = new Map<string, Partial<Record<(typeof units)[number], number>>>([["run", run.spent]]);
  for (const task of run.tasks.values()) folded.set(task.id, task.spent);
  const counted = new Map([...ledger.tasks, ["run", ledger.run] as const]);
  const wrong = [...folded].flatMap(([of, spent]) =>
    units.flatMap((unit): Finding[] => {
      const [mine, theirs] = [counted.get(of)?.used[unit] ?? 0, spent[unit] ?? null];
      if (theirs === null || theirs === mine) return [];
      return [{ promise: "P7", seq: null, what: `${of} used ${mine} ${unit}, and the fold says ${theirs}` }];
    }),
  );
  return [...over, ...wrong];
}

/** More model calls than any run of these sizes takes: one that asks oftener goes in circles. */
const mostCalls = 1200;

/** P10: it ended, and did not ask without bound until then. */
function endless({ entries }: Simulated): Finding[] {
  const calls = entries.filter(({ type }) => type === "model-started").length;
  const hasEnded = entries.some(({ type }) => type === "run-ended");
  return [
    ...(hasEnded ? [] : ["the run did not end"]),
    ...(calls > mostCalls ? [`the run made ${calls} model calls`] : []),
  ].map((what) => ({ promise: "P10", seq: null, what }));
}

/** A note for a worker that was taken is in a request, where that attempt or a later one of its task was asked twice more. */
async function unheard({ disk, entries }: Simulated): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const entry of entries) {
    if (entry.type !== "note-added" || entry.body.thread?.startsWith("task/") !== true) continue;
    const { thread, text } = entry.body;
    const [, task, attempt] = thread.split("/");
    const later = entries.flatMap(({ type, seq, body }) =>
      type === "model-started" && seq > entry.seq && body.thread.startsWith(`task/${task}/`) ? [body] : [],
    );
    const meant = later.filter((body) => Number(body.thread.split("/")[2]) >= Number(attempt));
    // The next request may have been made before the note was there.
    if (
      meant.length < 2 ||
      (await isSaid(
        disk,
        text,
        later.map(({ request }) => request),
      ))
    )
      continue;
    found.push({ promise: "protocol", seq: entry.seq, what: `a note for ${thread} is in no request` });
  }
  return found;
}

async function isSaid(disk: Simulated["disk"], note: Digest, requests: readonly Digest[]): Promise<boolean> {
  const said = `A person says: ${decodeText(await disk.blobs.get(note))}`;
  for (const request of new Set(requests)) {
    if ((await disk.blobs.missing([request])).length > 0) return true;
    if (decodeText(await disk.blobs.get(request)).includes(`${said}"`)) return true;
  }
  return false;
}

function outside(effects: readonly string[], entries: readonly Entry[]): Finding[] {
  const meant = new Set(entries.flatMap(({ type, body }) => (type === "call-started" ? [body.call] : [])));
  const wrong = (what: string): Finding => ({ promise: "P2", seq: null, what });
  return [
    ...effects
      .filter((call, index) => effects.indexOf(call) < index)
      .map((call) => wrong(`${call} happened twice`)),
    ...effects
      .filter((call) => !meant.has(call))
      .map((call) => wrong(`${call} happened, and the journal has no intent of it`)),
  ];
}

/** P5: the same final state; where tasks write the same files, the same up to the order of their lines. */
export async function different(crashed: Simulated, calm: Simulated): Promise<readonly Finding[]> {
  const [a, b] = [finalState(crashed.entries), finalState(calm.entries)];
  const isUnordered = conflicts(crashed.world);
  const found = compareFinal(isUnordered ? { ...a, tree: b.tree } : a, b);
  const lines = isUnordered ? await differentLines(crashed, calm) : null;
  return [found, lines].flatMap((what) => (what === null ? [] : [{ promise: "P5", seq: null, what }]));
}

async function differentLines(crashed: Simulated, calm: Simulated): Promise<string | null> {
  const [a, b] = [await sortedFiles(crashed), await sortedFiles(calm)];
  return a === b ? null : `the final trees differ in more than order:\n${a}\nand\n${b}`;
}

async function sortedFiles({ disk, entries: journal }: Simulated): Promise<string> {
  const { tree } = finalState(journal);
  if (tree === null || (await disk.blobs.missing([tree])).length > 0) return "no tree";
  const { entries } = decodeTree(await disk.blobs.get(tree));
  const files = await Promise.all(
    entries.map(async (entry) => {
      if (entry.type !== "file") return entry.name;
      if ((await disk.blobs.missing([entry.content])).length > 0) return `${entry.name}: lost`;
      const text = decodeText(await disk.blobs.get(entry.content));
      return `${entry.name}: ${text.split("\n").toSorted().join(" ")}`;
    }),
  );
  return files.join("\n");
}
