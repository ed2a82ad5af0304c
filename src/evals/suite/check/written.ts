import type { GateSpec } from "../../gate/spec.ts";
import { metricNamed } from "../../metrics/table.ts";
import type { Case, Item } from "../case.ts";
import type { SettledCases } from "../settle-cases.ts";
import type { SuiteSpec } from "../spec.ts";
import { classFault, wholesIn } from "../whole-spec.ts";
import { allTexts } from "./case-texts.ts";
import { counted, fails, holds, someOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** What stands where a person must write something. */
export const toFillIn = (what: string): string => `<fill in: ${what}>`;
const unfilled = /<fill in\b/i;

/** Each line is a case of the suite's kind; no id and no content is there twice. */
export function checkCases({ items, faults }: SettledCases): Finding {
  const [first] = faults;
  if (first !== undefined)
    return fails(
      "cases",
      `line ${first.line}: ${first.what}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ""}`,
      "mend the lines",
      faults.map(({ line }) => line),
    );
  const clusters = new Set(items.map(({ cluster }) => cluster)).size;
  if (items.length === 0) return fails("cases", "there is no case", "add some: harness suite add");
  return holds("cases", `${items.length} in ${counted(clusters, "cluster")}, each id and each content once`);
}

/** Nothing is left of what `suite new` put there for a person to write. @param others ids of cases whose files hold some of it */
export function checkFilled({ items, lineOf }: SettledCases, others: readonly string[] = []): Finding {
  const found = items.filter(
    ({ case: one }) => others.includes(one.id) || allTexts(one).some((text) => unfilled.test(text)),
  );
  if (found.length === 0) return holds("filled", "nothing is left to fill in");
  return fails(
    "filled",
    `${someOf(idsOf(found))} still to be filled in`,
    `write what ${toFillIn("…")} asks for, or take the case out`,
    linesOf(found, lineOf),
  );
}

/** What is right is there, in the form that the metrics of the suite read. */
export function checkReferences(spec: SuiteSpec, gate: GateSpec, { items, lineOf }: SettledCases): Finding {
  if (spec.kind === "agent") return holds("references", "each case's goal says what is right");
  if (spec.kind === "judge") return checkLabels({ items, lineOf });
  const golds = goldMetrics(spec, gate);
  const classes = wholesIn(spec).flatMap((one) => ("f1" in one ? [one.name] : []));
  if (golds.length + classes.length === 0)
    return holds("references", "no metric of this suite compares with a reference");
  const wrong = items.flatMap((item) => {
    const what = referenceFault(item.case, golds) ?? (classes.length > 0 ? classFault(item.case) : null);
    return what === null ? [] : [{ item, what }];
  });
  const [first] = wrong;
  if (first === undefined) return holds("references", `each fits ${[...golds, ...classes].join(", ")}`);
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : "";
  return fails(
    "references",
    `${first.item.case.id}: ${first.what}${more}`,
    "mend expect, or take another metric",
    linesOf(
      wrong.map(({ item }) => item),
      lineOf,
    ),
  );
}

function checkLabels({ items, lineOf }: Pick<SettledCases, "items" | "lineOf">): Finding {
  const without = items.filter(({ case: one }) => "answer" in one && one.label === undefined);
  if (without.length === 0) return holds("references", "each case has a person's label");
  return fails(
    "references",
    `${someOf(idsOf(without))} without a label`,
    "give one to each: harness label",
    linesOf(without, lineOf),
  );
}

/** Metrics that guard or are reported and compare an answer with `expect`. */
const goldMetrics = (spec: SuiteSpec, { guards }: GateSpec): readonly string[] => {
  const passing = wholesIn(spec).flatMap((one) => ("of" in one ? [one.of] : []));
  const named = [...Object.values(guards).map(({ metric }) => metric), ...spec.report, ...passing];
  return [...new Set(named)].filter((name) => metricNamed(name)?.needs === "gold");
};

/** Texts that a metric reads as something, and what it reads. */
const forms: Readonly<Record<string, readonly [RegExp, string]>> = {
  final_number_exact_match: [/\p{Nd}/u, "a number"],
  absolute_value_difference: [/^\s*[+-]?[\d,]*\d[\d,]*\s*$/, "a whole number"],
};

function referenceFault(one: Case, golds: readonly string[]): string | null {
  const expect = "expect" in one ? one.expect : undefined;
  if (golds.length === 0) return null;
  if (expect === undefined) return `it has no expect, with which ${golds.join(", ")} compares`;
  for (const name of golds) {
    const [form, wish] = forms[name] ?? [/\S/, "some text"];
    const other = [expect].flat().find((text) => !form.test(text));
    if (other !== undefined)
      return `${name} needs ${wish}, and expect is ${JSON.stringify(other.slice(0, 60))}`;
  }
  return null;
}

export const idsOf = (items: readonly Item[]): readonly string[] => items.map(({ case: { id } }) => id);

export const linesOf = (items: readonly Item[], lineOf: SettledCases["lineOf"]): readonly number[] =>
  items.flatMap(({ case: { id } }) => lineOf.get(id) ?? []);
