import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { userInfo } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStorageReader } from "../../../src/edges/sqlite/storage.ts";
import type { Answer } from "../../../src/core/ports.ts";
import { cells } from "../../../src/cli/view/cells.ts";
import { fill, folder, harness } from "../ground.ts";
import type { Done } from "../ground.ts";
import { storeRuns, voided } from "./state.ts";
import { card } from "./table.ts";

const hour = 3_600_000;
const { username } = userInfo();
const push = {
  ...card,
  action: "git push origin agent/x\u202E",
  args: { command: "git push origin agent/x\u202E" },
  risk: "external" as const,
  parts: [
    {
      text: "git push origin agent/x\u202E",
      risk: "external" as const,
      because: "git push changes a remote",
    },
  ],
  hosts: [],
};

/** Made once; each test has a copy. */
let made = "";
let dir = "";
beforeAll(async () => {
  made = await folder({}, false);
  await storeRuns(made, [
    {
      id: "7k2m",
      tasks: ["dependency", "exports", "invoices"],
      askedAt: Date.now() - 6 * hour - 12 * 60_000,
    },
    { id: "5pd0", tasks: ["publish"], askedAt: Date.now() - 60_500, card: () => push },
    { id: "9qx4", tasks: ["docs"], askedAt: Date.now() - 500, after: voided },
  ]);
});
afterAll(async () => rm(made, { recursive: true, force: true }));
beforeEach(async () => {
  dir = await folder();
  await cp(made, dir, { recursive: true });
});

const approvals = async (...argv: readonly string[]): Promise<Done> => harness(dir, ["approvals", ...argv]);

const answersOf = async (run: string): Promise<readonly Answer[]> => {
  const storage = await openStorageReader(join(dir, ".harness"));
  try {
    return await storage.journal.answers(run);
  } finally {
    await storage.close();
  }
};

/** Short names in the order they were asked. */
async function shorts(run: string): Promise<readonly string[]> {
  const rows = (await approvals("--json")).out.trimEnd().split("\n");
  return rows
    .map((row) => JSON.parse(row) as { run: string; short: string })
    .flatMap((row) => (row.run === run ? [row.short] : []));
}

describe("the list", () => {
  test("over all runs, the oldest first, the same requests on one line, with whole commands", async () => {
    const [first] = await shorts("7k2m");
    const [other] = await shorts("5pd0");
    const [again] = await shorts("9qx4");
    const { code, out } = await approvals();
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      " 5 wait for a person · oldest 6 h 12 min",
      ` ?  ${first}  7k2m dependency  npm uninstall moment  (3 alike)  network   6 h 12 min`,
      ` ?  ${other}  5pd0 publish     git push origin agent/x‹U+202E›  external       1 min`,
      ` ?  ${again}  9qx4 docs        npm uninstall moment             network          now`,
      ` harness approvals show 7k2m/${first}     all of it`,
      ` harness approvals approve 7k2m/${first}     or reject 7k2m/${first} --note …`,
      " harness approvals watch     one by one, with keys",
      "",
    ]);
  });

  test.each([40, 60, 80])("fits a terminal of %i columns", async (columns) => {
    const { out } = await harness(dir, ["approvals"], {
      terminal: { columns, rows: 24, write: () => undefined },
    });
    const rows = out.split("\n").filter((line) => line.startsWith(" ?"));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(cells(row)).toBeLessThan(columns);
  });

  test("for machines: one object a line with all a script needs to answer", async () => {
    const { out } = await approvals("--json");
    const rows = out
      .trimEnd()
      .split("\n")
      .map((row) => JSON.parse(row) as Record<string, unknown>);
    expect(rows).toHaveLength(5);
    const [first, second, third] = rows;
    expect(first).toMatchObject({
      run: "7k2m",
      id: `7k2m/${String(first?.["short"])}`,
      kind: "approval",
      task: "dependency",
      risk: "network",
      tool: "bash",
      action: "npm uninstall moment",
      args: card.args,
      cwd: "/workspace",
      hosts: ["packages.example:443"],
      parts: card.parts,
      rule: null,
      tree: card.tree,
      expires: null,
      alike: [second?.["id"], third?.["id"]],
      answers: ["approve", "reject"],
    });
    expect(rows[3]).toMatchObject({ run: "5pd0", alike: [], action: "git push origin agent/x\u202E" });
  });

  test("show has the whole card, and which commands answer it", async () => {
    const [short = ""] = await shorts("5pd0");
    const { code, out } = await approvals("show", short);
    expect(code).toBe(0);
    expect(out).toContain("│ run       git push origin agent/x‹U+202E› ");
    expect(out).toContain("contains characters that cannot be seen: ‹U+202E› right-to-left override");
    expect(out).toContain(`│ tree      ${card.tree} `);
    expect(out).toContain(
      `\n harness approvals approve 5pd0/${short}\n harness approvals reject 5pd0/${short}\n`,
    );
    expect(JSON.parse((await approvals("show", short, "--json")).out)).toMatchObject({ id: `5pd0/${short}` });
  });
});

