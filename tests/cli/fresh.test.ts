import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fill, fingerprint, folder } from "./ground.ts";
import type { Files } from "./ground.ts";
import { comesTo, edit, refusal, runGoal } from "./comparing.ts";
import { journaled, project, runsBash, submits, task } from "./errands.ts";

const copies = (from: string, to: string): readonly object[] => [
  runsBash(`{ cat ${from}; echo good; } > ${to}`),
  submits(to),
];

/** `left` and `right` read a file each, `both` joins what they made, `free` names no inputs. */
const three = (more: Files = {}): Files => ({
  ...project(
    [
      task("left", [], { inputs: ["left.csv", "parts/**"] }),
      task("right", [], { inputs: ["right.csv"], tools: ["bash", "read_file"] }),
      task("both", ["left", "right"], { inputs: ["left.txt", "right.txt"] }),
    ],
    {
      "task/left/*": copies("left.csv", "left.txt"),
      "task/right/*": copies("right.csv", "right.txt"),
      "task/both/*": copies("left.txt right.txt", "both.txt"),
    },
    { checks: [{ id: "steady", run: "test -s left.csv", guard: true }] },
  ),
  "prompts/worker.prompt": '---\n---\n{{role "user"}}\nDo your task.\n',
  "workspace/left.csv": "1\n",
  "workspace/right.csv": "2\n",
  ...more,
});

/** What `--explain` says of each task. */
async function explained(dir: string, ...more: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { out } = await comesTo(0, dir, ["run", "goal.md", "--explain", ...more]);
  const lines = out.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [, id = "", why = ""] = /^ (\S+) +(.+)$/.exec(line) ?? [];
      return [id, why];
    }),
  );
}

const tried = async (dir: string, run: string): Promise<readonly string[]> =>
  [
    ...new Set(
      (await journaled(dir, run)).entries.flatMap(({ type, body }) =>
        type === "attempt-started" ? [body.task] : [],
      ),
    ),
  ].toSorted();

test("only what is stale runs again, and each reason is told without running", async () => {
  const dir = await folder(three());
  const none = "stale: no earlier run accepted it";
  const again = (...needs: readonly string[]): string =>
    `stale: ${needs.map((need) => `${need}, which it needs, runs again`).join("; ")}`;
  expect(await explained(dir)).toEqual({ left: none, right: none, both: again("left", "right") });
  for (const more of [[], ["--where", "cost>1"], ["--csv", "--columns", "id"]])
    expect((await comesTo(0, dir, ["runs", ...more])).err).toContain("there is no run");

  const first = await runGoal(dir);
  const fresh = `fresh: as run ${first} left it`;
  expect(await explained(dir)).toEqual({ left: fresh, right: fresh, both: fresh });

  const changes: readonly (readonly [
    change: readonly [file: string, from: string, to: string],
    stale: Readonly<Record<string, string>>,
  ])[] = [
    [["workspace/left.csv", "1", "one"], { left: "stale: its input left.csv changed", both: again("left") }],
    [
      ["plan.yaml", "Write right.txt", "Write it"],
      { right: "stale: its instructions changed", both: again("right") },
    ],
    [
      ["plan.yaml", "grep -q good left", "grep -qw good left"],
      { left: "stale: its criteria changed", both: again("left") },
    ],
    [
      ["plan.yaml", `"read_file"`, `"write_file"`],
      { right: "stale: its tools changed", both: again("right") },
    ],
    [
      ["plan.yaml", `"needs":["left","right"]`, `"needs":["right","left"]`],
      { both: "stale: what it needs changed" },
    ],
    [
      ["plan.yaml", `"inputs":["right.csv"]`, `"inputs":["right.*"]`],
      { right: "stale: what it names as inputs changed", both: again("right") },
    ],
    [
      ["goal.md", "Each file says good.", "Each says good."],
      {
        left: "stale: the goal's text changed",
        right: "stale: the goal's text changed",
        both: again("left", "right"),
      },
    ],
    [
      ["goal.md", "test -s left.csv", "test -f left.csv"],
      {
        left: "stale: a guard of the goal changed",
        right: "stale: a guard of the goal changed",
        both: again("left", "right"),
      },
    ],
    [
      ["prompts/worker.prompt", "your task", "the task"],
      {
        left: "stale: the worker's prompt changed",
        right: "stale: the worker's prompt changed",
        both: again("left", "right"),
      },
    ],
  ];
  for (const [[file, from, to], stale] of changes) {
    await edit(dir, file, from, to);
    expect(await explained(dir)).toEqual({ left: fresh, right: fresh, both: fresh, ...stale });
    await edit(dir, file, to, from);
  }
  await fill(dir, { "other.yaml": await readFile(join(dir, "script.yaml"), "utf8") });
  expect((await explained(dir, "--model", "scripted/other.yaml"))["left"]).toBe(
    "stale: the worker's model changed",
  );
  await fill(dir, { "workspace/parts/new.csv": "3\n", "workspace/beside.txt": "no input\n" });
  expect(await explained(dir)).toEqual({
    left: "stale: its input parts/new.csv is new",
    right: fresh,
    both: again("left"),
  });
  await rm(join(dir, "workspace/parts"), { recursive: true });
  await fill(dir, { "workspace/left.txt": "something else\n" });
  expect((await explained(dir))["left"]).toBe("stale: its result does not fit left.txt as it is now");
  await rm(join(dir, "workspace/left.txt"));
  await rm(join(dir, "workspace/right.csv"));
  expect((await explained(dir))["right"]).toBe("stale: its input right.csv is gone");
  await fill(dir, { "workspace/right.csv": "2\n" });
  expect(await explained(dir)).toEqual({ left: fresh, right: fresh, both: fresh });

  await edit(dir, "workspace/left.csv", "1", "one");
  const before = await fingerprint(dir);
  const second = await runGoal(dir);
  expect(await tried(dir, second)).toEqual(["both", "left"]);
  await comesTo(0, dir, ["audit", second]);
  await comesTo(0, dir, ["export", second, "--to", "result"]);
  expect(await readFile(join(dir, "result/both.txt"), "utf8")).toBe("one\ngood\n2\ngood\ngood\n");
  await rm(join(dir, "result"), { recursive: true });
  expect(await fingerprint(dir)).toBe(before);

  // The input as it was: the older run is the one that counts.
  await edit(dir, "workspace/left.csv", "one", "1");
  expect(await explained(dir)).toEqual({
    left: fresh,
    right: fresh,
    both: fresh,
  });

  // The person took the results over.
  await fill(dir, {
    "workspace/left.txt": "1\ngood\n",
    "workspace/right.txt": "2\ngood\n",
    "workspace/both.txt": "1\ngood\n2\ngood\ngood\n",
  });
  expect(Object.values(await explained(dir)).every((why) => why.startsWith("fresh"))).toBe(true);
  for (const id of ["left", "right", "both"]) await rm(join(dir, `workspace/${id}.txt`));
  const anew = await runGoal(dir, ["--anew"]);
  expect(await tried(dir, anew)).toEqual(["both", "left", "right"]);
});

