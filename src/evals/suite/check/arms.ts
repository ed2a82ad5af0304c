import type { ScoredAnswer } from "../../answer.ts";
import type { Answer, ScoredItem } from "../../gate/item.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import { rangeOf } from "../../gate/spec.ts";
import type { PythonRandom } from "../../perturb/python-random.ts";
import type { StoredReport } from "../../report/report.ts";
import type { Assumption } from "../../gate/plan/assumption.ts";
import type { Item } from "../case.ts";
import { answersBy } from "../plan/standing.ts";
import type { Standing } from "../plan/standing.ts";
import { bestOf, rightText, scoreText, worstScore } from "./score-text.ts";

/** Stored answers of what is in production (while nothing is: of a first version), by case. */
export type StoredByCase = ReadonlyMap<string, readonly ScoredAnswer[]>;

/** Of the newest report with two answers of it to each of these cases, with a score for each guard; empty: there is none. */
export function storedAnswers(
  gate: GateSpec,
  reports: readonly StoredReport[],
  items: readonly Item[],
  standing: Standing | null,
): StoredByCase {
  const isScored = ({ answered, scores }: ScoredAnswer): boolean =>
    answered.outcome !== "complete" || guardsIn(gate).every(({ metric }) => scores[metric] !== undefined);
  if (standing === null) return new Map();
  for (const report of reports) {
    const own = answersBy(standing, report).filter(isScored);
    const byCase = Map.groupBy(own, (one) => one.case);
    if (items.every(({ case: { id } }) => (byCase.get(id)?.length ?? 0) > 1)) return byCase;
  }
  return new Map();
}

const guardsIn = ({ guards }: GateSpec): readonly GuardSpec[] => Object.values(guards);

/** A stored answer as the gate reads it. */
function scoresOf(gate: GateSpec, { answered, scores }: ScoredAnswer): Answer {
  if (answered.outcome !== "complete") return answered.outcome;
  return Object.fromEntries(guardsIn(gate).map(({ metric }) => [metric, scores[metric] ?? "outage"]));
}

/**
 * Production against a prompt that knows nothing of the case it is asked: its answers are those to another case. Where no
 * stored answers can be scored anew: what is right, against what is right elsewhere; where that cannot be scored either,
 * the best against the worst.
 */
export function sabotaged(
  gate: GateSpec,
  quality: GuardSpec,
  items: readonly Item[],
  stored: StoredByCase,
): ScoredItem[] {
  const most = gate.looks.at(-1) ?? 1;
  return items.map((item, index) => {
    const other = otherCase(items, index);
    const own = stored.get(item.case.id) ?? [];
    const theirs = stored.get(other.case.id) ?? [];
    const answers = Array.from({ length: most }, (_, k) => {
      const [right, strange] = [own[k % (own.length || 1)], theirs[k % (theirs.length || 1)]];
      return pairOf(gate, quality, item, other, right, strange);
    });
    return {
      id: item.case.id,
      cluster: item.cluster,
      candidate: answers.map(({ candidate }) => candidate),
      baseline: answers.map(({ baseline }) => baseline),
      best: [],
    };
  });
}

interface Pair {
  readonly candidate: Answer;
  readonly baseline: Answer;
}

function pairOf(
  gate: GateSpec,
  quality: GuardSpec,
  { case: one }: Item,
  { case: other }: Item,
  right: ScoredAnswer | undefined,
  strange: ScoredAnswer | undefined,
): Pair {
  const best = Object.fromEntries(guardsIn(gate).map((guard) => [guard.metric, bestOf(guard)]));
  const baseline = right === undefined ? best : scoresOf(gate, right);
  const text = strange === undefined ? rightText(other) : strange.answered.text;
  const score = text === null ? null : scoreText(quality.metric, one, text);
  const base = typeof baseline === "string" ? best : baseline;
  return { baseline, candidate: { ...base, [quality.metric]: score ?? worstScore(quality) } };
}

/** The case half of all cases away, or the next that is right in another way. */
function otherCase(items: readonly Item[], index: number): Item {
  const own = items[index] as Item;
  const half = Math.floor(items.length / 2);
  for (let step = 0; step < items.length; step += 1) {
    const other = items[(index + half + step) % items.length] as Item;
    if (other !== own && rightText(other.case) !== rightText(own.case)) return other;
  }
  return items[(index + half) % items.length] as Item;
}

/** Production against itself: which of its stored answers is whose is drawn for each case; without dice the later are the candidate's. */
export function halves(
  gate: GateSpec,
  items: readonly Item[],
  stored: StoredByCase,
  dice: PythonRandom | null,
): ScoredItem[] {
  const each = samplesEach(items, stored);
  return items.map(({ case: { id }, cluster }) => {
    const asked = (stored.get(id) ?? []).toSorted((a, b) => a.sample - b.sample);
    const answers = (dice?.shuffled(asked) ?? asked).map((one) => scoresOf(gate, one));
    return { id, cluster, baseline: answers.slice(0, each), candidate: answers.slice(-each), best: [] };
  });
}

/** How many answers either side has to each case. */
export const samplesEach = (items: readonly Item[], stored: StoredByCase): number =>
  Math.floor(Math.min(...items.map(({ case: { id } }) => stored.get(id)?.length ?? 0)) / 2);

/** Two equal arms as they are assumed to answer: a case decides for all its answers, or each answer for itself. */
export function drawnEqual(
  gate: GateSpec,
  items: readonly Item[],
  assumed: Readonly<Record<string, Assumption>>,
  dice: PythonRandom,
): ScoredItem[] {
  const most = gate.looks.at(-1) ?? 1;
  return items.map(({ case: { id }, cluster }) => {
    const draws = Object.entries(gate.guards).flatMap(([name, guard]) => {
      const one = assumed[name];
      return one === undefined ? [] : [[guard.metric, drawOf(guard, one, dice)] as const];
    });
    const arm = (): Answer[] =>
      Array.from({ length: most }, () => Object.fromEntries(draws.map(([metric, draw]) => [metric, draw()])));
    return { id, cluster, candidate: arm(), baseline: arm(), best: [] };
  });
}

/** How one case answers, again and again. */
function drawOf(guard: GuardSpec, assumed: Assumption, dice: PythonRandom): () => number {
  if (assumed.kind === "ratio") return () => Math.exp(assumed.sd * normalOf(dice));
  if (assumed.kind === "score") {
    const [low, high] = rangeOf(guard);
    const centre = dice.uniform(low, high);
    return () => Math.min(high, Math.max(low, centre + assumed.sd * normalOf(dice)));
  }
  const { rate, discordance } = assumed;
  const isSettled = dice.random() >= discordance / (2 * rate * (1 - rate));
  const chance = isSettled ? Number(dice.random() < rate) : rate;
  return () => Number(dice.random() < chance);
}

/** From the standard normal distribution, by Box and Muller. */
const normalOf = (dice: PythonRandom): number =>
  Math.sqrt(-2 * Math.log(1 - dice.random())) * Math.cos(2 * Math.PI * dice.random());
