import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lockText, readLock } from "../../../src/core/registry/lock.ts";
import type { LockRecord } from "../../../src/core/registry/record.ts";
import { by, made, put, read, sha256, textOf } from "./ground.ts";

const some: readonly LockRecord[] = [
  made(1),
  put(1, "production", null),
  made(1, { name: "planner" }),
  made(2),
  put(2, "staging", null),
];

const recordsOf = (text: string): readonly LockRecord[] =>
  readLock(text, sha256).records.map(({ record }) => record);

test("what was written is read, and written again it is the same, to the byte", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', "\\", "\n", "\u2028", "\u202e", "\u{e0041}", "\0", "𝄞", "<"),
    minLength: 1,
    maxLength: 12,
  });
  const record = fc
    .tuple(fc.constantFrom("worker", "planner", "a"), fc.integer({ min: 1, max: 99 }), text, text)
    .map(([name, version, who, why]) => made(version, { name, who, why }));
  fc.assert(
    fc.property(
      fc.uniqueArray(record, { selector: (one) => JSON.stringify(one), maxLength: 6 }),
      (records) => {
        const written = textOf(records);
        const back = readLock(written, sha256);
        expect(back.faults).toEqual([]);
        expect(back.records).toHaveLength(records.length);
        expect(textOf(back.records.map((one) => one.record))).toBe(written);
      },
    ),
    { numRuns: 60 },
  );
});

test("a name has its lines together, in the order in which they were added, with a record on each line", () => {
  const lines = textOf(some).split("\n");
  expect(lines[0]).toMatch(/^# harness\.lock 1/);
  expect(lines.filter((line) => line.startsWith("# prompt:"))).toEqual([
    "# prompt:planner",
    "# prompt:worker",
  ]);
  expect(recordsOf(textOf(some)).map(({ name, version }) => `${name}${version}`)).toEqual([
    "planner1",
    "worker1",
    "worker1",
    "worker2",
    "worker2",
  ]);
});

test("to add a record changes no line that is there", () => {
  const before = textOf(some).split("\n");
  const after = textOf([...recordsOf(textOf(some)), made(3), made(1, { name: "evaluator" })]).split("\n");
  expect(before.filter((line) => line !== "" && !after.includes(line))).toEqual([]);
  expect(after).toHaveLength(before.length + 4);
});

test("line ends of Windows change nothing", () => {
  expect(recordsOf(textOf(some).replaceAll("\n", "\r\n"))).toEqual(recordsOf(textOf(some)));
  expect(readLock(textOf(some).replaceAll("\n", "\r\n"), sha256).faults).toEqual([]);
});

test("nothing at all is a lock that says nothing", () => {
  expect(readLock("", sha256)).toEqual({ records: [], faults: [] });
});

test("every single flipped bit is found, on its line", () => {
  const bytes = Buffer.from(textOf([made(1), put(1, "production", null)]));
  let line = 1;
  for (const [at, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      bytes[at] = byte ^ (1 << bit);
      const { faults } = readLock(bytes.toString("utf8"), sha256);
      if (!faults.some((fault) => fault.line === line || fault.line === line + 1))
        throw new Error(`bit ${bit} of byte ${at} (line ${line}) is not found: ${JSON.stringify(faults)}`);
    }
    bytes[at] = byte;
    if (byte === 10) line += 1;
  }
  expect(readLock(bytes.toString("utf8"), sha256).faults).toEqual([]);
});

test("a line that is set otherwise but says the same is damaged too", () => {
  const text = textOf([made(1)]);
  for (const other of [text.replace('{"record"', '{ "record"'), text.replace('"Ann"', '"\\u0041nn"')])
    expect(readLock(other, sha256).faults).toMatchObject([
      { line: 4, what: expect.stringContaining("damaged") },
    ]);
});

test("a field nobody knows is none, whatever its checksum", () => {
  const text = JSON.stringify({ ...made(1), extra: 1 });
  const line = `${text.slice(0, -1)},"sum":"${sha256(text).slice(0, 16)}"}`;
  expect(readLock(`${textOf([])}\n${line}\n`, sha256).records).toEqual([]);
});

describe("what git leaves where two branches wrote in one place", () => {
  const merged = (ours: readonly LockRecord[], theirs: readonly LockRecord[], base = ""): string => {
    const tail = (records: readonly LockRecord[]): string => textOf(records).split("\n").slice(3).join("\n");
    return `${textOf([made(1)])}<<<<<<< HEAD\n${tail(ours)}${base}=======\n${tail(theirs)}>>>>>>> theirs\n`;
  };
  const told = (text: string): string => {
    const [fault, more] = read(text).faults;
    expect(more).toBeUndefined();
    expect(fault?.line).toBe(5);
    return fault?.what ?? "";
  };

  test("the same version made twice", () => {
    const what = told(merged([made(2)], [made(2, { digest: sha256("other"), who: "Bob" })]));
    expect(what).toContain("lines 5 to 9");
    expect(what).toContain("both made worker@2");
    expect(what).toContain('harness prompts commit worker -m "…"');
  });

  test("two promotions into one stage", () => {
    const what = told(merged([put(1, "production", null)], [put(2, "production", null)]));
    expect(what).toContain("one puts worker@1 into production, the other worker@2");
  });

  test("two things that do not contradict each other, also with the base shown", () => {
    const base = "||||||| 1234567\n";
    for (const text of [
      merged([put(1, "staging", null)], [made(2)]),
      merged([put(1, "staging", null)], [made(2)], base),
      merged([], [made(2)]),
    ])
      expect(told(text)).toMatch(
        /do not contradict each other.*both sides.*marker lines.*harness promote --check/,
      );
  });

  test("half a mark is one too", () => {
    expect(read(`${textOf([made(1)])}=======\n`).faults).toHaveLength(1);
    expect(read(`${textOf([made(1)])}>>>>>>> x\n`).faults[0]?.line).toBe(5);
  });
});

test("a record that both branches have says one thing", () => {
  const text = textOf([made(1)]);
  const [, , , line = ""] = text.split("\n");
  expect(recordsOf(`${text}${line}\n`)).toEqual([made(1)]);
});

test("a reason may hold whatever a person types", () => {
  const why = 'a "quote", \u2028, \u202e, \u{e0041}, \u0000 and a line\n<<<<<<< HEAD';
  const text = textOf([made(1, { ...by, why })]);
  expect(recordsOf(text)[0]?.why).toBe(why);
  // Nothing in it can hide from whoever reviews the file.
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}]/u);
});

test("a file cut down to a piece of its first line is damaged, not empty", () => {
  const [heading = ""] = lockText([], sha256).split("\n");
  expect(readLock("", sha256).faults).toEqual([]);
  for (const text of ["x", heading.slice(0, 9), `${heading.slice(0, -1)}\n`])
    expect(readLock(text, sha256).faults).toEqual([expect.objectContaining({ line: 1 })]);
});
