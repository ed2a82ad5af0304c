import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { audit } from "../../src/core/audit.ts";
import { compareFinal, finalState } from "../../src/core/audit/final-state.ts";
import type { Entry } from "../../src/core/event.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { linesOf } from "./person.ts";
import { ledgerOf, runId, slotsOf } from "./place.ts";
import type { Place } from "./place.ts";

export async function entriesOf(place: Place): Promise<readonly Entry[]> {
  const { journal } = await place.terminal();
  return Array.fromAsync(journal.read(runId, 0));
}

/** What is wrong with a run that ended, each in one sentence. `calm`: the journal of the same run that nobody killed. */
export async function problems(place: Place, calm: readonly Entry[]): Promise<readonly string[]> {
  const terminal = await place.terminal();
  const entries = await entriesOf(place);
  const difference = compareFinal(finalState(entries), finalState(calm));
  return [
    ...(await storedProblems(terminal, entries)),
    ...(difference === null ? [] : [`P5: ${difference}`]),
    ...effectProblems(entries, await linesOf(ledgerOf(place.dir))),
    ...(await leftBehind(slotsOf(place.dir))),
  ];
}

/** What is wrong with a run, ended or not, as it lies there: by the journal alone, and with what it names. */
export async function storedProblems(
  terminal: Storage,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  return [...(await findings(terminal, entries)), ...(await blobProblems(terminal, entries))];
}

async function findings({ journal, blobs }: Storage, entries: readonly Entry[]): Promise<string[]> {
  const found = await audit(entries, {
    missing: async (digests) => blobs.missing(digests),
    answers: await journal.answers(runId),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    now: Date.now(),
  });
  return found.map((finding) => `${finding.promise} at event ${finding.seq}: ${finding.what}`);
}

/** P2, with the world's own book beside the journal: nothing happened twice, and what is said to have happened did. */
function effectProblems(entries: readonly Entry[], ledger: readonly string[]): string[] {
  const twice = ledger.filter((call, index) => ledger.indexOf(call) < index);
  const done = entries.flatMap((entry) => {
    if (entry.type === "call-ended" && entry.body.effect === "done") return [entry.body.call];
    return entry.type === "effect-settled" && entry.body.finding === "happened" ? [entry.body.call] : [];
  });
  return [
    ...twice.map((call) => `P2: ${call} happened twice`),
    ...done.filter((call) => !ledger.includes(call)).map((call) => `P2: ${call} did not happen`),
    ...ledger.filter((call) => !done.includes(call)).map((call) => `P2: ${call} happened unnoticed`),
  ];
}

/** P4, deeper than the auditor looks: every blob that can be reached from the journal is there and hashes to its name. */
async function blobProblems({ blobs }: Storage, entries: readonly Entry[]): Promise<string[]> {
  const dropped = new Set(
    entries.flatMap((entry) => (entry.type === "blobs-dropped" ? entry.body.digests : [])),
  );
  const waiting = digestsIn(JSON.stringify(entries.map((entry) => entry.body))).filter(
    (digest) => !dropped.has(digest),
  );
  const seen = new Set<Digest>();
  const found: string[] = [];
  for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const missing = await blobs.missing([digest]);
    if (missing.length > 0) found.push(`P4: blob ${digest} is not there`);
    else waiting.push(...digestsIn(new TextDecoder().decode(await blobs.get(digest))));
  }
  return found;
}

const digestsIn = (json: string): Digest[] =>
  [...json.matchAll(/"([0-9a-f]{64})"/g)].map(([, digest = ""]) => digest);

/** Directories of slots that outlived the run. */
async function leftBehind(slots: string): Promise<string[]> {
  const found = await readdir(slots, { recursive: true });
  return found.map((path) => `${path} is left under slots`);
}
