import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import { parseRef } from "../../core/registry/artifact.ts";
import { rowDiff } from "../../core/registry/row-diff.ts";
import type { Row, RowDiff } from "../../core/registry/row-diff.ts";
import { formatOf, readDataset } from "../../edges/registry/dataset-file.ts";
import type { DatasetFormat, DatasetRow } from "../../edges/registry/dataset-file.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { statThere } from "../there.ts";
import { jsonLine } from "../view/json-line.ts";
import { oneLine, plural } from "../view/words.ts";
import { startOf } from "./artifact-commands.ts";
import type { Asked } from "./artifact-commands.ts";
import { artifactText, labelOf } from "./artifact-text.ts";
import { datasetKind, datasetOf } from "./dataset-kind.ts";
import { rowsFile } from "./past-rows.ts";
import { refTyped } from "./open-registry.ts";
import type { Opened } from "./open-registry.ts";

/** Something with rows: a version, the file of one as it is by now, any file. */
interface Side {
  readonly label: string;
  readonly read: (onRow: (row: DatasetRow) => void) => Promise<void>;
}

const shownRows = 5;

/** `harness datasets diff A B`: rows added, removed and changed, with the first few of each. */
export async function diffDatasets({ io, opened, names, options }: Asked): Promise<number> {
  const [first, second, more] = names;
  if (first === undefined || more !== undefined)
    throw new Refused(
      "say what: harness datasets diff train@1 train@2, or two files; NAME alone is the version against its file",
    );
  const scratch = await mkdtemp(join(tmpdir(), "harness-rows-"));
  try {
    const from = await sideOf({ opened, scratch, cwd: io.cwd }, first, null);
    const to = await sideOf(
      { opened, scratch, cwd: io.cwd },
      second ?? first,
      second === undefined ? "file" : null,
    );
    const found = rowDiff(await rowsOf(from), await rowsOf(to));
    const told = await examplesOf(from, to, found);
    if (options.json === true)
      io.out(jsonLine({ from: from.label, to: to.label, ...countsOf(found), examples: told }));
    else tell(io, `${from.label} → ${to.label}: ${wordsOf(found)}`, told);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return exit.ok;
}

function tell(io: Io, summary: string, told: readonly Example[]): void {
  io.out(` ${oneLine(summary, 400)}\n`);
  for (const one of told) io.out(` ${oneLine(lineOf(one), Math.max(60, io.columns - 2))}\n`);
}

interface Looking {
  readonly opened: Opened;
  /** For what git has of files that are another by now. */
  readonly scratch: string;
  readonly cwd: string;
}

async function sideOf({ opened, scratch, cwd }: Looking, typed: string, which: "file" | null): Promise<Side> {
  const ref = parseRef(typed, "dataset");
  const isKnown = typeof ref !== "string" && opened.registry.history(ref).versions.size > 0;
  if (!isKnown && which === null && (await statThere(resolve(cwd, typed)))?.isFile() === true)
    return sideIn(typed, resolve(cwd, typed), formatOf(typed));
  const known = startOf(opened, refTyped("harness datasets diff", typed, "dataset"));
  const meant = which === null ? known : ({ ...known, which: { type: "file" } } as const);
  const text = await artifactText(datasetKind, opened, meant);
  const label = labelOf("dataset", text);
  return sideIn(label, await rowsFile(opened, text, scratch), datasetOf(text).format);
}

const sideIn = (label: string, file: string, format: DatasetFormat): Side => ({
  label,
  read: async (onRow) => void (await readDataset(file, label, format, onRow)),
});

/** Some 100 bytes a row are held. */
async function rowsOf(side: Side): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await side.read(({ line, value, counted }) => {
    if (line === 0) return;
    const digest = createHash("sha256").update(typeof counted === "string" ? counted : canonical(value));
    rows.push({ line, id: idOf(value), digest: digest.digest("base64").slice(0, 22) });
  });
  return rows;
}

function idOf(value: Json): string | null {
  const id = fieldsOf(value)["id"];
  return typeof id === "string" || typeof id === "number" ? canonical(id) : null;
}

const idSaid = (id: string | null): Json => (id === null ? null : (JSON.parse(id) as Json));

const fieldsOf = (value: Json | undefined): Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};

/** A row that differs, with its value where it is new or gone, with its fields where it changed. */
interface Example {
  readonly what: "added" | "removed" | "changed";
  readonly line: number;
  readonly id: Json;
  readonly fields?: readonly string[];
  readonly value?: Json;
}

async function examplesOf(from: Side, to: Side, found: RowDiff): Promise<readonly Example[]> {
  const [added, removed] = [found.added.slice(0, shownRows), found.removed.slice(0, shownRows)];
  const changed = found.changed.slice(0, shownRows);
  const before = await valuesAt(from, [...removed, ...changed.map((one) => one.before)]);
  const after = await valuesAt(to, [...added, ...changed.map((one) => one.after)]);
  return [
    ...removed.map(
      ({ line, id }) => ({ what: "removed", line, id: idSaid(id), value: before.get(line) ?? null }) as const,
    ),
    ...added.map(
      ({ line, id }) => ({ what: "added", line, id: idSaid(id), value: after.get(line) ?? null }) as const,
    ),
    ...changed.map((one) => ({
      what: "changed" as const,
      line: one.after.line,
      id: idSaid(one.after.id),
      fields: differing(before.get(one.before.line), after.get(one.after.line)),
    })),
  ];
}

/** Read again, as not all values are held. */
async function valuesAt(side: Side, rows: readonly Row[]): Promise<ReadonlyMap<number, Json>> {
  const [wanted, found] = [new Set(rows.map(({ line }) => line)), new Map<number, Json>()];
  if (wanted.size > 0)
    await side.read(({ line, value }) => void (wanted.has(line) && line > 0 && found.set(line, value)));
  return found;
}

function differing(before: Json | undefined, after: Json | undefined): readonly string[] {
  const [a, b] = [fieldsOf(before), fieldsOf(after)];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => canonical(a[name] ?? null) !== canonical(b[name] ?? null)).toSorted();
}

const countsOf = ({ by, added, removed, changed, same, isMoved }: RowDiff): object => ({
  by,
  added: added.length,
  removed: removed.length,
  changed: changed.length,
  same,
  isMoved,
});

function wordsOf({ by, added, removed, changed, same, isMoved }: RowDiff): string {
  if (added.length + removed.length + changed.length === 0)
    return `the same ${plural(same, "row")}${isMoved ? " in another order" : ""}`;
  const parts = [`${added.length} added`, `${removed.length} removed`];
  if (by === "id") parts.push(`${changed.length} changed`);
  return `${parts.join(", ")}, ${same} the same${isMoved ? " in another order" : ""} (rows told apart by ${by === "id" ? "their id" : "their content"})`;
}

const signs = { added: "+", removed: "−", changed: "~" } as const;

function lineOf({ what, line, id, fields, value }: Example): string {
  const name = id === null ? `line ${line}` : `${canonical(id)} (line ${line})`;
  return `${signs[what]} ${name}: ${fields === undefined ? canonical(value ?? null) : fields.join(", ")}`;
}
