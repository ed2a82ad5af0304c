import { audit } from "../../src/core/audit.ts";
import type { Finding } from "../../src/core/audit/finding.ts";
import { compareFinal, finalState } from "../../src/core/audit/final-state.ts";
import { decodeText } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import { decodeTree } from "../../src/core/tree.ts";
import { reenact } from "./reenact.ts";
import { conflicts } from "./scenario.ts";
import { runId } from "./simulate.ts";
import type { Simulated } from "./simulate.ts";
import { sha256 } from "./world.ts";

/** Everything a finished simulated run must be, as lines: empty when nothing is wrong. */
export async function problems(crashed: Simulated, calm: Simulated): Promise<readonly string[]> {
  const findings = [...(await inspect(crashed)), ...(await different(crashed, calm))];
  return findings.map(({ promise, seq, what }) => `${promise} at event ${seq ?? "none"}: ${what}`);
}

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
