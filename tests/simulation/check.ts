import { audit } from "../../src/core/audit.ts";
import { compareFinal, finalState } from "../../src/core/audit/final-state.ts";
import { decodeText } from "../../src/core/canonical.ts";
import { decodeTree } from "../../src/core/tree.ts";
import { conflicts } from "./scenario.ts";
import type { Simulated } from "./simulate.ts";
import { sha256 } from "./world.ts";

/** Everything a finished simulated run must be: what the auditor finds, effects happened at most once, the same end. */
export async function problems(crashed: Simulated, calm: Simulated): Promise<readonly string[]> {
  const findings = await audit(crashed.entries, {
    missing: async (digests) => crashed.disk.blobs.missing(digests),
    answers: await crashed.disk.journal.answers(crashed.run.id),
    sha256,
    now: crashed.disk.now,
  });
  return [
    ...findings.map((finding) => `${finding.promise} at event ${finding.seq}: ${finding.what}`),
    ...twice(crashed.disk.effects).map((call) => `P2: ${call} happened twice`),
    ...(await different(crashed, calm)),
  ];
}

const twice = (effects: readonly string[]): string[] => effects.filter((call, index) => effects.indexOf(call) < index);

/** P5: the same final state; where tasks write the same files, the same up to the order of their lines. */
async function different(crashed: Simulated, calm: Simulated): Promise<string[]> {
  const [a, b] = [finalState(crashed.entries), finalState(calm.entries)];
  const isUnordered = conflicts(crashed.world);
  const found = compareFinal(isUnordered ? { ...a, tree: b.tree } : a, b);
  const lines = isUnordered ? await sameLines(crashed, calm) : [];
  return [...(found === null ? [] : [`P5: ${found}`]), ...lines];
}

async function sameLines(crashed: Simulated, calm: Simulated): Promise<string[]> {
  const [a, b] = [await sortedFiles(crashed), await sortedFiles(calm)];
  return a === b ? [] : [`P5: the final trees differ in more than order:\n${a}\nand\n${b}`];
}

async function sortedFiles({ disk, run }: Simulated): Promise<string> {
  const { entries } = decodeTree(await disk.blobs.get(run.head));
  const files = await Promise.all(
    entries.map(async (entry) => {
      if (entry.type !== "file") return entry.name;
      const text = decodeText(await disk.blobs.get(entry.content));
      return `${entry.name}: ${text.split("\n").toSorted().join(" ")}`;
    }),
  );
  return files.join("\n");
}
