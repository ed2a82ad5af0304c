import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { treeStore } from "../../../src/core/tree-store.ts";
import { unifiedPatch } from "../../../src/edges/files/patch.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { git, noGit, plainGitEnv, readFiles, tempDir, treeOf, writeFiles } from "./ground.ts";
import type { Spec, Specs } from "./ground.ts";

async function patch(from: Specs, to: Specs, wholeFrom?: number): Promise<string> {
  const blobs = memoryBlobs();
  const [a, b] = [await treeOf(blobs, from), await treeOf(blobs, to)];
  const size = wholeFrom === undefined ? {} : { wholeFrom };
  let text = "";
  for await (const chunk of unifiedPatch({ store: treeStore(blobs), blobs, from: a, to: b, ...size }))
    text += chunk;
  return text;
}

const lines = (...all: (string | string[])[]): string =>
  all
    .flat()
    .map((one) => `${one}\n`)
    .join("");
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);
const withoutIndex = (text: string): string => text.replaceAll(/^index .*\n/gm, "");

describe("unifiedPatch", () => {
  it.each<[string, Specs, Specs, string]>([
    ["nothing", { a: "x\n" }, { a: "x\n" }, ""],
    [
      "a new file",
      {},
      { "d/a": "x\ny\n" },
      lines(
        "diff --git a/d/a b/d/a",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/d/a",
        "@@ -0,0 +1,2 @@",
        "+x",
        "+y",
      ),
    ],
    [
      "a file that is gone",
      { a: "x\n" },
      {},
      lines(
        "diff --git a/a b/a",
        "deleted file mode 100644",
        "--- a/a",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-x",
      ),
    ],
    ["an empty file", {}, { a: "" }, lines("diff --git a/a b/a", "new file mode 100644")],
    ["an empty directory", {}, { d: { dir: 0o755 } }, ""],
    ["a mode git does not keep", { a: "x\n" }, { a: { text: "x\n", mode: 0o600 } }, ""],
    [
      "a mode",
      { a: "x\n" },
      { a: { text: "x\n", mode: 0o755 } },
      lines("diff --git a/a b/a", "old mode 100644", "new mode 100755"),
    ],
    [
      "a line feed at the end",
      { a: "x" },
      { a: "x\n" },
      lines(
        "diff --git a/a b/a",
        "--- a/a",
        "+++ b/a",
        "@@ -1 +1 @@",
        "-x",
        "\\ No newline at end of file",
        "+x",
      ),
    ],
    [
      "three lines of context, and a hunk for each place",
      { a: lines(numbers(1, 20)) },
      { a: lines(numbers(1, 4), "five", numbers(6, 15), numbers(17, 20)) },
      lines(
        [
          "diff --git a/a b/a",
          "--- a/a",
          "+++ b/a",
          "@@ -2,7 +2,7 @@",
          " 2",
          " 3",
          " 4",
          "-5",
          "+five",
          " 6",
        ],
        [" 7", " 8", "@@ -13,7 +13,6 @@", " 13", " 14", " 15", "-16", " 17", " 18", " 19"],
      ),
    ],
    [
      "changes with six lines between them in one hunk",
      { a: lines(numbers(1, 8)) },
      { a: lines("one", numbers(2, 7), "eight") },
      lines(
        ["diff --git a/a b/a", "--- a/a", "+++ b/a", "@@ -1,8 +1,8 @@", "-1", "+one", " 2", " 3", " 4", " 5"],
        [" 6", " 7", "-8", "+eight"],
      ),
    ],
    [
      "bytes",
      { a: "x\n" },
      { a: Buffer.from([0xff, 0xfe, 0]) },
      lines("diff --git a/a b/a", "Binary files a/a and b/a differ"),
    ],
    [
      "a name with spaces",
      {},
      { "a b": "x\n" },
      lines(
        "diff --git a/a b b/a b",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/a b\t",
        "@@ -0,0 +1 @@",
        "+x",
      ),
    ],
    [
      "names that git quotes",
      {},
      { 'é"\n\\': "" },
      lines('diff --git "a/\\303\\251\\"\\n\\\\" "b/\\303\\251\\"\\n\\\\"', "new file mode 100644"),
    ],
    [
      "names that are not UTF-8",
      {},
      { "\0ff2e": "" },
      lines('diff --git "a/\\377." "b/\\377."', "new file mode 100644"),
    ],
    [
      "a file that becomes a symlink",
      { a: "x\n" },
      { a: { link: "b" } },
      lines(
        ["diff --git a/a b/a", "deleted file mode 100644", "--- a/a", "+++ /dev/null", "@@ -1 +0,0 @@", "-x"],
        ["diff --git a/a b/a", "new file mode 120000", "--- /dev/null", "+++ b/a", "@@ -0,0 +1 @@", "+b"],
        "\\ No newline at end of file",
      ),
    ],
    [
      "a file too large to compare",
      { a: lines(numbers(1, 5)) },
      { a: lines(numbers(1, 4), "e") + "é" },
      lines(
        ["diff --git a/a b/a", "--- a/a", "+++ b/a", "@@ -1,5 +1,6 @@", "-1", "-2", "-3", "-4", "-5"],
        ["+1", "+2", "+3", "+4", "+e", "+é", "\\ No newline at end of file"],
      ),
    ],
  ])("shows %s", async (name, from, to, text) => {
    expect(withoutIndex(await patch(from, to, name.includes("too large") ? 4 : undefined))).toBe(text);
  });

  it.skipIf(noGit)("is what git itself prints (needs git)", async () => {
    const from = {
      a: "1\n2\n3\n",
      "x y": "old",
      gone: "bye\n",
      run: "#!\n",
      empty: "",
      é: "1\n",
      bin: Buffer.from([0, 1]),
    };
    const to = {
      a: "1\n2\nthree\n",
      "x y": "new\n",
      new: "hi\n",
      run: { text: "#!!\n", mode: 0o755 },
      é: "2\n",
      bin: Buffer.from([0, 2]),
    };
    const dir = tempDir();
    writeFiles(dir, Object.fromEntries([...prefixed("from", from), ...prefixed("to", to)]));
    git(dir, "init", "-q");
    const trees = ["from", "to"].map((name) => {
      git(dir, "--work-tree", `${dir}/${name}`, "add", "-A");
      return git(dir, "write-tree").trim();
    });
    const theirs = git(dir, "diff", "--full-index", "--no-renames", "--no-color", ...trees);
    expect(await patch(from, to)).toBe(theirs);
  });

  it.skipIf(noGit)("is taken by `git apply`, whatever the two trees are (needs git)", async () => {
    await fc.assert(
      fc.asyncProperty(world, world, fc.constantFrom(0, 1e6), async (from, to, wholeFrom) => {
        const text = await patch(from, to, wholeFrom);
        const dir = tempDir();
        writeFiles(dir, from);
        // Git says that an empty patch is no patch.
        if (text !== "") {
          const args = ["apply", "--whitespace=nowarn", "-"];
          const applied = spawnSync("git", args, { cwd: dir, env: plainGitEnv, input: text });
          expect(applied.stderr.toString()).toBe("");
        }
        expect(gitSees(readFiles(dir))).toEqual(seen(to));
      }),
      { numRuns: 150 },
    );
  });
});

