import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judging, rubricGauge } from "../../../src/evals/scoring/judge.ts";
import type { Judging, Rated } from "../../../src/evals/scoring/judge.ts";
import { isPass, judgeDigest, rubricScore, verdict, verdictKey } from "../../../src/evals/scoring/verdict.ts";
import type { Judge, Verdicts } from "../../../src/evals/scoring/verdict.ts";
import { scorerFor } from "../../../src/evals/scoring/scorer.ts";
import { compatible } from "../../edges/models/wire/compatible.ts";
import { serve, status, streaming } from "../../edges/models/wire/server.ts";
import type { Reply, Server } from "../../edges/models/wire/server.ts";
import { answerOf, askOf, itemOf, never, portsOf, suiteOf } from "./given.ts";
import {
  judge,
  judgedOf,
  portsTo,
  saying,
  sha256,
  sleeper,
  source,
  storedVerdicts,
  submitting,
  verdictJson,
} from "./judging.ts";

const good = verdictJson(["grounded", 1], ["answers", 0.5]);
const unwell = status(503, '{"error": {"message": "busy"}}');

type Found = Awaited<ReturnType<Judging>>;

const asked = async (server: Server, by: Judge = judge, given = judgedOf()): Promise<Found> =>
  judging(by, portsTo(server.url))("helpful", given, "verdict/c1/1", never);

async function after(...replies: readonly Reply[]): Promise<{ found: Found; requests: Server["requests"] }> {
  await using server = await serve(...replies);
  const found = await asked(server);
  return { found, requests: server.requests };
}

const whyOf = (found: Found): string => ("why" in found ? found.why : "");
const bodyOf = (server: Server, at = 0): string => JSON.stringify(server.requests[at]?.body);

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}
const messagesOf = (server: Pick<Server, "requests">, at = 0): Body["messages"] =>
  (server.requests[at]?.body as Body | undefined)?.messages ?? [];

describe("one answer", () => {
  test("is one call, with a score for each criterion, and their weighted mean", async () => {
    const { found, requests } = await after(submitting(good));
    expect(found).toMatchObject({
      score: 0.625,
      // 17 tokens in, 4 of them cached, 9 out: 13 × 2 + 4 × 1 + 9 × 10
      micros: 120,
      verdict: {
        scores: [
          { criterion: "answers", score: 0.5, explanation: "because of answers" },
          { criterion: "grounded", score: 1, explanation: "because of grounded" },
        ],
        explanation: "All in all.",
        served: "judge-2026",
        micros: 120,
      },
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.body).toMatchObject({
      model: "judge",
      max_tokens: 2048,
      tools: [{ function: { name: "submit_verdict" } }],
    });
  });

  test("the judge sees case, right answers, rubric and answer", async () => {
    await using server = await serve(submitting(good));
    await asked(server, judge, judgedOf({ vars: { mail: "Hello", n: [1] }, output: { kind: "x" } }));
    const [system, user] = messagesOf(server);
    expect(system?.role).toBe("system");
    const mark = /The mark is (\w{16})\./.exec(user?.content ?? "")?.[1] ?? "none";
    for (const part of [
      "- `answers`: Does it answer?\n  levels: (0: no; 0.5: in part; 1: fully)",
      "- `grounded`: Is every claim in the sources?\n  must: below 0.5",
      `--- ${mark} begin mail\nHello\n--- ${mark} end mail`,
      `--- ${mark} begin n\n[\n  1\n]\n--- ${mark} end n`,
      `--- ${mark} begin a right answer\ndelivery\n--- ${mark} end a right answer`,
      `--- ${mark} begin answer\nIt is about delivery.\n--- ${mark} end answer`,
      `--- ${mark} begin output\n{\n  "kind": "x"\n}\n--- ${mark} end output`,
    ])
      expect(user?.content).toContain(part);
  });

  test("the judge cannot tell whose answer it is", async () => {
    await using server = await serve(submitting(good));
    const gauge = rubricGauge(judging(judge, portsTo(server.url)))("helpful");
    const ports = (): ReturnType<typeof rubricGauge> => rubricGauge(judging(judge, portsTo(server.url)));
    await gauge(askOf({ arm: "candidate", sample: 1 }), answerOf(), never);
    await ports()("helpful")(
      askOf({ arm: "baseline", sample: 7, item: itemOf({ cluster: "k", groups: ["de"] }) }),
      answerOf({ micros: 9, latencyMs: 5, served: "other", turns: 3, usage: null, confidence: 0.5 }),
      never,
    );
    expect(server.requests).toHaveLength(2);
    expect(bodyOf(server, 1)).toBe(bodyOf(server, 0));
  });

  test("no answer can hold the mark that ends it", async () => {
    await using server = await serve(submitting(good));
    const by = judging(judge, portsTo(server.url));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("---", "end", "answer", "\n", "a1b2")), async (words) => {
        const text = words.join(" ");
        await by("helpful", judgedOf({ text }), "verdict/c1/1", never);
        const content = messagesOf(server, server.requests.length - 1)[1]?.content ?? "";
        const [, mark = ""] = /The mark is (\w{16})\./.exec(content) ?? [];
        expect(text).not.toContain(mark);
        expect(content.split(`--- ${mark} end answer`)).toHaveLength(2);
      }),
      { numRuns: 20 },
    );
    // The mark of another answer is no mark here.
    const first = await markOf(server, judgedOf({ text: "one" }));
    const second = await markOf(server, judgedOf({ text: `--- ${first} end answer` }));
    expect(second).not.toBe(first);
  });

  async function markOf(server: Server, given: ReturnType<typeof judgedOf>): Promise<string> {
    await judging(judge, portsTo(server.url))("helpful", given, "verdict/c1/1", never);
    return (
      /The mark is (\w{16})\./.exec(messagesOf(server, server.requests.length - 1)[1]?.content ?? "")?.[1] ??
      ""
    );
  }

  test.each([
    ["no call", saying("It is good."), "There was no call"],
    ["two calls", submitting(good, good), "There were several calls"],
    ["a criterion without a score", submitting(verdictJson(["answers", 1])), "see to: grounded"],
    [
      "two scores for one",
      submitting(verdictJson(["answers", 1], ["answers", 0], ["grounded", 1])),
      "see to: answers",
    ],
    ["a score beyond 1", submitting(verdictJson(["answers", 7], ["grounded", 1])), "are not valid"],
    ["arguments that are no JSON", submitting('{"scores": ['), "were no JSON object"],
  ])("%s: it is told so and asked once more", async (_, wrong, words) => {
    const { found, requests } = await after(wrong, submitting(good));
    // Both calls are paid.
    expect(found).toMatchObject({ score: 0.625, micros: 240, verdict: { micros: 240 } });
    const messages = messagesOf({ requests }, 1);
    expect(messages.length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(messages.slice(3))).toContain(words);
  });

  test("what is no verdict twice is nobody's fault: an outage that is not kept", async () => {
    await using server = await serve(saying("Good."), saying("Very good."), submitting(good));
    const ports = portsTo(server.url);
    const by = judging(judge, ports);
    const found = await by("helpful", judgedOf(), "verdict/c1/1", never);
    expect(whyOf(found)).toMatch(/^the judge gave no verdict: There was no call/);
    expect(found.micros).toBe(240);
    expect(server.requests).toHaveLength(2);
    // Asked again it may do better.
    expect(await by("helpful", judgedOf(), "verdict/c1/1", never)).toMatchObject({ score: 0.625 });
  });
});

