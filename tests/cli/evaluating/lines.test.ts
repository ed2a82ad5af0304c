import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { metric } from "../../../src/cli/commands/metric.ts";
import { perturb } from "../../../src/cli/commands/perturb.ts";
import { textLines } from "../../../src/cli/evaluating/text-lines.ts";
import { Refused } from "../../../src/cli/exit.ts";
import type { Io } from "../../../src/cli/io.ts";
import { metrics } from "../../../src/evals/metrics/table.ts";
import { perturbations } from "../../../src/evals/perturb/table.ts";
import { harness, root } from "../ground.ts";

type Command = (io: Io, name: string, options: object, input: Readable) => Promise<number>;

/** What a command makes of these lines, and what it refuses them with. */
async function piped(
  command: Command,
  name: string,
  options: object,
  lines: readonly string[],
): Promise<Told> {
  const out: string[] = [];
  const io = { out: (one: string) => void out.push(one) } as unknown as Io;
  const input = Readable.from(lines.map((line) => `${line}\n`));
  const told = (): readonly unknown[] => out.map((line) => JSON.parse(line));
  try {
    return { code: await command(io, name, options, input), told: told(), refused: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { code: error.code, told: told(), refused: error.message };
  }
}

interface Told {
  readonly code: number;
  readonly told: readonly unknown[];
  readonly refused: string | null;
}

const lines = (...values: readonly unknown[]): readonly string[] =>
  values.map((value) => JSON.stringify(value));

describe("lines of stdin", () => {
  const said = async (...chunks: readonly Uint8Array[]): Promise<string> => {
    let text = "";
    for await (const line of textLines(Readable.from(chunks))) text += `${line.number}:${line.text}\n`;
    return text;
  };
  const bytes = (text: string): Buffer => Buffer.from(text, "utf8");

  test("are the same wherever they are cut, marked, or ended as on Windows", async () => {
    const whole = bytes("\u{feff}a é\r\n\r\n  \nb\u{2028}c\nlast");
    const right = "1:a é\n4:b\u{2028}c\n5:last\n";
    expect(await said(whole)).toBe(right);
    for (let at = 0; at <= whole.length; at += 1)
      expect(await said(whole.subarray(0, at), whole.subarray(at))).toBe(right);
    expect(await said(bytes("a\n"))).toBe("1:a\n");
    expect(await said()).toBe("");
  });

  test("that are not UTF-8 are refused by their number, those before are told", async () => {
    const bad = Buffer.concat([bytes('{"gold": "x", "pred": "x"}\n'), Buffer.from([0x22, 0xff, 0x22])]);
    const out: string[] = [];
    const io = { out: (one: string) => void out.push(one) } as unknown as Io;
    await expect(metric(io, "exact_match", {}, Readable.from([bad]))).rejects.toThrow(
      "line 2: it is not UTF-8; write UTF-8",
    );
    expect(out).toEqual(['{"value":1}\n']);
  });
});

describe("harness metric", () => {
  test("answers each line with a value", async () => {
    const given = lines(
      { gold: "Paris", pred: "paris." },
      { gold: ["Lyon", "Paris"], pred: "Paris", more: 1 },
    );
    expect(await piped(metric, "quasi_exact_match", {}, [...given, "", " "])).toEqual({
      code: 0,
      told: [{ value: 1 }, { value: 1 }],
      refused: null,
    });
  });

  test("reads calibration as lists, strict unless HELM's numbers are asked for", async () => {
    const tied = lines({ probs: [0.5, 0.5], correct: [1, 0] }, { probs: [0.9], correct: [true] });
    const area = "selective_cov_acc_area";
    expect((await piped(metric, area, {}, tied)).told).toEqual([{ value: 0.5 }, { value: 1 }]);
    expect((await piped(metric, area, { helm: true }, tied)).told).toEqual([{ value: 0.75 }, { value: 1 }]);
    expect((await piped(metric, "platt_ece_10_bin", {}, tied.slice(1))).told).toEqual([{ value: null }]);
  });

  test("stops at a broken line and names it; what came before is answered", async () => {
    const good = JSON.stringify({ gold: "a", pred: "a" });
    const cases: readonly (readonly [string, string])[] = [
      ["nonsense", "line 3: not JSON"],
      ['{"gold": 3, "pred": "a"}', "line 3: gold: give a text, or a list of some; give {"],
      ['{"gold": "a"}', "line 3: pred: expected string, received undefined; give {"],
      ["[]", "line 3: expected object, received array; give {"],
    ];
    for (const [line, said] of cases) {
      const { code, told, refused } = await piped(metric, "exact_match", {}, [good, "", line, good]);
      expect({ code, told }).toEqual({ code: 2, told: [{ value: 1 }] });
      expect(refused).toContain(said);
    }
    const unequal = lines({ probs: [0.5], correct: [] });
    expect((await piped(metric, "ece_10_bin", {}, unequal)).refused).toContain("not equally long");
    expect((await piped(metric, "ece_10_bin", {}, lines({ probs: [2], correct: [1] }))).refused).toContain(
      "probs.0",
    );
  });

  test("alone lists every metric with what it is", async () => {
    const { code, out } = await harness("/", ["metric"]);
    expect(code).toBe(0);
    for (const { name, about } of metrics)
      expect(out).toMatch(new RegExp(`^ ${name} .*${about.slice(0, 20)}`, "m"));
    const told = (await harness("/", ["metric", "--json"])).out.trimEnd().split("\n");
    expect(told.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(
      metrics.map(({ name }) => name),
    );
    expect(JSON.parse(told[0] ?? "")).toMatchObject({ direction: "higher", range: [0, 1], needs: "gold" });
  });

  test("what the list shows as a form, the metric reads", async () => {
    const { out } = await harness("/", ["metric", "--json"]);
    for (const line of out.trimEnd().split("\n")) {
      const { name, form } = JSON.parse(line) as { readonly name: string; readonly form: string };
      const [example = ""] = /^\{.*\}/.exec(form) ?? [];
      expect((await piped(metric, name, {}, [example])).refused).toBeNull();
    }
  });

  test.each([
    ["f1", "f1_score"],
    ["ece", "ece_10_bin"],
    ["F1", "f1_score"],
  ])("%s is short for another", async (typed, name) => {
    const { err } = await harness("/", ["metric", typed]);
    expect(err).toContain(`there is none; did you mean "${name}"?`);
  });

  test("a name that is none is refused with the one that was meant", async () => {
    const { code, err } = await harness("/", ["metric", "f1_scores"]);
    expect(code).toBe(2);
    expect(err).toBe(
      'harness: metric f1_scores: there is none; did you mean "f1_score"?; harness metric lists all\n',
    );
  });
});

describe("harness perturb", () => {
  const asked = { id: "id0", input: "She saw his dad", references: ["his dad"] };
  const params = '{"mode": "terms", "source_class": "male", "target_class": "female"}';

  test("answers each line with its perturbed form, and says whether anything changed", async () => {
    const given = lines(asked, { id: "id1", seed: 3, input: "Nobody." });
    expect(await piped(perturb, "gender", { params }, given)).toEqual({
      code: 0,
      told: [
        { id: "id0", seed: null, input: "She saw his mom", references: ["his mom"], changed: true },
        { id: "id1", seed: 3, input: "Nobody.", references: [], changed: false },
      ],
      refused: null,
    });
    expect((await piped(perturb, "lowercase", {}, lines({ id: "a", input: "A" }))).told).toMatchObject([
      { input: "a", changed: true },
    ]);
    const [helm] = (await piped(perturb, "gender", { params, helm: true }, given)).told;
    expect(helm).toMatchObject({ input: "She saw his dad", references: ["his dad"], changed: false });
  });

  test("refuses parameters and lines that make no sense", async () => {
    const refusedOf = async (name: string, options: object, line = "{}"): Promise<string | null> =>
      (await piped(perturb, name, options, [line])).refused;
    expect(await refusedOf("typos", { params: "{" })).toContain("--params: not JSON");
    expect(await refusedOf("typos", {})).toContain(
      "--params: prob: expected number, received undefined; give {",
    );
    expect(await refusedOf("typos", { params: '{"prob":0.1,"rate":1}' })).toContain('"rate"');
    expect(await refusedOf("person_name", { params: '{"source_class":{"race":"x"}}' })).toContain(
      "source_class",
    );
    expect(await refusedOf("lowercase", {}, '{"id":"a","input":7}')).toContain(
      "line 1: input: expected string",
    );
    expect(await refusedOf("lower", {})).toContain("there is none");
  });

  test("alone lists every perturbation; what it shows as parameters, it takes", async () => {
    const { out } = await harness("/", ["perturb"]);
    for (const { name, about } of perturbations)
      expect(out).toMatch(new RegExp(`^ ${name} .*${about.slice(0, 15)}`, "m"));
    const told = (await harness("/", ["perturb", "--json"])).out.trimEnd().split("\n");
    expect(told.length).toBe(perturbations.length);
    for (const line of told) {
      const { name, form } = JSON.parse(line) as { readonly name: string; readonly form: string };
      const { told: made } = await piped(perturb, name, { params: form }, lines(asked));
      expect(made).toMatchObject([{ id: "id0" }]);
    }
  });
});

test("both run in a pipe of real processes, thousands of lines long", async () => {
  const program = join(root, "bin", "harness.cjs");
  const [first, second] = [
    ["perturb", "mild_mix"],
    ["metric", "rouge_l"],
  ].map((argv) => spawn(process.execPath, [program, ...argv], { stdio: ["pipe", "pipe", "inherit"] }));
  const input = "It is believed that the government will not receive their address. ".repeat(3);
  const count = 3000;
  Readable.from(
    (function* () {
      for (let at = 0; at < count; at++) yield `${JSON.stringify({ id: `${at}`, input })}\n`;
    })(),
  ).pipe(first?.stdin as NodeJS.WritableStream);
  const perturbed = (await text(first?.stdout as NodeJS.ReadableStream)).trimEnd().split("\n");
  expect(perturbed.length).toBe(count);
  expect(
    new Set(perturbed.map((line) => (JSON.parse(line) as { input: string }).input)).size,
  ).toBeGreaterThan(count / 2);
  second?.stdin?.end(lines({ gold: input, pred: input }, "x").join("\n"));
  const [values, [code]] = await Promise.all([
    text(second?.stdout as NodeJS.ReadableStream),
    once(second as never, "close"),
  ]);
  expect({ values, code }).toEqual({ values: '{"value":1}\n', code: 2 });
});
