import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import { greeting, writes } from "../stories.ts";

/** What another program does to the worker's directory while the person looks at the card. */
const swaps: Readonly<Record<string, (slot: string, outside: string) => void>> = {
  "a file is added": (slot) => writeFileSync(join(slot, "old", "new.txt"), "x"),
  "a file has another content": (slot) => writeFileSync(join(slot, "old", "file"), "2"),
  "a folder is a link to another": (slot, outside) => {
    renameSync(join(slot, "old"), join(slot, "moved"));
    symlinkSync(outside, join(slot, "old"));
  },
};

/** The directory a worker is given, on the disk. */
function slotIn(dir: string): string {
  const found: string[] = [];
  const walk = (path: string): void => {
    if (existsSync(join(path, "old"))) found.push(path);
    else
      for (const name of readdirSync(path))
        if (statSync(join(path, name)).isDirectory()) walk(join(path, name));
  };
  walk(join(dir, ".harness", "slots"));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

test.each(Object.keys(swaps))(
  "the workspace is swapped while a person looks at it (%s): their yes is void, nothing runs, it is asked again",
  async (how) => {
    const dir = await folder({
      ...greeting({ "task/greet/*": [{ bash: { command: "rm -rf old" } }, ...writes("Hello.")] }),
      "old/file": "1",
    });
    const outside = await folder({ "old/precious": "1", precious: "1" });
    mkdirSync(join(outside, "empty"));
    let cards = 0;
    const write = (text: string): void => {
      if (!text.includes("[l]ater")) return;
      cards += 1;
      if (cards === 1) swaps[how]?.(slotIn(dir), outside);
    };
    const { code, err } = await harness(dir, ["run", "goal.md", "--yes"], {
      terminal: { columns: 120, rows: 50, write },
      person: { presses: ["y", "q"] },
    });
    expect({ code, err }).toMatchObject({ code: 3 });
    expect(cards).toBe(2);
    const log = await harness(dir, ["approvals", "list", "--json"]);
    expect(log.out.trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(join(outside, "old"))).toEqual(["precious"]);
    expect(existsSync(join(outside, "precious"))).toBe(true);
    const story = await harness(dir, ["audit"]);
    expect(story).toMatchObject({ code: 0 });
  },
);

test("the whole directory is swapped: the run stands with nothing run, and goes on in a directory of its own", async () => {
  const dir = await folder({
    ...greeting({ "task/greet/*": [{ bash: { command: "rm -rf old" } }, ...writes("Hello.")] }),
    "old/file": "1",
  });
  const outside = await folder({ "old/precious": "1" });
  let isSwapped = false;
  const write = (text: string): void => {
    if (isSwapped || !text.includes("[l]ater")) return;
    isSwapped = true;
    const slot = slotIn(dir);
    renameSync(slot, `${slot}-away`);
    symlinkSync(outside, slot);
  };
  const seat = { terminal: { columns: 120, rows: 50, write }, person: { presses: ["y", "q"] } };
  expect((await harness(dir, ["run", "goal.md", "--yes"], seat)).code).not.toBe(0);
  expect(readdirSync(join(outside, "old"))).toEqual(["precious"]);
  expect(await harness(dir, ["resume"])).toMatchObject({ code: 3 });
  expect(readdirSync(join(outside, "old"))).toEqual(["precious"]);
  expect(await harness(dir, ["audit"])).toMatchObject({ code: 0 });
});
