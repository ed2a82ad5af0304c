import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { treeStore } from "../../../src/core/tree-store.ts";
import { unifiedPatch } from "../../../src/edges/files/patch.ts";
import type { PatchRequest } from "../../../src/edges/files/patch.ts";
import { memoryBlobs } from "../../memory/blobs.ts";
import { git, noGit, plainGitEnv, readFiles, tempDir, treeOf, writeFiles } from "./ground.ts";
import type { Spec, Specs } from "./ground.ts";
import { unpacked } from "./unpacked.ts";

const isLong = process.env["HARNESS_LONG"] === "1";

type Sizes = Pick<PatchRequest, "wholeFrom" | "binaryUpTo">;

async function patch(from: Specs, to: Specs, sizes: Sizes = {}): Promise<string> {
  const blobs = memoryBlobs();
  const [a, b] = [await treeOf(blobs, from), await treeOf(blobs, to)];
  let text = "";
  for await (const chunk of unifiedPatch({ store: treeStore(blobs), blobs, from: a, to: b, ...sizes }))
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
  it("has nothing of a .git, nor of .harness at the top, and says so", async () => {
    const blobs = memoryBlobs();
    const from = await treeOf(blobs, {
      a: "1\n",
      "n/.git/HEAD": "same",
      "n/.git/config": "user's",
      "m/.git": "gone",
    });
    const to = await treeOf(blobs, {
      a: "2\n",
      "n/.git/HEAD": "same",
      "n/.git/config": "fsmonitor",
      "n/.GIT/x": { link: "y" },
      ".git/config": "fsmonitor",
      ".harness/x": "x",
      "n/.harness": "kept\n",
    });
    const leftOut: string[] = [];
    const onLeftOut = (path: string): void => void leftOut.push(path);
    let text = "";
    for await (const chunk of unifiedPatch({ store: treeStore(blobs), blobs, from, to, onLeftOut }))
      text += chunk;
    expect(text.match(/^diff .*$/gm)).toEqual(["diff --git a/a b/a", "diff --git a/n/.harness b/n/.harness"]);
    expect(leftOut.toSorted()).toEqual([".git/config", ".harness/x", "m/.git", "n/.GIT/x", "n/.git/config"]);
    if (noGit) return;
    const dir = tempDir();
    writeFiles(dir, { a: "1\n" });
    expect(spawnSync("git", ["apply", "-"], { cwd: dir, input: text, env: plainGitEnv }).status).toBe(0);
  });

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
      "a binary file",
      { a: "x\n" },
      { a: Buffer.from([0xff, 0xfe, 0]) },
      lines(["diff --git a/a b/a", "GIT binary patch", "literal 3", "fffe00", ""], ["literal 2", "780a", ""]),
    ],
    [
      "a binary file that is gone",
      { a: Buffer.from([0]) },
      {},
      lines(
        ["diff --git a/a b/a", "deleted file mode 100644", "GIT binary patch", "literal 0", "", ""],
        ["literal 1", "00", ""],
      ),
    ],
    [
      "a binary file too large",
      { a: "x\n" },
      { a: Buffer.from([0xff, 0xfe, 0, 0, 0]) },
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
    const sizes = name.includes("too large") ? { wholeFrom: 4, binaryUpTo: 4 } : {};
    expect(withoutIndex(unpacked(await patch(from, to, sizes)))).toBe(text);
  });

  it.skipIf(noGit)("is what git itself prints, whatever its zlib does (needs git)", async () => {
    const from: Specs = {
      a: "1\n2\n3\n",
      "x y": "old",
      gone: "bye\n",
      run: "#!\n",
      empty: "",
      é: "1\n",
      bin: noise(700),
      "bin gone": noise(27),
      "bin mode": noise(4),
      "bin to text": noise(9),
      latin1: Buffer.from("caf\u00e9\n", "latin1"),
    };
    const to: Specs = {
      a: "1\n2\nthree\n",
      "x y": "new\n",
      new: "hi\n",
      run: { text: "#!!\n", mode: 0o755 },
      é: "2\n",
      bin: noise(701),
      "bin new": noise(52 * 3),
      "bin mode": { text: noise(5), mode: 0o755 },
      "bin to text": "text\n",
      latin1: Buffer.from("caf\u00e8\n\0", "latin1"),
    };
    const dir = tempDir();
    writeFiles(dir, Object.fromEntries([...prefixed("from", from), ...prefixed("to", to)]));
    git(dir, "init", "-q");
    const trees = ["from", "to"].map((name) => {
      git(dir, "--work-tree", `${dir}/${name}`, "add", "-A");
      return git(dir, "write-tree").trim();
    });
    const theirs = git(dir, "diff", "--binary", "--full-index", "--no-renames", "--no-color", ...trees);
    expect(unpacked(theirs)).toContain("literal 700\n");
    expect(unpacked(await patch(from, to))).toBe(unpacked(theirs));
  });

  it.skipIf(noGit)("is taken by `git apply`, whatever the two trees are (needs git)", async () => {
    await fc.assert(
      fc.asyncProperty(world, world, fc.constantFrom(0, 1e6), async (from, to, wholeFrom) => {
        const text = await patch(from, to, { wholeFrom });
        const dir = tempDir();
        writeFiles(dir, from);
        applyPatch(dir, text);
        expect(gitSees(readFiles(dir))).toEqual(seen(to));
        applyPatch(dir, text, "--reverse");
        expect(gitSees(readFiles(dir))).toEqual(seen(from));
      }),
      { numRuns: isLong ? 600 : 60 },
    );
  });

  it.skipIf(noGit)("carries large binary files in pieces (needs git)", async () => {
    const [old, now] = [noise(3 * 1024 * 1024 + 1), noise(2 * 1024 * 1024 + 7)];
    const text = await patch({ a: old, b: "x\n" }, { a: now, b: "y\n" });
    const dir = tempDir();
    writeFiles(dir, { a: old, b: "x\n" });
    applyPatch(dir, text);
    expect(Buffer.compare(readFileSync(`${dir}/a`), now)).toBe(0);
    expect(readFileSync(`${dir}/b`, "utf8")).toBe("y\n");
  });

  it("ends with the error of a blob that is not there", async () => {
    const blobs = memoryBlobs();
    const [from, to] = [await treeOf(blobs, { a: "x\n" }), await treeOf(blobs, { a: noise(9) })];
    let opened = 0;
    const lossy = {
      getStream: (digest: string) => {
        // Twice to see what they are, and a third time for the patch.
        if ((opened += 1) === 3) throw new Error("lost");
        return blobs.getStream(digest);
      },
    };
    const reading = (async () => {
      for await (const _ of unifiedPatch({ store: treeStore(blobs), blobs: lossy, from, to }));
    })();
    await expect(reading).rejects.toThrow("lost");
  });
});

/** Git says that an empty patch is no patch. */
function applyPatch(dir: string, text: string, ...options: string[]): void {
  if (text === "") return;
  const args = ["apply", "--whitespace=nowarn", ...options, "-"];
  const applied = spawnSync("git", args, { cwd: dir, env: plainGitEnv, input: text });
  expect(applied.stderr.toString()).toBe("");
}

/** Bytes that are never text and do not compress, so that git finds no delta; the same for the same size. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = size; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  if (size > 0) bytes[size - 1] = 0;
  return bytes;
}

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

/** Mostly no text: any bytes, and long runs that pack well. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 2000 }))
    .map(([some, times]) => Buffer.concat(Array.from({ length: times }, () => some))),
);

const file = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: text.map((one) => ({ text: one, mode: 0o755 })) },
  { weight: 3, arbitrary: bytes },
  { weight: 1, arbitrary: bytes.map((one) => ({ text: one, mode: 0o755 })) },
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
      const text = typeof spec.text === "string" ? spec.text : latin1(spec.text);
      return [[path, `${(spec.mode & 0o100) === 0 ? "-" : "x"} ${text}`]];
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
