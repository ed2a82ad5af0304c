import { appendFile, mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, harness } from "../ground.ts";
import { does, git, refused, rows as json } from "./ground.ts";
import { rows, train } from "./kinds-ground.ts";

const project = async (text = train): Promise<string> =>
  folder({ "harness.yaml": "", "data/train.jsonl": text });

const added = async (dir: string, why = "rows"): Promise<string> =>
  (await does(dir, "datasets", "add", "data/train.jsonl", "-m", why)).err;

test("a file of rows becomes a version and stays where it is; what is counted of it is shown", async () => {
  const dir = await project();
  expect(await added(dir)).toMatch(
    / made train@1 \w{4} of data\/train\.jsonl, 3 rows\n next: harness promote dataset:train@1/,
  );
  expect(await readdir(join(dir, "datasets/versions"))).toEqual(["train@1.json"]);
  const [shown] = json(await does(dir, "datasets", "show", "train", "--json"));
  expect(shown).toMatchObject({
    content: {
      path: "data/train.jsonl",
      format: "jsonl",
      rows: 3,
      fields: ["cluster", "id", "text"],
      split: null,
    },
  });
  expect((await does(dir, "datasets")).out).toMatch(/ train@1 .* data\/train\.jsonl · 3 rows · rows\n/);
  // Written otherwise it is the same.
  await writeFile(join(dir, "data/train.jsonl"), train.replaceAll("\n", "\r\n").replaceAll(",", " , "));
  expect(await refused(dir, "datasets", "add", "data/train.jsonl", "-m", "x")).toMatch(
    /^this is train@1 already/,
  );
  expect((await does(dir, "datasets", "verify")).err).toBe(" ok  1 file: data/train.jsonl\n");
});

test("tables and files of any kind, from a directory below, under a name of their own", async () => {
  const dir = await folder({ "harness.yaml": "", "data/A.csv": "id;n\n1;2\n", "data/x.bin": "\u0000" });
  const below = join(dir, "data");
  expect((await does(below, "datasets", "add", "A.csv", "-m", "x")).err).toContain(" made a@1 ");
  expect((await does(below, "datasets", "add", "x.bin", "--name", "raw", "-m", "x")).err).toContain(
    " of data/x.bin\n",
  );
  const outside = await folder({ "far.jsonl": "1\n" });
  const { err } = await does(dir, "datasets", "add", join(outside, "far.jsonl"), "-m", "x");
  expect(err).toContain("it lies outside the project");
  expect((await does(dir, "datasets", "verify")).err).toMatch(/ ok {2}3 files: /);
});

