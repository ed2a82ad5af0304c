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
 * The version that scored best of all that were in production and not taken back; null: that is the one there now, or
 * nobody knows. What is asked is the suite's quality: of the guards that must hold against the best version ever the one
 * called `quality`, else the first by name. Suites change, and so do models, so averages of different times are not compared:
 * a version stands where the version it replaced stands, plus the difference that its receipt found between the two (and
 * likewise for the best version of then, where there was another: the mean of both). A version without a receipt of this suite
 * (a first one, an unproven one) begins anew, and what was before it is compared with nothing after it.
 * @param proofs of promotions, by the digest under which `harness.lock` names them @param suite its name
 */
export function bestEver(
  history: History,
  proofs: ReadonlyMap<Digest, Proof>,
  suite: string,
): { readonly version: number; readonly digest: Digest } | null {
  const now = inProduction(history);
  const standing = standingsOf(history, proofs, suite);
  const here = standing.get(now ?? 0);
  if (now === null || here === undefined) return null;
  let best = { version: now, height: here.height };
  for (const version of history.productions) {
    const there = standing.get(version);
    if (there?.chain === here.chain && there.height > best.height) best = { version, height: there.height };
  }
  const made = history.versions.get(best.version)?.made;
  return made === undefined || best.version === now ? null : { version: best.version, digest: made.digest };
}

interface Standing {
  /** The version with which a row of comparable ones began. */
  readonly chain: number;
  /** In what the quality is measured in, above that version. */
  readonly height: number;
}

function standingsOf(
  history: History,
  proofs: ReadonlyMap<Digest, Proof>,
  suite: string,
): ReadonlyMap<number, Standing> {
  const standing = new Map<number, Standing>();
  for (const record of history.records) {
    if (record.record !== "stage" || record.stage !== "production" || record.isRollback) continue;
    const found = standingBy(record, proofs, suite, standing);
    standing.set(record.version, found ?? { chain: record.version, height: 0 });
  }
  return standing;
}

/** null: it is compared with no version that is known. */
function standingBy(
  { receipt: named, before }: StageRecord,
  proofs: ReadonlyMap<Digest, Proof>,
  suite: string,
  standing: ReadonlyMap<number, Standing>,
): Standing | null {
  const proof = proofs.get(named ?? "");
  const replaced = standing.get(before ?? 0);
  if (proof?.receipt.suite.name !== suite || replaced === undefined) return null;
  const { baseline, best, gate } = proof.receipt;
  const heights = [
    heightBy(proof.decision, gate, "baseline", baseline, standing),
    heightBy(proof.decision, gate, "best", best, standing),
  ].filter((one) => one?.chain === replaced.chain);
  if (heights.length === 0) return null;
  const sum = heights.reduce((all, one) => all + (one?.height ?? 0), 0);
  return { chain: replaced.chain, height: sum / heights.length };
}

function heightBy(
  { guards }: Decision,
  gate: GateSpec,
  against: "baseline" | "best",
  side: Side | null,
  standing: ReadonlyMap<number, Standing>,
): Standing | null {
  const name = qualityOf(gate);
  const found = guards.find((one) => one.guard === name && one.against === against);
  const from = standing.get(side?.version ?? 0);
  const gain = found === undefined ? null : gainOf(gate, found);
  return from === undefined || gain === null ? null : { ...from, height: from.height + gain };
}

function qualityOf(gate: GateSpec): string | undefined {
  const names = againstBest(gate);
  return names.includes("quality") ? "quality" : names.toSorted()[0];
}

/** How much better; of a ratio its logarithm. null: without bound. */
function gainOf(gate: GateSpec, { guard: name, estimate }: GuardEvidence): number | null {
  const guard = gate.guards[name];
  if (guard === undefined || estimate === null) return null;
  const difference = guard.kind === "ratio" ? Math.log(estimate) : estimate;
  return guard.better === "higher" ? difference : -difference;
}
