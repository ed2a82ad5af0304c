import { describe, expect, test } from "vitest";
import { rows, rubric } from "../registry/kinds-ground.ts";
import { silence, status } from "../../edges/models/wire/server.ts";
import { fill, start } from "../ground.ts";
import type { Seat } from "../ground.ts";
import { found, mailShop, said, script, sort, suiteFile } from "./eval-ground.ts";
import { provider, reportIn, says, scores, seatOf, wiredShop, wires } from "./wires.ts";
import type { Heard, Provider } from "./wires.ts";

const slow = { timeout: 60_000 };
const guards = { quality: { rubric: "helpful", margin: 0.2, floor: 0.5 } };
const judgedBy = (model: string, more: object = {}) =>
  [
    wires.anthropic.model,
    { guards, judge: { model, ...more } },
    { "rubrics/helpful.yaml": rubric("Does it?") },
  ] as const;
const { openai: judge } = wires;

interface Court {
  readonly dir: string;
  readonly subject: Provider;
  readonly judge: Provider;
  readonly seat: Seat;
}

/** Answers that both arms give alike, unless they are of a mail from the 7th on; and a judge at another provider. */
async function court(answer: Parameters<typeof provider>[1], more: object = {}): Promise<Court> {
  const subject = await provider(wires.anthropic, ({ mail, text }) =>
    says(`yes ${mail}${mail > 6 && text.includes("brief") ? ", in short" : ""}`),
  );
  const asked = await provider(judge, answer);
  const dir = await wiredShop(...judgedBy(judge.model, more));
  return { dir, subject, judge: asked, seat: await seatOf({ anthropic: subject, openai: asked }) };
}

/** 13 tokens at .25, 4 from the cache at .025, 9 out at 2: 21.35, rounded up. */
const verdictMicros = 22;
const answerMicros = 60;
/** 13 tokens at 1, 4 from the cache at .1, 9 out at 5: 58.4, rounded up. */
const qwenMicros = 59;

