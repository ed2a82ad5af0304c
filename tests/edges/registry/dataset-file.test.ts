import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import { formatOf, readDataset } from "../../../src/edges/registry/dataset-file.ts";
import type { DatasetFacts, DatasetRow } from "../../../src/edges/registry/dataset-file.ts";
import { RegistryRefused } from "../../../src/edges/registry/refused.ts";
import { sha256 } from "../../../src/edges/registry/registry.ts";
import { withoutLarge } from "../../core/registry/variants.ts";
import { project } from "./ground.ts";

/** A file of this name and content, read. */
async function read(
  name: string,
  content: string | Buffer,
): Promise<DatasetFacts & { rowsRead: DatasetRow[] }> {
  const dir = await project();
  await writeFile(join(dir, name), content);
  const rowsRead: DatasetRow[] = [];
  const facts = await readDataset(join(dir, name), name, formatOf(name), (row) => rowsRead.push(row));
  return { ...facts, rowsRead };
}

const fault = async (name: string, content: string | Buffer): Promise<string> => {
  const found = await read(name, content).catch((error: unknown) => error);
  expect(found).toBeInstanceOf(RegistryRefused);
  return (found as Error).message;
};

describe("JSONL", () => {
  test("written otherwise it is the same; any other value, line or order is another", async () => {
    const row = fc.dictionary(fc.stringMatching(/^[a-c]$/), fc.jsonValue({ maxDepth: 1 })).map(withoutLarge);
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 4 }),
        fc.array(row, { maxLength: 4 }),
        async (rows, others) => {
          const written = (all: readonly object[], end: string): string =>
            all.map((one) => JSON.stringify(one) + end).join("");
          const turned = rows.map((one) => Object.fromEntries(Object.entries(one).toReversed()));
          const { sha256: digest, rows: count } = await read("a.jsonl", written(rows, "\n"));
          expect(count).toBe(rows.length);
          expect(digest).toBe(sha256(rows.map((one) => `${canonical(one)}\n`).join("")));
          const same = await read("a.ndjson", `\uFEFF${written(turned, " \r\n\r\n").trimEnd()}`);
          expect(same.sha256).toBe(digest);
          const other = await read("a.jsonl", written(others, "\n"));
          expect(other.sha256 === digest).toBe(canonical(others) === canonical(rows));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("rows across the chunks in which it is read: each is whole, with its line", async () => {
    const values = Array.from({ length: 9000 }, (_, index) => ({ id: index, text: "é".repeat(index % 97) }));
    const big = { id: "big", text: "x".repeat(700_000) };
    const text = [...values.slice(0, 5000), big, ...values.slice(5000)].map((one) => JSON.stringify(one));
    const { rows, rowsRead, bytes } = await read("a.jsonl", text.join("\r\n"));
    expect({ rows, bytes }).toEqual({ rows: 9001, bytes: Buffer.byteLength(text.join("\r\n")) });
    expect(rowsRead.map(({ line }) => line)).toEqual(text.map((_, index) => index + 1));
    expect(rowsRead.map((one) => one.bytes.toString("utf8"))).toEqual(text);
  });

  test.each<readonly [string | Buffer, RegExp]>([
    ['{"a":1}\n\n{"a":\n', /^a\.jsonl:3: it is no JSON/],
    ['{"a":1}\n{"a":1,"a":2}\n', /^a\.jsonl:2: a key is given twice/],
    [Buffer.from([0x22, 0xff, 0x22, 0x0a]), /^a\.jsonl:1: this line is not UTF-8/],
    [`1\n${" ".repeat(17 * 1024 * 1024)}`, /^a\.jsonl:2: this record is longer than 16 MiB/],
  ])("a line that cannot be read is named", async (content, message) => {
    expect(await fault("a.jsonl", content)).toMatch(message);
  });

  test("fields are those of all rows, and no more than are fields", async () => {
    expect((await read("a.jsonl", '{"b":1}\n{"a":1}\n[1]\n"x"\n')).fields).toEqual(["a", "b"]);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1]));
    expect((await read("a.jsonl", JSON.stringify(many))).fields).toHaveLength(200);
  });
});

describe("tables", () => {
  test("rows, columns, and line ends in quotes; the digest is that of the bytes", async () => {
    const text = '\uFEFFid,"a ""b"""\r\n1,"x\ny, z"\r\n\r\n2,\n';
    const { rowsRead, ...facts } = await read("a.csv", text);
    expect(facts).toEqual({
      format: "csv",
      rows: 2,
      fields: ['a "b"', "id"],
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
    });
    expect(rowsRead.slice(1).map(({ line, value }) => [line, value])).toEqual([
      [2, { id: "1", 'a "b"': "x\ny, z" }],
      [5, { id: "2", 'a "b"': "" }],
    ]);
  });

  test("semicolons and tabs", async () => {
    expect((await read("a.csv", "a;b\n1,5;2\n")).rowsRead[1]?.value).toEqual({ a: "1,5", b: "2" });
    expect((await read("a.tsv", 'a\tb\n1\t"2\n')).rowsRead[1]?.value).toEqual({ a: "1", b: '"2' });
  });

  test.each([
    ["a,b\n1,2\n3\n", /^a\.csv:3: it has 1 fields, and the header has 2/],
    ["a,a\n", /^a\.csv:1: two columns are called "a"/],
    ['a,b\n1,"x\n2,3\n', /^a\.csv:2: a quote is not closed/],
    ['a,b\n"1"2,3\n', /^a\.csv:2: a quote is not closed, or closes within/],
  ])("what is no table is named by its line: %j", async (content, message) => {
    expect(await fault("a.csv", content)).toMatch(message);
  });

  test("a quoted field as long as many chunks takes one look at each byte", async () => {
    const cell = "line\n".repeat(200_000);
    const { rowsRead } = await read("a.csv", `a,b\n1,"${cell}"\n2,3\n`);
    expect(rowsRead.at(-1)).toMatchObject({ line: 200_003, value: { a: "2", b: "3" } });
  });
});

test("any other file is its bytes", async () => {
  const bytes = Buffer.from([0, 1, 2, 255, 10, 13]);
  const { rowsRead, ...facts } = await read("a.parquet", bytes);
  expect(rowsRead).toEqual([]);
  expect(facts).toMatchObject({ format: "bytes", rows: null, fields: [], bytes: 6 });
  expect((await read("a.bin", Buffer.from([0, 1, 2, 254, 10, 13]))).sha256).not.toBe(facts.sha256);
});

test("what is no file is refused by name", async () => {
  const dir = await project({ "sub/a.jsonl": "1\n" });
  const of = async (name: string): Promise<unknown> =>
    readDataset(join(dir, name), name, "jsonl").catch((error: unknown) => (error as Error).message);
  expect(await of("none.jsonl")).toBe("none.jsonl: there is no such file; name one that is there");
  expect(await of("sub")).toBe("sub: it is no file; name a file of rows");
  expect(await of("sub/a.jsonl/b")).toMatch(/there is no such file/);
});
