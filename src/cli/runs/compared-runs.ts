import { DamagedJournal } from "../../core/ports.ts";
import type { Owner, Ports, RunRow } from "../../core/ports.ts";
import type { Io } from "../io.ts";
import { inColumns } from "../view/columns.ts";
import { oneLine } from "../view/words.ts";
import { holds, readCondition, refuseUnknown } from "./condition.ts";
import { runFields } from "./run-fields.ts";
import type { RunFields } from "./run-fields.ts";

export interface Comparing {
  readonly where?: readonly string[];
  readonly columns?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** What is told of each run where nobody says. */
const usual = [
  "id",
  "created",
  "outcome",
  "cost",
  "seconds",
  "attempts",
  "prompt.worker",
  "model.worker",
  "title",
];

/** `harness runs` with `--where`, `--columns` or `--csv`: runs as a table of what they were made of and how they went. */
export async function comparedRuns(
  io: Io,
  storage: Pick<Ports, "journal" | "blobs">,
  rows: readonly (RunRow & { readonly owner: Owner | null })[],
  options: Comparing,
): Promise<void> {
  const conditions = (options.where ?? []).map(readCondition);
  const all: RunFields[] = [];
  for (const row of rows) {
    try {
      all.push(await runFields(storage, row, row.owner));
    } catch (error) {
      if (!(error instanceof DamagedJournal)) throw error;
      io.err(` left out: ${oneLine(error.message, 160)}; see: harness audit ${row.id}\n`);
    }
  }
  refuseUnknown(
    "--where",
    conditions.map(({ key }) => key),
    all,
  );
  const columns = columnsOf(options, all);
  refuseUnknown("--columns", columns, all);
  const found = all.filter((fields) => conditions.every((condition) => holds(condition, fields)));
  if (options.json === true)
    io.out(found.map((fields) => `${JSON.stringify(picked(fields, columns))}\n`).join(""));
  else if (options.csv === true)
    io.out(csv([columns, ...found.map((fields) => columns.map((key) => text(fields, key)))]));
  else io.out(table(io, columns, found));
  if (found.length === 0 && rows.length > 0)
    io.err(` none of ${rows.length} runs fits ${conditions.map((one) => one.text).join(" and ")}\n`);
}

/** In JSON everything is told unless columns are named. */
function columnsOf({ columns, json }: Comparing, all: readonly RunFields[]): readonly string[] {
  const named = (columns ?? "").split(",").flatMap((key) => (key.trim() === "" ? [] : [key.trim()]));
  if (named.length > 0) return named;
  return json === true ? [...new Set(all.flatMap((fields) => [...fields.keys()]))] : usual;
}

const picked = (fields: RunFields, columns: readonly string[]): object =>
  Object.fromEntries(columns.map((key) => [key, fields.get(key) ?? null]));

const text = (fields: RunFields, key: string): string => {
  const value = fields.get(key) ?? "";
  return key === "cost" && typeof value === "number" ? value.toFixed(6) : String(value);
};

function table(io: Io, columns: readonly string[], found: readonly RunFields[]): string {
  const rows = found.map((fields) => columns.map((key) => oneLine(text(fields, key), 60)));
  const sides = columns.map((key) =>
    found.some((fields) => typeof fields.get(key) === "string") ? "left" : "right",
  );
  const lines = inColumns([columns, ...rows], sides, Math.max(io.columns, 1));
  return found.length === 0 ? "" : lines.map((line) => `${line}\n`).join("");
}

/** RFC 4180; a leading = + - @ would be a formula to a spreadsheet, so it is quoted with an apostrophe. */
const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");

function csvCell(value: string): string {
  const tame = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
