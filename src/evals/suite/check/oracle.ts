import type { GateSpec, GuardSpec } from "../../gate/spec.ts";
import type { Item } from "../case.ts";
import type { SettledCases } from "../settle-cases.ts";
import type { SuiteSpec } from "../spec.ts";
import { fails, holds, someOf, unknown } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { bestOf, isOfText, scoreText, worstScore } from "./score-text.ts";
import { idsOf, linesOf } from "./written.ts";

/** What the files of an agent's case say: why what should pass fails, or what should fail passes; null: as it should be. */
export interface TriedCase {
  readonly oracle: string | null;
  readonly nothing: string | null;
}

/** What whoever can work a case found, by its id; of what is not there nobody looked. */
export type Tried = ReadonlyMap<string, TriedCase>;

/** The guard that tells right from wrong. @param quality its metric */
export const qualityGuard = ({ guards }: GateSpec, quality: string): GuardSpec | null =>
  Object.values(guards).find(({ metric }) => metric === quality) ?? null;

/** What is right scores best. */
export function checkOracle(
  spec: SuiteSpec,
  guard: GuardSpec | null,
  { items, lineOf }: SettledCases,
  tried: Tried,
): Finding {
  if (spec.kind === "judge")
    return holds("oracle", "a verdict that is the label agrees with it, by what agreeing is");
  const wrong = items.flatMap((item) => {
    const what = spec.kind === "agent" ? (tried.get(item.case.id)?.oracle ?? null) : oracleFault(guard, item);
    return what === null ? [] : [{ item, what }];
  });
  const [first] = wrong;
  if (first !== undefined) {
    const lines = linesOf(
      wrong.map(({ item }) => item),
      lineOf,
    );
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : "";
    return fails(
      "oracle",
      `${first.item.case.id}: ${first.what}${more}`,
      "mend the case, or take another metric",
      lines,
    );
  }
  return untold("oracle", spec, guard, items, tried) ?? holds("oracle", rightWords(spec, guard));
}

const rightWords = ({ kind }: SuiteSpec, guard: GuardSpec | null): string =>
  kind === "agent"
    ? "each accepted result passes its goal's checks"
    : `each reference, given as the answer, scores ${guard === null ? "best" : bestOf(guard)} in ${guard?.metric}`;

function oracleFault(guard: GuardSpec | null, { case: one }: Item): string | null {
  const texts = "expect" in one ? [one.expect ?? []].flat() : [];
  if (guard === null) return null;
  for (const text of texts) {
    const score = scoreText(guard.metric, one, text);
    if (score !== null && score !== bestOf(guard))
      return `${JSON.stringify(text.slice(0, 60))}, given as the answer, scores ${score} in ${guard.metric}, not ${bestOf(guard)}`;
  }
  return null;
}

/** An empty answer, untouched files, one verdict for all: whoever does nothing must not pass. */
export function checkNothing(
  spec: SuiteSpec,
  guard: GuardSpec | null,
  { items, lineOf }: SettledCases,
  tried: Tried,
): Finding {
  if (spec.kind === "judge") return checkVerdicts(items);
  const passed = items.filter(({ case: one }) => {
    if (spec.kind === "agent") return (tried.get(one.id)?.nothing ?? null) !== null;
    const score = guard === null ? null : scoreText(guard.metric, one, "");
    return score !== null && guard !== null && score !== worstScore(guard);
  });
  if (passed.length > 0)
    return fails(
      "nothing",
      `doing nothing is enough for ${someOf(idsOf(passed))}`,
      "ask for something in these cases, or take another metric",
      linesOf(passed, lineOf),
    );
  const found =
    spec.kind === "agent" ? "untouched files fail each goal's checks" : "an empty answer scores worst";
  return untold("nothing", spec, guard, items, tried) ?? holds("nothing", found);
}

/** A judge that says the same of all agrees as often as the commoner label. */
function checkVerdicts(items: readonly Item[]): Finding {
  const labels = items.flatMap(({ case: one }) => ("label" in one ? (one.label ?? []) : []));
  const passes = labels.filter((label) => label === "pass").length;
  const most = Math.max(passes, labels.length - passes);
  if (labels.length > 0 && most < labels.length)
    return holds("nothing", `one verdict for all agrees with ${most} of ${labels.length} labels only`);
  if (labels.length === 0)
    return unknown("nothing", "there is no label yet", "label the cases: harness label");
  return fails(
    "nothing",
    `all ${labels.length} labels are ${passes > 0 ? "pass" : "fail"}, so a judge that never looks agrees with all`,
    "add cases with the other label",
  );
}

/** null: every case was looked at. */
function untold(
  check: string,
  { kind, suite }: SuiteSpec,
  guard: GuardSpec | null,
  items: readonly Item[],
  tried: Tried,
): Finding | null {
  if (kind === "agent")
    return items.every(({ case: { id } }) => tried.has(id))
      ? null
      : unknown(check, "the cases were not worked", `see a few worked: harness eval ${suite} --smoke`);
  if (guard === null)
    return unknown(check, "no guard tells right from wrong", "name one: quality under guards");
  const isTold = isOfText(guard.metric);
  return isTold
    ? null
    : unknown(
        check,
        `${guard.metric} needs more than a text`,
        `see it score a few: harness eval ${suite} --smoke`,
      );
}
