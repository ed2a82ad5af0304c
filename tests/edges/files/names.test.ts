import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diskPath, nameBytes, nameOfBytes, pathBytes, pathOfBytes } from "../../../src/edges/files/names.ts";
import { directoryOf, nameOf } from "../../../src/edges/files/slot-name.ts";

const nameOnDisk = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))))
  .filter((bytes) => !["", ".", ".."].includes(bytes.toString("latin1")));

describe("names of a tree", () => {
  test.each([
    [[0x61], "a"],
    [[0xc3, 0xa9], "é"],
    [[0xe9], "\0e9"],
    [[0x66, 0x66], "ff"],
    [[0xef, 0xbf, 0xbd], "\uFFFD"],
  ])("%j is spelled %j", (bytes, name) => {
    expect(nameOfBytes(Buffer.from(bytes))).toBe(name);
    expect(nameBytes(name)).toEqual(Buffer.from(bytes));
  });

  test("come back as the bytes they were, alone and in paths, and no two are spelled alike", () => {
    fc.assert(
      fc.property(fc.array(nameOnDisk, { minLength: 1, maxLength: 4 }), nameOnDisk, (names, other) => {
        const bytes = Buffer.from(names.map((name) => name.toString("latin1")).join("/"), "latin1");
        const path = pathOfBytes(bytes);
        expect(path).toBe(names.map(nameOfBytes).join("/"));
        expect(pathBytes(path)).toEqual(bytes);
        expect(Buffer.from(diskPath("/w", path))).toEqual(Buffer.concat([Buffer.from("/w/"), bytes]));
        const [first = other] = names;
        expect(nameOfBytes(first) === nameOfBytes(other)).toBe(first.equals(other));
      }),
      { numRuns: 1000 },
    );
  });

  test("the root itself is the empty path", () => {
    expect(diskPath("/w", "")).toBe("/w");
  });
});

describe("names of workspaces", () => {
  test.each([
    ["7k2m/task/clean/1", "7k2m.task.clean.1"],
    ["a.b", "a%2eb"],
    ["/a", "%2fa"],
    ["..", "%2e%2e"],
    ["A", "%41"],
  ])("%j is the directory %j", (name, directory) => {
    expect(directoryOf(name)).toBe(directory);
    expect(nameOf(directory)).toBe(name);
  });

  test("each has one directory of its own, in lower case, and comes back", () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, unit: fc.constantFrom("a", "A", "/", ".", "%", "2", "e", "-") }),
      fc.string({ minLength: 1, unit: "grapheme" }),
    );
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(directoryOf(one)).toMatch(/^[a-z0-9_%-][a-z0-9_.%-]*$/);
        expect(nameOf(directoryOf(one))).toBe(one);
        expect(directoryOf(one) === directoryOf(other)).toBe(one === other);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([".", "..", "", "A", "lost+found", "%zz", "a%61"])(
    "no workspace has the directory %j",
    (directory) => {
      expect(nameOf(directory)).toBe(null);
    },
  );
});
