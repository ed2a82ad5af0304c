import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockText, readLock } from "../../../src/core/registry/lock.ts";
import { sha256 } from "../../core/registry/ground.ts";
import { folder, harness, start } from "../ground.ts";
import { does, lockOf, refused, rows as json } from "./ground.ts";
import { allKinds, names, puts, registers, rubric, things } from "./kinds-ground.ts";

test.each(names)("%s: into production, another one, and back", async (name) => {
  const dir = await allKinds();
  const [kind = "", short = ""] = name.split(":");
  expect(await puts(dir, `${name}@1`, "staging")).toBe(
    ` ${short}@1 is in staging\n next: git add harness.lock ${kind}s/versions && git commit\n`,
  );
  expect(await puts(dir, `${name}@1`, "production")).toContain(` ${short}@1 is in production · unproven\n`);
  await next(dir, kind);
  // The rows of the first version are no longer there.
  if (kind === "dataset") await writeFile(join(dir, "data/train.jsonl"), things["data/train.jsonl"] ?? "");
  expect(await harness(dir, ["promote", "--check"])).toMatchObject({ code: 0 });
  if (kind === "dataset") await next(dir, kind, false);
  expect(await puts(dir, `${name}@2`, "production")).toContain(
    `${short}@2 is in production, ${short}@1 archived`,
  );
  const back = await does(dir, "rollback", name, "--why", "worse");
  expect(back.err).toContain(`${short}@1 is in production again, ${short}@2 archived · unproven`);
  const listed = json(await does(dir, `${kind}s`, "--json"));
  expect(listed).toContainEqual(expect.objectContaining({ name: short, version: 1, stage: "production" }));
  expect(listed).toContainEqual(expect.objectContaining({ name: short, version: 2, stage: "archived" }));
  expect(json(await does(dir, `${kind}s`, "log", short, "--json"))).toHaveLength(6);
});

/** Makes the second version. */
async function next(dir: string, kind: string, isMade = true): Promise<void> {
  const changes: Record<string, () => Promise<unknown>> = {
    model: async () => registers(dir, "ft:m:2"),
    dataset: async () => {
      await writeFile(join(dir, "data/train.jsonl"), '{"id":"z"}\n');
      if (isMade) await does(dir, "datasets", "add", "data/train.jsonl", "-m", "second");
    },
    rubric: async () => {
      await writeFile(join(dir, "rubrics/helpful.yaml"), rubric("Does it now?"));
      await does(dir, "rubrics", "commit", "helpful", "-m", "second");
    },
    suite: async () => {
      await writeFile(join(dir, "tasks/core/notes.md"), "more\n");
      await does(dir, "suites", "commit", "core", "-m", "second");
    },
  };
  await changes[kind]?.();
}

test("the same content is no second version, however it is written", async () => {
  const dir = await allKinds();
  await writeFile(
    join(dir, "rubrics/helpful.yaml"),
    `# a comment\r\n${rubric("Does it?").replaceAll("\n", "\r\n")}`,
  );
  expect(await refused(dir, "rubrics", "commit", "helpful", "-m", "x")).toMatch(/^this is helpful@1 already/);
  await writeFile(join(dir, "tasks/core/suite.yaml"), 'kind: "prompt"\nsuite: core\n');
  await writeFile(join(dir, "tasks/core/cases.jsonl"), '{"vars":{"a":1},"id":"c1"}\r\n');
  await writeFile(join(dir, "tasks/core/about.md"), "Cases\r\nof July\r\n");
  expect(await refused(dir, "suites", "commit", "core", "-m", "x")).toMatch(/^this is core@1 already/);
  const again = ["models", "register", "my-ft", "--provider", "openai", "--id", "ft:m:1", "-m", "x"] as const;
  const file = ["--training-dataset", "data/train.jsonl", "--params", "params.yaml"];
  await writeFile(join(dir, "params.yaml"), "n_epochs: 3 # as before\n");
  expect(await refused(dir, ...again, ...file)).toMatch(
    /^this is my-ft@1 already, in all that counts; to use it/,
  );
  await writeFile(join(dir, "params.yaml"), "n_epochs: 4\n");
  expect((await does(dir, ...again, ...file)).err).toContain(" made my-ft@2 ");
});

