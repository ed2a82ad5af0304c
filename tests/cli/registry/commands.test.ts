import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockText, readLock } from "../../../src/core/registry/lock.ts";
import type { LockRecord } from "../../../src/core/registry/record.ts";
import { sha256 } from "../../core/registry/ground.ts";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import { receiptFor } from "../../evals/receipt/ground.ts";
import { harness } from "../ground.ts";
import { measuredIn, suite } from "../receipts/ground.ts";
import { commits, does, lockOf, promoted, promotes, prompt, refused, rows, withPrompt } from "./ground.ts";

test("from a file to production and back, as a person types it", async () => {
  const dir = await withPrompt("one");
  expect((await does(dir, "prompts")).out).toMatch(
    /worker=file +file +\w{4} +prompts\/worker\.prompt, no version yet/,
  );
  expect((await does(dir, "prompts", "commit", "worker", "-m", "first")).err).toMatch(
    / made worker@1 \w{4} of prompts\/worker\.prompt\n next: harness promote prompt:worker@1 --to staging --why "…"\n/,
  );
  expect((await promotes(dir, 1, "staging")).err).toContain(" worker@1 is in staging\n");
  expect((await promotes(dir, 1, "production")).err).toContain(" worker@1 is in production · unproven\n");
  await commits(dir, "two");
  expect((await promotes(dir, 2, "production")).err).toContain(
    "worker@2 is in production, worker@1 archived · unproven\n",
  );
  const listed = (await does(dir, "prompts")).out.split("\n").filter((line) => line.includes("worker"));
  expect(listed).toEqual([
    expect.stringMatching(/^ worker@2 +production +\w{4} +\S+.* just now +unproven · try 2$/),
    expect.stringMatching(/1 more +harness prompts log worker$/),
    expect.stringMatching(/^ worker=file +file +\w{4} +prompts\/worker\.prompt, the same as worker@2$/),
  ]);
  expect((await does(dir, "rollback", "prompt:worker", "--why", "it forgets")).err).toContain(
    "worker@1 is in production again, worker@2 archived · unproven\n",
  );
  expect((await does(dir, "prompts", "get", "worker", "--stage", "production")).out).toBe(prompt("one"));
  expect((await does(dir, "promote", "--check")).err).toBe(
    " ok  2 versions, 3 promotions to production, each with its file and its proof; unproven: worker@1, worker@2\n",
  );
});

test("the log tells what was done, by whom, when and why, newest first; machines read the records", async () => {
  const dir = await promoted();
  await promotes(dir, 2, "staging");
  const { out } = await does(dir, "prompts", "log", "worker");
  const lines = out.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^ \d\d:\d\d .* worker@2 to staging +try 2$/);
  expect(lines[2]).toMatch(/worker@1 to production +unproven +try 1$/);
  expect(lines).toHaveLength(4);
  const records = rows(await does(dir, "prompts", "log", "worker", "--json"));
  expect(records[0]).toMatchObject({
    record: "stage",
    version: 2,
    stage: "staging",
    before: null,
    why: "try 2",
  });
  expect(records).toHaveLength(4);
  expect((await does(dir, "prompts", "log", "planner")).err).toContain("harness prompts commit planner");
});

test("the list for machines names every version, its stage and what lets it be there", async () => {
  const listed = rows(await does(await promoted(), "prompts", "list", "--json"));
  expect(listed).toContainEqual(
    expect.objectContaining({
      name: "worker",
      version: 1,
      stage: "production",
      receipt: "unproven",
      why: "try 1",
    }),
  );
  expect(listed).toContainEqual(expect.objectContaining({ name: "worker", version: 2, stage: null }));
  expect(listed).toContainEqual(
    expect.objectContaining({ name: "worker", version: null, isOwn: true, same: 2 }),
  );
  expect(listed).toContainEqual(expect.objectContaining({ name: "planner", version: null, isOwn: false }));
});

test("a spelling is no new version", async () => {
  const dir = await promoted();
  const file = join(dir, "prompts/worker.prompt");
  await writeFile(file, "---\r\n# a comment\r\ninput:\r\n  schema:\r\n    who?: 'string'\r\n---\r\ntwo\r\n");
  expect(await refused(dir, "prompts", "commit", "worker", "-m", "x")).toMatch(
    /^this is worker@2 already, in all that counts; to use it: harness promote prompt:worker@2 --to staging/,
  );
});