describe("split", () => {
  test("rows with one value stay together, on the same side whatever else is in the file", async () => {
    const clusters = Array.from({ length: 40 }, (_, index) => ({ id: index, cluster: `doc${index % 20}` }));
    const dir = await project(rows(...clusters));
    await added(dir);
    const { err } = await does(
      dir,
      "datasets",
      "split",
      "train",
      "--by",
      "cluster",
      "--share",
      "0.7",
      "--to",
      "out",
    );
    expect(err).toMatch(/ train \d+ rows, held_out \d+ rows\n made train@2 .* of data\/train\.jsonl\n/);
    expect(err).toContain(" wrote out/train.train.jsonl\n wrote out/train.held_out.jsonl\n");
    expect((await readdir(join(dir, "out"))).toSorted()).toEqual([
      "train.held_out.jsonl",
      "train.train.jsonl",
    ]);
    const before = await sides(dir);
    expect(before.train.length + before.held.length).toBe(40);
    expect(Math.min(before.train.length, before.held.length)).toBeGreaterThan(10);
    const trained = new Set(before.train.map(({ cluster }) => cluster));
    expect(before.held.some(({ cluster }) => trained.has(cluster))).toBe(false);

    await writeFile(
      join(dir, "data/train.jsonl"),
      rows({ id: "new", cluster: "x" }, ...clusters.toReversed()),
    );
    expect(await added(dir)).toContain("harness datasets split train --by cluster --share 0.7\n");
    await does(dir, "datasets", "split", "train", "--by", "cluster", "--share", "0.7", "--to", "out");
    const after = await sides(dir);
    const ids = (of: readonly { id: unknown }[]): unknown[] =>
      of.map(({ id }) => id).filter((id) => id !== "new");
    expect(new Set(ids(after.train))).toEqual(new Set(ids(before.train)));
  });

  interface Of {
    readonly id: unknown;
    readonly cluster: string;
  }
  const sides = async (dir: string): Promise<{ train: Of[]; held: Of[] }> => {
    const of = async (side: string): Promise<Of[]> =>
      (await readFile(join(dir, `out/train.${side}.jsonl`), "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Of);
    return { train: await of("train"), held: await of("held_out") };
  };

  test("each part is a dataset that is recognised: what a model was trained on is told", async () => {
    const dir = await project();
    await added(dir);
    await does(dir, "datasets", "split", "train", "--by", "cluster", "--share", "0.5", "--to", "out");
    const part = join("out", "train.held_out.jsonl");
    await does(
      dir,
      "models",
      "register",
      "m",
      "--provider",
      "openai",
      "--id",
      "x",
      "--training-dataset",
      part,
      "-m",
      "y",
    );
    const [model] = json(await does(dir, "models", "show", "m", "--json"));
    expect(model).toMatchObject({ content: { training: [{ dataset: "train@2 held_out" }] } });
    const [shown] = json(await does(dir, "datasets", "show", "train@2", "--json"));
    await does(dir, "datasets", "add", part, "--name", "held", "-m", "x");
    const [held] = json(await does(dir, "datasets", "show", "held", "--json"));
    const { content } = shown as { content: { split: { held_out: { sha256: string } } } };
    expect(held).toMatchObject({ content: { sha256: content.split.held_out.sha256, rows: 2 } });
  });

  test("a table keeps its header in both parts; said again it only writes files", async () => {
    const dir = await folder({ "harness.yaml": "", "t.csv": 'id,c\r\n1,"a\nb"\r\n2,x\r\n3,d2\r\n' });
    await does(dir, "datasets", "add", "t.csv", "-m", "x");
    await does(dir, "datasets", "split", "t", "--by", "c", "--share", ".5");
    expect(await refused(dir, "datasets", "split", "t")).toMatch(/split so already; .*--to DIR/);
    expect((await does(dir, "datasets", "split", "t", "--to", "out")).err).not.toContain("made");
    const texts = await Promise.all(
      ["train", "held_out"].map(async (side) => readFile(join(dir, `out/t.${side}.csv`), "utf8")),
    );
    for (const text of texts) expect(text.startsWith("id,c\n")).toBe(true);
    expect(
      texts
        .flatMap((text) => text.split(/\n(?=\d)/).slice(1))
        .map((row) => row.trim())
        .toSorted(),
    ).toEqual(['1,"a\nb"', "2,x", "3,d2"]);
  });

  test("what cannot be split is refused, and nothing is left behind", async () => {
    const dir = await project(`${train}{"id":"d"}\n`);
    await added(dir);
    const split = ["datasets", "split", "train"] as const;
    expect(await refused(dir, ...split, "--share", "0.5")).toMatch(/say by which field: .*cluster, id, text/);
    expect(await refused(dir, ...split, "--by", "id")).toMatch(/say how much goes to train/);
    for (const share of ["1", "0", "80%", "1.5", "-0.5"])
      expect(await refused(dir, ...split, "--by", "id", `--share=${share}`)).toMatch(
        /number between 0 and 1, like 0\.8/,
      );
    expect(await refusedSplit(dir, "--by", "cluster")).toMatch(
      /data\/train\.jsonl:4: this row has no field "cluster"/,
    );
    await appendFile(join(dir, "data/train.jsonl"), '{"id":"e"}\n');
    expect(await refusedSplit(dir, "--by", "id")).toMatch(
      /these are not the rows of train@1: their digest is/,
    );
    expect(await readdir(join(dir, "out"))).toEqual([]);
    expect(await refused(dir, ...split, "--by", "id", "--share", "0.5", "--to", "harness.yaml")).toMatch(
      /--to .*harness\.yaml: it cannot be written/,
    );
    expect(await refused(dir, "datasets", "split", "none", "--by", "a", "--share", "0.5")).toMatch(
      /no dataset none/,
    );
  });

  /** As `refused`; how many rows there are may be told before. */
  const refusedSplit = async (dir: string, ...more: readonly string[]): Promise<string> => {
    const { code, err } = await harness(dir, [
      "datasets",
      "split",
      "train",
      "--share",
      "0.5",
      "--to",
      "out",
      ...more,
    ]);
    expect(code).toBe(2);
    return err;
  };
});

describe("diff", () => {
  test("by id: how many rows are new, gone and changed, and the first of them", async () => {
    const dir = await project();
    await added(dir);
    git(dir, "init", "-q");
    git(dir, "add", "-A");
    git(dir, "commit", "-qm", "rows");
    await writeFile(
      join(dir, "data/train.jsonl"),
      rows(
        { id: "b", text: "TWO", cluster: "d2", more: 1 },
        { id: "c", cluster: "d1", text: "three" },
        { id: "d", text: "four" },
      ),
    );
    // The rows of the version are another file by now; git has them.
    const { out } = await does(dir, "datasets", "diff", "train");
    expect(out).toBe(
      [
        " train@1 → data/train.jsonl: 1 added, 1 removed, 1 changed, 1 the same (rows told apart by their id)",
        ' − "a" (line 1): {"cluster":"d1","id":"a","text":"one"}',
        ' + "d" (line 3): {"id":"d","text":"four"}',
        ' ~ "b" (line 1): more, text',
        "",
      ].join("\n"),
    );
    await added(dir, "second");
    const [told] = json(await does(dir, "datasets", "diff", "train@2", "train@1", "--json"));
    expect(told).toMatchObject({
      from: "train@2",
      to: "train@1",
      by: "id",
      added: 1,
      removed: 1,
      changed: 1,
      same: 1,
    });
  });

  test("without ids by content; of two files; of the same rows in another order", async () => {
    const dir = await folder({
      "harness.yaml": "",
      "a.jsonl": rows({ x: 1 }, { x: 2 }, { x: 2 }),
      "b.jsonl": rows({ x: 2 }, { x: 3 }, { x: 1 }),
      "c.jsonl": rows({ x: 2 }, { x: 1 }, { x: 2 }),
    });
    const diff = async (...files: readonly string[]): Promise<string> =>
      (await does(dir, "datasets", "diff", ...files)).out;
    expect(await diff("a.jsonl", "b.jsonl")).toBe(
      [
        " a.jsonl → b.jsonl: 1 added, 1 removed, 2 the same in another order (rows told apart by their content)",
        ' − line 3: {"x":2}',
        ' + line 2: {"x":3}',
        "",
      ].join("\n"),
    );
    expect(await diff("a.jsonl", "c.jsonl")).toContain("the same 3 rows in another order");
    expect(await diff("a.jsonl", "a.jsonl")).toContain("the same 3 rows\n");
    expect(await refused(dir, "datasets", "diff", "a", "b.jsonl")).toMatch(
      /a has no version to compare with/,
    );
    expect(await refused(dir, "datasets", "diff")).toMatch(/harness datasets diff train@1 train@2/);
  });
});

describe("rows that are not what they were", () => {
  test("are named with both digests, and used by nobody; nobody counts on older ones that were written over", async () => {
    const dir = await project();
    await added(dir);
    await does(dir, "promote", "dataset:train@1", "--to", "staging", "--why", "x");
    await writeFile(join(dir, "data/train.jsonl"), train.replace("two", "twp"));
    const said =
      /✗ data\/train\.jsonl: these are not the rows of train@1: their digest is \w{12}, not \w{12}; put/;
    expect((await harness(dir, ["datasets", "verify"])).err).toMatch(said);
    expect((await harness(dir, ["promote", "--check"])).err).toMatch(said);
    const promote = ["promote", "dataset:train@1", "--to", "production", "--unproven", "--why", "x"] as const;
    expect(await refused(dir, ...promote)).toMatch(/these are not the rows of train@1/);
    expect(await refused(dir, "datasets", "diff", "train")).toMatch(/these are not the rows of train@1/);

    await added(dir, "second");
    expect((await harness(dir, ["promote", "--check"])).err).toMatch(
      /train@1 is in staging, and these are the rows of train@2 by now/,
    );
    await does(dir, "promote", "dataset:train@2", "--to", "staging", "--why", "x");
    expect((await does(dir, "promote", "--check")).err).toContain(" ok  2 versions");
    expect((await does(dir, "datasets", "verify", "train")).err).toContain(" ok ");
  });

  test("rows that are elsewhere are told: git need not carry them", async () => {
    const dir = await project();
    await added(dir);
    await mkdir(join(dir, "elsewhere"));
    await does(dir, "datasets", "add", "data/train.jsonl", "--name", "other", "-m", "x");
    await writeFile(join(dir, "moved.jsonl"), train);
    await rename(join(dir, "data/train.jsonl"), join(dir, "elsewhere/train.jsonl"));
    expect((await does(dir, "promote", "--check")).err).toContain(
      "not on this machine, so not read: data/train.jsonl",
    );
    const { code, err } = await harness(dir, ["datasets", "verify", "other"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining("data/train.jsonl: it is not there"),
    });
    expect(await refused(dir, "datasets", "verify", "none")).toMatch(/there is no dataset none/);
  });
});

test("bad input is refused in one line", async () => {
  const dir = await folder({ "harness.yaml": "", "bad.jsonl": '{"a":1}\n{"a":}\n', "A b.jsonl": "1\n" });
  expect(await refused(dir, "datasets", "add", "bad.jsonl", "-m", "x")).toMatch(
    /^bad\.jsonl:2: it is no JSON/,
  );
  expect(await refused(dir, "datasets", "add", "none.jsonl", "-m", "x")).toMatch(
    /^none\.jsonl: there is no such file/,
  );
  expect(await refused(dir, "datasets", "add", "A b.jsonl", "-m", "x")).toMatch(/give one: .*--name train/);
  expect(await refused(dir, "datasets", "add", "bad.jsonl")).toMatch(/say why/);
  expect(await refused(dir, "datasets", "add")).toMatch(/say one file: harness datasets add FILE/);
  expect(await refused(dir, "datasets", "ad")).toMatch(/there are list, show, log, add, diff, split, verify/);
});
