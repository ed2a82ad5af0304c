import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { changed } from "./changed-source.ts";
import { faults } from "./faults.ts";
import type { Hunt } from "./hunt.ts";

/** Twelve bugs that were made on purpose, each found by what reads a run, within this many simulated seeds. */
const most = 200;
/** More than any fault takes, so that every hardship its finding rests on is met here as well. */
const soundSeeds = 50;

const child = fileURLToPath(new URL("child.ts", import.meta.url));
const table: string[] = [];

describe("a seeded fault", { timeout: 120_000 }, () => {
  it("is one of twelve", () => {
    expect(faults.length).toBe(12);
  });

  it.each(faults)("is found: $name", async ({ name, promises }) => {
    const { seeds, caught } = await hunted(name, "found", most);
    expect(caught).toMatch(new RegExp(`^(${promises.join("|")})\\b`));
    table.push(row(name, seeds, caught));
  });

  it.each(faults.filter(({ refusedBy }) => refusedBy !== undefined))(
    "is refused before it is written: $name",
    async ({ name }) => {
      const { seeds, caught, beside } = await hunted(name, "refused", most);
      expect(caught).not.toBeNull();
      expect(beside).toEqual([]);
      table.push(row("  refused", seeds, caught));
    },
  );

  afterAll(() => {
    process.stdout.write(`${["fault".padEnd(42) + " seeds  found", ...table].join("\n")}\n`);
  });
});

describe("a sound build", { timeout: 120_000 }, () => {
  it(`shows nothing in ${soundSeeds} seeds on the same machine`, async () => {
    expect(await hunted("none", "sound", soundSeeds)).toEqual({
      seeds: soundSeeds,
      caught: null,
      beside: [],
    });
  });
});

describe("a changed source", () => {
  const changes = faults.flatMap((fault) => [...(fault.changes ?? []), ...(fault.refusals ?? [])]);

  it.each(changes)("still has its place in $file: $from", (change) => {
    const source = readFileSync(new URL(`../../${change.file}`, import.meta.url), "utf8");
    expect(changed(source, change)).not.toBe(source);
  });

  it("is refused where its place is gone, or there twice", () => {
    const change = { file: "a.ts", from: "b", to: "c" };
    expect(changed("abd", change)).toBe("acd");
    expect(() => changed("ad", change)).toThrow("a.ts does not hold this exactly once");
    expect(() => changed("abdb", change)).toThrow(RangeError);
  });
});

async function hunted(name: string, stage: "found" | "refused" | "sound", seeds: number): Promise<Hunt> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, name, stage, String(seeds)]);
  return JSON.parse(stdout) as Hunt;
}

const row = (name: string, seeds: number, caught: string | null): string =>
  `${name.padEnd(42)} ${String(seeds).padStart(5)}  ${caught}`;