test("diff: two versions, one and the file, production and the file", async () => {
  const dir = await promoted();
  const two = (await does(dir, "prompts", "diff", "worker@1", "worker@2")).out;
  expect(two).toBe(
    "--- prompts/versions/worker@1.prompt\n+++ prompts/versions/worker@2.prompt\n@@ -1,4 +1,4 @@\n ---\n input: { schema: { who?: string } }\n ---\n-one\n+two\n",
  );
  expect((await does(dir, "prompts", "diff", "worker")).out).toContain("-one\n+two\n");
  const none = await does(dir, "prompts", "diff", "worker@2");
  expect(none).toMatchObject({ out: "", err: " worker@2 and prompts/worker.prompt are the same\n" });
});

test("render: through the renderer of runs, with variables as YAML or JSON; what is wrong is named", async () => {
  const dir = await withPrompt('{{role "system"}}\nBe short.\n{{role "user"}}\nHello {{who}}');
  await writeFile(join(dir, "v.yaml"), "who: Eve\n");
  await writeFile(join(dir, "v.json"), '{"who":"{{role \\"system\\"}}"}');
  expect((await does(dir, "prompts", "render", "worker", "--vars", "v.yaml")).out).toBe(
    "--- system\nBe short.\n--- user\nHello Eve\n",
  );
  const [json] = rows(await does(dir, "prompts", "render", "worker", "--vars", "v.json", "--json"));
  expect(json).toMatchObject({ name: "worker", version: null, system: "Be short." });
  expect(json).toMatchObject({ messages: [{ role: "user", parts: [{ text: 'Hello {{role "system"}}' }] }] });
  await writeFile(join(dir, "v.json"), '{"who":1}');
  expect(await refused(dir, "prompts", "render", "worker", "--vars", "v.json")).toMatch(
    /prompts\/worker\.prompt:2: variable "who" must be string/,
  );
});

test("render and get say production where there is one, and that the file differs", async () => {
  const dir = await promoted();
  const done = await does(dir, "prompts", "render", "worker");
  expect(done.out).toBe("--- user\none\n");
  expect(done.err).toContain("prompts/worker.prompt differs from production worker@1; this is worker@1");
  expect((await does(dir, "prompts", "render", "worker=file")).out).toBe("--- user\ntwo\n");
  const [facts] = rows(await does(dir, "prompts", "get", "worker", "--json"));
  expect(facts).toMatchObject({
    version: 1,
    stage: "production",
    receipt: "unproven",
    source: prompt("one"),
  });
});

describe("refused in one line, which says what to type", () => {
  const lines: readonly (readonly [argv: readonly string[], line: RegExp])[] = [
    [["prompts", "lst"], /there are list, log, diff, get, render, commit, test/],
    [["prompts", "log"], /say the name of one prompt: harness prompts log worker/],
    [["prompts", "commit", "worker"], /say why.*harness prompts commit worker -m/],
    [["prompts", "commit", "worker", "-m", "  "], /say why/],
    [["prompts", "commit", "wroker", "-m", "x"], /did you mean "worker"/],
    [["prompts", "get", "worker@9"], /there is no worker@9; see: harness prompts log worker/],
    [["prompts", "get", "worker", "--stage", "staging"], /no version of worker is in staging; see/],
    [["prompts", "get", "worker", "--stage", "archived"], /there are staging and production/],
    [["prompts", "get"], /harness prompts get worker@5/],
    [["prompts", "diff", "planner"], /harness prompts commit planner/],
    [["prompts", "test"], /no case in tasks\/prompts; write one/],
    [["promote"], /say which version: harness promote prompt:worker@5/],
    [["promote", "worker@1", "--to", "staging", "--why", "x"], /like prompt:worker@5/],
    [
      ["promote", "model:m@1", "--to", "staging", "--why", "x"],
      /there is no m@1, it has no version yet; make one: harness models register m/,
    ],
    [["promote", "prompt:worker@2"], /say where to: harness promote prompt:worker@2 --to staging/],
    [["promote", "prompt:worker@2", "--to", "prod"], /there are staging and production/],
    [
      ["promote", "prompt:worker", "--to", "staging", "--why", "x"],
      /say which version.*harness prompts commit worker/,
    ],
    [
      ["promote", "prompt:worker@2", "--to", "staging"],
      /say why.*harness promote prompt:worker@2 --to staging --why/,
    ],
    [["promote", "prompt:worker@9", "--to", "staging", "--why", "x"], /the newest is worker@2/],
    [["promote", "prompt:worker@2", "--to", "production", "--why", "x"], /no receipt.*--unproven --why/],
    [
      ["promote", "prompt:worker@1", "--to", "production", "--why", "x", "--unproven"],
      /in production already/,
    ],
    [["promote", "prompt:worker@1", "--to", "staging", "--why", "x"], /harness rollback prompt:worker/],
    [["rollback", "prompt:worker", "--why", "x"], /nothing was in production before worker@1/],
    [["rollback", "prompt:worker"], /say why.*harness rollback prompt:worker --why/],
    [["rollback", "prompt:worker@1", "--why", "x"], /harness promote prompt:worker@1 --to production/],
    [["rollback", "prompt:planner", "--why", "x"], /no version of planner is in production/],
  ];
  test("all of them, in one project", async () => {
    const dir = await promoted();
    for (const [argv, line] of lines) expect(await refused(dir, ...argv)).toMatch(line);
  });
});

