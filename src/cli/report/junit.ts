import { dimensionsOf } from "../../evals/report/dimensions.ts";
import { sideText } from "../../evals/report/arms.ts";
import type { Report } from "../../evals/report/report.ts";
import { reportedOf } from "../../evals/report/reported.ts";
import { visible, visibleLines } from "../view/visible.ts";
import { reportedRows } from "./dimension-rows.ts";
import { guardRows, primaryRow, rowText } from "./guard-table.ts";
import type { GuardRow } from "./guard-table.ts";
import { withShortNames } from "./short-names.ts";

/** By this line a file of ours is known again. */
export const markOfJunit = "<!-- harness: JUnit of an evaluation -->";

interface Case {
  readonly group: "guards" | "reported";
  readonly name: string;
  readonly says: string;
  /** How a guard does not hold; null: it does, or decides nothing. */
  readonly failure: { readonly type: "worse" | "open"; readonly message: string } | null;
  readonly skipped: string | null;
}

/**
 * A report as JUnit XML, after the schema of Jenkins' xUnit plugin: a test case for each comparison of the gate, which fails
 * unless it holds, and one for each reported dimension, which cannot fail.
 */
export function junitText(whole: Report): string {
  const report = withShortNames(whole);
  const cases = [...guardCases(report), ...reportedCases(report)];
  const count = (is: (one: Case) => boolean): number => cases.filter(is).length;
  const failures = count(({ failure }) => failure !== null);
  const seconds = ((report.looks.at(-1)?.wallMs ?? 0) / 1_000).toFixed(3);
  const name = `harness eval ${report.suite.name}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    markOfJunit,
    `<testsuites name=${quoted(name)} tests="${cases.length}" failures="${failures}" errors="0" time="${seconds}">`,
    `  <testsuite name=${quoted(name)} tests="${cases.length}" failures="${failures}" errors="0" skipped="${count(({ skipped }) => skipped !== null)}" time="${seconds}" timestamp="${new Date(report.at).toISOString().slice(0, 19)}">`,
    "    <properties>",
    ...propertiesOf(report).map(
      ([key, value]) => `      <property name=${quoted(key)} value=${quoted(value)}/>`,
    ),
    "    </properties>",
    ...cases.flatMap((one) => caseLines(report, one)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function guardCases(report: Report): readonly Case[] {
  const { decision, gate } = report;
  if (decision === null)
    return [
      {
        group: "guards",
        name: "gate",
        says: "",
        failure: null,
        skipped: "no gate: a smoke run decides nothing",
      },
    ];
  const primary = primaryRow(gate, decision);
  const rows = (["baseline", "floor", "best"] as const).flatMap((one) => guardRows(gate, decision, one));
  return [...rows, ...(primary === null ? [] : [primary])].map((row) => guardCase(report, row));
}

function guardCase(report: Report, row: GuardRow): Case {
  const { evidence, isPrimary } = row;
  const says = rowText(row, report.best);
  const { status } = evidence;
  const failure = status === "holds" ? null : { type: status, message: `${status}: ${says}` };
  const name = `${row.name}${isPrimary ? " gets better" : ""}${againstText(report, row)}`;
  return { group: "guards", name, says: `${says}\n${evidenceText(row)}`, failure, skipped: null };
}

function againstText({ baseline, best }: Report, { evidence }: GuardRow): string {
  if (evidence.against === "floor") return " reaches its floor";
  const side = evidence.against === "best" ? best : baseline;
  if (side === null) return "";
  return ` against ${sideText(side)}${evidence.against === "best" ? ", the best ever" : ""}`;
}

function evidenceText({ other, candidate, evidence }: GuardRow): string {
  const { items, clusters, df, p, level, errors, outages } = evidence;
  return [
    evidence.against === "floor" ? `candidate ${candidate}` : `${other} → ${candidate}`,
    `${items} cases in ${clusters} clusters, ${df.toFixed(1)} effective degrees of freedom`,
    `p ${p.toPrecision(3)}, level of this look ${level.toPrecision(3)}`,
    `${errors} errors counted as the worst, ${outages} outages left`,
  ].join("\n");
}

function reportedCases(report: Report): readonly Case[] {
  const dimensions = dimensionsOf(report);
  return reportedRows(report, reportedOf(report, dimensions), dimensions).map(({ name, says }) => ({
    group: "reported",
    name,
    says,
    failure: null,
    skipped: null,
  }));
}

function propertiesOf({
  id,
  suite,
  candidate,
  baseline,
  decision,
}: Report): readonly (readonly [string, string])[] {
  return [
    ["evaluation", id],
    ["suite", suite.digest],
    ["candidate", `${sideText(candidate)} ${candidate.digest}`],
    ...(baseline === null ? [] : [["baseline", `${sideText(baseline)} ${baseline.digest}`] as const]),
    ["verdict", decision?.verdict ?? "no gate"],
  ];
}

function caseLines({ suite }: Report, { group, name, says, failure, skipped }: Case): readonly string[] {
  const open = `    <testcase classname=${quoted(`${suite.name}.${group}`)} name=${quoted(name)} time="0"`;
  const inside = [
    ...(skipped === null ? [] : [`      <skipped message=${quoted(skipped)}/>`]),
    ...(failure === null
      ? []
      : [
          `      <failure type="${failure.type}" message=${quoted(failure.message)}>${escaped(visibleLines(says))}</failure>`,
        ]),
    ...(failure !== null || says === ""
      ? []
      : [`      <system-out>${escaped(visibleLines(says))}</system-out>`]),
  ];
  return inside.length === 0 ? [`${open}/>`] : [`${open}>`, ...inside, "    </testcase>"];
}

/** What XML may not hold at all, controls and halves of pairs, is marked like all that cannot be seen. */
const quoted = (text: string): string => `"${escaped(visible(text))}"`;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const escaped = (text: string): string =>
  text.toWellFormed().replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
