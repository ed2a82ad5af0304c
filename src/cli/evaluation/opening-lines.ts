import { hunks } from "../../edges/files/hunks.ts";
import { candidateLine, forecastLine, gateLine, suiteLine } from "../report/opening.ts";
import type { Forecast, Line } from "../report/opening.ts";
import { textOf } from "../view/rows.ts";
import { plural } from "../view/words.ts";
import type { Side } from "../../evals/receipt/receipt.ts";
import { sideOf } from "./arms.ts";
import type { SettledArm } from "./arms.ts";
import { suiteVersionOf } from "./found.ts";
import { earlierText } from "./looks-before.ts";
import type { LooksBefore } from "./looks-before.ts";
import type { Settled } from "./settle.ts";
import type { World } from "./world.ts";

/** What is compared, on what, by which gate, and what it will take: said before anything is asked. */
export async function openingLines(
  world: World,
  settled: Settled,
  before: LooksBefore,
  forecast: Forecast,
): Promise<readonly string[]> {
  const { arms, mode, gate, warnings } = settled;
  const lines: Line[] = [
    comparedLine(settled),
    ["model", modelsText(settled)],
    casesLine(world, settled, before),
    mode === "smoke"
      ? ["gate", "none: a smoke run decides nothing"]
      : gateLine(gate, { isFirst: arms.baseline === undefined }),
    forecastLine(forecast),
    ...earlierLines(settled, before),
    ...warnings.map((warning): Line => ["warning", warning]),
  ];
  return [textOf(lines, world.io.columns), "\n"];
}

function comparedLine(settled: Settled): Line {
  const { candidate, baseline, best } = settled.arms;
  const side = (arm: SettledArm): Side => sideOf(arm, arm.asked.label, []);
  return candidateLine(
    {
      candidate: side(candidate),
      baseline: baseline === undefined ? null : side(baseline),
      best: best === undefined ? null : side(best),
    },
    changedText(settled),
  );
}

const casesLine = (
  { opened }: World,
  { suite: { name, digest }, items, mode, judge }: Settled,
  { count }: LooksBefore,
): Line =>
  suiteLine({
    suite: { name, version: suiteVersionOf(opened, name, digest), digest },
    side: mode === "smoke" ? "train" : "held_out",
    cases: items.map(({ case: one, cluster }) => ({ cluster, case: one })),
    candidates: mode === "smoke" ? 0 : count,
    judge,
  });

/** What this candidate was told before. */
function earlierLines({ mode, suite }: Settled, { earlier }: LooksBefore): readonly Line[] {
  const text = mode === "smoke" ? null : earlierText(suite.name, earlier);
  return text === null ? [] : [["note", text]];
}

/** `prompts/worker.prompt, 14 lines differ`. */
function changedText({ changed, arms: { candidate, baseline } }: Settled): string | null {
  if (changed === null) return null;
  if (baseline === undefined || baseline.ref.kind !== candidate.ref.kind) return changed;
  const patch = [...hunks(baseline.text.source, candidate.text.source)].join("");
  const lines = patch.split("\n").filter((line) => /^[+-]/.test(line));
  return `${changed}, ${plural(lines.length, "line")} ${lines.length === 1 ? "differs" : "differ"}`;
}

function modelsText({ arms }: Settled): string {
  const labels = new Map(Object.entries(arms).map(([arm, { asked }]) => [arm, asked.label]));
  const different = new Set(labels.values());
  const [only] = different;
  if (different.size === 1) return only ?? "";
  return [...labels].map(([arm, label]) => `${arm} ${label}`).join(" · ");
}