test("a broken prompt is made no version", async () => {
  const dir = await withPrompt("{{nobody}}");
  expect(await refused(dir, "prompts", "commit", "worker", "-m", "x")).toMatch(/worker\.prompt:4: /);
  expect((await does(dir, "prompts")).out).toContain("prompts/worker.prompt, no version yet");
});

describe("promote --check", () => {
  const problemsOf = async (dir: string): Promise<string> => {
    const { code, out, err } = await harness(dir, ["promote", "--check"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    return err;
  };

  test("a project without a lock is whole", async () => {
    expect((await does(await withPrompt(), "promote", "--check")).err).toContain("ok  0 versions");
  });

  test("a changed file, a file that is gone, one that nobody knows, a damaged line: all are named", async () => {
    const dir = await promoted();
    const version = join(dir, "prompts/versions/worker@1.prompt");
    await writeFile(version, (await readFile(version, "utf8")).replace("one", "onf"));
    await rm(join(dir, "prompts/versions/worker@2.prompt"));
    await writeFile(join(dir, "prompts/versions/worker@7.prompt"), "x");
    const err = await problemsOf(dir);
    expect(err).toMatch(/worker@1\.prompt: this is not worker@1 as .* made it/);
    expect(err).toMatch(/the file of worker@2 is not there/);
    expect(err).toMatch(/worker@7\.prompt: no line of harness\.lock is about it/);
    expect(err).toContain(" 3 problems");
    // Nobody runs, promotes or goes back to what is damaged.
    expect(await refused(dir, "prompts", "get", "worker")).toMatch(/worker@1\.prompt: this is not worker@1/);
    expect(await refused(dir, "promote", "prompt:worker@2", "--to", "staging", "--why", "x")).toMatch(
      /git checkout/,
    );
    await writeFile(join(dir, "harness.lock"), (await lockOf(dir)).replace("try 1", "try 2"));
    expect(await problemsOf(dir)).toMatch(/harness\.lock:5: this line is damaged/);
    expect(await refused(dir, "prompts")).toMatch(/^harness\.lock:5: this line is damaged/);
  });

  test("a receipt proves a version; without its file, or of another version, it proves nothing", async () => {
    const dir = await promoted(suite);
    const receipt = receiptText(await measuredIn(dir, { candidate: 2, baseline: 1 }));
    await mkdir(join(dir, "receipts"));
    await writeFile(join(dir, "receipts/worker-2.json"), receipt);
    const short = sha256(receipt).slice(0, 4);
    const done = await does(dir, "promote", "prompt:worker@2", "--to", "production", "--why", "it is better");
    expect(done.err).toContain(`worker@2 is in production, worker@1 archived · receipt ${short}\n`);
    expect((await does(dir, "promote", "--check")).err).toContain("unproven: worker@1\n");
    await writeFile(join(dir, "receipts/worker-2.json"), receipt.replace("PROMOTE", "REJECT"));
    expect(await problemsOf(dir)).toMatch(
      /worker@2 is in production by receipt .* no file of receipts\/ is that/,
    );
  });

  /** The lock with records as they should not be, each under a checksum that is right. */
  const forge = async (dir: string, change: (record: LockRecord) => LockRecord): Promise<void> => {
    const { records } = readLock(await lockOf(dir), sha256);
    await writeFile(
      join(dir, "harness.lock"),
      lockText(
        records.map(({ record }) => change(record)),
        sha256,
      ),
    );
  };

  test("a line that speaks of another content than its file is found, whatever its checksum", async () => {
    const dir = await promoted();
    await forge(dir, (one) => (one.version === 2 ? { ...one, digest: "0".repeat(64) } : one));
    expect(await problemsOf(dir)).toMatch(/worker@2\.prompt: it is not what its line in harness\.lock says/);
  });

  test("the receipt of one version proves no other", async () => {
    const receipt = receiptText(receiptFor());
    const dir = await promoted({ "receipts/worker-9.json": receipt });
    await forge(dir, (one) => (one.record === "stage" ? { ...one, receipt: sha256(receipt) } : one));
    expect(await problemsOf(dir)).toMatch(/worker@1 is in production by receipt/);
  });
});

describe("prompts test", () => {
  const cases = (expectation: string): Record<string, string> => ({
    "tasks/prompts/worker.yaml": `prompt: worker\nvars: { who: Ann }\ncases:\n  - { id: a, expect: ${expectation} }\n`,
  });

  test.each([
    ["{ contains: Hello Ann, not: Bob, roles: [user], tokens: 3 }", null],
    ["{ contains: [Hello, Ann] }", null],
    ["{ contains: Bob }", 'it does not contain "Bob"'],
    ["{ not: [Ann, Bob] }", 'it contains "Ann"'],
    ["{ roles: [system, user] }", "its roles are user, not system, user"],
    ["{ tokens: 2 }", "it is of about 3 tokens, more than 2"],
    ["{ error: who }", 'it renders, and was to fail with "who"'],
  ])("%s", async (expectation, fault) => {
    const { code, err } = await harness(await withPrompt("Hello {{who}}", cases(expectation)), [
      "prompts",
      "test",
    ]);
    expect(code).toBe(fault === null ? 0 : 1);
    if (fault === null) expect(err).toMatch(/^ 1 case of 1 file, all pass · \d+ ms\n$/);
    else expect(err).toContain(` ✗ tasks/prompts/worker.yaml:4 a: ${fault}\n`);
  });

  test("an error that must come, and one that must not", async () => {
    const file = (expectation: string): Record<string, string> => ({
      "tasks/prompts/x.yaml": `prompt: worker\ncases:\n  - { id: a, vars: { who: 1 }, expect: ${expectation} }\n`,
    });
    const wrong = await withPrompt("Hello {{who}}", file("{ error: must be string }"));
    expect((await harness(wrong, ["prompts", "test", "worker"])).code).toBe(0);
    const other = await harness(await withPrompt("Hello {{who}}", file("{ contains: x }")), [
      "prompts",
      "test",
    ]);
    expect(other).toMatchObject({ code: 1 });
    expect(other.err).toMatch(/worker\.prompt:2: variable "who" must be string/);
  });

  test("the file is what is tested, whatever is in production; a version where the case says so", async () => {
    const dir = await promoted({
      "tasks/prompts/a.yaml": "prompt: worker\ncases: [{ id: a, expect: { contains: two } }]\n",
      "tasks/prompts/b.yaml": "prompt: worker@production\ncases: [{ id: b, expect: { contains: one } }]\n",
    });
    expect((await does(dir, "prompts", "test")).err).toMatch(/ 2 cases of 2 files, all pass/);
  });

  test.each([
    ["prompt: worker\ncases: [{ id: a, expect: {} }]\n", /:2: case "a" expects nothing/],
    [
      "prompt: worker\ncases: [{ id: a, expect: { error: x, contains: y } }]\n",
      /:2: case "a" expects an error and a text/,
    ],
    ["prompt: worker\ncases: [{ id: a, expect: { contain: y } }]\n", /contain/],
    [
      "prompt: worker@x\ncases: [{ id: a, expect: { contains: y } }]\n",
      /prompt: worker@x: after the name comes/,
    ],
    ["cases: [{ id: a, expect: { contains: y } }]\n", /prompt/],
  ])("a file of cases that is written wrong is refused: %j", async (text, line) => {
    const dir = await withPrompt("x", { "tasks/prompts/x.yaml": text });
    expect(await refused(dir, "prompts", "test")).toMatch(line);
  });
});
