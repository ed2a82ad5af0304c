import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import { encodeTree } from "../../src/core/tree.ts";
import { embeddedSandbox } from "../../src/edges/embedded/sandbox.ts";
import { runTool } from "../../src/loop/run-tool.ts";
import type { OpenSlot } from "../../src/loop/slots.ts";
import { plainWorkspaces } from "../edges/files/plain-workspaces.ts";
import { memoryBlobs } from "../memory/blobs.ts";

/** The worker's tools on real files in the embedded sandbox, one after the other in one workspace. */
const ground: { root?: string; living?: OpenSlot } = {};

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "harness-tools-"));
  const blobs = memoryBlobs();
  const [tree = ""] = await blobs.put([encodeTree({ v: 1, entries: [] })]);
  const workspace = await plainWorkspaces(root, blobs).checkout("t/1", tree);
  const slot = await embeddedSandbox().open("t/1", workspace.dir);
  if ("broken" in slot) throw new Error(slot.broken);
  const living: OpenSlot = {
    workspace,
    slot,
    tree,
    hosts: [],
    isUsed: true,
    skipped: new Set(),
    outputs: new Map(),
  };
  Object.assign(ground, { root, living });
});

afterAll(async () => {
  await ground.living?.slot.close();
  if (ground.root !== undefined) await rm(ground.root, { recursive: true });
});

async function run(tool: string, args: unknown): Promise<string> {
  if (ground.living === undefined) throw new Error("no slot");
  const result = await runTool(tool, args, ground.living);
  return `${result.outcome}: ${[result.text, result.note].filter((line) => line !== "").join("\n")}`;
}

describe("the worker's tools", () => {
  test.for<[string, unknown, string]>([
    [
      "write_file",
      { path: "src/a.txt", content: "one\ntwo ü\nthree\n" },
      "ok: wrote src/a.txt, 16 characters",
    ],
    ["write_file", { path: "/workspace/b.txt", content: "b\n" }, "ok: wrote /workspace/b.txt, 2 characters"],
    ["write_file", { path: "../c.txt", content: "c" }, "error: ../c.txt is outside the workspace"],
    ["read_file", { path: "src/a.txt" }, "ok: 1\tone\n2\ttwo ü\n3\tthree\n[src/a.txt: 3 lines, 17 bytes]"],
    ["read_file", { path: "src/a.txt", offset: 2, limit: 1 }, "ok: 2\ttwo ü\n[src/a.txt: 3 lines, 17 bytes]"],
    ["read_file", { path: "/workspace/b.txt" }, "ok: 1\tb\n[/workspace/b.txt: 1 lines, 2 bytes]"],
    ["read_file", { path: "none.txt" }, "error: none.txt does not exist"],
    ["search", { pattern: "^t(wo|hree)" }, "ok: src/a.txt:2:two ü\nsrc/a.txt:3:three\n[exit 0]"],
    ["search", { pattern: "it's", path: "src" }, "ok: no line matches in src"],
    ["search", { pattern: "x", path: "gone" }, "error: there is no gone\n[exit 2]"],
    ["edit_file", { path: "src/a.txt", old: "two ü", new: "2" }, "ok: edited src/a.txt"],
    [
      "edit_file",
      { path: "src/a.txt", old: "e", new: "E" },
      "error: the old text occurs 3 times in src/a.txt; it must occur exactly once",
    ],
    ["bash", { command: "cat src/a.txt; exit 3" }, "error: one\n2\nthree\n[exit 3]"],
    ["bash", { command: "head -c 3 /dev/zero > zero.bin; echo $?" }, "ok: 0\n[exit 0]"],
    ["bash", { command: "python3 -c \"open('latin.txt','wb').write(b'\\xfcber\\n')\"" }, "ok: [exit 0]"],
    [
      "edit_file",
      { path: "latin.txt", old: "ber", new: "x" },
      "error: latin.txt is not UTF-8 text; use bash",
    ],
    [
      "bash",
      { command: "while true; do :; done", timeout_s: 0.2 },
      "timeout: [killed after 0.2 s, with everything it had started]",
    ],
    ["bash", { command: "cat b.txt" }, "ok: b\n[exit 0]"],
    [
      "bash",
      {
        command:
          "mkdir -p .harness/output .hidden; ln -s src link; for f in .harness/output/x .hidden/y; do echo needle > $f; done",
      },
      "ok: [exit 0]",
    ],
    ["search", { pattern: "needle" }, "ok: .hidden/y:1:needle\n[exit 0]"],
    ["search", { pattern: "needle", path: "/workspace/" }, "ok: .hidden/y:1:needle\n[exit 0]"],
    ["search", { pattern: "needle", path: ".harness" }, "ok: .harness/output/x:1:needle\n[exit 0]"],
    ["search", { pattern: "three" }, "ok: src/a.txt:3:three\n[exit 0]"],
    ["search", { pattern: "no such line" }, "ok: no line matches in ."],
    [
      "write_file",
      { path: "src/a.txt", content: "[12,345 characters, as written to src/a.txt]" },
      "error: Nothing was written: this is the note that stands in this conversation for a text you wrote before, not the text. Give the whole content.",
    ],
    ["bash", { command: "seq 1 400000 > big.txt" }, "ok: [exit 0]"],
    [
      "read_file",
      { path: "big.txt", offset: 399_999, limit: 2 },
      "ok: 399999\t399999\n400000\t400000\n[big.txt: 400000 lines, 2688895 bytes]",
    ],
  ])("%s %j", async ([tool, args, expected]) => {
    expect(await run(tool, args)).toBe(expected);
  });
});

test("what is below .harness is no part of what the worker leaves", async () => {
  const { living } = ground;
  if (living === undefined) throw new Error("no slot");
  const before = await living.workspace.snapshot();
  expect(await living.slot.write(".harness/output/turn-1-1.txt", encodeText("x"))).toBeNull();
  expect(await run("read_file", { path: ".harness/output/turn-1-1.txt" })).toContain("1\tx");
  expect(await living.workspace.snapshot()).toEqual(before);
  expect(before.skipped).toEqual([".harness"]);
});
