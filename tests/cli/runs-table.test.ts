import { expect, test } from "vitest";
import { fill, folder } from "./ground.ts";
import { comesTo, refusal, runGoal } from "./comparing.ts";
import { greeting } from "./stories.ts";

const goal = (
  title: string,
  front: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> => {
  const files = greeting({ price: { input: 1, output: 5 } }, front);
  return { ...files, "goal.md": (files["goal.md"] ?? "").replace("# A greeting", `# ${title}`) };
};

/** Reads RFC 4180, as a spreadsheet does. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(cell)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  expect(text.endsWith("\r\n")).toBe(true);
  return rows;
}

test("runs are asked for by what they were made of and how they went", async () => {
  const dir = await folder(goal('=SUM(A1), "quoted"', { attempts: 2 }));
  expect(await refusal(dir, ["runs", "--csv"])).toContain("there is no run");
  const first = await runGoal(dir);
  await fill(dir, goal("Zoë greets, at last", { attempts: 4 }));
  const second = await runGoal(dir);

  const ids = async (...where: readonly string[]): Promise<readonly string[]> => {
    const conditions = where.flatMap((one) => ["--where", one]);
    const { out } = await comesTo(0, dir, ["runs", ...conditions, "--columns", "id", "--json"]);
    return out.split("\n").flatMap((line) => (line === "" ? [] : (JSON.parse(line) as { id: string }).id));
  };
  const both = [first, second];
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ["limit.attempts=2", [first]],
    ["limit.attempts != 2", [second]],
    ["limit.attempts>2", [second]],
    ["limit.attempts>=2", both],
    ["limit.attempts<4", [first]],
    ["limit.attempts<=4", both],
    ["limit.attempts<2", []],
    ["cost>0", both],
    ["cost>0.000001", both],
    ["outcome=met", both],
    ["outcome=Met", []],
    ["title~ZOË", [second]],
    ["title~quoted", [first]],
    ["title>Y", [second]],
    ["plan=anything", []],
    ["plan!=anything", both],
    [`id=${first}`, [first]],
    ["model.worker=scripted/script.yaml", both],
    ["price.scripted/script.yaml~5 out", both],
  ];
  const found: (readonly [string, readonly string[]])[] = [];
  for (const [where] of asked) found.push([where, await ids(where)]);
  expect(found).toEqual(asked);
  expect(await ids("limit.attempts>1", "title~zoë", "outcome=met")).toEqual([second]);
  expect(await ids("limit.attempts>2", "title~quoted")).toEqual([]);

  const csv = await comesTo(0, dir, ["runs", "--csv", "--columns", "title, id,outcome,plan"]);
  expect(readCsv(csv.out)).toEqual([
    ["title", "id", "outcome", "plan"],
    [`'=SUM(A1), "quoted"`, first, "met", ""],
    ["Zoë greets, at last", second, "met", ""],
  ]);
  const usual = readCsv((await comesTo(0, dir, ["runs", "--csv", "--where", "limit.attempts=4"])).out);
  expect(usual.map((row) => row.length)).toEqual([9, 9]);
  expect(usual[1]?.[usual[0]?.indexOf("cost") ?? -1]).toMatch(/^0\.\d{6}$/);

  const whole = (await comesTo(0, dir, ["runs", "--json", "--where", `id=${first}`])).out;
  expect(JSON.parse(whole)).toMatchObject({
    id: first,
    title: '=SUM(A1), "quoted"',
    outcome: "met",
    grade: "replayable",
    "limit.attempts": 2,
    plan: null,
  });
  const table = await comesTo(0, dir, ["runs", "--columns", "id,limit.attempts"]);
  expect(table.out.split("\n").map((line) => line.trim().split(/\s+/))).toEqual([
    ["id", "limit.attempts"],
    [first, "2"],
    [second, "4"],
    [""],
  ]);

  expect(await comesTo(0, dir, ["runs", "--where", "limit.attempts>9"])).toEqual({
    code: 0,
    out: "",
    err: " none of 2 runs fits limit.attempts>9\n",
  });
  expect(await refusal(dir, ["runs", "--where", "limit.atempts=2"])).toContain(
    'no run has a field "limit.atempts"; did you mean "limit.attempts"',
  );
  expect(await refusal(dir, ["runs", "--columns", "id,outcom"])).toContain('did you mean "outcome"');
  expect(await refusal(dir, ["runs", "--where", "limit.attempts=two"])).toContain(
    "limit.attempts is a number",
  );
  for (const wrong of ["", "cost", "=2", "cost!2"])
    expect(await refusal(dir, ["runs", "--where", wrong])).toContain("write a field, one of");
});
