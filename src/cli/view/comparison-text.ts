import type { Difference } from "../../core/manifest/differences.ts";
import type { Comparison } from "../comparison/compare.ts";
import { inColumns } from "./columns.ts";
import type { Side } from "./columns.ts";
import { textOf } from "./rows.ts";
import type { Rows } from "./rows.ts";
import { clock, dollars, oneLine, plural } from "./words.ts";

/** A comparison for people. `sizes`: how many lines of a prompt were added and removed, by the key of its field. */
export function comparisonText(of: Comparison, sizes: ReadonlyMap<string, string>, columns: number): string {
  return [
    textOf([...causeRows(of, sizes), ["diverge", divergeText(of)], ["outcome", outcomeText(of)]], columns),
    ...inColumns(taskTable(of), tableSides, columns).map((line) => `           ${line}\n`),
    textOf(
      [
        ["tree", treeText(of)],
        ["note", "one run each: this shows what differed, not which is better → harness eval"],
      ],
      columns,
    ),
  ].join("");
}

function causeRows({ causes, withThem, equal }: Comparison, sizes: ReadonlyMap<string, string>): Rows {
  const lines = causes.map((cause) => causeText(cause, sizes));
  const equalText = equal.length === 0 ? [] : [["", `equal: ${equal.join(", ")}`] as const];
  if (lines.length === 0)
    return [
      ["cause", "no field differs: they were made of the same, and models need not answer twice alike"],
    ];
  const [first = "", ...rest] = lines;
  return [
    ["cause", `${plural(causes.length, "field differs", "fields differ")}   ${first}`],
    ...rest.map((line) => ["", line] as const),
    ...withThem.map((one) => ["", `may follow: ${causeText(one, sizes)}`] as const),
    ...equalText,
  ];
}

function causeText({ key, before, after }: Difference, sizes: ReadonlyMap<string, string>): string {
  const size = sizes.get(key);
  const [from, to] = [before?.value ?? "none", after?.value ?? "none"];
  const isNamed = [before, after].every((field) => isVersion(field));
  const digests = isNamed ? [` ${digestOf(before)}`, ` ${digestOf(after)}`] : ["", ""];
  const shown = (text: string): string => oneLine(text, 60);
  const values =
    from === to && digests[0] === ""
      ? `${shown(before?.exact ?? "")} → ${shown(after?.exact ?? "")}`
      : `${shown(from)}${digests[0] ?? ""} → ${shown(to)}${digests[1] ?? ""}`;
  return `${key}   ${values}${size === undefined ? "" : `   (${size}, --patch)`}`;
}

/** A version's name alone does not say what it is. */
const isVersion = (field: Difference["before"]): boolean =>
  field?.value.includes("@") === true && /^"[0-9a-f]{64}"$/.test(field.exact);
const digestOf = (field: Difference["before"]): string => (field?.exact ?? "").slice(1, 5);

function divergeText({ diverge, before, after }: Comparison): string {
  if (diverge === null) return "nowhere: both went the same way";
  const { event, of, place } = diverge;
  const from = diverge.before ?? `nothing more in ${before}`;
  const then = diverge.after ?? `nothing more in ${after}`;
  const to = then === from ? `${then}, of another content` : then;
  return `event ${event}${of === before ? "" : ` of ${of}`}, ${place}:   ${from}  →  ${to}`;
}

const outcomeText = ({ outcome: [a, b] }: Comparison): string => `${a ?? "open"} → ${b ?? "open"}`;

const tableSides: readonly Side[] = ["left", "left", "left", "left", "left"];

function taskTable({ tasks, total }: Comparison): readonly (readonly string[])[] {
  const rows = tasks.filter(
    ({ before, after }) => JSON.stringify(quiet(before)) !== JSON.stringify(quiet(after)),
  );
  const scores = (row: Comparison["tasks"][number]): string =>
    arrow(statusText(row.before), statusText(row.after));
  return [
    ["task", "attempts", "cost", "time", "verdict"],
    ...rows.map((row) => [
      oneLine(row.task, 40),
      arrow(String(row.before?.attempts ?? 0), String(row.after?.attempts ?? 0)),
      arrow(dollars(row.before?.micros ?? 0), dollars(row.after?.micros ?? 0)),
      arrow(clock(row.before?.ms ?? 0), clock(row.after?.ms ?? 0)),
      scores(row),
    ]),
    [
      "total",
      arrow(String(total.before.attempts), String(total.after.attempts)),
      arrow(dollars(total.before.micros), dollars(total.after.micros)),
      arrow(clock(total.before.ms), clock(total.after.ms)),
      "",
    ],
  ];
}

/** A task that took a little longer, and nothing else, is not worth a line. */
const quiet = (task: Comparison["tasks"][number]["before"]): object | null =>
  task === null ? null : { ...task, ms: 0 };

const statusText = (task: Comparison["tasks"][number]["before"]): string =>
  task === null ? "not there" : `${task.status}${task.score === null ? "" : ` ${task.score.toFixed(2)}`}`;

const arrow = (a: string, b: string): string => (a === b ? a : `${a} → ${b}`);

const mostFiles = 6;

function treeText({ files }: Comparison): string {
  if (files.length === 0) return "the same files in the end";
  const more = files.length > mostFiles ? `, and ${files.length - mostFiles} more` : "";
  return `${plural(files.length, "file differs", "files differ")}: ${files.slice(0, mostFiles).join(", ")}${more}`;
}
