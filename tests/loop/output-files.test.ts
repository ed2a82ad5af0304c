import { beforeEach, describe, expect, test } from "vitest";
import { decodeText, encodeText } from "../../src/core/canonical.ts";
import type { Slot } from "../../src/core/sandbox.ts";
import { wholeUpTo } from "../../src/loop/excerpt.ts";
import { outputFile, outputKey, putOutputFiles } from "../../src/loop/output-files.ts";
import { slots } from "../../src/loop/slots.ts";
import type { OpenSlot, Slots } from "../../src/loop/slots.ts";
import { treeOf } from "../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../memory/blobs.ts";
import { memorySandbox, quietExit } from "../memory/sandbox.ts";
import { memoryWorkspaces } from "../memory/workspaces.ts";
import type { MemoryFiles, MemoryWorkspaces } from "../memory/workspaces.ts";
import { call, ground, plan, simpleTask, submit } from "./ground.ts";

const long = "long ".repeat(wholeUpTo);
const middling = "middling ".repeat(100);

describe("what a thread was told is in files", () => {
  const blobs = memoryBlobs();
  let workspaces: MemoryWorkspaces;
  let own: Slots;
  let living: OpenSlot;
  let written: string[];
  let outputs: Map<string, string>;
  let tree: string;

  beforeEach(async () => {
    workspaces = memoryWorkspaces(blobs);
    written = [];
    own = slots({ workspaces, sandbox: memorySandbox(workspaces) }, "run1");
    tree = await treeOf(blobs, { one: "1" });
    living = watched(await own.use("task/a/1", tree));
    const digests = await blobs.put([long, middling, "short"].map(encodeText));
    outputs = new Map(digests.map((digest, index) => [outputKey(1, index), digest]));
  });
  const watched = (slot: OpenSlot): OpenSlot => {
    const write: Slot["write"] = async (path, bytes) => {
      written.push(path);
      return slot.slot.write(path, bytes);
    };
    return { ...slot, slot: { ...slot.slot, write } };
  };
  const files = (): MemoryFiles => workspaces.files(living.workspace.dir.replace("/memory/", ""));
  const putThrough = async (compactedThrough: number): Promise<string> =>
    putOutputFiles(blobs, { outputs, compactedThrough }, living);
  const read = async (path: string): Promise<string | null> => {
    const found = await living.workspace.read(path, 0, 1_000_000);
    return found.type === "file" ? decodeText(found.bytes) : null;
  };

  test("is the long output, at once and once", async () => {
    expect(await putThrough(0)).toBe("");
    expect(await read(outputFile(1, 0))).toBe(long);
    expect(await putThrough(0)).toBe("");
    expect(written).toEqual([".harness/output/turn-1-1.txt"]);
  });

  test("is all that is more than short, once its turn is compacted", async () => {
    await putThrough(0);
    await putThrough(1);
    await putThrough(1);
    expect(written).toEqual([outputFile(1, 0), outputFile(1, 1)]);
    expect(await read(outputFile(1, 1))).toBe(middling);
  });

  test("is no part of a snapshot", async () => {
    await putThrough(1);
    expect(await living.workspace.snapshot()).toEqual({ tree, skipped: [".harness"] });
  });

  test("is there again after the directory was set back, opened anew or cleared", async () => {
    await putThrough(1);
    living.tree = null;
    const other = await treeOf(blobs, { two: "2" });
    const back = await own.use("task/a/1", other);
    expect([...files().keys()]).toEqual(["two"]);
    await putOutputFiles(blobs, { outputs, compactedThrough: 1 }, back);
    expect(await read(outputFile(1, 1))).toBe(middling);

    await own.drop("task/a/1");
    living = watched(await own.use("task/a/1", tree));
    await putThrough(1);
    expect(await read(outputFile(1, 0))).toBe(long);

    for (const path of files().keys()) if (path.startsWith(".harness")) files().delete(path);
    await putThrough(1);
    expect(await read(outputFile(1, 0))).toBe(long);
  });

  test.each<[string, (files: MemoryFiles) => void, string]>([
    [
      "a file",
      (all) => all.set(".harness", { type: "file", mode: 0o644, bytes: encodeText("x") }),
      ".harness is a file",
    ],
    ["a link", (all) => all.set(".harness", { type: "symlink", target: "src" }), ".harness is a symlink"],
    [
      "a link below",
      (all) => all.set(".harness/output", { type: "symlink", target: "/etc" }),
      ".harness/output is a symlink",
    ],
  ])("is not written where the worker put %s in the way: it is told, once", async (_name, block, words) => {
    block(files());
    expect(await putThrough(1)).toBe(`\n[no output is kept in .harness/output: ${words}]`);
    expect(await putThrough(1)).toBe("");
    expect(written).toEqual([]);
    for (const path of files().keys()) if (path.startsWith(".harness")) files().delete(path);
    expect(await putThrough(1)).toBe("");
    expect(await read(outputFile(1, 1))).toBe(middling);
    block(files());
    for (const path of files().keys()) if (path.startsWith(".harness/output/")) files().delete(path);
    living.tree = null;
    living = watched(await own.use("task/a/1", await treeOf(blobs, { two: "2" })));
    expect(await putThrough(1)).toBe("");
    expect(await read(outputFile(1, 0))).toBe(long);
  });

  test("that a sandbox refuses is told; that a dead one cannot take is for the call to find out", async () => {
    const failing = (answer: Awaited<ReturnType<Slot["write"]>>): OpenSlot => ({
      ...living,
      outputs: new Map(),
      slot: { ...living.slot, write: async () => answer },
    });
    const thread = { outputs, compactedThrough: 1 };
    expect(await putOutputFiles(blobs, thread, failing("the disk is full"))).toContain("the disk is full");
    const dead = failing({ broken: "gone" });
    expect(await putOutputFiles(blobs, thread, dead)).toBe("");
    expect([...dead.outputs.values()]).not.toContain("written");
  });
});

