import { describe, expect, test } from "vitest";
import { endingLines } from "../../../src/cli/report/ending.ts";
import { foundText, openingText, reportText } from "../../../src/cli/report/terminal.ts";
import type { Forecast } from "../../../src/cli/report/opening.ts";
import { forecastLine } from "../../../src/cli/report/opening.ts";
import { lookLine } from "../../../src/cli/report/look-line.ts";
import { acceptedMargins } from "../../../src/cli/receipts/accepted-margins.ts";
import { decideGate } from "../../../src/evals/gate/decide.ts";
import type { GateText } from "../../../src/evals/gate/spec.ts";
import { itemsOf } from "../../../src/evals/report/items.ts";
import { sampleReport, threeGuards } from "../../evals/report/sample-report.ts";
import type { Sample } from "../../evals/report/sample-report.ts";

const at = { receipt: null, exit: null, columns: 200 };

const promoted = sampleReport({
  cases: 600,
  clustered: 3,
  looks: [2, 4],
  best: {},
  forms: ["robustness:mild_mix"],
  errors: 0.004,
});

describe("a report at a terminal", () => {
  test("PROMOTE: what was compared, each look, each guard, and the command that promotes", () => {
    const text = reportText(promoted, { ...at, receipt: "receipts/worker-6.json", exit: 0 });
    expect(text).toContain(" candidate  worker@6         baseline  worker@5         best ever  worker@3\n");
    expect(text).toContain(
      " suite      core@3, held-out: 600 cases in 200 clusters, 8th evaluation on this split\n",
    );
    expect(text).toContain(
      " gate       quality −5 pts · refusals +2 pts · cost ×1.15 · planned looks at K = 2, 4, 8\n",
    );
    expect(text).toMatch(
      /^ look 1 {2}K=2 {2}3,600 answers {2}\$14\.\d\d {2}28 min {2}\d+ errors counted by policy$/m,
    );
    expect(text).toMatch(/^ look 2 {2}K=4 {2}7,200 answers .* · decided$/m);
    expect(text).toMatch(/^ {11}worker@5 {2}worker@6 {2}difference {2}still plausible {2}margin$/m);
    expect(text).toMatch(
      /^ quality {7}\.8\d\d {6}\.8\d\d {4}[+−]\d\.\d pts {9}−\d\.\d pts {4}−5\.0 {2}holds$/m,
    );
    expect(text).toMatch(/^ refusals +\d\.\d % +\d\.\d % .* {4}\+2\.0 {2}holds$/m);
    expect(text).toMatch(/^ cost +\$\.00\d\d +\$\.00\d\d +×\d\.\d\d +×\d\.\d\d {3}×1\.15 {2}holds$/m);
    expect(text).toMatch(
      /^ reported {3}robustness \.\d\d → \.\d\d · ECE \.\d\d → \.\d\d · p95 \d\.\d s → \d\.\d s · tokens \d+ → \d+$/m,
    );
    expect(text).toMatch(/^ win rate {3}worker@3 \.\d\d · worker@5 \.\d\d · worker@6 (\.\d\d|1\.00)$/m);
    expect(text).toMatch(
      /^ against best ever \(worker@3\) {3}quality [+−]\d\.\d pts, −\d\.\d still plausible {3}holds$/m,
    );
    expect(text).toMatch(
      /\n PROMOTE {4}receipts\/worker-6\.json {5}harness promote prompt:worker@6 --to production --why "…"\n$/,
    );
  });

  test("INCONCLUSIVE: says what is open, with digits enough to see why, and numbers the ways out with their commands", () => {
    const few = sampleReport({ cases: 90, looks: [2, 4, 8] });
    const text = foundText(few, { ...at, exit: 6 });
    expect(text).toMatch(
      /^ INCONCLUSIVE {2}exit 6 {3}quality [+−]\d\.\d pts, −5\.01 still plausible, margin −5\.00 .*; all looks used$/m,
    );
    expect(text).toMatch(/^ {2}1 {2}[\d,]+ more cases decide with 80 % +harness suite plan core$/m);
    expect(text).toMatch(
      /^ {2}2 {2}sign for the wider margin +harness promote prompt:worker@6 --to production --accept quality=-\d+ .*--why "…" {3}\(the receipt says so for ever\)$/m,
    );
    expect(text).toMatch(/^ {2}3 {2}keep worker@5$/m);
  });

  const floors: GateText = {
    ...threeGuards,
    guards: {
      quality: { kind: "rate", metric: "quasi_exact_match", better: "higher", margin: 0.05, floor: 0.85 },
      refusals: { kind: "rate", metric: "refusal", better: "lower", margin: 0.02, floor: 0.01 },
      cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15, floor: 0.004 },
    },
  };
  test.each<[string, readonly string[], Sample]>([
    ["two margins", ["quality", "refusals"], {}],
    ["three margins", ["cost", "quality", "refusals"], { candidate: { refused: 0.03, dollars: 0.0046 } }],
    ["three floors", ["cost", "quality", "refusals"], { baseline: null, gate: floors }],
  ])("what a person may sign for is what promote reads, and is enough: %s", (_, names, sample) => {
    const { gate, looks, answers, baseline, ...found } = sampleReport({
      cases: 90,
      looks: [2, 4, 8],
      ...sample,
    });
    const text = foundText({ ...found, gate, looks, answers, baseline }, at);
    const typed = [...text.matchAll(/--accept (\S+)/g)].map(([, one = ""]) => one);
    expect(typed.map((one) => one.replace(/=.*/, "")).toSorted()).toEqual(names);
    const margins = acceptedMargins(gate, typed, baseline === null);
    expect(margins).toEqual(found.decision?.waysOut?.accept);
    const items = itemsOf({ ...found, looks, answers, baseline });
    const taken = looks.map(({ samples }) => samples);
    expect(decideGate(gate, { items, looks: taken, accepted: margins }).verdict).toBe("PROMOTE");
  });

  test("where nobody writes so many cases, it says why, and leads with what a person can do", () => {
    const { quality } = threeGuards.guards;
    const alone = (margin: number): GateText => ({
      guards: { quality: { ...quality!, margin } as NonNullable<typeof quality> },
      looks: [2],
    });
    const near = sampleReport({ cases: 200, seed: 6, gate: alone(0.05), candidate: { right: 0.79 } });
    const text = foundText(near, at);
    expect(text).toMatch(
      /; all looks used\n {3}only [\d,]+ more cases would decide with 80 %, and there are 200: quality is −4\.8 pts, nearly its margin of −5\.0\n {2}1 {2}sign for/,
    );
    expect(text).not.toContain("suite plan");
    expect(foundText(sampleReport({ cases: 60, seed: 3, gate: alone(0.002) }), at)).toMatch(
      / more cases would decide .*: quality differs so much from case to case that versions which are equal would not be told to be\n/,
    );
    const clustered = { ...alone(0.2), least_df: 90 };
    expect(foundText(sampleReport({ cases: 60, clustered: 20, gate: clustered }), at)).toMatch(
      /: quality rests on 3 clusters, [\d.]+ degrees of freedom where 90 are needed; add cases of other clusters\n/,
    );
  });

  test("INCONCLUSIVE in the middle: the next look comes first", () => {
    const text = foundText(sampleReport({ cases: 60 }), at);
    expect(text).toContain("; the look at K = 4 is left\n");
    expect(text).toMatch(
      /^ {2}1 {2}take the look at K = 4: answers so far are kept {2}harness eval core --candidate prompt:worker@6$/m,
    );
  });

  test("a command is whole in a narrow terminal: it stands below its text", () => {
    const lines = foundText(sampleReport({ cases: 60 }), { ...at, columns: 60 }).split("\n");
    const at3 = lines.indexOf("  3  sign for the wider margin");
    expect(lines[at3 + 1]).toMatch(/^ {7}harness promote prompt:worker@6 .* --why "…" {3}\(the receipt/);
  });

  test("REJECT: what is worse, and where to look", () => {
    const text = foundText(sampleReport({ cases: 300, candidate: { right: 0.5 } }), { ...at, exit: 1 });
    expect(text).toMatch(/^ quality .* worse$/m);
    expect(text).toMatch(
      /^ REJECT {2}exit 1 {3}quality −\d\d\.\d pts, margin −5\.0: worse beyond doubt\n {3}see the cases {3}harness report e1 --html report\.html$/m,
    );
  });

  test("a first version is held against floors", () => {
    const { quality } = threeGuards.guards;
    const gate = { guards: { quality: { ...quality!, floor: 0.7 } } };
    const text = reportText(sampleReport({ cases: 300, baseline: null, gate }), at);
    expect(text).toContain("baseline  none: a first version must reach its floors\n");
    expect(text).toContain(" gate       quality at least .700 · planned looks at K = 2, 4, 8\n");
    expect(text).toMatch(
      /^ {10}worker@6 {2}still plausible {2}floor\n quality +\.8\d\d +\.8\d\d +\.700 {2}holds$/m,
    );
    expect(text).not.toContain("→");
  });

  test("a smoke run says what was measured, and that it decides nothing", () => {
    const text = reportText(sampleReport({ cases: 8, mode: "smoke" }), at);
    expect(text).toContain(" gate       no gate: a smoke run\n");
    expect(text).toMatch(/^ latency +\d+\.\d s +\d+\.\d s +×\d\.\d\d +×\d\.\d\d to ×\d+\.\d\d$/m);
    expect(text).toMatch(/\n no gate {5}a smoke run decides nothing\n$/);
  });
});