describe("a judge at another provider", () => {
  test("does not know whose answer it is; its money counts; what it said is kept", slow, async () => {
    const { dir, subject, judge: asked, seat } = await court(() => scores(0.9));
    const first = await found(dir, 6, "eval", seat);
    // Six answers are the same in both arms.
    expect([subject.heard.length, asked.heard.length]).toEqual([24, 18]);
    expect(first.looks).toMatchObject([{ micros: 24 * answerMicros + 18 * verdictMicros, outages: 0 }]);
    for (const { text } of asked.heard)
      expect(text).not.toMatch(/candidate|baseline|production|\bsort|\.prompt|\bmails\b|claude|anthropic/i);
    const report = await reportIn(dir, first.evaluation);
    expect(report.judge).toMatchObject({ model: judge.model, labels: null });
    expect(await found(dir, 6, "eval", seat)).toEqual(first);
    expect([subject.heard.length, asked.heard.length]).toEqual([24, 18]);

    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    const second = await found(dir, 6, "eval", seat);
    // Its answers are production's to the letter: one verdict is asked for again, to see who gives it now.
    expect(asked.heard).toHaveLength(18 + 1);
    expect((await reportIn(dir, second.evaluation)).judge).toEqual(report.judge);
  });

  test("was paid by the evaluation that asked it, not by one of another model", slow, async () => {
    const { dir, seat, judge: asked } = await court(() => scores(0.9));
    await said(dir, 6, "eval", seat);
    const other = await provider(wires.compatible, ({ mail, text }) =>
      says(`yes ${mail}${mail > 6 && text.includes("brief") ? ", in short" : ""}`),
    );
    const both = { env: { ...seat.env, ...(await seatOf({ compatible: other })).env } };
    const second = await found(dir, 6, `eval --model ${wires.compatible.model}`, both);
    // Its answers are the first one's to the letter: one verdict is asked for again, to see who gives it now.
    expect([other.heard.length, asked.heard.length]).toEqual([24, 18 + 1]);
    expect(second.looks).toMatchObject([{ micros: 24 * qwenMicros + verdictMicros }]);
  });

  test("that is another model by now says all anew", slow, async () => {
    let served: string = judge.served;
    const { dir, judge: asked, seat } = await court(() => ({ ...scores(0.9), model: served }));
    await said(dir, 6, "eval", seat);
    served = "gpt-5-mini-2026-11-01";
    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    await said(dir, 6, "eval", seat);
    expect(asked.heard).toHaveLength(18 + 12);
  });

  test("without a key is told before anything is asked", slow, async () => {
    const { dir, subject, seat } = await court(() => scores(0.9));
    const { OPENAI_API_KEY: _key, ...env } = seat.env ?? {};
    expect(await said(dir, 2, "eval", { env })).toContain(
      "openai/gpt-5-mini needs a key: set OPENAI_API_KEY",
    );
    expect(subject.heard).toEqual([]);
  });

  /** Of one answer nothing is ever to be had but words, of another nothing at all. */
  const odd = ({ mail, time, text }: Heard): ReturnType<Parameters<typeof provider>[1]> => {
    if (mail === 1) return { blocks: [{ text: "I would rather not say." }], stop: "content_filter" };
    if (mail === 2) return silence;
    if (mail === 3 && !text.includes("There was no call")) return says("A fine answer.");
    if (mail === 4 && time === 1) return status(429, "{}", { "retry-after": "0" });
    if (mail === 5 && time === 1) return status(500, "{}");
    return scores(0.9);
  };

  test(
    "that has no verdict on some answers: those decide nothing, and are judged when it has one",
    slow,
    async () => {
      let isWell = false;
      const answer = (heard: Heard) => (isWell ? scores(0.9) : odd(heard));
      const { dir, subject, judge: asked, seat } = await court(answer, { timeout: "2s" });
      const first = await found(dir, 6, "eval", seat);
      expect(first.decision).toMatchObject({ guards: [{ status: "open", outages: 4, errors: 0 }] });
      const times = [1, 2, 3, 4, 5, 6].map((n) => asked.heard.filter(({ mail }) => mail === n).length);
      // Who gets no verdict asks for itself, where the same answer of the other arm was not judged at that moment.
      const [refusals = 0, ...rest] = times;
      expect([2, 4]).toContain(refusals);
      expect(rest).toEqual([3, 2, 2, 2, 1]);
      // Refused and told so; asked once more; three times nobody knows what, which is at most 8192 tokens out.
      const known = 24 * answerMicros + (refusals + 2 + 14) * verdictMicros;
      expect(first.looks[0]?.micros).toBeGreaterThan(known + 3 * 8192 * 2);
      expect(first.looks[0]?.micros).toBeLessThan(known + 3 * (8192 * 2 + 5000));
      const { answers } = await reportIn(dir, first.evaluation);
      expect(answers.find((one) => one.case === "c1")).toMatchObject({
        answered: { outcome: "complete" },
        scores: { "rubric:helpful": "outage" },
        whys: { "rubric:helpful": expect.stringContaining("the judge gave no verdict") as string },
      });
      isWell = true;
      const second = await found(dir, 6, "eval", seat);
      expect(second).toMatchObject({ evaluation: first.evaluation, decision: { guards: [{ outages: 0 }] } });
      expect(subject.heard).toHaveLength(24);
    },
  );

  test(
    "that never has one ends it: what was answered is kept, and judged when it is mended",
    slow,
    async () => {
      let isWell = false;
      const {
        dir,
        subject,
        judge: asked,
        seat,
      } = await court(() =>
        isWell ? scores(0.9) : status(401, judge.kit.errorBody("invalid_api_key", "Who are you?")),
      );
      const stopped = await said(dir, 5, "eval", seat);
      expect(stopped).toContain("answers cannot be scored: rubric:helpful: HTTP 401: Who are you?");
      expect(stopped).toContain(
        " stopped    24 answers are kept, mend it and go on with: harness eval mails",
      );
      isWell = true;
      const before = asked.heard.length;
      expect(await found(dir, 6, "eval", seat)).toMatchObject({ looks: [{ outages: 0 }] });
      expect([subject.heard.length, asked.heard.length - before]).toEqual([24, 18]);
    },
  );
});

