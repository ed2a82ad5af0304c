import type { Digest } from "../../core/id.ts";
import { inProduction } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import type { StageRecord } from "../../core/registry/record.ts";
import type { Decision } from "../gate/decide.ts";
import type { GuardEvidence } from "../gate/evidence.ts";
import { againstBest } from "../gate/spec.ts";
import type { GateSpec } from "../gate/spec.ts";
import type { Receipt, Side } from "./receipt.ts";

/** A receipt that was verified, and what its scores say. */
export interface Proof {
  readonly receipt: Receipt;
  readonly decision: Decision;
}

/**
 * The best version of all that were in production and not taken back; null: that is the one there now, or nobody knows.
 * What is asked is the suite's quality: of the guards that must hold against the best version ever the one called `quality`,
 * else the first by name. Suites change, and so do models, so only what one receipt holds side by side is compared.
 *
 * The first version is the best until another is found better: at once where it was promoted and even the worst plausible
 * difference was above 0; else when the next one is promoted, which is held against both, if the mean of what was found then
 * and at its own promotion is above 0. At its own promotion alone it looks too good: without luck it had not passed. So
 * nothing adds up over promotions: a title passes by direct comparisons only, and errors of one are of none after it.
 * A version that came without a receipt of this suite (an unproven one, one of another suite) takes no title: nobody knows
 * how it stands to the best, and the next one is held against both.
 * @param proofs of promotions, by the digest under which `harness.lock` names them @param suite its name
 */
export function bestEver(
  history: History,
  proofs: ReadonlyMap<Digest, Proof>,
  suite: string,
): { readonly version: number; readonly digest: Digest } | null {
  let title: Title | null = null;
  for (const record of standing(history)) title = titleAfter(title, record, proofs, suite);
  const made = history.versions.get(title?.best ?? 0)?.made;
  return made === undefined || title?.best === inProduction(history)
    ? null
    : { version: made.version, digest: made.digest };
}

/** The promotions that were not taken back: each took the place of the version of the one before. */
function standing({ records }: History): readonly StageRecord[] {
  const found: StageRecord[] = [];
  for (const record of records) {
    if (record.record !== "stage" || record.stage !== "production") continue;
    if (record.isRollback) found.pop();
    else found.push(record);
  }
  return found;
}

/** Who is the best. */
interface Title {
  readonly best: number;
  /** By how much the version in production was above it when it was promoted; null: it is the best, or nobody knows. */
  readonly lead: number | null;
}

function titleAfter(
  title: Title | null,
  { version, receipt: named, before }: StageRecord,
  proofs: ReadonlyMap<Digest, Proof>,
  suite: string,
): Title {
  const anew = { best: version, lead: null };
  if (title === null || before === null) return anew;
  const proof = proofs.get(named ?? "");
  const own = proof?.receipt.suite.name === suite ? proof : null;
  // Nothing is to hold against the best.
  if (own !== null && qualityOf(own.receipt.gate) === undefined) return anew;
  const gains = own === null ? null : gainsOf(own, before, version);
  if (gains === null) return version === title.best ? anew : { best: title.best, lead: null };
  const then = isSurpassed(title, before, gains) ? before : title.best;
  const gain = gains.get(then) ?? null;
  const isClear = gain !== null && gain.worst !== null && gain.worst > 0;
  return isClear || then === version ? anew : { best: then, lead: gain?.seen ?? null };
}

/** Whether the version that goes was above the best, now that both were held beside the one that comes. */
function isSurpassed({ best, lead }: Title, before: number, gains: Gains): boolean {
  const [to, from] = [gains.get(best), gains.get(before)];
  if (best === before || to === undefined || from === undefined) return false;
  const now = to.seen - from.seen;
  return (lead === null ? now : (lead + now) / 2) > 0;
}

/** How much better the promoted version was than another: as seen, and the worst that is plausible (null: no bound). */
interface Gain {
  readonly seen: number;
  readonly worst: number | null;
}

/** By the version that it was held against. */
type Gains = ReadonlyMap<number, Gain>;

/** null: it was not held against the version whose place it took. */
function gainsOf({ receipt, decision }: Proof, before: number, version: number): Gains | null {
  const { gate, baseline, best } = receipt;
  const name = qualityOf(gate);
  const gains = new Map<number, Gain>([[version, { seen: 0, worst: 0 }]]);
  const sides: readonly (readonly ["baseline" | "best", Side | null])[] = [
    ["best", best],
    ["baseline", baseline],
  ];
  for (const [against, side] of sides) {
    const found = decision.guards.find((one) => one.guard === name && one.against === against);
    const seen = found === undefined ? null : gainOf(gate, found, found.estimate);
    if (found === undefined || seen === null || side === null || side.version === null) continue;
    gains.set(side.version, { seen, worst: gainOf(gate, found, found.bound) });
  }
  return gains.has(before) ? gains : null;
}

function qualityOf(gate: GateSpec): string | undefined {
  const names = againstBest(gate);
  return names.includes("quality") ? "quality" : names.toSorted()[0];
}

/** A difference as how much better; of a ratio its logarithm. null: without bound. */
function gainOf(gate: GateSpec, { guard: name }: GuardEvidence, difference: number | null): number | null {
  const guard = gate.guards[name];
  if (guard === undefined || difference === null) return null;
  const size = guard.kind === "ratio" ? Math.log(difference) : difference;
  return guard.better === "higher" ? size : -size;
}
