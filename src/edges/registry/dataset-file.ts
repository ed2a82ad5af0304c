import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { extname } from "node:path";
import type { Json } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { DatasetContent } from "../../core/registry/content.ts";
import { csvFields, delimiterOf } from "../../core/registry/csv-record.ts";
import { readJsonLine } from "../../core/registry/json-line.ts";
import { fileChunks } from "./file-chunks.ts";
import { rawRecords } from "./raw-records.ts";
import type { RawRecord } from "./raw-records.ts";
import { RegistryRefused } from "./refused.ts";

export type DatasetFormat = DatasetContent["format"];

/** What counts of a file of rows. */
export type DatasetFacts = Omit<DatasetContent, "path" | "split">;

export interface DatasetRow {
  /** Counted from 1; 0: the header of a table, which is no row. */
  readonly line: number;
  /** As it is in its file, without its line end. */
  readonly bytes: Buffer;
  /** What of it the digest of a part is made of. */
  readonly counted: string | Buffer;
  /** Of a table: texts by column. */
  readonly value: Json;
}

/** Which format a file is of, by how its name ends. */
export function formatOf(path: string): DatasetFormat {
  const ending = extname(path).toLowerCase();
  if (ending === ".jsonl" || ending === ".ndjson") return "jsonl";
  return ending === ".csv" ? "csv" : ending === ".tsv" ? "tsv" : "bytes";
}

/**
 * Reads a file once, however large, holding one record and 256 KiB of it.
 * @param shown how errors name it @param onRow each row in order, the header of a table first
 * @throws RegistryRefused with the line that cannot be read
 */
export async function readDataset(
  path: string,
  shown: string,
  format: DatasetFormat,
  onRow: (row: DatasetRow) => void = () => {},
): Promise<DatasetFacts> {
  const counts = { raw: createHash("sha256"), lines: createHash("sha256"), bytes: 0, rows: 0 };
  const onBytes = (chunk: Buffer): void => {
    counts.bytes += chunk.length;
    counts.raw.update(chunk);
  };
  const fields = new Set<string>();
  if (format === "bytes") for await (const chunk of fileChunks(path, shown)) onBytes(chunk);
  else
    for await (const row of rowsOf(path, shown, format, onBytes)) {
      onRow(row);
      if (format === "jsonl") counts.lines.update(row.counted).update("\n");
      if (row.line > 0) counts.rows++;
      note(fields, row.value);
    }
  const sha256: Digest = (format === "jsonl" ? counts.lines : counts.raw).digest("hex");
  const rows = format === "bytes" ? null : counts.rows;
  return { format, sha256, bytes: counts.bytes, rows, fields: [...fields].toSorted() };
}

/** More are no fields but data. */
const mostFields = 200;

function note(fields: Set<string>, value: Json): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const name of Object.keys(value)) if (fields.size < mostFields) fields.add(name);
}

async function* rowsOf(
  path: string,
  shown: string,
  format: Exclude<DatasetFormat, "bytes">,
  onBytes: (chunk: Buffer) => void,
): AsyncGenerator<DatasetRow> {
  const read = format === "jsonl" ? jsonRow : tableRow(format);
  for await (const records of rawRecords(path, shown, format === "csv", onBytes)) {
    for (const record of records) {
      if (isBlank(record.bytes)) continue;
      const row = read(record);
      if (typeof row === "string") throw new RegistryRefused(`${shown}:${record.line}: ${row}`);
      yield row;
    }
  }
}

const isBlank = (bytes: Buffer): boolean => bytes.length < 80 && bytes.toString("latin1").trim() === "";

function jsonRow({ line, bytes }: RawRecord): DatasetRow | string {
  if (!isUtf8(bytes)) return "this line is not UTF-8; save the file as UTF-8";
  const read = readJsonLine(bytes.toString("utf8"));
  return typeof read === "string" ? read : { line, bytes, counted: read.canonical, value: read.value };
}

/** The first record is the header. */
function tableRow(format: "csv" | "tsv"): (record: RawRecord) => DatasetRow | string {
  let [columns, delimiter]: [readonly string[] | null, string] = [null, "\t"];
  return ({ line, bytes }) => {
    // Each byte a character of its own: two texts that differ stay different, whatever their encoding.
    const text = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
    if (columns === null && format === "csv") delimiter = delimiterOf(text);
    const fields = format === "tsv" ? text.split("\t") : csvFields(text, delimiter);
    if (fields === null)
      return "a quote is not closed, or closes within its field; write a quote in a field as two";
    const row = { bytes, counted: Buffer.concat([bytes, Buffer.from("\n")]) };
    if (columns === null) {
      columns = fields;
      const twice = fields.find((name, at) => fields.indexOf(name) !== at);
      if (twice !== undefined) return `two columns are called ${JSON.stringify(twice)}; rename one`;
      return { ...row, line: 0, value: Object.fromEntries(columns.map((name) => [name, ""])) };
    }
    if (fields.length !== columns.length)
      return `it has ${fields.length} fields, and the header has ${columns.length}; mend it (is a quote missing?)`;
    return { ...row, line, value: Object.fromEntries(columns.map((name, at) => [name, fields[at] ?? ""])) };
  };
}