test("where no task names its inputs there is nothing to explain", async () => {
  const dir = await folder(project([task("a")], { "task/a/*": copies("input.csv", "a.txt") }));
  expect(await refusal(dir, ["run", "goal.md", "--explain"])).toContain("write inputs: [GLOB] in its tasks");
});

test("a stale task is worked on again where its old result is in the workspace", async () => {
  const dir = await folder(three());
  await runGoal(dir);
  await fill(dir, { "workspace/left.txt": "1\ngood\n", "workspace/right.txt": "2\ngood\n" });
  await edit(dir, "workspace/left.csv", "1", "one");
  await comesTo(0, dir, ["run", "goal.md", "--export", "result"]);
  expect(await readFile(join(dir, "result/left.txt"), "utf8")).toBe("one\ngood\n");
});

test("a kept result is judged again by the checks of now: one that fails them is stale", async () => {
  const made = project(
    [task("left", [], { inputs: ["left.csv"], criteria: [{ id: "fine", run: "sh check.sh" }] })],
    {
      "task/left/*": copies("left.csv", "left.txt"),
    },
  );
  const dir = await folder({
    ...made,
    "workspace/left.csv": "1\n",
    "workspace/check.sh": "grep -q good left.txt\n",
  });
  await runGoal(dir);
  expect(await explained(dir)).toEqual({ left: expect.stringContaining("fresh") as string });
  await fill(dir, { "workspace/check.sh": "exit 1\n" });
  expect(await explained(dir)).toEqual({ left: "stale: its criterion fine does not hold any more" });
});

test("inputs that fit nothing are told, and those outside of the workspace refused", async () => {
  const plan = (inputs: readonly string[]): Files => ({
    ...project([task("left", [], { inputs })], { "task/left/*": copies("left.csv", "left.txt") }),
    "workspace/left.csv": "1\n",
  });
  const dir = await folder(plan(["lef.csv"]));
  await runGoal(dir);
  expect(await explained(dir)).toEqual({ left: "stale: its inputs fit no file" });
  const outside = await folder(plan(["../x"]));
  expect(await refusal(outside, ["run", "goal.md", "--explain"])).toContain(
    "must be relative to the workspace",
  );
});
