import { gateVerdict } from "../../gate/decide.ts";
import type { Verdict } from "../../gate/decide.ts";
import type { ScoredItem } from "../../gate/item.ts";
import type { Assumption } from "../../gate/plan/assumption.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import { PythonRandom } from "../../perturb/python-random.ts";
import { binomialCdf } from "../../stats/binomial.ts";
import { clustersOf } from "../../stats/clusters.ts";
import type { Item } from "../case.ts";
import { drawnEqual, sabotaged, samplesEach, shuffled } from "./arms.ts";
import type { StoredByCase } from "./arms.ts";
import { fails, holds } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** What the gate says, look by look, until it decides. */
function verdictOf(gate: GateSpec, items: readonly ScoredItem[]): Verdict {
  for (let taken = 1; taken <= gate.looks.length; taken += 1) {
    const verdict = gateVerdict(gate, { items, looks: gate.looks.slice(0, taken) });
    if (verdict !== "INCONCLUSIVE") return verdict;
  }
  return "INCONCLUSIVE";
}

/** The gate rejects answers that were given to other cases. @param items held out */
export function checkSabotage(
  gate: GateSpec,
  quality: GuardSpec | null,
  items: readonly Item[],
  stored: StoredByCase,
): Finding {
  const more = "add cases of more clusters, and a guard that tells right from wrong";
  if (quality === null || quality.kind === "ratio")
    return fails("sabotage", "no guard tells right from wrong, so a sabotaged prompt passes", more);
  if (items.length === 0) return fails("sabotage", "no case is held out", more);
  const verdict = verdictOf(gate, sabotaged(gate, quality, items, stored));
  const whose = stored.size > 0 ? "production's stored answers" : "what is right";
  const found = `${whose}, given to other cases: ${verdict} with ${casesWords(items)}`;
  return verdict === "REJECT" ? holds("sabotage", found) : fails("sabotage", found, more);
}

const casesWords = (items: readonly Item[]): string =>
  `${items.length} held-out cases in ${new Set(items.map(({ cluster }) => cluster)).size} clusters`;

/** So many pairs of equal arms are drawn. */
const draws = 100;
/** One suite in a thousand that is as it should be is doubted. */
const surprise = 0.001;

/**
 * Two equal arms are not told apart: rejected no more often than the gate allows. Drawn from production's stored answers,
 * else as is assumed; the same each time for the same suite.
 */
export function checkIdentical(
  gate: GateSpec,
  items: readonly Item[],
  stored: StoredByCase,
  assumed: Readonly<Record<string, Assumption>>,
  seed: string,
): Finding {
  if (items.length === 0)
    return fails("identical", "no case is held out", "add cases, or raise held_out.share");
  const dice = new PythonRandom(seed);
  const each = stored.size > 0 ? samplesEach(items, stored) : null;
  const looks = each === null ? gate.looks : looksUpTo(gate.looks, each);
  const own = { ...gate, looks: [...looks] };
  const count = { PROMOTE: 0, REJECT: 0, INCONCLUSIVE: 0 };
  for (let draw = 0; draw < draws; draw += 1)
    count[
      verdictOf(
        own,
        each === null ? drawnEqual(own, items, assumed, dice) : shuffled(own, items, stored, dice),
      )
    ] += 1;
  const whose = each === null ? "drawn as assumed" : "of production's stored answers";
  const found = `${draws} pairs of equal arms ${whose}, K = ${looks.join(", ")}: ${count.PROMOTE} PROMOTE, ${count.REJECT} REJECT, ${count.INCONCLUSIVE} INCONCLUSIVE`;
  const chance = count.REJECT === 0 ? 1 : 1 - binomialCdf(count.REJECT - 1, draws, gate.alpha);
  if (chance < surprise)
    return fails("identical", found, "name what hangs together: give such cases one cluster");
  return holds("identical", `${found}${tooFew(gate, items)}`);
}

const looksUpTo = (looks: readonly number[], each: number): readonly number[] => {
  const taken = looks.filter((look) => look <= each);
  return taken.length > 0 ? taken : [each];
};

function tooFew({ least_df: least }: GateSpec, items: readonly Item[]): string {
  const { df } = clustersOf(items.map(({ cluster }) => cluster));
  return df >= least
    ? ""
    : `; clusters leave ${df.toFixed(1)} degrees of freedom, and below ${least} none is promoted`;
}
