import { gateVerdict } from "../../../src/evals/gate/decide.ts";
import type { Verdict } from "../../../src/evals/gate/decide.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import { gateSpec } from "../../../src/evals/gate/spec.ts";
import type { GateSpec, GateText } from "../../../src/evals/gate/spec.ts";
import { binomialCdf, binomialDensity } from "../../../src/evals/stats/binomial.ts";
import { fixed, random } from "../../simulation/random.ts";
import type { Random } from "../../simulation/random.ts";

/** `HARNESS_LONG=1` simulates ten times as often; `HARNESS_SEED=7` repeats a run. */
const isLong = process.env["HARNESS_LONG"] === "1";
const seed = Number(process.env["HARNESS_SEED"] ?? Math.floor(Math.random() * 1e9));
process.stderr.write(`gate simulations: HARNESS_SEED=${seed}\n`);

export const runsOf = (few: number): number => (isLong ? 10 * few : few);

/** A stream of its own for each simulation, so that one more of them changes no other. */
export const stream = (name: string): Random => random(seed + Math.floor(fixed(name) * 2 ** 32));

/** From the standard normal, by Box and Muller. */
export const normal = (dice: Random): number =>
  Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());

/** One in a hundred thousand fresh seeds fails a gate that is exactly at its limit; far fewer one that keeps it. */
const surprise = 1e-5;

/** Null, unless no true rate of `limit` or less explains so many. */
export const tooMany = (count: number, runs: number, limit: number): string | null =>
  reaching(count, runs, limit) > surprise ? null : told(count, runs, `at most ${limit}`);

/** Null, unless no true rate of `limit` or more explains so few. */
export const tooFew = (count: number, runs: number, limit: number): string | null =>
  binomialCdf(count, runs, limit) > surprise ? null : told(count, runs, `at least ${limit}`);

/** Null only if a true rate of `limit` or less explains so many in no more than one of a hundred cases. */
export const notAbove = (count: number, runs: number, limit: number): string | null =>
  reaching(count, runs, limit) <= 0.01 ? null : told(count, runs, `clearly above ${limit}`);

const reaching = (count: number, runs: number, rate: number): number =>
  count === 0 ? 1 : 1 - binomialCdf(count - 1, runs, rate);

const told = (count: number, runs: number, wanted: string): string =>
  `${count} of ${runs} (${count / runs}), not ${wanted}; HARNESS_SEED=${seed}`;

export const specOf = (text: GateText): GateSpec => gateSpec.parse(text);

export const quality = { kind: "rate", metric: "quality", better: "higher", margin: 0.05 } as const;
export const refusals = { kind: "rate", metric: "refusal", better: "lower", margin: 0.02 } as const;
export const cost = { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 } as const;

/** All rows of `answers` answers that are right or wrong, by their bits: made once, as simulations take millions. */
export function rowsOf(metric: string, answers: number): readonly (readonly Answer[])[] {
  const either = [{ [metric]: 0 }, { [metric]: 1 }];
  return Array.from({ length: 2 ** answers }, (_, bits) =>
    Array.from({ length: answers }, (_, k) => either[(bits >> k) & 1] ?? "outage"),
  );
}

/** Which row: each answer is right with this chance; `sticky`: all of them, or none. */
export function drawn(dice: Random, chance: number, answers: number, sticky = false): number {
  if (sticky) return dice.chance(chance) ? 2 ** answers - 1 : 0;
  let bits = 0;
  for (let k = 0; k < answers; k += 1) bits = 2 * bits + (dice.chance(chance) ? 1 : 0);
  return bits;
}

export const itemOf = (
  index: number,
  candidate: readonly Answer[] | undefined,
  baseline: readonly Answer[] | undefined,
  cluster = index,
): ScoredItem => ({
  id: `i${index}`,
  cluster: `c${cluster}`,
  candidate: candidate ?? [],
  baseline: baseline ?? [],
  best: [],
});

/** How many of `runs` evaluations have the verdict; `items` makes one. */
export function countOf(
  verdict: Verdict,
  runs: number,
  spec: GateSpec,
  items: () => readonly ScoredItem[],
): number {
  const [look = 1] = spec.looks;
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    if (gateVerdict(spec, { items: items(), looks: [look] }) === verdict) count += 1;
  }
  return count;
}

/** The same, looking at each planned look until the gate decides. */
export function countOverLooks(
  verdict: Verdict,
  runs: number,
  spec: GateSpec,
  items: () => readonly ScoredItem[],
): number {
  let count = 0;
  for (let run = 0; run < runs; run += 1) if (lastVerdict(spec, items()) === verdict) count += 1;
  return count;
}

function lastVerdict(spec: GateSpec, items: readonly ScoredItem[]): Verdict {
  for (let taken = 1; taken <= spec.looks.length; taken += 1) {
    const verdict = gateVerdict(spec, { items, looks: spec.looks.slice(0, taken) });
    if (verdict !== "INCONCLUSIVE") return verdict;
  }
  return "INCONCLUSIVE";
}

/** Pairs of 0/1 answers, one item each: what the gate says to every possible count of those that differ. */
export interface Region {
  /** For each count of items that only the baseline lost: the most that only the candidate may lose; −1: none. */
  readonly most: Int32Array;
  readonly n: number;
}

/** Asks the gate itself. It promotes fewer the more the candidate loses, so each limit is found by halving. */
export function regionOf(spec: GateSpec, metric: string, lost: 0 | 1, n: number, mostBaseline = n): Region {
  const item = (index: number, candidate: number, baseline: number): ScoredItem => ({
    id: `i${index}`,
    cluster: `c${index}`,
    candidate: [{ [metric]: candidate }],
    baseline: [{ [metric]: baseline }],
    best: [],
  });
  const indices = Array.from({ length: n }, (_, index) => index);
  const kinds = [
    indices.map((index) => item(index, lost, 1 - lost)),
    indices.map((index) => item(index, 1 - lost, lost)),
    indices.map((index) => item(index, 1 - lost, 1 - lost)),
  ];
  const promotes = (b: number, c: number): boolean => {
    const items = indices.flatMap((index) => kinds[index < b ? 0 : index < b + c ? 1 : 2]?.[index] ?? []);
    return gateVerdict(spec, { items, looks: [1] }) === "PROMOTE";
  };
  const most = Int32Array.from({ length: mostBaseline + 1 }, (_, c) => {
    let [low, high] = [-1, n - c];
    while (low < high) {
      const b = Math.ceil((low + high) / 2);
      if (promotes(b, c)) low = b;
      else high = b - 1;
    }
    return low;
  });
  return { most, n };
}

/** The exact chance to be promoted where `candidate` and `baseline` are the chances that only that side loses. */
export function chanceOf({ most, n }: Region, candidate: number, baseline: number): number {
  let chance = 0;
  for (const [c, b] of most.entries()) {
    const weight = binomialDensity(c, n, baseline);
    if (b >= 0 && weight > 0)
      chance += weight * binomialCdf(b, n - c, Math.min(1, candidate / (1 - baseline)));
  }
  return chance;
}

/** Chances that only one side loses, for the rates at which both lose and how much they agree: 0 not at all, 1 fully. */
export function discordant(candidate: number, baseline: number, agreement: number): [number, number] {
  const apart = candidate * baseline;
  const both = apart + agreement * (Math.min(candidate, baseline) - apart);
  return [candidate - both, baseline - both];
}