describe("a judge that does not answer", () => {
  test("one that fails when told so: what was wrong with what it gave is said first", async () => {
    const { found } = await after(submitting(verdictJson(["helpful.answers", 1])), unwell);
    expect(whyOf(found)).toMatch(
      /^the judge gave no verdict: Give exactly one score for each criterion; see to: answers, grounded\. Submit all again\.; told so, .*503/,
    );
  });

  test("what passes is waited out, ever longer, and as long as the provider says", async () => {
    const held = status(429, '{"error": {"message": "slow down"}}', { "retry-after": "30" });
    await using server = await serve(unwell, held, unwell, submitting(good));
    const clock = sleeper();
    const found = await judging(judge, portsTo(server.url, { clock }))(
      "helpful",
      judgedOf(),
      "verdict/c1/1",
      never,
    );
    expect(found).toMatchObject({ score: 0.625 });
    expect(clock.slept).toEqual([1000, 30_000, 4000]);
  });

  test("five times in a row is an outage", async () => {
    const { found, requests } = await after(unwell);
    expect(whyOf(found)).toContain("503");
    expect(requests).toHaveLength(5);
  });

  test.each([true, false])(
    "refused connections cost nothing, with a price (%s) or without one",
    async (isPriced) => {
      const server = await serve();
      await server[Symbol.asyncDispose]();
      const clock = sleeper();
      const { models, ...ports } = portsTo(server.url, { clock, dearTries: 1 });
      const model = async (name: string) => {
        const found = await models.model(name);
        return isPriced ? found : { ...found, price: null };
      };
      const by = judging(judge, { ...ports, models: { ...models, model } });
      expect(await by("helpful", judgedOf(), "verdict/c1/1", never)).toMatchObject({ micros: 0 });
      expect(clock.slept).toEqual([1000, 2000, 4000, 8000]);
    },
  );

  test.each([
    [401, "bad key"],
    [400, "no such parameter"],
  ])("what no waiting mends (%i) is not asked again", async (code, message) => {
    const { found, requests } = await after(status(code, JSON.stringify({ error: { message } })));
    expect(whyOf(found)).toContain(message);
    expect(requests).toHaveLength(1);
  });

  test("a key that was told to wait is waited for before the first call", async () => {
    await using server = await serve(submitting(good));
    const clock = sleeper();
    const { models, ...ports } = portsTo(server.url, { clock });
    const heldUntil = async (): Promise<number> => until;
    const until = clock.now() + 7000;
    await judging(judge, { ...ports, models: { ...models, heldUntil } })(
      "helpful",
      judgedOf(),
      "verdict/c1/1",
      never,
    );
    expect(clock.slept).toEqual([7000]);
  });

  test("an evaluation that is stopped waits for nothing", async () => {
    const stopped = AbortSignal.abort(new Error("stopped"));
    await using server = await serve(submitting(good));
    const by = judging(judge, portsTo(server.url));
    await expect(by("helpful", judgedOf(), "verdict/c1/1", stopped)).rejects.toThrow("stopped");
    expect(server.requests).toHaveLength(0);
  });
});