describe("a run whose worker prints much", () => {
  const printed = Array.from({ length: 3000 }, (_, n) => `line ${n + 1}`).join("\n");

  /** Every result the worker of `a` was shown, by turn. */
  async function shown(steps: readonly ReturnType<typeof call>[], crashAt = 0): Promise<string[]> {
    const results: string[] = [];
    let crashes = 0;
    const made = await ground({
      says: () => [],
      sees: ({ thread, turn, messages }) => {
        if (thread.startsWith("plan/")) return [plan(simpleTask("a"))];
        if (turn === crashAt && crashes++ === 0) throw new Error("the power fails");
        results[turn - 1] =
          messages
            .at(-1)
            ?.parts.flatMap((part) => (part.type === "result" ? [part.text] : []))
            .join() ?? "";
        return [steps[turn - 1] ?? submit()];
      },
      exec: (_name, command, run) =>
        command === "print" ? { ...quietExit, output: encodeText(printed) } : run(),
    });
    if (crashAt > 0) await expect(made.go()).rejects.toThrow("the power fails");
    const { run } = await made.go();
    expect(run.outcome).toBe("met");
    return results;
  }
  const steps = [
    call("bash", { command: "print" }),
    call("read_file", { path: ".harness/output/turn-1-1.txt", offset: 1500, limit: 2 }),
    call("bash", { command: "put a.txt ok" }),
  ];

  test.each([0, 2, 3])("shows a part and the file of all of it (crash in turn %i)", async (crashAt) => {
    const [, first, second, third] = await shown(steps, crashAt);
    expect(first).toMatch(/^line 1\nline 2\n/);
    expect(first).toContain("all 3,000 lines are in .harness/output/turn-1-1.txt");
    expect(first).toMatch(/\nline 3000\n\[exit 0\]$/);
    expect(second).toContain("1500\tline 1500\n1501\tline 1501\n");
    expect(third).toBe("[exit 0]\n[changed: a.txt]");
  });

  test("says so where the worker has put a file in the way, and goes on", async () => {
    const results = await shown([call("bash", { command: "put .harness x" }), ...steps]);
    expect(results[1]).toContain('[no part of your result, and gone with this attempt: ".harness"]');
    expect(results[3]).toBe(
      ".harness/output/turn-1-1.txt does not exist\n[no output is kept in .harness/output: .harness is a file]",
    );
    expect(results[4]).not.toContain("no output is kept");
  });
});
