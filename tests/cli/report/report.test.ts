import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepReport } from "../../../src/cli/evaluation/stored-reports.ts";
import { openEvaluations } from "../../../src/edges/sqlite/evaluations.ts";
import { decided } from "../../../src/evals/report/decided.ts";
import type { Report } from "../../../src/evals/report/report.ts";
import { comesTo, refusal } from "../comparing.ts";
import { folder, harness } from "../ground.ts";
import { storedSample } from "../../evals/report/sample-report.ts";
import type { Sample } from "../../evals/report/sample-report.ts";

/** A project in which these evaluations were made, the last one last. */
async function project(
  samples: readonly (Sample & { readonly suite?: string; readonly version?: number })[],
): Promise<string> {
  const dir = await folder({ "harness.yaml": "{}\n" });
  const evaluations = await openEvaluations(join(dir, ".harness"));
  for (const [index, { suite = "core", version = 6, ...sample }] of samples.entries()) {
    const stored = storedSample({ seed: index + 1, ...sample });
    const report = {
      ...stored,
      at: stored.at + index * 86_400_000,
      suite: { ...stored.suite, name: suite },
      candidate: { ...stored.candidate, version },
    };
    await keepReport(evaluations, { report, receipt: null }, decided(report));
  }
  evaluations.close();
  return dir;
}

const few: Sample = { cases: 12 };

