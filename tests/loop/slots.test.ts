import { beforeEach, describe, expect, it } from "vitest";
import type { Sandbox, Slot } from "../../src/core/sandbox.ts";
import { slots } from "../../src/loop/slots.ts";
import type { Slots } from "../../src/loop/slots.ts";
import { treeOf } from "../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../memory/blobs.ts";
import { memorySandbox } from "../memory/sandbox.ts";
import { memoryWorkspaces } from "../memory/workspaces.ts";
import type { MemoryWorkspaces } from "../memory/workspaces.ts";

const request = { command: "put made by-a-worker", timeoutMs: 1000, maxOutputBytes: 100 };

describe("slots of a sandbox that is slow to open", () => {
  const blobs = memoryBlobs();
  let workspaces: MemoryWorkspaces;
  let opened: string[];
  let happened: string[];
  let refusesKill: boolean;
  let own: Slots;

  beforeEach(() => {
    workspaces = memoryWorkspaces(blobs);
    [opened, happened, refusesKill] = [[], [], false];
    own = slots({ workspaces, sandbox: watched() }, "run1", () => [], 1);
  });

  /** The memory sandbox, whose slots work in the directory they were opened over, and say what is done to them. */
  function watched(): Sandbox {
    const inner = memorySandbox(workspaces);
    return {
      ...inner,
      open: async (name, dir) => {
        opened.push(name);
        const slot = await inner.open(dir.replace("/memory/", ""), dir);
        return "broken" in slot ? slot : { ...slot, kill: async () => killed(name), close: closed(name) };
      },
    };
  }
  async function killed(name: string): Promise<void> {
    if (refusesKill) throw new Error("the engine is away");
    happened.push(`kill ${name}`);
  }
  const closed =
    (name: string): Slot["close"] =>
    async () =>
      void happened.push(`close ${name}`);
  const held = (dir: string): string[] => [...workspaces.files(dir.replace("/memory/", "")).keys()];

  it("are opened before they are needed, and hold the tree that is asked for", async () => {
    const [one, two] = [await treeOf(blobs, { one: "1" }), await treeOf(blobs, { two: "2" })];
    const first = await own.use("task/a/1", one);
    const second = await own.use("task/b/1", two);
    expect(opened.slice(0, 2)).toEqual(["run1/task/a/1", "run1/spare/1"]);
    expect([held(first.workspace.dir), held(second.workspace.dir)]).toEqual([["one"], ["two"]]);
    expect(happened).toEqual([]);
    await own.dropAll();
    expect(await workspaces.left()).toEqual([]);
  });

  it("have no process of before when they are set back", async () => {
    const tree = await treeOf(blobs, { one: "1" });
    const slot = await own.use("checks/a", tree);
    await slot.slot.exec(request);
    slot.tree = null;
    const again = await own.use("checks/a", tree);
    expect(again).toBe(slot);
    expect(happened).toEqual(["kill run1/checks/a"]);
    expect(held(again.workspace.dir)).toEqual(["one"]);
    await own.dropAll();
  });

  it("use a directory again that only checks ran in, set back, under no name of its own", async () => {
    const tree = await treeOf(blobs, { one: "1" });
    const first = await own.use("checks/a", tree);
    await first.slot.exec(request);
    const { dir } = first.workspace;
    const second = await own.use("checks/b", tree);
    await own.drop("checks/a");
    expect(happened).toEqual(["kill run1/checks/a", "close run1/checks/a"]);
    const third = await own.use("checks/a", tree);
    const fourth = await own.use("task/c/1", tree);
    const dirs = [second, third, fourth].map(({ workspace }) => workspace.dir);
    expect(dirs).toContain(dir);
    expect(new Set(dirs).size).toBe(3);
    expect(dirs.map(held)).toEqual([["one"], ["one"], ["one"]]);
    await own.dropAll();
    expect(await workspaces.left()).toEqual([]);
  });

  it("never use a worker's directory again", async () => {
    const tree = await treeOf(blobs, { one: "1" });
    const { dir } = (await own.use("task/a/1", tree)).workspace;
    await own.drop("task/a/1");
    expect(await workspaces.left()).not.toContain(dir.replace("/memory/", ""));
    await own.dropAll();
  });

  it("do not use a directory again in which something may live", async () => {
    const tree = await treeOf(blobs, { one: "1" });
    const { dir } = (await own.use("checks/a", tree)).workspace;
    refusesKill = true;
    await own.drop("checks/a");
    expect(await workspaces.left()).not.toContain(dir.replace("/memory/", ""));
    await own.dropAll();
  });
});