describe("answers that people labelled", () => {
  const labels = rows(
    ...Array.from({ length: 40 }, (_, at) => ({
      id: `l${at}`,
      vars: { text: `labelled number ${at}` },
      answer: "yes",
      rubric: "helpful",
      label: at % 2 === 0 ? "pass" : "fail",
    })),
  );
  const ofLabels = ({ heard }: Provider): number =>
    heard.filter(({ text }) => text.includes("labelled number")).length;

  test("a judge that says nothing of them is told, asked no more, and again next time", slow, async () => {
    let isWell = false;
    const {
      dir,
      seat,
      judge: asked,
    } = await court(({ text }) =>
      !isWell && text.includes("labelled number")
        ? status(400, judge.kit.errorBody("invalid_request_error", "Not this one."))
        : scores(0.9),
    );
    await fill(dir, { "rubrics/helpful.labels.jsonl": labels });
    expect((await said(dir, 6, "eval", seat)).replaceAll(/\s+/g, " ")).toContain(
      "warning the judge came to no verdict on 40 answers that people labelled, which prove nothing of it until it does (the next evaluation asks again): HTTP 400: Not this one.",
    );
    const before = ofLabels(asked);
    expect(before).toBeGreaterThanOrEqual(8);
    expect(before).toBeLessThan(16);
    isWell = true;
    await fill(dir, { "prompts/sort.prompt": sort("Be quick.") });
    const well = await said(dir, 6, "eval", seat);
    expect(well).toContain(" judge      asked about 40 answers that people labelled\n judge      20 of 40\n");
    expect(well).not.toContain("came to no verdict");
    expect(ofLabels(asked) - before).toBe(40);
  });

  test("are no matter of a smoke run", slow, async () => {
    const { dir, seat, judge: asked } = await court(() => scores(0.9), {});
    await fill(dir, {
      "rubrics/helpful.labels.jsonl": labels,
      "tasks/mails/suite.yaml": suiteFile({
        guards,
        judge: { model: judge.model },
        held_out: { share: 0.5 },
      }),
    });
    expect(await said(dir, 0, "eval --smoke", seat)).not.toContain("that people labelled");
    expect([ofLabels(asked), asked.heard.length > 0]).toEqual([0, true]);
  });

  test("ctrl-c stops a judge that is asked about them", slow, async () => {
    const { dir, seat, subject } = await court(({ text }) =>
      text.includes("labelled number") ? silence : scores(0.9),
    );
    await fill(dir, { "rubrics/helpful.labels.jsonl": labels });
    const child = start(dir, ["eval"], seat.env);
    await child.said("asked about 40 answers");
    child.process.kill("SIGINT");
    const { code, err } = await child.ended;
    expect({ code, err }).toMatchObject({
      code: 130,
      err: expect.stringContaining("what it said is kept, go on with the same command") as string,
    });
    expect(subject.heard).toEqual([]);
  });
});

test("a judge whose script is another one says all anew, as another evaluation", slow, async () => {
  const verdict = (score: number): string =>
    JSON.stringify({
      "verdict/*/*": [
        {
          calls: [
            {
              submit_verdict: {
                scores: [{ criterion: "answers", score, explanation: "so" }],
                explanation: "all in all",
              },
            },
          ],
        },
      ],
    });
  const dir = await mailShop({
    "script.yaml": script(),
    "judge.yaml": verdict(0.9),
    "rubrics/helpful.yaml": rubric("Does it?"),
    "tasks/mails/suite.yaml": suiteFile({ guards, judge: { model: "scripted/../../judge.yaml" } }),
  });
  const good = await found(dir, 0, "eval");
  await fill(dir, { "judge.yaml": verdict(0.1) });
  const bad = await found(dir, 1, "eval");
  expect(bad.evaluation).not.toBe(good.evaluation);
  const digests = await Promise.all(
    [good, bad].map(async ({ evaluation }) => (await reportIn(dir, evaluation)).judge?.digest),
  );
  expect(digests[0]).not.toBe(digests[1]);
  await fill(dir, { "judge.yaml": verdict(0.9) });
  expect(await found(dir, 0, "eval")).toMatchObject({ evaluation: good.evaluation, decision: good.decision });
});
