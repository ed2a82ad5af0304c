import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** The law of the house: who may import whom. An edge is a room of its own. */
const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`. */
const importing = /(?:^(?:import|export)\b[^"]*?\bfrom\s+|^import\s+|\bimport\()"([^"\n]+)"/gm;

interface Import {
  readonly from: string;
  /** A file of `src`, or the name of a package. */
  readonly to: string;
}

const imports: readonly Import[] = files.flatMap((from) =>
  [...readFileSync(join(src, from), "utf8").matchAll(importing)].map(([, named = ""]) => ({
    from,
    to: named.startsWith(".") ? relative(src, join(src, dirname(from), named)) : named,
  })),
);
const inside = imports.filter(({ to }) => files.includes(to) || to.endsWith(".json"));
const packages = imports.filter((one) => !inside.includes(one));

/** `core`, `loop`, `edges/sqlite`, … */
const roomOf = (file: string): string => /^(edges\/[^/]+|[^/]+)\//.exec(file)?.[1] ?? file;

function mayImport(from: string, to: string): boolean {
  if (from === to || from === "cli") return true;
  if (from === "evals") return to === "core" || to === "loop";
  return from !== "core" && to === "core";
}

const say = ({ from, to }: Import): string => `${from} → ${to}`;

test("the scan sees the house", () => {
  const rooms = new Set(files.map(roomOf));
  expect([...rooms]).toEqual(expect.arrayContaining(["cli", "core", "loop", "edges/sqlite", "edges/models"]));
  expect(inside.length).toBeGreaterThan(files.length);
  expect(packages.map(({ to }) => to)).toEqual(expect.arrayContaining(["zod", "p-queue", "node:path"]));
});

test("every import inside the house names a file that is there, with its ending", () => {
  expect(
    imports.filter(({ to }) => to.startsWith("..") || (to.endsWith(".ts") && !files.includes(to))).map(say),
  ).toEqual([]);
});

test("imports go down: cli → everything, evals → loop, core; loop → core; an edge → core, never a sibling", () => {
  expect(inside.filter(({ from, to }) => !mayImport(roomOf(from), roomOf(to))).map(say)).toEqual([]);
});

test("core imports zod and nothing else from outside", () => {
  expect(packages.filter(({ from, to }) => roomOf(from) === "core" && to !== "zod").map(say)).toEqual([]);
});

test("core has no clock, no randomness and no process of its own", () => {
  const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|globalThis|setTimeout|Buffer\.)/;
  const found = files.filter((file) => roomOf(file) === "core" && impure.test(withoutComments(file)));
  expect(found).toEqual([]);
});

const withoutComments = (file: string): string =>
  readFileSync(join(src, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");

test("no import cycles", () => {
  expect(cycles(inside)).toEqual([]);
});

/** Files on a cycle: what is left after files that import nothing left have been taken away, again and again. */
function cycles(all: readonly Import[]): string[] {
  let left = new Set(files);
  for (;;) {
    const importing = new Set(
      all.filter(({ from, to }) => left.has(from) && left.has(to)).map(({ from }) => from),
    );
    if (importing.size === left.size) return [...left];
    left = importing;
  }
}

test("a cycle is found", () => {
  const [a = "", b = ""] = files;
  const pair = [
    { from: a, to: b },
    { from: b, to: a },
  ];
  expect(cycles(pair)).toEqual(expect.arrayContaining([a, b]));
});

test("rooms have no drawers for everything", () => {
  const drawers = /(^|[/-])(utils?|helpers?|common|managers?|misc)([/.-]|$)/;
  expect(files.filter((file) => drawers.test(file))).toEqual([]);
});
