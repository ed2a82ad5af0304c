import type { Digest } from "../../core/id.ts";
import type { Difference } from "../../core/manifest/differences.ts";
import type { Blobs } from "../../core/ports.ts";
import { inLf } from "../../core/registry/closure.ts";
import { hunks } from "../../edges/files/hunks.ts";
import { readText } from "../../loop/texts.ts";
import { compare } from "../comparison/compare.ts";
import { readSide } from "../comparison/side.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { pickRun } from "../pick-run.ts";
import { withState } from "../reader.ts";
import { comparisonText } from "../view/comparison-text.ts";
import { stillVisible, visibleLines } from "../view/visible.ts";

export interface CompareOptions {
  readonly patch?: boolean;
  readonly json?: boolean;
}

/** `harness diff RUN1 RUN2`: what the two were made of, where they went apart, and what came of it. */
export const compareRuns = async (
  io: Io,
  [first, second]: readonly [string, string],
  options: CompareOptions,
): Promise<number> =>
  withState(io, async ({ storage, state }) => {
    const before = await readSide(storage, await pickRun(storage.journal, first, state));
    const after = await readSide(storage, await pickRun(storage.journal, second, state));
    const found = await compare(storage.blobs, before, after);
    const patches = await promptPatches(storage.blobs, found.causes);
    if (options.json === true) io.out(`${JSON.stringify(found)}\n`);
    else if (options.patch === true)
      for (const [key, patch] of patches)
        io.out(shown(io, `--- ${before.id}/${key}\n+++ ${after.id}/${key}\n${patch}`));
    else
      io.out(
        comparisonText(found, new Map([...patches].map(([key, patch]) => [key, sizeOf(patch)])), io.columns),
      );
    return exit.ok;
  });

const shown = (io: Io, text: string): string => (io.isOutTerminal ? visibleLines(text) : text);

/** Hunks of each prompt that differs and whose texts are kept, by the key of its field. */
async function promptPatches(
  blobs: Blobs,
  causes: readonly Difference[],
): Promise<ReadonlyMap<string, string>> {
  const patches = new Map<string, string>();
  for (const { key, before, after } of causes) {
    if (!key.startsWith("prompt.") || before === null || after === null) continue;
    const [from, to] = [digestOf(before.exact), digestOf(after.exact)];
    if ((await blobs.missing([from, to])).length > 0) continue;
    const [a, b] = [await readText(blobs, from), await readText(blobs, to)];
    patches.set(stillVisible(key), [...hunks(inLf(a), inLf(b))].join(""));
  }
  return patches;
}

const digestOf = (exact: string): Digest => JSON.parse(exact) as Digest;

/** `+6 −2 lines`. */
function sizeOf(patch: string): string {
  const count = (sign: string): number => patch.split("\n").filter((line) => line.startsWith(sign)).length;
  return `+${count("+")} −${count("-")} lines`;
}