test("a model is shown with all that is known of it; what differs is a patch of its version files", async () => {
  const dir = await allKinds({ "metrics.yaml": "loss: 0.25\n" });
  await registers(dir, "ft:m:2", "--base", "gpt-m", "--metrics", "metrics.yaml", "--commit", "ABCDEF1");
  const [shown] = json(await does(dir, "models", "show", "my-ft", "--json"));
  expect(shown).toMatchObject({
    name: "my-ft",
    version: 2,
    why: "made ft:m:2",
    content: {
      provider: "openai",
      id: "ft:m:2",
      base: "gpt-m",
      commit: "abcdef1",
      parameters: { n_epochs: 3 },
      metrics: { loss: 0.25 },
      training: [{ dataset: "train@1" }],
    },
  });
  expect((await does(dir, "models", "show", "my-ft@1")).out).toMatch(/ id +ft:m:1\n parameters n_epochs 3\n/);
  expect((await does(dir, "models")).out).toMatch(/my-ft@2 .*openai\/ft:m:2 · made ft:m:2\n.*1 more/);
  const { out } = await does(dir, "models", "diff", "my-ft@1", "my-ft@2");
  expect(out).toContain('-  "id": "ft:m:1"');
  expect(out).toContain('+  "id": "ft:m:2"');
  expect(json(await does(dir, "models", "diff", "my-ft@1", "my-ft@1", "--json"))).toMatchObject([
    { same: true },
  ]);
});

test("rubrics and suites: the file against what was made of it, and the text itself", async () => {
  const dir = await allKinds();
  expect((await does(dir, "rubrics", "diff", "helpful")).err).toContain(
    "helpful@1 and rubrics/helpful.yaml are the same",
  );
  await writeFile(join(dir, "rubrics/helpful.yaml"), rubric("Else?"));
  expect((await does(dir, "rubrics", "diff", "helpful")).out).toMatch(
    /^-criteria.*Does it\?.*\n\+criteria.*Else\?/m,
  );
  expect((await does(dir, "rubrics", "get", "helpful@1")).out).toBe(rubric("Does it?"));
  await rm(join(dir, "tasks/core/cases.jsonl"));
  expect((await does(dir, "suites", "diff", "core")).out).toMatch(/^-.*"cases\.jsonl"/m);
  expect((await does(dir, "suites", "show", "core")).out).toMatch(
    / files +about\.md [0-9a-f]{64}\n +cases\.jsonl [0-9a-f]{64}\n +suite\.yaml /,
  );
  const listed = json(await does(dir, "rubrics", "--json"));
  expect(listed).toContainEqual(
    expect.objectContaining({ name: "report", version: null, isOwn: false, same: null }),
  );
  await writeFile(join(dir, "rubrics/helpful.yaml"), "rubric: [");
  expect((await does(dir, "rubrics")).out).toMatch(/helpful=file .*rubrics\/helpful\.yaml, broken; see/);
});

describe("promote --check names what is damaged", () => {
  const versions = [
    "models/versions/my-ft@1.json",
    "datasets/versions/train@1.json",
    "suites/versions/core@1.json",
  ];

  test("a bit of a version file, of the lock, of the rows", async () => {
    const dir = await allKinds();
    for (const file of [...versions, "rubrics/versions/helpful@1.yaml", "data/train.jsonl"]) {
      const whole = await readFile(join(dir, file));
      const damaged = Buffer.from(whole);
      damaged[20] = (damaged[20] ?? 0) ^ 1;
      await writeFile(join(dir, file), damaged);
      const { code, err } = await harness(dir, ["promote", "--check"]);
      expect({ file, code }).toEqual({ file, code: 1 });
      expect(err).toContain(`✗ ${file}`);
      expect(err).toContain(" 1 problem in");
      await writeFile(join(dir, file), whole);
    }
    const lock = Buffer.from(await lockOf(dir));
    lock[200] = (lock[200] ?? 0) ^ 1;
    await writeFile(join(dir, "harness.lock"), lock);
    expect((await harness(dir, ["promote", "--check"])).err).toMatch(
      /harness\.lock:\d+: this line is damaged/,
    );
  });

  test("a line that speaks of another content than its file, whatever its checksum", async () => {
    const dir = await allKinds();
    const { records } = readLock(await lockOf(dir), sha256);
    const forged = records.map(({ record }) => ({ ...record, digest: "0".repeat(64) }));
    await writeFile(join(dir, "harness.lock"), lockText(forged, sha256));
    const { err } = await harness(dir, ["promote", "--check"]);
    for (const file of [...versions, "rubrics/versions/helpful@1.yaml"])
      expect(err).toContain(`${file}: it is not what its line in harness.lock says`);
  });

  test("a file that nobody made, one that is gone; doctor says so, too", async () => {
    const dir = await allKinds();
    expect((await harness(dir, ["doctor"])).out).toMatch(/✓ versions +4 versions, 0 promotions/);
    await writeFile(join(dir, "models/versions/other@1.json"), "{}");
    await rm(join(dir, "suites/versions/core@1.json"));
    const { err } = await harness(dir, ["promote", "--check"]);
    expect(err).toContain("models/versions/other@1.json: no line of harness.lock is about it");
    expect(err).toContain("suites/versions/core@1.json: the file of core@1 is not there");
    expect((await harness(dir, ["doctor"])).out).toMatch(/✗ versions +suites\/versions\/core@1\.json/);
    // One that is damaged keeps nobody from seeing the others.
    expect((await does(dir, "suites")).out).toContain("the file of core@1 is not there");
  });
});