describe("an answer", () => {
  test("approve and reject --note leave a row each, and what is answered waits no more", async () => {
    const [first = "", second = ""] = await shorts("7k2m");
    expect(await approvals("approve", first)).toMatchObject({
      code: 0,
      err: " taken. A living run goes on by itself; otherwise: harness resume 7k2m\n",
    });
    expect((await approvals("reject", `7k2m/${second}`, "--note", "use yarn")).code).toBe(0);
    expect((await answersOf("7k2m")).map(({ value }) => value)).toEqual([
      { type: "approval", answer: "grant", edited: null, note: null, rule: null },
      {
        type: "approval",
        answer: "refuse",
        edited: null,
        note: expect.stringMatching(/^[0-9a-f]{64}$/),
        rule: null,
      },
    ]);
    expect((await shorts("7k2m")).length).toBe(1);
  });

  test("reject without a note is taken, and says what the worker would have known", async () => {
    const [first = ""] = await shorts("7k2m");
    const { code, err } = await approvals("reject", first);
    expect([code, err]).toEqual([0, expect.stringContaining("with --note it would know what to do instead")]);
  });

  test("a second one is told who was first, with what and when", async () => {
    const [first = ""] = await shorts("7k2m");
    await approvals("approve", first);
    const { code, err } = await approvals("reject", first);
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(
        `^harness: nothing that waits is called ${first} any more: ${username} approved it, \\d\\d:\\d\\d:\\d\\d; yours was not taken\n$`,
      ),
    );
  });

  test("of two at the same time one is taken", async () => {
    const [first = ""] = await shorts("7k2m");
    const both = await Promise.all([approvals("approve", first), approvals("reject", first)]);
    expect(both.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(both.find(({ code }) => code !== 0)?.err).toMatch(/(approved|rejected) it, .*yours was not taken/);
    expect(await answersOf("7k2m")).toHaveLength(1);
  });

  test("--alike answers all that are the same, each with a row of its own", async () => {
    const names = await shorts("7k2m");
    const { err } = await approvals("approve", names[0] ?? "", "--alike");
    expect(err).toContain(` taken ${names.join(", ")}. `);
    expect(new Set((await answersOf("7k2m")).map(({ subject }) => subject)).size).toBe(3);
    expect((await answersOf("5pd0")).length).toBe(0);
  });

  test("--edit takes the command from a file; the same command is no edit; an empty one is refused", async () => {
    const [first = "", second = "", third = ""] = await shorts("7k2m");
    await fill(dir, { "other.sh": "npm ls\n", "same.sh": "npm uninstall moment\n", "empty.sh": " \n" });
    expect((await approvals("approve", first, "--edit", "other.sh")).code).toBe(0);
    expect((await approvals("approve", second, "--edit", "same.sh")).code).toBe(0);
    expect(await approvals("approve", third, "--edit", "empty.sh")).toMatchObject({
      code: 2,
      err: "harness: empty.sh: the command is empty; to keep it from running, reject it\n",
    });
    const [edited, same] = await answersOf("7k2m");
    expect(edited?.value).toMatchObject({ answer: "grant-edited" });
    expect(same?.value).toMatchObject({ answer: "grant", edited: null });
  });

  test("--remember writes the rule and says where; a broken file is told, and nothing is answered", async () => {
    const [first = ""] = await shorts("7k2m");
    await fill(dir, { "harness.yaml": "approvals: {}\n" });
    expect((await approvals("approve", first, "--remember", "--until", "tomorrow")).err).toContain(
      "give a day to come",
    );
    const { code, err } = await approvals("approve", first, "--remember", "--until", "2999-01-31");
    const line =
      "{ bash: npm uninstall moment, hosts: [ packages.example:443 ], then: allow, until: 2999-01-31 }";
    expect([code, err]).toEqual([0, expect.stringContaining(` written    harness.yaml:1: ${line}\n`)]);
    expect(await readFile(join(dir, "harness.yaml"), "utf8")).toBe(`approvals: { rules: [ ${line} ] }\n`);
  });

  test("what cannot be one is refused, and leaves nothing", async () => {
    const [id = ""] = await shorts("7k2m");
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [["reject", id, "--edit", "x"], `--edit goes with approve; ${id} is not approved so`],
      [["approve", id, "--until", "2999-01-01"], "--until goes with --remember"],
      [
        ["approve", id, "--remember", "--edit", "x"],
        "--remember makes a rule of what was asked, --edit changes it",
      ],
      [["settle", id, "happened"], `${id} can be answered by approve, reject, not by settle`],
      [["approve"], "harness approvals approve ID: say which ("],
      [["show", "a9999"], "nothing that waits is called a9999; there are "],
    ];
    for (const [argv, told] of refusals)
      expect(await approvals(...argv)).toMatchObject({ code: 2, err: expect.stringContaining(told) });
    expect(await answersOf("7k2m")).toEqual([]);
  });
});

test("a request that came to nothing says why, and which one asks again", async () => {
  const [again = ""] = await shorts("9qx4");
  const old = `9qx4/a${Number(again.slice(1)) - 4}`;
  expect(await approvals("approve", old)).toEqual({
    code: 1,
    out: "",
    err: `harness: refused: the workspace changed after the request (91ae → 3c02); nothing ran. ${again} asks again.\n`,
  });
});
