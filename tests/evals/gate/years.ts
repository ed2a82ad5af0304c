import { after, noHistory } from "../../../src/core/registry/history.ts";
import type { History } from "../../../src/core/registry/history.ts";
import { decideGate, gateVerdict } from "../../../src/evals/gate/decide.ts";
import type { Decision } from "../../../src/evals/gate/decide.ts";
import type { Answer, ScoredItem } from "../../../src/evals/gate/item.ts";
import type { GateSpec } from "../../../src/evals/gate/spec.ts";
import { bestEver } from "../../../src/evals/receipt/best-ever.ts";
import type { Proof } from "../../../src/evals/receipt/best-ever.ts";
import type { Receipt } from "../../../src/evals/receipt/receipt.ts";
import { normalCdf, normalQuantile } from "../../../src/evals/stats/normal.ts";
import { made, put } from "../../core/registry/ground.ts";
import type { Random } from "../../simulation/random.ts";
import { itemsOf, receiptFor, sha256, sideOf } from "../receipt/ground.ts";
import { normal, quality, rowsOf, specOf } from "./simulating.ts";

/** What a year of promotions happens in. */
export interface World {
  readonly cases: number;
  /** The true share of right answers of the version it begins with. */
  readonly rate: number;
  /** Versions answer anew each week; else their stored answers are used again. */
  readonly fresh: boolean;
  readonly looks: readonly number[];
  /** Shares of what varies: cases that are hard for all versions, and cases that are hard for one version each time. */
  readonly hard: number;
  readonly own: number;
  /** Points by which a candidate truly differs from production: mean and standard deviation. */
  readonly step: readonly [mean: number, sd: number];
  /** Which version is held against besides production: as it ships, none, or who knows the truth. */
  readonly rule: "ships" | "none" | "truth";
}

export const usual: World = {
  cases: 200,
  rate: 0.8,
  fresh: true,
  looks: [2],
  hard: 0,
  own: 0,
  step: [-1, 2],
  rule: "ships",
};

export interface Year {
  readonly promotions: number;
  /** How far production ends below the best that was ever there, in points of the truth. */
  readonly below: number;
  /** Of each week in which there was a best version besides production: whether its candidate passed. */
  readonly held: readonly boolean[];
}

export const specIn = ({ looks }: World): GateSpec => specOf({ guards: { quality }, looks: [...looks] });

interface Version {
  readonly number: number;
  /** The true share of right answers. */
  readonly truth: number;
  /** The chance of each case to be answered right. */
  readonly chances: Float64Array;
  readonly answers: readonly (readonly Answer[])[];
}

/** 52 weekly candidates; the real gate decides, and receipts tell which version is the best. */
export function yearOf(dice: Random, world: World): Year {
  const spec = specIn(world);
  const make = maker(dice, world);
  const answering = (one: Version): Version["answers"] =>
    world.fresh ? make.answers(one.chances) : one.answers;
  let production = make.version(world.rate);
  let shelf = firstOn(production);
  let [best, highest]: [Version | null, Version] = [null, production];
  let promotions = 0;
  const held: boolean[] = [];
  for (let week = 0; week < 52; week += 1) {
    const [mean, sd] = world.step;
    const candidate = make.version(Math.min(0.99, production.truth + (mean + sd * normal(dice)) / 100));
    const items = itemsFor(candidate, answering(production), best === null ? null : answering(best));
    const looks = looksUntil(spec, items);
    const hasPassed = looks !== null;
    if (best !== null) held.push(hasPassed);
    if (!hasPassed) continue;
    promotions += 1;
    shelf = promoted(shelf, spec, { candidate, production, best }, decideGate(spec, { items, looks }));
    production = candidate;
    if (candidate.truth > highest.truth) highest = candidate;
    best = bestBy(world.rule, shelf, highest === production ? null : highest);
  }
  return { promotions, below: 100 * (highest.truth - production.truth), held };
}