const prefixed = (name: string, specs: Specs): [string, Spec][] =>
  Object.entries(specs).map(([path, spec]) => [`${name}/${path}`, spec]);

const text = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "c",
      "",
      "é",
      "-x",
      "+x",
      "\ta b",
      "\r",
      "\\ No newline at end of file",
      "@@ -1 +1 @@",
      "\ufeff",
    ),
    { maxLength: 30 },
  )
  .chain((all) => fc.constantFrom(all.join("\n"), all.map((one) => `${one}\n`).join("")));

const file = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: text.map((one) => ({ text: one, mode: 0o755 })) },
  { weight: 1, arbitrary: fc.constantFrom({ link: "a" }, { link: "no\nwhere" }, { link: "../é" }) },
);

/** Names below `d` and `e` too, and sometimes `d` itself is a file. */
const world: fc.Arbitrary<Specs> = fc
  .dictionary(fc.constantFrom("a", "b c", "é", 'q"\\', "line\nfeed", "d/a", "d/e/a", "e/ b ", "d"), file, {
    maxKeys: 7,
  })
  .map((all) => {
    const below = Object.keys(all).some((path) => path.startsWith("d/"));
    return Object.fromEntries(Object.entries(all).filter(([path]) => path !== "d" || !below));
  });

/** What git keeps of files: no directories, one bit of the mode. */
const gitSees = (files: Specs): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, spec]) => {
      if (typeof spec === "string" || spec instanceof Uint8Array) return [[path, `- ${latin1(spec)}`]];
      if ("dir" in spec) return [];
      if ("link" in spec) return [[path, `l ${spec.link}`]];
      return [[path, `${(spec.mode & 0o100) === 0 ? "-" : "x"} ${spec.text}`]];
    }),
  );

/** As `readFiles` would show them. */
const seen = (specs: Specs): Record<string, string> =>
  gitSees(
    Object.fromEntries(
      Object.entries(specs).map(([path, spec]) => [
        path,
        typeof spec === "object" && "text" in spec ? { ...spec, text: latin1(spec.text) } : spec,
      ]),
    ),
  );

const latin1 = (text: string | Uint8Array): string => Buffer.from(text).toString("latin1");
