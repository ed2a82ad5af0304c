import { nameText } from "../../core/registry/artifact.ts";
import type { ArtifactName } from "../../core/registry/artifact.ts";
import { inProduction, short } from "../../core/registry/history.ts";
import type { History } from "../../core/registry/history.ts";
import type { VersionRecord } from "../../core/registry/record.ts";
import type { Digest } from "../../core/id.ts";
import { bestEver } from "../../evals/receipt/best-ever.ts";
import type { Proof } from "../../evals/receipt/best-ever.ts";
import { againstBest } from "../../evals/gate/spec.ts";
import type { Receipt, Side } from "../../evals/receipt/receipt.ts";

/** Where a receipt is to let a version into production. */
export interface Place {
  readonly made: VersionRecord;
  /** Of its name, before it comes there. */
  readonly history: History;
  /** Of any other name, now. */
  readonly other: (of: ArtifactName) => History;
  /** Of what was promoted before, by the digests that `harness.lock` holds. */
  readonly proofs: ReadonlyMap<Digest, Proof>;
}

/** Why a receipt that verifies does not let this version take the place of what is in production there; none: it does. */
export function againstHistory(receipt: Receipt, place: Place): readonly string[] {
  return [
    ...candidateFaults(receipt, place.made),
    ...baselineFaults(receipt, place),
    ...bestFaults(receipt, place),
    ...verdictFaults(receipt),
  ];
}

/** The command that evaluates a version by the suite of a receipt. */
export const evalCommand = (suite: string, of: ArtifactName, version: number): string =>
  `harness eval ${suite} --candidate ${nameText(of)}@${version}`;

function verdictFaults({ verdict, split }: Receipt): string[] {
  const faults = verdict === "PROMOTE" ? [] : [`its verdict is ${verdict}`];
  return split.side === "held_out"
    ? faults
    : [...faults, "it was measured on the training part, on which the version may have been made"];
}

function candidateFaults({ candidate }: Receipt, made: VersionRecord): string[] {
  const isNamed = candidate.kind === made.kind && candidate.name === made.name;
  if (!isNamed || (candidate.version !== null && candidate.version !== made.version))
    return [`it is about ${sideText(candidate)}, not ${nameText(made)}@${made.version}`];
  return candidate.digest === made.digest
    ? []
    : [
        `it is about a ${nameText(made)}@${made.version} of digest ${short(candidate.digest)}, and harness.lock has ${short(made.digest)}`,
      ];
}

function baselineFaults({ baseline }: Receipt, { history, other }: Place): string[] {
  const now = inProduction(history);
  const there = history.versions.get(now ?? 0)?.made;
  if (there !== undefined) {
    const isIt = baseline?.name === there.name && isSide(baseline, there);
    return isIt ? [] : [stale(baseline, `${nameText(there)}@${there.version} is in production`)];
  }
  if (baseline === null) return [];
  // A first version may be held against another name that serves, as a fine-tune against its base.
  const others = other(baseline);
  const isServing = others.productions.some((version) => {
    const made = others.versions.get(version)?.made;
    return made !== undefined && isSide(baseline, made);
  });
  return isServing && baseline.kind === history.kind && baseline.name !== history.name
    ? []
    : [stale(baseline, `no version of ${nameText(history)} is in production`)];
}

const stale = (baseline: Side | null, truth: string): string =>
  `it is stale: it was held against ${baseline === null ? "nothing" : sideText(baseline)}, and ${truth}`;

function bestFaults({ best, gate, suite }: Receipt, { made, history, proofs }: Place): string[] {
  if (againstBest(gate).length === 0) return [];
  const ought = bestEver(history, proofs, suite.name);
  if (ought === null || ought.digest === made.digest) return best === null ? [] : everServed(best, history);
  if (best?.version === ought.version && best.digest === ought.digest && best.name === history.name)
    return [];
  return [
    `it is stale: it was held against ${best === null ? "no best version ever" : `${sideText(best)} as the best version ever`}, and that is ${nameText(history)}@${ought.version}`,
  ];
}

/** More was asked of it than it had to bear. */
function everServed(best: Side, history: History): string[] {
  const isThere = history.productions.some((version) => {
    const made = history.versions.get(version)?.made;
    return made !== undefined && best.name === made.name && isSide(best, made);
  });
  return isThere ? [] : [`it was held against ${sideText(best)}, which never was in production`];
}

const isSide = (side: Side, made: VersionRecord): boolean =>
  side.kind === made.kind && side.version === made.version && side.digest === made.digest;

const sideText = ({ kind, name, version, digest }: Side): string =>
  `${nameText({ kind, name })}${version === null ? ` (a file, ${short(digest)})` : `@${version}`}`;