/** Versions, by a probit with three layers: of cases, of cases with a version, of single answers. */
function maker(dice: Random, { cases, looks, hard, own }: World) {
  const most = looks.at(-1) ?? 1;
  const rows = rowsOf("quality", most);
  const draws = (share: number): Float64Array =>
    Float64Array.from({ length: cases }, () => (share === 0 ? 0 : Math.sqrt(share) * normal(dice)));
  const hardness = draws(hard);
  let number = 0;
  const answers = (chances: Float64Array): Version["answers"] =>
    Array.from(chances, (chance) => {
      let bits = 0;
      for (let k = 0; k < most; k += 1) bits = 2 * bits + (dice.chance(chance) ? 1 : 0);
      return rows[bits] ?? [];
    });
  const version = (truth: number): Version => {
    number += 1;
    const level = normalQuantile(truth);
    const spread = Math.sqrt(1 - hard - own);
    const isPlain = hard + own === 0;
    const chances = draws(own).map((swing, i) =>
      isPlain ? truth : normalCdf((level + swing + (hardness[i] ?? 0)) / spread),
    );
    return { number, truth, chances, answers: answers(chances) };
  };
  return { version, answers };
}

const itemsFor = (
  candidate: Version,
  production: Version["answers"],
  best: Version["answers"] | null,
): ScoredItem[] =>
  candidate.answers.map((answers, i) => ({
    id: `i${i}`,
    cluster: `c${i}`,
    candidate: answers,
    baseline: production[i] ?? [],
    best: best?.[i] ?? [],
  }));

/** The looks by which it is promoted; null: it is not. */
function looksUntil(spec: GateSpec, items: readonly ScoredItem[]): readonly number[] | null {
  for (let taken = 1; taken <= spec.looks.length; taken += 1) {
    const looks = spec.looks.slice(0, taken);
    const verdict = gateVerdict(spec, { items, looks });
    if (verdict !== "INCONCLUSIVE") return verdict === "PROMOTE" ? looks : null;
  }
  return null;
}

/** What a project holds: its lock, and its receipts with what was verified of them. */
interface Shelf {
  readonly history: History;
  readonly proofs: ReadonlyMap<string, Proof>;
  readonly versions: ReadonlyMap<number, Version>;
}

const template: Receipt = receiptFor(
  itemsOf({ candidate: { quality: 0.8 }, baseline: { quality: 0.8 } }, { n: 12 }),
);

function firstOn(version: Version): Shelf {
  const history = noHistory({ kind: "prompt", name: "worker" });
  return shelved({ history, proofs: new Map(), versions: new Map() }, version, null, "unproven");
}

function shelved(shelf: Shelf, version: Version, before: number | null, receipt: string): Shelf {
  const history = after(
    after(shelf.history, made(version.number)),
    put(version.number, "production", before, { receipt }),
  );
  return { ...shelf, history, versions: new Map([...shelf.versions, [version.number, version]]) };
}

interface Held {
  readonly candidate: Version;
  readonly production: Version;
  readonly best: Version | null;
}

function promoted(
  shelf: Shelf,
  gate: GateSpec,
  { candidate, production, best }: Held,
  decision: Decision,
): Shelf {
  const receipt: Receipt = {
    ...template,
    gate,
    candidate: sideOf(candidate.number),
    baseline: sideOf(production.number),
    best: best === null ? null : sideOf(best.number),
  };
  const digest = sha256(`receipt ${candidate.number}`);
  const proofs = new Map([...shelf.proofs, [digest, { receipt, decision }]]);
  return shelved({ ...shelf, proofs }, candidate, production.number, digest);
}

function bestBy(
  rule: World["rule"],
  { history, proofs, versions }: Shelf,
  truly: Version | null,
): Version | null {
  if (rule === "none") return null;
  return rule === "truth" ? truly : (versions.get(bestEver(history, proofs, "core")?.version ?? 0) ?? null);
}