test("two processes that promote at once: one does, the other is told", async () => {
  const dir = await allKinds();
  await registers(dir, "ft:m:2");
  const promote = (version: number): readonly string[] => {
    const to = ["--to", "production", "--why", `v${version}`, "--unproven"];
    return ["promote", `model:my-ft@${version}`, ...to];
  };
  const both = await Promise.all([1, 2].map(async (version) => start(dir, promote(version)).ended));
  const [last] = json(await does(dir, "models", "log", "my-ft", "--json"));
  for (const { code, err } of both)
    if (code !== 0)
      expect(err).toMatch(/^harness: nothing was changed: .* put my-ft@\d into production meanwhile/);
  expect(both.some(({ code }) => code === 0)).toBe(true);
  expect(last).toMatchObject({ record: "stage", stage: "production" });
  expect((await does(dir, "promote", "--check")).err).toContain(" ok ");
});

describe("refused in one line, which says what to type", () => {
  const register = ["models", "register", "x", "--provider", "openai", "--id", "m"] as const;
  const lines: readonly (readonly [argv: readonly string[], line: RegExp])[] = [
    [["models", "lst"], /there are list, show, log, diff, register/],
    [["models", "register", "x", "-m", "y"], /say whose it is; there are anthropic, openai/],
    [["models", "register", "x", "--provider", "opnai"], /did you mean "openai"\?; there are/],
    [["models", "register", "x", "--provider", "openai"], /say what the provider calls it/],
    [[...register], /say why.*harness models register x --provider/],
    [[...register, "-m", "y", "--commit", "HEAD"], /--commit: it must be 7 to 64 hex digits/],
    [[...register, "-m", "y", "--training-dataset", "none"], /neither such a file nor such a dataset/],
    [[...register, "-m", "y", "--training-dataset", "train@9"], /neither|there is no train@9/],
    [[...register, "-m", "y", "--params", "list.json"], /--params list\.json: it holds no mapping/],
    [[...register, "-m", "y", "--params", "none.json"], /none\.json: there is no such file/],
    [[...register, "-m", "y", "--metrics", "broken.json"], /--metrics broken\.json: broken JSON/],
    [["models", "register", "Bad Name", "-m", "y"], /a name is 1 to 40/],
    [["models", "show", "none"], /none has no version.*harness models register none/],
    [["models", "show", "my-ft@7"], /there is no my-ft@7; see: harness models log my-ft/],
    [["models", "log", "dataset:train"], /this is no model; see: harness datasets log train/],
    [["promote", "thing:x@1", "--to", "staging"], /there are prompt, model, rubric, suite, dataset/],
    [
      ["promote", "model:my-ft", "--to", "staging"],
      /harness models lists them; to make one: harness models register/,
    ],
    [
      ["promote", "suite:core@1", "--to", "production", "--why", "x"],
      /no receipt.*suite:core@1 .*--unproven/,
    ],
    [
      ["rollback", "rubric:helpful", "--why", "x"],
      /no version of helpful is in production; see: harness rubrics log/,
    ],
    [["rubrics", "commit", "helpfull", "-m", "x"], /did you mean "helpful"/],
    [
      ["suites", "commit", "prompts", "-m", "x"],
      /there is no suite "prompts"; a suite is a folder with suite\.yaml/,
    ],
    [["suites", "commit", "broken", "-m", "x"], /tasks\/broken\/suite\.yaml:1: /],
    [["suites", "commit", "lines", "-m", "x"], /tasks\/lines\/cases\.jsonl:2: it is no JSON/],
  ];
  test("all of them, in one project", async () => {
    const dir = await allKinds({
      "list.json": "[1]",
      "broken.json": "{",
      "tasks/prompts/x.yaml": "",
      "tasks/broken/suite.yaml": "a: [",
      "tasks/lines/suite.yaml": "suite: lines",
      "tasks/lines/cases.jsonl": "{}\n{\n",
    });
    for (const [argv, line] of lines) expect(await refused(dir, ...argv)).toMatch(line);
  });
});

test("a project without any has nothing, and says how to make one", async () => {
  const dir = await folder({ "harness.yaml": "" });
  await mkdir(join(dir, "tasks"));
  expect((await does(dir, "models")).err).toContain("harness models register NAME");
  expect((await does(dir, "datasets")).err).toContain("harness datasets add FILE --name NAME");
  expect((await does(dir, "suites")).err).toContain("harness suite new NAME --target prompt:NAME");
});
