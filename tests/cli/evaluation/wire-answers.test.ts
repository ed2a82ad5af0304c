import { describe, expect, test } from "vitest";
import { calibrationOf } from "../../../src/evals/report/calibration.ts";
import { streaming } from "../../edges/models/wire/server.ts";
import type { Reply } from "../../edges/models/wire/server.ts";
import { fill, start } from "../ground.ts";
import { found, keptBy, run, said, sort } from "./eval-ground.ts";
import type { Found } from "./eval-ground.ts";
import { provider, reportIn, says, seatOf, wiredShop, wires } from "./wires.ts";
import type { Heard, Wire } from "./wires.ts";

const slow = { timeout: 60_000 };
type Fields = Record<string, unknown>;

/** Frames with a change in every object of their JSON. */
const changed = (frames: readonly string[], change: (value: Fields) => Fields): readonly string[] =>
  frames.map((frame) =>
    frame.replace(/^data: (\{.*\})$/m, (_, json: string) => {
      const each = (_key: string, value: unknown): unknown =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? change(value as Fields)
          : value;
      return `data: ${JSON.stringify(JSON.parse(json, each))}`;
    }),
  );

/** Each provider's own way to say that its model refuses. */
const refusals: Readonly<Record<keyof typeof wires, Reply>> = {
  anthropic: streaming(
    wires.anthropic.kit.frames({ blocks: [], stop: "refusal", model: wires.anthropic.served }),
  ),
  openai: streaming(
    changed(wires.openai.kit.frames({ ...says("I will not."), model: wires.openai.served }), (value) =>
      value["type"] === "output_text" ? { type: "refusal", refusal: value["text"] } : value,
    ),
  ),
  compatible: streaming(
    changed(
      wires.compatible.kit.frames({ ...says("I will not."), model: wires.compatible.served }),
      (value) =>
        typeof value["content"] === "string" ? { refusal: value["content"], content: null } : value,
    ),
  ),
};

const guards = {
  quality: { metric: "exact_match", margin: 0.9 },
  refusals: { metric: "refusal", margin: 0.9 },
  invalid: { metric: "invalid", margin: 0.9 },
  cost: { metric: "cost", ratio: 1.15 },
};

describe.each([
  // 10 tokens at 1, 3 to the cache at 1.25, 4 of it at .1, 9 out at 5: 59.15, rounded up.
  { name: "anthropic", micros: 60, cacheWrite: 3 },
  // 13 at .25, 4 at .025, 9 at 2: 21.35.
  { name: "openai", micros: 22, cacheWrite: 0 },
  // 13 at 1, 4 at .1, 9 at 5: 58.4.
  { name: "compatible", micros: 59, cacheWrite: 0 },
] as const)("over the wire of $name", ({ name, micros, cacheWrite }) => {
  const wire = wires[name];
  const answer = ({ mail }: Heard): ReturnType<Parameters<typeof provider>[1]> => {
    if (mail === 1) return refusals[name];
    if (mail === 2) return { ...says("yes"), stop: wire.kit.ends.length };
    return mail === 3 ? { blocks: [] } : says("yes");
  };

  test("answers are scored, counted and priced as by hand", slow, async () => {
    const server = await provider(wire, answer);
    const dir = await wiredShop(wire.model, { guards, report: ["tokens"] });
    const { env = {} } = await seatOf({ [name]: server });
    const { code, out, err } = await start(dir, ["eval", "--json"], env).ended;
    expect({ code, err }).toMatchObject({ code: 0 });
    const { evaluation, ...ended } = JSON.parse(out) as Found;
    expect(server.heard).toHaveLength(24);
    expect(ended).toMatchObject({
      candidate: { model: wire.model, served: [wire.served] },
      baseline: { model: wire.model, served: [wire.served] },
      looks: [{ answers: 24, micros: 24 * micros, errors: 0, outages: 0, repeated: 0 }],
      decision: { verdict: "PROMOTE" },
    });
    const { answers } = await reportIn(dir, evaluation);
    const usage = { input: 17, output: 9, cacheRead: 4, cacheWrite };
    for (const one of answers) {
      expect(one.answered).toMatchObject({ outcome: "complete", usage, micros, served: wire.served });
      const [exact_match, refusal, invalid] = byHand[one.case] ?? [1, 0, 0];
      expect(one.scores).toMatchObject({ exact_match, refusal, invalid, cost: micros / 1e6, tokens: 26 });
    }
  });
});

/** Whether it is right, refuses, is of no use to anybody. What was cut off may be right by chance. */
const byHand: Readonly<Record<string, readonly [number, number, number]>> = {
  c1: [0, 1, 0],
  c2: [1, 0, 1],
  c3: [0, 0, 1],
};