test("where nothing stands in the way, the best version does not either", () => {
  const { decision, ...few } = sampleReport({ cases: 90, looks: [2, 4, 8], best: {} });
  if (decision === null) throw new Error("there is a decision");
  const guards = decision.guards.map((one) => ({ ...one, status: "holds" as const }));
  const lines = endingLines(few, { ...decision, verdict: "INCONCLUSIVE", guards }, at).join("\n");
  expect(lines).toContain("INCONCLUSIVE");
  expect(lines).not.toMatch(/small losses must not add up|put worker@3 back/);
});

describe("a judge", () => {
  const digest = "a".repeat(64);
  const labels = (good: [number, number], bad: [number, number]) => ({
    good: { right: good[0], of: good[1] },
    bad: { right: bad[0], of: bad[1] },
  });
  const guard = { ...threeGuards.guards["quality"]!, judged: true };
  const judged = (found: ReturnType<typeof labels> | null) =>
    reportText(
      sampleReport({
        gate: { guards: { quality: guard } },
        judge: { digest, model: "m", rubrics: { helpful: digest }, labels: found },
      }),
      at,
    );

  test("says how it agrees with people, and what that leaves of the margin", () => {
    const text = judged(labels([95, 100], [80, 100]));
    expect(text).toContain("; judge helpful agrees with people κ .75\n");
    expect(text).toContain(
      " judge      quality: finds .95 of good answers good and .80 of bad ones bad (200 labels), so its margin is truly −6.7 pts, perhaps −",
    );
  });

  test("is unproven below 100 labels, and with labels that all say the same", () => {
    expect(judged(labels([20, 20], [14, 14]))).toContain("; judge unproven: 34 labels, 100 make it\n");
    expect(judged(null)).toContain("; judge unproven: 0 labels, 100 make it\n");
    expect(judged(labels([120, 120], [0, 0]))).toContain("; judge unproven: all 120 labels say the same\n");
  });
});

