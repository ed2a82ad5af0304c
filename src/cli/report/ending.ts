import { nameText, versionText } from "../../core/registry/artifact.ts";
import { makeCommand } from "../../core/registry/kind-words.ts";
import type { Decision } from "../../evals/gate/decide.ts";
import type { Side } from "../../evals/receipt/receipt.ts";
import { sideText } from "../../evals/report/arms.ts";
import type { StoredReport } from "../../evals/report/report.ts";
import { acceptText } from "../receipts/accepted-margins.ts";
import { cells } from "../view/cells.ts";
import { inColumns } from "../view/columns.ts";
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
  const found = decisive(report, decision).map(rowText).join(" · ");
  const code = ending.exit === null || ending.exit === 0 ? "" : `  exit ${ending.exit}`;
  switch (decision.verdict) {
    case "PROMOTE": {
      const receipt = ending.receipt === null ? "" : `${ending.receipt}     `;
      return [` PROMOTE    ${receipt}${promoteCommand(report.candidate)}`];
    }
    case "REJECT":
      return [
        ` REJECT${code}   ${found}: worse beyond doubt`,
        `   see the cases   harness report ${report.id} --html report.html`,
      ];
    case "INCONCLUSIVE": {
      const looks = decision.next === null ? "all looks used" : `the look at K = ${decision.next} is left`;
      return [
        ` INCONCLUSIVE${code}   ${found}; ${looks}`,
        ...wayLines(waysOut(report, decision), ending.columns),
      ];
    }
  }
}

/** The comparisons that kept the candidate from being promoted: those that reject it, else those that are open. */
export function decisive(report: StoredReport, decision: Decision): readonly GuardRow[] {
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

function waysOut(report: StoredReport, decision: Decision): readonly Way[] {
  const { suite, gate, baseline } = report;
  const ways = decision.waysOut;
  const chance = `${Math.round(100 * gate.power)} %`;
  const found: Way[] = [];
  if (decision.guards.some(({ open }) => open === "outages"))
    found.push(["what nobody answered, or scored, is asked again", evalCommand(report)]);
  if (decision.next !== null)
    found.push([`take the look at K = ${decision.next}: answers so far are kept`, evalCommand(report)]);
  if (ways !== null && ways.cases !== null)
    found.push([
      `${countText(ways.cases)} more cases decide with ${chance}`,
      `harness suite plan ${suite.name}`,
    ]);
  if (ways !== null && ways.answers !== null)
    found.push([
      `${ways.answers} answers to each case decide with ${chance}`,
      `samples: { looks: [${[...gate.looks.filter((look) => look < (ways.answers ?? 0)), ways.answers].join(", ")}] } in tasks/${suite.name}/suite.yaml`,
    ]);
  if (ways !== null && ways.accept !== null) found.push(signing(report, ways.accept));
  const kept = baseline === null ? "do not promote it" : `keep ${sideText(baseline)}`;
  return [...found, [kept, ""]];
}

function signing(report: StoredReport, accept: Readonly<Record<string, number>>): Way {
  const isFirst = report.baseline === null;
  const accepted = Object.entries(accept).flatMap(([name, value]) => {
    const guard = report.gate.guards[name];
    return guard === undefined ? [] : ` --accept ${name}=${acceptText(guard, value, isFirst)}`;
  });
  const what = isFirst ? "sign for the lower floor" : "sign for the wider margin";
  return [what, `${promoteCommand(report.candidate, accepted.join(""))}   (the receipt says so for ever)`];
}

const evalCommand = ({ suite, candidate }: StoredReport): string =>
  `harness eval ${suite.name} --candidate ${reference(candidate)}`;

function promoteCommand(side: Side, more = ""): string {
  if (side.version === null) return makeCommand(side);
  return `harness promote ${reference(side)} --to production${more} --why "…"`;
}

const reference = (side: Side): string =>
  side.version === null ? `${nameText(side)}=file` : `${side.kind}:${versionText(side, side.version)}`;