test("versions of a model on two providers are asked the same, each at its own price", slow, async () => {
  const [first, second] = [wires.anthropic, wires.openai];
  const servers = {
    anthropic: await provider(first, () => says("yes")),
    openai: await provider(second, () => says("yes")),
  };
  const seat = await seatOf(servers);
  const dir = await wiredShop(first.model, { guards });
  await said(dir, 0, "models register ft --provider anthropic --id claude-haiku-4-5 -m one");
  await said(dir, 0, "models register ft --provider openai --id gpt-5-mini -m two");
  const ended = await found(dir, 0, "eval mails --candidate model:ft@2 --baseline model:ft@1", seat);
  expect(ended).toMatchObject({
    candidate: { model: "ft@2", served: [second.served] },
    baseline: { model: "ft@1", served: [first.served] },
    looks: [{ answers: 24, micros: 12 * 60 + 12 * 22 }],
  });
  const mails = ({ heard }: { readonly heard: readonly Heard[] }): number[] =>
    heard.map(({ mail }) => mail).toSorted((a, b) => a - b);
  expect(mails(servers.anthropic)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  expect(mails(servers.openai)).toEqual(mails(servers.anthropic));
  expect(
    [...servers.anthropic.heard, ...servers.openai.heard].some(({ text }) => text.includes("brief")),
  ).toBe(false);
});

test("a budget of money for a model without a price is refused before anything is asked", slow, async () => {
  const server = await provider(wires.compatible, () => says("yes"));
  const dir = await wiredShop("openai-compatible/other");
  const seat = await seatOf({ compatible: server });
  expect(await said(dir, 2, "eval --budget 1", seat)).toContain(
    "openai-compatible/other has no known price, so a money budget cannot be kept; set prices: in harness.yaml",
  );
  expect(server.heard).toEqual([]);
});

/** Each of its tokens with how likely it was. */
const tokens = (logprobs: readonly number[]): readonly Fields[] =>
  logprobs.map((logprob, at) => ({ token: `t${at}`, bytes: [1], logprob, top_logprobs: [] }));

describe.each([
  {
    name: "compatible",
    asked: '"logprobs":true',
    /** Beside the delta of its text. */
    put: (value: Fields, list: readonly Fields[]): Fields =>
      (value["delta"] as Fields | undefined)?.["content"] === "yes" ||
      (value["delta"] as Fields | undefined)?.["content"] === "no"
        ? { ...value, logprobs: { content: list, refusal: null } }
        : value,
  },
  {
    name: "openai",
    asked: '"message.output_text.logprobs"',
    put: (value: Fields, list: readonly Fields[]): Fields =>
      value["type"] === "output_text" && value["text"] !== "" ? { ...value, logprobs: list } : value,
  },
] as const)("logprobs of $name", ({ name, asked, put }) => {
  test("say how sure it was of its answers", slow, async () => {
    const wire: Wire = wires[name];
    const server = await provider(wire, ({ mail }) => {
      const text = mail <= 6 ? "yes" : "no";
      const logprobs = mail <= 6 ? [-0.1, -0.2] : [-0.5, -0.25, -0.25];
      const frames = wire.kit.frames({ ...says(text), model: wire.served });
      return streaming(changed(frames, (value) => put(value, tokens(logprobs))));
    });
    const dir = await wiredShop(wire.model, { report: ["calibration"], confidence: "logprobs" });
    const { evaluation } = await found(dir, 6, "eval", await seatOf({ [name]: server }));
    expect(server.heard.every(({ text }) => text.includes(asked))).toBe(true);
    const report = await reportIn(dir, evaluation);
    const calibration = calibrationOf(report, "candidate");
    // Six are right at e^−.3 = .7408, six wrong at e^−1 = .3679.
    expect(calibration).toMatchObject({ source: "logprobs", rated: 12 });
    expect(calibration?.ece).toBeCloseTo((1 - Math.exp(-0.3) + Math.exp(-1)) / 2, 9);
    expect(calibration?.bins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
      [6, 0],
      [6, 1],
    ]);
    const page = (await run(dir, 0, `report ${evaluation} --html -`)).out;
    expect(page).toContain(".314");
  });
});

test("of a provider that tells none nothing is asked", slow, async () => {
  const server = await provider(wires.anthropic, () => says("yes"));
  const dir = await wiredShop(wires.anthropic.model, { report: ["calibration"], confidence: "logprobs" });
  expect(await said(dir, 2, "eval", await seatOf({ anthropic: server }))).toContain(
    "anthropic/claude-haiku-4-5 tells no logprobs: write confidence: agreement or verbalised in suite.yaml",
  );
  expect(server.heard).toEqual([]);
});

describe("answers of another model than the one that answers now", () => {
  const later = "claude-haiku-4-5-20260301";

  async function served(): Promise<{
    dir: string;
    by: (id: string) => void;
    seat: object;
    asked: () => number;
  }> {
    let id: string = wires.anthropic.served;
    const server = await provider(wires.anthropic, () => ({ ...says("yes"), model: id }));
    const dir = await wiredShop(wires.anthropic.model);
    return {
      dir,
      by: (other) => {
        id = other;
      },
      seat: await seatOf({ anthropic: server }),
      asked: () => server.heard.length,
    };
  }

  test("are production's: they are asked again, all of them", slow, async () => {
    const { dir, by, seat, asked } = await served();
    await said(dir, 6, "eval", seat);
    // The same model: its answers of before are taken but for those that are looked at.
    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    const same = await found(dir, 6, "eval", seat);
    expect(asked()).toBeLessThan(24 + 24);
    expect(keptBy(dir)[same.evaluation]).toBeGreaterThan(12);
    by(later);
    await fill(dir, { "prompts/sort.prompt": sort("Be polite.") });
    const before = asked();
    const { err, out } = await run(dir, 6, "eval --json", seat);
    expect(err).toMatch(
      /note +stored answers are not taken: they are of claude-haiku-4-5-20251001, and now claude-haiku-4-5-20260301 answers; asking \d+ again/,
    );
    expect(asked() - before).toBe(24);
    expect(JSON.parse(out)).toMatchObject({ candidate: { served: [later] }, baseline: { served: [later] } });
  });

  test("are the candidate's own, of an evaluation against another baseline", slow, async () => {
    const { dir, by, seat } = await served();
    await said(dir, 6, "eval", seat);
    by(later);
    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    await said(dir, 0, "prompts commit sort -m quick");
    const { err, out } = await run(
      dir,
      6,
      "eval mails --candidate prompt:sort@2 --baseline prompt:sort@3 --json",
      seat,
    );
    expect(err).toContain("asking 12 again");
    expect(JSON.parse(out)).toMatchObject({ candidate: { served: [later] }, baseline: { served: [later] } });
  });
});
