import { nameText, versionText } from "../../core/registry/artifact.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import type { Decision } from "../../evals/gate/decide.ts";
import type { Obstacle } from "../../evals/gate/ways-out.ts";
import type { Side } from "../../evals/receipt/receipt.ts";
import { sideText } from "../../evals/report/arms.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { acceptText } from "../receipts/accepted-margins.ts";
import { cells } from "../view/cells.ts";
import { inColumns } from "../view/columns.ts";
import { plural } from "../view/words.ts";
import { countText } from "./figures.ts";
import { guardRows, primaryRow, rowText } from "./guard-table.ts";
import type { GuardRow } from "./guard-table.ts";

/** What stands beside a verdict besides the report. */
export interface Ending {
  /** Where the receipt was written; null: nowhere (yet). */
  readonly receipt: string | null;
  /** With which the command ends; null: it does not hang on the verdict. */
  readonly exit: number | null;
  readonly columns: number;
}

/** The verdict with what to do now; ways out are numbered, each with its command. */
export function endingLines(report: StoredReport, decision: Decision, ending: Ending): readonly string[] {
  const found = decisiveText(report, decision);
  const code = ending.exit === null || ending.exit === 0 ? "" : `  exit ${ending.exit}`;
  switch (decision.verdict) {
    case "PROMOTE": {
      const receipt = ending.receipt === null ? "" : `${ending.receipt}     `;
      return [` PROMOTE    ${receipt}${promoteCommand(report.candidate)}`];
    }
    case "REJECT":
      return [
        ` REJECT${code}   ${found}: worse beyond doubt`,
        ...sinkingLines(report, decision),
        ...besideRows([
          ["see the cases", `harness report ${report.id} --html report.html`],
          ...bestAgain(report, decision),
        ]),
      ];
    case "INCONCLUSIVE": {
      const looks = decision.next === null ? "all looks used" : `the look at K = ${decision.next} is left`;
      return [
        ` INCONCLUSIVE${code}   ${found}; ${looks}`,
        ...sinkingLines(report, decision),
        ...obstacleLines(report, decision),
        ...wayLines(waysOut(report, decision), ending.columns),
      ];
    }
  }
}

/** The comparisons that kept the candidate from being promoted: those that reject it, else those that are open. */
export const decisiveText = (report: StoredReport, decision: Decision): string =>
  decisive(report, decision)
    .map((row) => rowText(row, report.best))
    .join(" · ");

function decisive(report: StoredReport, decision: Decision): readonly GuardRow[] {
  const { gate } = report;
  const primary = primaryRow(gate, decision);
  const all = [
    ...guardRows(gate, decision, "baseline"),
    ...guardRows(gate, decision, "floor"),
    ...guardRows(gate, decision, "best"),
    ...(primary === null ? [] : [primary]),
  ];
  const worse = all.filter(({ evidence }) => evidence.status === "worse");
  return worse.length > 0 ? worse : all.filter(({ evidence }) => evidence.status === "open");
}

/** Nothing but the best version ever stands in the way: why it is asked, to whom the candidate seems as good as production. */
function isSinking(report: StoredReport, decision: Decision): boolean {
  const rows = decisive(report, decision);
  return rows.length > 0 && rows.every(({ evidence }) => evidence.against === "best");
}

function sinkingLines(report: StoredReport, decision: Decision): readonly string[] {
  const { baseline, best } = report;
  if (baseline === null || best === null || !isSinking(report, decision)) return [];
  return [
    `   beside ${sideText(baseline)} in production it holds; beside ${sideText(best)}, the best ever there, it does not, and small losses must not add up`,
  ];
}

/** Production may itself have sunk. */
const bestAgain = (report: StoredReport, decision: Decision): readonly Way[] =>
  report.best === null || !isSinking(report, decision)
    ? []
    : [[`put ${sideText(report.best)} back`, evalCommand(report, report.best)]];

/** Why more cases are no way out, where so many are asked for that nobody writes them. */
function obstacleLines(report: StoredReport, decision: Decision): readonly string[] {
  const { obstacle, cases } = decision.waysOut ?? { obstacle: null, cases: null };
  const row = decisive(report, decision).find(
    ({ evidence }) => evidence.guard === obstacle?.guard && evidence.against === obstacle.against,
  );
  if (obstacle === null || row === undefined) return [];
  const many =
    cases === null
      ? "no number of cases decides"
      : `only ${countText(cases)} more cases would decide with ${chanceText(report)}, and there are ${countText(report.cases.length)}`;
  return [`   ${many}: ${obstacleText(row, obstacle.why, report)}`];
}

