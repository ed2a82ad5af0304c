import { assert, asyncProperty, constantFrom, nat, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { encodeText } from "../../src/core/canonical.ts";
import type { EarlierResult, World } from "../../src/core/fresh.ts";
import type { Digest } from "../../src/core/id.ts";
import { settleTask } from "../../src/core/plan.ts";
import type { TaskSpec } from "../../src/core/plan.ts";
import { lookup } from "../../src/core/tree-diff.ts";
import { treeStore } from "../../src/core/tree-store.ts";
import type { TreeEntry } from "../../src/core/tree.ts";
import { freshness } from "../../src/loop/fresh.ts";
import { memoryBlobs } from "../memory/blobs.ts";

const blobs = memoryBlobs();
const store = treeStore(blobs);
const put = async (text: string): Promise<Digest> => (await blobs.put([encodeText(text)]))[0] as Digest;

type Files = Readonly<Record<string, string>>;

/** A workspace of files at its top. */
async function treeOf(files: Files): Promise<Digest> {
  const entries: TreeEntry[] = [];
  for (const [name, text] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    entries.push({ name, type: "file", mode: 0o644, size: text.length, content: await put(text) });
  return (await store.store([{ v: 1, entries }]))[0] as Digest;
}

const ids = ["a", "b", "c", "d"] as const;

/** Each task reads NAME.in and what it needs, and makes NAME.out. */
const specs = new Map(
  (
    [
      ["a", []],
      ["b", []],
      ["c", ["a"]],
      ["d", ["b", "c"]],
    ] as const
  ).map(([id, needs]) => [
    id,
    settleTask({
      id,
      title: id,
      instructions: id,
      needs: [...needs],
      criteria: [{ id: "there", type: "file", path: `${id}.out` }],
      inputs: [`${id}.in`],
    }),
  ]),
);
const world: World = {
  goal: "the goal",
  guards: [],
  prompts: { worker: "1".repeat(64), planner: "2".repeat(64), evaluator: "3".repeat(64) },
  models: { worker: "w", evaluator: "e" },
  rubrics: { style: "4".repeat(64) },
  sandbox: "here",
};
const before: Files = Object.fromEntries(ids.map((id) => [`${id}.in`, `input of ${id}`]));

/** A run that accepted all of them, each begun on what it needs had left. */
async function earlier(): Promise<ReadonlyMap<string, EarlierResult>> {
  const found = new Map<string, EarlierResult>();
  let files = before;
  for (const [seq, id] of ids.entries()) {
    const start = await treeOf(files);
    files = { ...files, [`${id}.out`]: `made by ${id}` };
    found.set(id, {
      run: "7k2m",
      seq,
      spec: specs.get(id) as TaskSpec,
      world,
      start,
      result: await treeOf(files),
      handoff: await put(id),
      by: "verdict",
    });
  }
  return found;
}

const results = earlier();

const look = async (files: Files, tasks: readonly TaskSpec[], now: World) =>
  freshness(
    { blobs, glob: (patterns) => (path) => patterns.includes(path) },
    {
      tasks,
      tree: await treeOf(files),
      world: now,
      earlier: async (task) => {
        const result = (await results).get(task);
        return result === undefined ? [] : [result];
      },
      broken: async () => null,
    },
  );

/** Tasks that are changed themselves or need one that is. */
function staleFrom(changed: readonly string[]): ReadonlySet<string> {
  const stale = new Set(changed);
  for (const id of ids) if (specs.get(id)?.needs.some((need) => stale.has(need)) === true) stale.add(id);
  return stale;
}

const kinds = ["input", "gone", "instructions", "criteria", "tools", "inputs"] as const;
type Kind = (typeof kinds)[number];

/** The inputs of these tasks are other ones, or gone. */
function changedFiles(ids: readonly string[], kind: Kind): Files {
  if (kind !== "input" && kind !== "gone") return before;
  const left = Object.entries(before).filter(([path]) => kind === "input" || !ids.includes(path.slice(0, 1)));
  return Object.fromEntries(
    left.map(([path, text]) => [path, ids.includes(path.slice(0, 1)) ? "another" : text]),
  );
}

function changedSpec(spec: TaskSpec, kind: Kind): TaskSpec {
  if (kind === "instructions") return { ...spec, instructions: "another" };
  if (kind === "criteria") return { ...spec, criteria: [{ id: "there", type: "file", path: "another" }] };
  if (kind === "tools") return { ...spec, tools: ["bash"] };
  if (kind === "inputs") return { ...spec, inputs: [`${spec.id}.in`, "more"] };
  return spec;
}

test("a task is fresh exactly where nothing it depends on changed, and the head holds what fresh ones made", async () => {
  await assert(
    asyncProperty(
      uniqueArray(constantFrom(...ids)),
      constantFrom(...kinds),
      nat(),
      async (changed, kind, turn) => {
        const all = [...specs.values()].map((spec) =>
          changed.some((id) => id === spec.id) ? changedSpec(spec, kind) : spec,
        );
        // In whatever order a person wrote them.
        const tasks = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
        const files = changedFiles(changed, kind);
        const found = await look({ ...files, "beside.txt": "of a person" }, tasks, world);
        const stale = staleFrom(changed);
        expect(
          found
            .filter(({ kept }) => kept === null)
            .map(({ task }) => task)
            .toSorted(),
        ).toEqual([...stale].toSorted());
        for (const { kept, because } of found) expect(because.length > 0).toBe(kept === null);
        const head = found.findLast(({ kept }) => kept !== null)?.kept?.head ?? null;
        if (head === null) return;
        for (const id of ids) expect((await lookup(store, head, `${id}.out`)) !== null).toBe(!stale.has(id));
        expect(await lookup(store, head, "beside.txt")).not.toBeNull();
      },
    ),
    { numRuns: 60 },
  );
});

test("what judges and works counts only for whom it judges and works", async () => {
  const stale = async (now: Partial<World>): Promise<number> =>
    (await look(before, [...specs.values()], { ...world, ...now })).filter(({ kept }) => kept === null)
      .length;
  const other = "9".repeat(64);
  expect(await stale({})).toBe(0);
  for (const now of [
    { goal: "another" },
    { guards: [{ id: "g", type: "file", path: "g" }] },
    { prompts: { ...world.prompts, worker: other } },
    { models: { ...world.models, worker: "other" } },
    { sandbox: "there" },
  ] satisfies readonly Partial<World>[])
    expect(await stale(now)).toBe(4);
  // None of these tasks is judged by a model, and no planner was asked.
  for (const now of [
    { prompts: { ...world.prompts, planner: other } },
    { prompts: { ...world.prompts, evaluator: other } },
    { models: { ...world.models, evaluator: "other" } },
    { rubrics: { style: other } },
  ] satisfies readonly Partial<World>[])
    expect(await stale(now)).toBe(0);
});

test("a result that a person's own edit contradicts is stale, one that says the same is fresh", async () => {
  const edited = async (content: string): Promise<readonly string[]> =>
    (await look({ ...before, "a.out": content }, [...specs.values()], world)).flatMap(
      ({ because }) => because,
    );
  expect(await edited("made by a")).toEqual([]);
  expect(await edited("made by hand")).toEqual([
    "its result does not fit a.out as it is now",
    "a, which it needs, runs again",
    "c, which it needs, runs again",
  ]);
});

test("of an input that the task itself changes both states are known", async () => {
  const spec: TaskSpec = { ...(specs.get("a") as TaskSpec), inputs: ["a.*"] };
  const result: EarlierResult = {
    run: "7k2m",
    seq: 1,
    spec,
    world,
    start: await treeOf({ "a.in": "old" }),
    result: await treeOf({ "a.in": "new", "a.out": "made" }),
    handoff: await put("a"),
    by: "verdict",
  };
  const why = async (files: Files): Promise<readonly string[]> => {
    const asked = {
      tasks: [spec],
      tree: await treeOf(files),
      world,
      earlier: async () => [result],
      broken: async () => null,
    };
    const [found] = await freshness({ blobs, glob: () => (path) => path.startsWith("a.") }, asked);
    return found?.because ?? [];
  };
  expect(await why({ "a.in": "old" })).toEqual([]);
  expect(await why({ "a.in": "new", "a.out": "made" })).toEqual([]);
  expect(await why({ "a.in": "neither" })).toEqual(["its input a.in changed"]);
  expect(await why({ "a.in": "old", "a.out": "other" })).toEqual(["its input a.out is new"]);
});