describe("lines on their own", () => {
  test("a forecast", () => {
    const known = {
      answers: [960, 3840],
      toAsk: [960, 3840],
      looks: [1, 3],
      micros: [9_000_000, 35_000_000],
      ms: [660_000, 2_640_000],
      decided: { guard: "quality", look: 4, chance: 0.83 },
    } as const;
    const text = (more: Partial<Forecast>): string => forecastLine({ ...known, ...more })[1];
    const ifEqual = "; if both are equal, quality is decided by K = 4 with 83 %";
    expect(text({})).toBe(`960 to 3,840 answers in 1 to 3 looks, $9.00–$35.00, 11 min to 44 min${ifEqual}`);
    expect(text({ toAsk: [530, 3410] })).toBe(
      `960 to 3,840 answers in 1 to 3 looks, 430 known: 530 to 3,410 to ask, $9.00–$35.00, 11 min to 44 min${ifEqual}`,
    );
    expect(text({ toAsk: [0, 2000], looks: [3, 3] })).toBe(
      `960 to 3,840 answers in 3 looks, 960 to 1,840 known: 0 to 2,000 to ask, $9.00–$35.00, 11 min to 44 min${ifEqual}`,
    );
    const once = { answers: [16, 16], looks: [1, 1], micros: null, ms: null, decided: null } as const;
    expect(text({ ...once, toAsk: [16, 16] })).toBe(
      "16 answers, money and time unknown until one evaluation has ended",
    );
    expect(text({ ...once, toAsk: [16, 16], ms: [1000, 1000] })).toBe("16 answers, price unknown, 1 s");
    expect(text({ ...once, toAsk: [0, 0] })).toBe("16 answers, all known: nothing to ask or to pay");
    expect(text({ ...once, toAsk: [16, 16], micros: [500_000, 500_000] })).toBe("16 answers, $.50");
  });

  test("a look: what was repeated, and what is left", () => {
    const look = { samples: 2, answers: 960, micros: 8_710_000, wallMs: 660_000 };
    expect(lookLine({ ...look, errors: 6, repeated: 2, outages: 0 }, 1, null)).toBe(
      " look 1  K=2  960 answers    $8.71   11 min  6 errors counted by policy · 2 outages repeated",
    );
    expect(lookLine({ ...look, micros: null, errors: 1, repeated: 3, outages: 1 }, 1, "decided")).toBe(
      " look 1  K=2  960 answers    price unknown  11 min  1 error counted by policy · 3 outages repeated · 1 outage left, which decide nothing · decided",
    );
  });

  test("which evaluation it is on this split", () => {
    const line = (candidates: number): string => openingText({ ...promoted, candidates }, 200);
    const of = [1, 2, 3, 4, 11, 12, 13, 21, 112].map((one) => /, (\S+) evaluation/.exec(line(one))?.[1]);
    expect(of).toEqual(["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
    expect(line(0)).not.toContain("on this split");
  });
});