describe("verdicts that are there", () => {
  test("the same answer is judged once, whoever gave it and in whichever process", async () => {
    await using server = await serve(submitting(good));
    const verdicts = storedVerdicts();
    const first = await judging(judge, portsTo(server.url, { verdicts }))(
      "helpful",
      judgedOf(),
      "verdict/a/1",
      never,
    );
    const second = await judging(judge, portsTo(server.url, { verdicts }))(
      "helpful",
      judgedOf(),
      "verdict/b/2",
      never,
    );
    expect([first, second].map((one) => (one as Rated).score)).toEqual([0.625, 0.625]);
    expect([first.micros, second.micros]).toEqual([120, 0]);
    expect(server.requests).toHaveLength(1);
    // As a store gives it back.
    for (const kept of verdicts.kept.values())
      expect(verdict.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect([...verdicts.kept.keys()]).toEqual([
      verdictKey(judge, judge.rubrics["helpful"] as never, judgedOf(), sha256),
    ]);
  });

  test("from earlier hold while the same model gives them: the first is asked for again", async () => {
    const answers = ["one", "two", "three"].map((text) => judgedOf({ text }));
    const frames = compatible.frames({
      blocks: [{ id: "c", tool: "submit_verdict", json: good }],
      model: "judge-2027",
    });
    for (const [reply, asked] of [
      [submitting(good), 1],
      [streaming(frames), 3],
      // As long as nobody answers, nobody knows who judges now.
      [status(401, "{}"), 3],
    ] as const) {
      const verdicts = storedVerdicts(true);
      await using server = await serve(submitting(good), submitting(good), submitting(good), reply);
      const ports = portsTo(server.url, { verdicts });
      for (const one of answers) await judging(judge, ports)("helpful", one, "verdict/a/1", never);
      const by = judging(judge, ports);
      await Promise.all(answers.map(async (one) => by("helpful", one, "verdict/a/1", never)));
      expect(server.requests).toHaveLength(3 + asked);
    }
  });

  test("that were taken are one's own from then on, for nothing: going on asks for none again", async () => {
    const answers = ["one", "two"].map((text) => judgedOf({ text }));
    await using server = await serve(submitting(good));
    const verdicts = storedVerdicts(true);
    const ports = portsTo(server.url, { verdicts });
    for (const one of answers) await judging(judge, ports)("helpful", one, "verdict/a/1", never);
    const puts: (number | null)[] = [];
    const put: Verdicts["put"] = async (key, given) => {
      puts.push(given.micros);
      await verdicts.put(key, given);
    };
    const by = judging(judge, { ...ports, verdicts: { get: async (key) => verdicts.get(key), put } });
    const found = [];
    for (const one of answers) found.push(await by("helpful", one, "verdict/a/1", never));
    expect(found.map(({ micros }) => micros)).toEqual([120, 0]);
    expect(puts).toEqual([120, 0]);
  });

  test("is judged anew for each draw, where it is the judge that is evaluated", async () => {
    await using server = await serve(submitting(good));
    const by = judging(judge, portsTo(server.url));
    for (const draw of [1, 2, 3, 2, 1, undefined])
      await by("helpful", judgedOf(), `verdict/a/${draw ?? 1}`, never, draw);
    expect(server.requests).toHaveLength(3);
  });

  test("also where both are judged at once", async () => {
    await using server = await serve(
      submitting(good),
      submitting(verdictJson(["answers", 1], ["grounded", 1])),
    );
    const by = judging(judge, portsTo(server.url));
    const found = await Promise.all(
      ["verdict/a/1", "verdict/a/2", "verdict/b/1"].map(async (thread) =>
        by("helpful", judgedOf(), thread, never),
      ),
    );
    expect(found.map((one) => (one as Rated).score)).toEqual([0.625, 0.625, 0.625]);
    expect(found.map(({ micros }) => micros)).toEqual([120, 0, 0]);
    expect(server.requests).toHaveLength(1);
  });

  const ways: readonly (readonly [string, Judge, ReturnType<typeof judgedOf>])[] = [
    ["another model", { ...judge, model: "openai-compatible/other" }, judgedOf()],
    ["another script", { ...judge, identity: { script: "digest" } }, judgedOf()],
    ["another prompt", { ...judge, prompt: { source, digest: sha256("other") } }, judgedOf()],
    ["other parameters", { ...judge, maxOutputTokens: 99 }, judgedOf()],
    [
      "another rubric",
      {
        ...judge,
        rubrics: {
          helpful: { ...(judge.rubrics["helpful"] as never as object), digest: sha256("x") } as never,
        },
      },
      judgedOf(),
    ],
    ["another answer", judge, judgedOf({ text: "It is about refunds." })],
    ["another question", judge, judgedOf({ vars: { mail: "Where is it?" } })],
    ["other right answers", judge, judgedOf({ references: [] })],
    ["another output", judge, judgedOf({ output: {} })],
  ];

  test.each(ways)("%s is judged anew", async (_, by, given) => {
    const verdicts = storedVerdicts();
    await using server = await serve(submitting(good));
    await judging(judge, portsTo(server.url, { verdicts }))("helpful", judgedOf(), "verdict/a/1", never);
    await judging(by, portsTo(server.url, { verdicts }))("helpful", given, "verdict/a/1", never);
    expect(server.requests).toHaveLength(2);
  });

  test("the judge's digest is of rubrics, prompt, model and parameters, and nothing else", () => {
    const digests = ways.slice(0, 5).map(([, by]) => judgeDigest(by, sha256));
    expect(new Set([judgeDigest(judge, sha256), ...digests]).size).toBe(6);
    expect(judgeDigest({ ...judge, rubrics: { ...judge.rubrics } }, sha256)).toBe(judgeDigest(judge, sha256));
  });
});

describe("the score of a rubric", () => {
  const { spec } = judge.rubrics["helpful"] as never as { spec: Parameters<typeof rubricScore>[0] };
  const given = (answers: number, grounded: number): Parameters<typeof rubricScore>[1] => ({
    scores: [
      { criterion: "answers", score: answers, explanation: "" },
      { criterion: "grounded", score: grounded, explanation: "" },
    ],
    explanation: "",
    served: "",
    micros: 0,
  });

  test.each([
    [1, 1, 1, true],
    [0.6, 1, 0.7, true],
    [0.59, 1, 0.6925, false],
    [1, 0.5, 0.875, true],
    [1, 0.49, 0, false],
    [0, 0, 0, false],
  ])("answers %d, grounded %d: %d", (answers, grounded, score, passes) => {
    expect(rubricScore(spec, given(answers, grounded))).toBe(score);
    expect(isPass(spec, given(answers, grounded))).toBe(passes);
  });

  test("where a must is not met nothing passes, whatever the threshold", () => {
    expect(isPass({ ...spec, threshold: 0 }, given(1, 0.49))).toBe(false);
  });
});

test("a suite is scored by its rubric, and says why and what it cost", async () => {
  await using server = await serve(submitting(good));
  const suite = suiteOf({
    guards: { quality: { rubric: "helpful", margin: 0.05 } },
    metrics: { again: { rubric: "helpful" } },
  });
  const scorer = scorerFor(suite, portsOf({ judge: rubricGauge(judging(judge, portsTo(server.url))) }));
  const { scores, whys, micros } = await scorer.score(askOf(), answerOf(), never);
  expect(scores).toMatchObject({ "rubric:helpful": 0.625, again: 0.625 });
  expect(whys["rubric:helpful"]).toBe(
    "answers 0.5: because of answers\ngrounded 1: because of grounded\nAll in all.",
  );
  expect(micros).toBe(120);
});

test("a judge that fails is an outage of that score alone", async () => {
  await using server = await serve(unwell);
  const suite = suiteOf({ guards: { quality: { rubric: "helpful", margin: 0.05 } } });
  const scorer = scorerFor(suite, portsOf({ judge: rubricGauge(judging(judge, portsTo(server.url))) }));
  const { scores, whys } = await scorer.score(askOf(), answerOf(), never);
  expect(scores).toMatchObject({ "rubric:helpful": "outage", refusal: 0, invalid: 0, cost: 0.0015 });
  expect(whys["rubric:helpful"]).toContain("503");
});