function obstacleText(row: GuardRow, why: Obstacle["why"], { gate, best }: StoredReport): string {
  const { df, clusters, against } = row.evidence;
  const name = `${row.name}${against === "best" && best !== null ? ` against ${sideText(best)}` : ""}`;
  switch (why) {
    case "clusters":
      return `${name} rests on ${plural(clusters, "cluster")}, ${df.toFixed(1)} degrees of freedom where ${gate.least_df} are needed; add cases of other clusters`;
    case "spread":
      return `${name} differs so much from case to case that versions which are equal would not be told to be`;
    case "near":
      return against === "floor"
        ? `${name} is ${row.candidate}, nearly its floor of ${row.margin}`
        : `${name} is ${row.difference}, nearly ${row.isPrimary ? `the ${row.margin} that are asked` : `its margin of ${row.margin}`}`;
  }
}

type Way = readonly [text: string, command: string];

/** A command is never cut: where there is no room beside, it stands below. */
function wayLines(ways: readonly Way[], columns: number): readonly string[] {
  const rows = ways.map(([text, command], index) => [` ${index + 1}`, text, command]);
  const lines = inColumns(rows, ["left", "left", "left"], Infinity);
  if (lines.every((line) => cells(line) < columns)) return lines;
  return ways.flatMap(([text, command], index) => [
    `  ${index + 1}  ${text}`,
    ...(command === "" ? [] : [`       ${command}`]),
  ]);
}

const besideRows = (ways: readonly Way[]): readonly string[] =>
  inColumns(
    ways.map(([text, command]) => [`  ${text} `, command]),
    ["left", "left"],
    Infinity,
  );

function waysOut(report: StoredReport, decision: Decision): readonly Way[] {
  const { suite, gate, baseline } = report;
  const ways = decision.waysOut;
  const chance = chanceText(report);
  const decide = ways?.towards === "REJECT" ? "reject it" : "decide";
  const found: Way[] = [];
  if (decision.guards.some(({ open }) => open === "outages"))
    found.push(["what nobody answered, or scored, is asked again", evalCommand(report)]);
  if (decision.next !== null)
    found.push([`take the look at K = ${decision.next}: answers so far are kept`, evalCommand(report)]);
  if (ways !== null && ways.cases !== null && ways.obstacle === null)
    found.push([
      `${countText(ways.cases)} more cases ${decide} with ${chance}`,
      `harness suite plan ${suite.name}`,
    ]);
  if (ways !== null && ways.answers !== null)
    found.push([
      `${ways.answers} answers to each case ${decide} with ${chance}`,
      `samples: { looks: [${[...gate.looks.filter((look) => look < (ways.answers ?? 0)), ways.answers].join(", ")}] } in tasks/${suite.name}/suite.yaml`,
    ]);
  if (ways !== null && ways.accept !== null) found.push(signing(report, ways.accept));
  const kept = baseline === null ? "do not promote it" : `keep ${sideText(baseline)}`;
  return [...found, ...bestAgain(report, decision), [kept, ""]];
}

const chanceText = ({ gate }: StoredReport): string => `${Math.round(100 * gate.power)} %`;

function signing(report: StoredReport, accept: Readonly<Record<string, number>>): Way {
  const isFirst = report.baseline === null;
  const accepted = Object.entries(accept).flatMap(([name, value]) => {
    const guard = report.gate.guards[name];
    return guard === undefined ? [] : ` --accept ${name}=${acceptText(guard, value, isFirst)}`;
  });
  const what = isFirst ? "sign for the lower floor" : "sign for the wider margin";
  return [what, `${promoteCommand(report.candidate, accepted.join(""))}   (the receipt says so for ever)`];
}

const evalCommand = ({ suite, candidate }: StoredReport, of = candidate): string =>
  `harness eval ${suite.name} --candidate ${reference(of)}`;

function promoteCommand(side: Side, more = ""): string {
  if (side.version === null) return makeCommand(side);
  return `harness promote ${reference(side)} --to production${more} --why "…"`;
}

const reference = (side: Side): string =>
  side.version === null ? `${nameText(side)}=file` : `${side.kind}:${versionText(side, side.version)}`;
