import { existsSync, readFileSync, readdirSync } from "node:fs";
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

const root = join(src, "..");
/** What the lines of ARCHITECTURE.md name: paths from the root of the project. */
const named = namedIn(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));

/** Under a heading `### \`room/\``, `- \`file.ts\` what it is for` names `src/room/file.ts`; under any other, a path. */
function namedIn(text: string): readonly string[] {
  const found: string[] = [];
  let under = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) under = /^### `([a-z/-]+\/)`$/.exec(line)?.[1] ?? "";
    const [, path] = /^- `([^`]+)` \S.*$/.exec(line) ?? [];
    if (path !== undefined) found.push(under === "" ? path : `src/${under}${path}`);
  }
  return found;
}

/** What is wrong, and what to do about it; `there`: all files of `src`. */
function wrongLines(lines: readonly string[], there: readonly string[]): readonly string[] {
  const missing = there.filter((file) => !lines.includes(file));
  const gone = lines.filter((file) => file.startsWith("src/") && !there.includes(file));
  const twice = lines.filter((file, index) => lines.indexOf(file) !== index);
  return [
    ...missing.map((file) => `${file} has no line: say what it is for in ARCHITECTURE.md, ${placeOf(file)}`),
    ...gone.map((file) => `${file} is not there: take its line out of ARCHITECTURE.md, ${placeOf(file)}`),
    ...twice.map((file) => `${file} has two lines in ARCHITECTURE.md, ${placeOf(file)}: keep one`),
  ];
}

const placeOf = (file: string): string => `under "### \`${dirname(file).replace(/^src\/?/, "")}/\`"`;

test("ARCHITECTURE.md has one line for each file of src, under its room, and no other", () => {
  const there = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(ts|json)$/.test(file),
  );
  expect(there.length).toBeGreaterThan(200);
  expect(
    wrongLines(
      named,
      there.map((file) => `src/${file}`),
    ),
  ).toEqual([]);
});

test("a file without a line, a line without a file and a second line are found", () => {
  const lines = namedIn(
    "### `core/`\n- `run.ts` a run\n- `run.ts` again\n- `gone.ts` x\n- `bare.ts`\n## Other\n",
  );
  const found = wrongLines(lines, ["src/core/run.ts", "src/core/bare.ts"]);
  expect(found.map((line) => line.slice(0, line.indexOf("ARCHITECTURE.md")))).toEqual([
    "src/core/bare.ts has no line: say what it is for in ",
    "src/core/gone.ts is not there: take its line out of ",
    "src/core/run.ts has two lines in ",
  ]);
});

test("every directory that ARCHITECTURE.md names is there, and every one of tests is named or mirrors src", () => {
  const directories = named.filter((path) => path.endsWith("/"));
  expect(directories).toEqual(expect.arrayContaining(["bin/", "prompts/", "tests/"]));
  expect(directories.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const tests = readdirSync(join(root, "tests"), { withFileTypes: true }).filter((one) => one.isDirectory());
  const others = tests.filter(({ name }) => !existsSync(join(src, name)));
  expect(others.map(({ name }) => `tests/${name}/`).filter((path) => !named.includes(path))).toEqual([]);
});