describe("harness report", () => {
  test("without a name: version, metric and date of all, the newest first; of one suite where it is named", async () => {
    const dir = await project([few, { ...few, suite: "other" }, { ...few, mode: "smoke" }]);
    const { out } = await comesTo(0, dir, ["report"]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(
      /^ date \(UTC\) {7,}suite {2}candidate {2}against {2,}verdict {2,}report {2}quality {2}refusals {2,}cost {2}invalid {2}latency {2}tokens {2,}money$/,
    );
    expect(lines.slice(1).map((line) => /\be\d\b/.exec(line)?.[0])).toEqual(["e3", "e2", "e1"]);
    expect(lines[3]).toMatch(
      /^ 2026-09-21 14:13 {2}core {3}worker@6 {3}worker@5 {2}INCONCLUSIVE {2}e1 +[.1]\S+ +\d+\.\d % +\$\.00\d\d +0\.0 % +\d+\.\d s +\d+ +\$\.\d+$/,
    );
    expect(lines[1]).toContain("no gate");
    const { out: core } = await comesTo(0, dir, ["report", "--suite", "core"]);
    expect(core.match(/\be\d\b/g)).toEqual(["e3", "e1"]);
    expect(core).not.toContain("suite");
    const { out: json } = await comesTo(0, dir, ["report", "--json"]);
    const [head] = json
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { figures: object[] });
    expect(head).toMatchObject({
      id: "e3",
      verdict: null,
      figures: expect.arrayContaining([
        {
          name: "quality",
          value: expect.any(Number),
          text: expect.any(String),
          metric: "quasi_exact_match",
          better: "higher",
          amount: false,
        },
      ]),
    });
    expect(await refusal(dir, ["report", "--suite", "cor"])).toBe(
      '--suite cor: there is no report of it; there are some of core, other; did you mean "core"?',
    );
  });

  test("versions that answered the same cases have HELM's mean win rate, each by its newest report", async () => {
    const same = (
      version: number,
      right: number,
      more: Sample = {},
    ): Sample & { readonly version: number } => ({
      ...few,
      cases: 30,
      groups: [],
      version,
      candidate: { right, refused: 0, dollars: 0, ms: 0 },
      ...more,
    });
    const samples = [same(1, 0), same(2, 1), same(3, 0), same(3, 1), same(4, 0.5)];
    const dir = await project([...samples, { ...same(5, 1), cases: 20 }, { ...same(6, 1), mode: "smoke" }]);
    const { out } = await comesTo(0, dir, ["report", "--json"]);
    const heads = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; win_rate: number | null; figures: object[] });
    const rates = Object.fromEntries(heads.map(({ id, win_rate }) => [id, win_rate]));
    // Of quality 2 and 3 (its newest) are both best, 4 is in the middle, 1 worst; of refusals and the like all are equal,
    // and what money, time and tokens they took counts for nothing.
    expect(rates).toMatchObject({ e3: null, e6: null, e7: null });
    const newest = ["e1", "e2", "e4", "e5"].map((id) => rates[id] ?? NaN);
    expect(newest[1]).toBe(newest[2]);
    expect(newest[3]).toBe(0.5 - (0.5 - (newest[0] ?? NaN)) / 3);
    expect(newest.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(2, 12);
    expect(newest[1]).toBeGreaterThan(newest[0] ?? NaN);
    const { out: table } = await comesTo(0, dir, ["report"]);
    const [head = "", ...lines] = table.split("\n");
    expect(head).toMatch(/ win rate +money$/);
    const at = head.indexOf("win rate");
    const shown = lines.slice(0, -1).map((line) => line.slice(at, at + 8).trim());
    const text = (rate: number | undefined): string => (rate ?? NaN).toFixed(2).replace(/^0/, "");
    expect(shown).toEqual(["", "", text(newest[3]), text(newest[2]), "", text(newest[1]), text(newest[0])]);
    const two = await project([same(1, 0), same(2, 1)]);
    expect((await comesTo(0, two, ["report"])).out).not.toContain("win rate");
  });

  test("where nothing was evaluated it says so, and makes nothing", async () => {
    const dir = await folder({ "harness.yaml": "{}\n" });
    const { out, err } = await comesTo(0, dir, ["report"]);
    expect([out, err]).toEqual(["", " there is no report yet; make one with: harness eval\n"]);
    expect(await refusal(dir, ["report", "e1"])).toBe(
      "report e1: nothing was evaluated here yet; see: harness eval",
    );
    await expect(readFile(join(dir, ".harness"))).rejects.toThrow("ENOENT");
  });

  test("one by its id or as much of it as tells it apart", async () => {
    const dir = await project([few, few]);
    const { out } = await comesTo(0, dir, ["report", "e2"]);
    expect(out).toContain(" candidate  worker@6         baseline  worker@5\n");
    expect(out).toMatch(/^ INCONCLUSIVE {3}quality/m);
    expect(await refusal(dir, ["report", "e"])).toBe(
      "report e: 2 begin so, like e2 and e1; write more of it",
    );
    expect(await refusal(dir, ["report", "e3"])).toMatch(
      /^report e3: there is none.*; harness report lists all$/,
    );
  });

  test("writes each form beside the others, over its own kind only", async () => {
    const dir = await project([few]);
    const argv = ["report", "e1", "--html", "--junit", "junit.xml", "--markdown", "summary.md"];
    const { err } = await comesTo(0, dir, argv);
    expect(err).toMatch(
      /^ wrote the page of an evaluation to \S+report-e1\.html \(\S+B\)\n wrote the JUnit of an evaluation to \S+junit\.xml \(\S+B\)\n wrote the summary of an evaluation to \S+summary\.md \(\S+B\)\n$/,
    );
    const page = await readFile(join(dir, "report-e1.html"), "utf8");
    await comesTo(0, dir, argv);
    expect(await readFile(join(dir, "report-e1.html"), "utf8")).toBe(page);
    await writeFile(join(dir, "junit.xml"), "<mine/>\n");
    expect(await refusal(dir, ["report", "e1", "--junit", "junit.xml"])).toMatch(
      /^--junit \S+junit\.xml: it is there and no JUnit of an evaluation; name another file, or add --force$/,
    );
    await comesTo(0, dir, ["report", "e1", "--junit", "junit.xml", "--force"]);
    expect((await comesTo(0, dir, ["report", "e1", "--html", "-"])).out).toBe(page);
  });

  test("adds to the summary of a job of GitHub", async () => {
    const dir = await project([few]);
    const file = join(dir, "step.md");
    await writeFile(file, "said before\n");
    const env = { GITHUB_STEP_SUMMARY: file };
    await comesTo(0, dir, ["report", "e1", "--markdown", file], { env });
    expect(await readFile(file, "utf8")).toMatch(/^said before\n[\s\S]*### INCONCLUSIVE: /);
  });

  test("what --json prints is a report again, in a file on another machine; it is decided anew", async () => {
    const dir = await project([few]);
    const { out } = await comesTo(0, dir, ["report", "e1", "--json"]);
    const told = JSON.parse(out) as Report;
    expect(told.decision?.verdict).toBe("INCONCLUSIVE");
    const forged = { ...told, decision: { ...told.decision, verdict: "PROMOTE" } };
    const other = await folder({ "r.json": JSON.stringify(forged), "bad.json": "{}", "no.json": "[" });
    const shown = await comesTo(0, other, ["report", "r.json"]);
    expect(shown.out).toBe((await comesTo(0, dir, ["report", "e1"])).out);
    expect(await refusal(other, ["report", "bad.json"])).toMatch(
      /^bad\.json: report: .*; give what harness report --json prints$/,
    );
    expect(await refusal(other, ["report", "no.json"])).toMatch(/^no\.json: not JSON/);
    expect(await refusal(other, ["report", "./gone.json"])).toBe(
      "report ./gone.json: there is no such file; name a file that harness report --json wrote",
    );
  });

  test("shows no secret of the project, also where a form spells it otherwise", async () => {
    const secret = `pa"ss<&word-of-12`;
    const dir = await project([{ ...few, candidate: { right: 0.1 }, words: () => `it is ${secret}` }]);
    const env = { TRACKER_TOKEN: secret };
    await writeFile(join(dir, "harness.yaml"), "secrets: { TRACKER_TOKEN: { hosts: [tracker.example] } }\n");
    for (const form of [["--html", "-"], ["--json"], ["--junit", "-"], ["--markdown", "-"], []]) {
      const { code, out } = await harness(dir, ["report", "e1", ...form], { env });
      expect(code).toBe(0);
      expect(out).not.toMatch(/word-of-12/);
      if (form.includes("--html")) expect(out).toContain("TRACKER_TOKEN");
    }
  });

  test("says what does not go together", async () => {
    const dir = await project([few]);
    expect(await refusal(dir, ["report", "--html"])).toBe(
      "--html is of one report: name it; harness report lists all",
    );
    expect(await refusal(dir, ["report", "e1", "--suite", "core"])).toMatch(/^--suite chooses among reports/);
    expect(await refusal(dir, ["report", "e1", "--json", "--junit", "x"])).toMatch(
      /^--json and --junit do not/,
    );
    expect(await refusal(dir, ["report", "e1", "--html", "-", "--junit", "-"])).toMatch(
      /^stdout takes one form/,
    );
  });
});
