import { expect, test } from "vitest";
import { compareFinal, finalState } from "../../src/core/audit/final-state.ts";
import type { FinalState } from "../../src/core/audit/final-state.ts";
import { describeCampaign, sandboxImage } from "../docker.ts";
import { random } from "../simulation/random.ts";
import type { Random } from "../simulation/random.ts";
import { strikeDown } from "./kill-campaign.ts";
import type { Hit, Kind } from "./kill-campaign.ts";
import { containersOf, entriesIn, harness, newKillProject, start } from "./kill-project.ts";
import type { ProjectOptions } from "./kill-project.ts";
import { filesLeft, remainsOf } from "./kill-remains.ts";
import { tableOf } from "./kill-windows.ts";

/**
 * The program a person runs, in real containers, killed as a person, a machine or the kernel would.
 * `HARNESS_LONG=1` kills it at least 200 times; one run: `HARNESS_SEED=7`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const only = process.env["HARNESS_SEED"];
const wantedKills = isLong && only === undefined ? 200 : 1;
const lanes = isLong && only === undefined ? Number(process.env["HARNESS_LANES"] ?? 2) : 1;

/** How two runs that nobody killed ended: one for each order in which the two that collide may come. */
let calm: readonly FinalState[] = [];

async function calmEnd(options: ProjectOptions): Promise<FinalState> {
  const project = await newKillProject(options);
  try {
    const seen = new Set<string>();
    const life = start(project, ["run", "goal.md", "--yes", "--json"]);
    life.onEvent = () => void containersOf(project).then((found) => found.forEach(({ Id }) => seen.add(Id)));
    const ended = await life.ended;
    if (ended.code !== 0) throw new Error(`the calm run ended with ${ended.code}: ${ended.said}`);
    // Else nothing would ever be seen to be left.
    if (seen.size === 0) throw new Error(`no container had the label ${project.label}`);
    return finalState(await entriesIn(project));
  } finally {
    await project.remove();
  }
}

/** null: as one of the runs that nobody killed. */
const unlikeCalm = (end: FinalState): string | null => {
  const differences = calm.map((one) => compareFinal(end, one));
  return differences.includes(null) ? null : differences.join("; or: ");
};

const isKill = ({ kind }: Pick<Hit, "kind">): boolean => kind === "process" || kind === "group";

/** In long mode. */
const strikesOfARun = 14;

/** Most of them kills. */
function strikesOf(dice: Random): readonly Kind[] {
  const others: readonly Kind[] = ["TERM", "INT", "remove", "kill"];
  return Array.from({ length: strikesOfARun }, () => {
    if (dice.chance(0.3)) return others[dice.below(others.length)] ?? "TERM";
    return dice.chance(0.6) ? "process" : "group";
  });
}

const fewStrikes: readonly Kind[] = ["process", "remove", "group", "TERM"];

interface Outcome {
  readonly hits: readonly Hit[];
  readonly asked: number;
  /** With the seed, each in one sentence. */
  readonly found: readonly string[];
  readonly left: readonly string[];
}

/** One run of a seed, struck down and resumed until it ends. */
async function struckRun(seed: number, strikes: (dice: Random) => readonly Kind[]): Promise<Outcome> {
  const dice = random(seed);
  const project = await newKillProject({
    image: await sandboxImage(),
    hasDisk: isLong && process.getuid?.() === 0 && dice.chance(0.25),
    hasNetwork: dice.chance(0.25),
    concurrency: 2 + dice.below(3),
  });
  try {
    const { hits, complaints, asked, entries } = await strikeDown(project, dice, strikes(dice));
    const audited = await harness(project, ["audit"]);
    const end = unlikeCalm(finalState(entries));
    const found = [
      ...complaints,
      ...(audited.code === 0 ? [] : [`the audit says: ${audited.said}`]),
      ...(end === null ? [] : [end]),
      ...(await remainsOf(project)),
    ];
    return {
      hits,
      asked,
      found: found.map((what) => `seed ${seed}: ${what}`),
      left: await filesLeft(project),
    };
  } finally {
    await project.remove();
  }
}

describeCampaign("a run in containers that is killed", () => {
  test("ends as if nothing had happened, and leaves nothing behind", { timeout: 3_600_000 }, async () => {
    const image = await sandboxImage();
    calm = await Promise.all([calmEnd({ image, second: "left" }), calmEnd({ image, second: "right" })]);
    expect(calm.map((end) => end.outcome)).toEqual(["met", "met"]);
    expect(new Set(calm.map((end) => end.tree)).size).toBe(2);
    const outcomes: Outcome[] = [];
    let seed = Number(only ?? 1);
    const kills = (): number => outcomes.flatMap(({ hits }) => hits).filter(isKill).length;
    const lane = async (): Promise<void> => {
      while (kills() < wantedKills) {
        const mine = seed;
        seed += 1;
        const outcome = await struckRun(mine, isLong ? strikesOf : () => fewStrikes);
        outcomes.push(outcome);
        if (isLong) process.stdout.write(`${told(mine, outcome)}${report(outcomes)}`);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect(outcomes.flatMap(({ found }) => found)).toEqual([]);
  });
});

const told = (seed: number, { hits, found }: Outcome): string =>
  `seed ${seed}: ${hits.length} strikes${found.map((what) => `\n  ${what}`).join("")}\n`;

/** So far: a campaign that is ended early has told what it saw. */
function report(outcomes: readonly Outcome[]): string {
  const hits = outcomes.flatMap((outcome) => outcome.hits);
  const asked = outcomes.reduce((sum, outcome) => sum + outcome.asked, 0);
  const left = new Set(outcomes.flatMap((outcome) => outcome.left));
  return [
    `${outcomes.length} runs, ${hits.filter(isKill).length} kill -9 of the harness, ${hits.length} strikes in all, ${asked} quarantines answered`,
    tableOf(hits),
    `files left in the state directory: ${[...left].join(", ")}`,
    "",
  ].join("\n");
}
