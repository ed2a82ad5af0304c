import { gateVerdict } from "../../gate/decide.ts";
import type { Verdict } from "../../gate/decide.ts";
import type { ScoredItem } from "../../gate/item.ts";
import type { Assumption } from "../../gate/plan/assumption.ts";
import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import { PythonRandom } from "../../perturb/python-random.ts";
import { binomialCdf } from "../../stats/binomial.ts";
import { clustersOf } from "../../stats/clusters.ts";
import type { Item } from "../case.ts";
import { drawnEqual, halves, sabotaged, samplesEach } from "./arms.ts";
import type { StoredByCase } from "./arms.ts";
import { counted, fails, holds } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { isOfText } from "./score-text.ts";

/** What the gate says, look by look, until it decides. */
function verdictOf(gate: GateSpec, items: readonly ScoredItem[]): Verdict {
  for (let taken = 1; taken <= gate.looks.length; taken += 1) {
    const verdict = gateVerdict(gate, { items, looks: gate.looks.slice(0, taken) });
    if (verdict !== "INCONCLUSIVE") return verdict;
  }
  return "INCONCLUSIVE";
}

/** The gate rejects answers that were given to other cases. @param items held out @param whose stored answers they are */
export function checkSabotage(
  gate: GateSpec,
  quality: GuardSpec | null,
  items: readonly Item[],
  stored: StoredByCase,
  whose = "production",
): Finding {
  const todo = "add cases of more clusters, and a guard that tells right from wrong";
  if (quality === null || quality.kind === "ratio")
    return fails("sabotage", "no guard tells right from wrong, so a sabotaged prompt passes", todo);
  if (items.length === 0) return fails("sabotage", "no case is held out", todo);
  const verdict = verdictOf(gate, sabotaged(gate, quality, items, stored));
  const found = `${sabotageWords(quality, stored, whose)}: ${verdict} with ${casesWords(items)}`;
  return verdict === "REJECT" ? holds("sabotage", found) : fails("sabotage", found, todo);
}

function sabotageWords(quality: GuardSpec, stored: StoredByCase, whose: string): string {
  const theirs = `stored answers of ${whose}`;
  if (!isOfText(quality.metric))
    return `a candidate that is always wrong, against ${stored.size > 0 ? theirs : "one that is always right"}`;
  return `${stored.size > 0 ? theirs : "what is right"}, given to other cases`;
}

const casesWords = (items: readonly Item[]): string =>
  `${counted(items.length, "held-out case")} in ${counted(new Set(items.map(({ cluster }) => cluster)).size, "cluster")}`;

/** So many pairs of equal arms are drawn. */
const draws = 100;
/** One suite in a thousand that is as it should be is doubted. */
const surprise = 0.001;

/**
 * Two equal arms are not told apart: rejected no more often than the gate allows. Drawn from stored answers of production (or `whose`),
 * whose earlier half must not be told from its later one either; else as is assumed. The same each time for the same suite.
 */
export function checkIdentical(
  gate: GateSpec,
  items: readonly Item[],
  stored: StoredByCase,
  assumed: Readonly<Record<string, Assumption>>,
  seed: string,
  whose = "production",
): Finding {
  if (items.length === 0)
    return fails("identical", "no case is held out", "add cases, or raise held_out.share");
  const dice = new PythonRandom(seed);
  if (stored.size === 0) {
    const draw = (): ScoredItem[] => drawnEqual(gate, items, assumed, dice);
    return told(gate, items, "drawn as assumed", countOf(gate, draw));
  }
  const own = { ...gate, looks: looksUpTo(gate.looks, samplesEach(items, stored)) };
  if (verdictOf(own, halves(own, items, stored, null)) === "REJECT")
    return fails(
      "identical",
      `later answers of ${whose} to these cases are worse than its earlier ones, by this gate: REJECT`,
      "find out what changed meanwhile (the model behind the name?), then evaluate anew",
    );
  const draw = (): ScoredItem[] => halves(own, items, stored, dice);
  return told(own, items, `from stored answers of ${whose}`, countOf(own, draw));
}

type Counts = Readonly<Record<Verdict, number>>;

function countOf(gate: GateSpec, draw: () => readonly ScoredItem[]): Counts {
  const count = { PROMOTE: 0, REJECT: 0, INCONCLUSIVE: 0 };
  for (let done = 0; done < draws; done += 1) count[verdictOf(gate, draw())] += 1;
  return count;
}

function told(gate: GateSpec, items: readonly Item[], whose: string, count: Counts): Finding {
  const found = `${draws} pairs of equal arms ${whose}, K = ${gate.looks.join(", ")}: ${count.PROMOTE} PROMOTE, ${count.REJECT} REJECT, ${count.INCONCLUSIVE} INCONCLUSIVE`;
  const chance = count.REJECT === 0 ? 1 : 1 - binomialCdf(count.REJECT - 1, draws, gate.alpha);
  if (chance < surprise)
    return fails("identical", found, "name what hangs together: give such cases one cluster");
  return holds("identical", `${found}${tooFew(gate, items)}`);
}

const looksUpTo = (looks: readonly number[], each: number): number[] => {
  const taken = looks.filter((look) => look <= each);
  return taken.length > 0 ? taken : [each];
};

function tooFew({ least_df: least }: GateSpec, items: readonly Item[]): string {
  const { df } = clustersOf(items.map(({ cluster }) => cluster));
  return df >= least
    ? ""
    : `; clusters leave ${df.toFixed(1)} degrees of freedom, and below ${least} none is promoted`;
}
