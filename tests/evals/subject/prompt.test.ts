import { describe, expect, test } from "vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Model, ModelError, ModelRequest, ModelResponse } from "../../../src/core/model.ts";
import type { Clock, Models } from "../../../src/core/ports.ts";
import { openModels } from "../../../src/edges/models/models.ts";
import { prompts } from "../../../src/edges/prompts/prompts.ts";
import type { Answered, Ask } from "../../../src/evals/answer.ts";
import { gather } from "../../../src/evals/runner/gather.ts";
import { promptSubject } from "../../../src/evals/subject/prompt.ts";
import type { PromptSubjectOptions } from "../../../src/evals/subject/prompt.ts";
import { SubjectRefused } from "../../../src/evals/subject/subject.ts";
import type { Subject } from "../../../src/evals/subject/subject.ts";
import { compatible } from "../../edges/models/wire/compatible.ts";
import {
  dripping,
  resetting,
  serve,
  silence,
  stalling,
  status,
  streaming,
} from "../../edges/models/wire/server.ts";
import type { Reply, Server } from "../../edges/models/wire/server.ts";
import { VirtualTime } from "../../simulation/time.ts";
import { asksOf, gathering, itemOf, itemsUpTo, never, world } from "../runner/ground.ts";

const source = (text: string): string =>
  `---\ninput:\n  schema:\n    q: string\n---\n{{role "system"}}\n${text}\n{{role "user"}}\n{{q}}\n`;
const armOf = (model: string, text = "Answer.") => ({
  source: source(text),
  file: "a.prompt",
  model,
  modelIdentity: null,
});
const ask: Ask = { arm: "candidate", item: itemOf("c1"), sample: 2, form: null };
const price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

/** Time that passes when somebody sleeps: what was slept for is written down. */
function skipping(): { readonly clock: Clock; readonly slept: number[] } {
  let now = Date.now();
  const slept: number[] = [];
  return {
    slept,
    clock: {
      now: () => now,
      sleepUntil: async (until) => {
        if (until <= now) return;
        slept.push(until - now);
        now = until;
      },
    },
  };
}

interface Made {
  readonly subject: Subject;
  readonly slept: number[];
  readonly repeats: ModelError[];
}

function made(models: Models, given: Partial<PromptSubjectOptions> = {}, clock?: Clock): Made {
  const time = skipping();
  const repeats: ModelError[] = [];
  const subject = promptSubject(
    { prompts: prompts(), models, clock: clock ?? time.clock },
    {
      arms: { candidate: armOf("m") },
      maxOutputTokens: 100,
      timeoutMs: 60_000,
      logprobs: false,
      onRepeat: (error) => void repeats.push(error),
      ...given,
    },
  );
  return { subject, slept: time.slept, repeats };
}

/** A provider on this machine, as its wire shows it, reached through the models of a project. */
async function provider(
  replies: readonly Reply[],
  given: Partial<PromptSubjectOptions> = {},
  priced = true,
): Promise<Made & { server: Server; models: Models }> {
  const server = await serve(...replies);
  const dir = await mkdtemp(join(tmpdir(), "harness-subject-"));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });
  const name = "openai-compatible/qwen";
  const models = openModels({
    projectDir: dir,
    env: { HARNESS_HOLDS_DIR: join(dir, "holds"), OPENAI_COMPATIBLE_API_KEY: "sk-test" },
    project: {
      base_urls: { "openai-compatible": `${server.url}/v1` },
      ...(priced ? { prices: { [name]: { input: 1, output: 5, cache_read: 0.1 } } } : {}),
    },
  });
  return { ...made(models, { arms: { candidate: armOf(name) }, ...given }), server, models };
}

const said = (text: string, usage?: Readonly<Record<string, unknown>> | null): Reply =>
  streaming(compatible.frames({ blocks: [{ text }], ...(usage === undefined ? {} : { usage }) }));
const error = (code: number, headers: Readonly<Record<string, string>> = {}): Reply =>
  status(code, compatible.errorBody("x", "not now"), headers);

describe("an answer over the wire", () => {
  test("is what the model said, what it took and who answered", async () => {
    const { subject, server } = await provider([said("The first.")]);
    expect(await subject.answer(ask, never)).toMatchObject({
      outcome: "complete",
      text: "The first.",
      stop: "end",
      why: null,
      usage: { input: 17, output: 9, cacheRead: 4, cacheWrite: 0 },
      micros: 59,
      turns: 1,
      served: "qwen-7b",
    });
    expect(server.requests[0]?.body).toMatchObject({
      model: "qwen",
      messages: [
        { role: "system", content: "Answer." },
        { role: "user", content: expect.anything() },
      ],
    });
  });

  test("costs nobody knows what where usage or price is not said", async () => {
    const unsaid = await provider([said("x", null)]);
    expect(await unsaid.subject.answer(ask, never)).toMatchObject({ outcome: "complete", micros: null });
    const unpriced = await provider([said("x")], {}, false);
    expect(await unpriced.subject.answer(ask, never)).toMatchObject({ outcome: "complete", micros: null });
    expect(await unpriced.subject.ceiling(ask)).toBeNull();
  });

  test("comes after outages were waited out, ever longer, and as long as the provider says", async () => {
    const { subject, server, slept, repeats } = await provider([
      error(503),
      error(500),
      error(429, { "retry-after": "7" }),
      said("At last."),
    ]);
    expect(await subject.answer(ask, never)).toMatchObject({ outcome: "complete", text: "At last." });
    expect(server.requests).toHaveLength(4);
    expect(repeats.map((one) => one.class)).toEqual(["server", "server", "rate-limit"]);
    expect(slept.slice(0, 2)).toEqual([500, 1000]);
    expect(slept[2]).toBeGreaterThanOrEqual(7000);
    expect(slept[2]).toBeLessThan(8000);
  });

  test("that never comes is an outage, after six tries", async () => {
    const { subject, server, slept } = await provider([error(500)]);
    const { outcome, why, micros } = await subject.answer(ask, never);
    expect([outcome, micros, server.requests.length]).toEqual(["outage", 0, 6]);
    expect(why).toMatch(/^server: /);
    expect(slept).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test("that takes too long is an error, once", async () => {
    const clock: Clock = { now: () => Date.now(), sleepUntil: async () => undefined };
    const { models, server } = await provider([
      dripping(compatible.frames({ blocks: [{ text: "It is about ".repeat(999) }] })),
    ]);
    const { subject } = made(
      models,
      { arms: { candidate: armOf("openai-compatible/qwen") }, timeoutMs: 1000 },
      clock,
    );
    const { outcome, micros, latencyMs, why } = await subject.answer(ask, never);
    expect([outcome, micros]).toEqual(["error", null]);
    expect(server.requests).toHaveLength(1);
    expect(latencyMs).toBeGreaterThanOrEqual(299);
    expect(why).toMatch(/^stalled: /);
  });

  test.each([
    ["nothing ever came", silence],
    ["the headers came, and nothing more", stalling([])],
    ["nothing came any more", stalling(compatible.frames({ blocks: [{ text: "x" }] }).slice(0, 2))],
  ])("of which %s is an outage that may have cost something", async (_, reply) => {
    const { subject, server, repeats } = await provider([reply], { timeoutMs: 1000 });
    const { outcome, micros, why } = await subject.answer(ask, never);
    expect([outcome, micros]).toEqual(["outage", null]);
    expect(why).toMatch(/^stalled: /);
    expect([server.requests.length, repeats.length]).toEqual([1, 0]);
  });

  test("that breaks off is an outage that may have cost something, and is told apart from a refusal to answer", async () => {
    const frames = compatible.frames({ blocks: [{ text: "It is about" }] });
    for (const reply of [
      resetting(frames.slice(0, 2)),
      streaming([...frames.slice(0, 2), compatible.errorFrame("server_error", "gone")]),
    ]) {
      const { subject, server } = await provider([reply]);
      expect(await subject.answer(ask, never)).toMatchObject({ outcome: "outage", micros: null });
      expect(server.requests).toHaveLength(1);
    }
  });

  test("of a model that is not there ends all", async () => {
    const { subject } = await provider([error(404)]);
    await expect(subject.answer(ask, never)).rejects.toThrow(/HTTP 404: not now; what was answered is kept/);
  });

  test("that the provider will not give for what is asked is an error", async () => {
    const { subject, server } = await provider([error(400)]);
    expect(await subject.answer(ask, never)).toMatchObject({ outcome: "error", micros: 0 });
    expect(server.requests).toHaveLength(1);
  });

  test("waits while another run on this machine holds the key", async () => {
    const { subject, models, slept, server } = await provider([
      error(429, { "retry-after": "30" }),
      said("x"),
    ]);
    const model = await models.model("openai-compatible/qwen");
    const request = { thread: "case/other/1", turn: 1, try: 1, system: "", tools: [], messages: [] };
    await model.respond({ ...request, maxOutputTokens: 1, deadline: Date.now() + 5000 }, never);
    const answered = await subject.answer(ask, never);
    expect(answered.outcome).toBe("complete");
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeGreaterThan(25_000);
    expect(answered.latencyMs).toBeLessThan(25_000);
    expect(server.requests).toHaveLength(2);
  });

  test("a key that is refused ends all: nothing more is asked, and what was answered is kept", async () => {
    const { subject, server } = await provider([said("one"), said("two"), error(401)]);
    const place = world();
    const going = gather(
      { ...place, subject },
      gathering({ concurrency: 1 }),
      asksOf(["candidate"], itemsUpTo(50), 1),
      never,
      () => undefined,
    );
    await expect(going).rejects.toThrow(SubjectRefused);
    expect(server.requests).toHaveLength(3);
    expect(place.store.disk.size).toBe(2);
  });
});

describe("what is asked", () => {
  /** A model that answers by try; takes as long as it is told, on the clock it is given. */
  function modelsOf(
    respond: (request: ModelRequest) => Promise<ModelResponse> | ModelResponse,
    held: readonly number[] = [],
  ): Models & { readonly requests: ModelRequest[] } {
    const requests: ModelRequest[] = [];
    const holds = [...held];
    const model: Model = {
      name: "m",
      price,
      respond: async (request) => {
        requests.push(request);
        return respond(request);
      },
    };
    return { requests, model: async () => model, heldUntil: async () => holds.shift() ?? null };
  }
  const answer: ModelResponse = {
    outcome: "complete",
    stop: "end",
    parts: [{ type: "text", text: "ok\ud800" }],
    usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 },
    servedModel: "m-1",
    requestId: null,
    firstTokenMs: null,
  };
  const fails = (
    kind: ModelError["class"],
    usage: ModelRequest["maxOutputTokens"] | null,
  ): ModelResponse => ({
    outcome: "failed",
    error: { class: kind, message: "down", status: kind === "server" ? 500 : null, retryAfterMs: null },
    usage: usage === null ? null : { input: usage, output: 0, cacheRead: 0, cacheWrite: 0 },
  });

  test("is named by all that determines the answer, and by nothing else", async () => {
    const of = async (given: Partial<PromptSubjectOptions>, one: Ask = ask): Promise<string> =>
      JSON.stringify(
        await made(
          modelsOf(() => answer),
          given,
        ).subject.identity(one),
      );
    const plain = await of({});
    expect(await of({}, { ...ask, sample: 9 })).toBe(plain);
    expect(
      await of({ arms: { candidate: armOf("m"), baseline: armOf("m") } }, { ...ask, arm: "baseline" }),
    ).toBe(plain);
    expect(await of({ arms: { candidate: { ...armOf("m"), file: "other.prompt" } } })).toBe(plain);
    const others = await Promise.all([
      of({ arms: { candidate: armOf("n") } }),
      of({ arms: { candidate: armOf("m", "Answer!") } }),
      of({ arms: { candidate: { ...armOf("m"), modelIdentity: "digest" } } }),
      of({ maxOutputTokens: 101 }),
      of({ timeoutMs: 1000 }),
      of({ logprobs: true }),
      of({}, { ...ask, item: itemOf("c2") }),
      of({}, { ...ask, item: { ...ask.item, case: { ...itemOf("c1").case, vars: { q: "other" } } } }),
    ]);
    expect(new Set([plain, ...others]).size).toBe(9);
  });

  test("never costs more than its ceiling", async () => {
    const { subject } = made(modelsOf(() => answer));
    const ceiling = (await subject.ceiling(ask)) ?? 0;
    expect(ceiling).toBeGreaterThan(100 * price.output);
    expect(ceiling).toBeLessThan(100 * price.output + 300);
  });

  test("an outage that cost something ends there, and counts", async () => {
    const models = modelsOf(({ try: attempt }) =>
      attempt === 1 ? fails("server", null) : fails("network", 40),
    );
    const { subject, repeats } = made(models);
    expect(await subject.answer(ask, never)).toMatchObject({ outcome: "outage", micros: 40 });
    expect(models.requests.map((request) => request.try)).toEqual([1, 2]);
    expect(repeats).toHaveLength(1);
  });

  test("latency is that of the answer alone: without holds, however often they are prolonged, and pauses", async () => {
    const time = new VirtualTime({ now: 1_000_000 }, async () => undefined);
    const models = modelsOf(
      async ({ try: attempt, deadline }) => {
        expect(deadline).toBeGreaterThan(time.now() + 59_000);
        await time.sleepUntil(time.now() + 300, never);
        return attempt < 3 ? fails("server", null) : answer;
      },
      [1_100_000, 1_200_000],
    );
    const { subject } = made(models, {}, time);
    const answered: Answered = await subject.answer(ask, never);
    expect(answered.latencyMs).toBeGreaterThanOrEqual(300);
    expect(answered.latencyMs).toBeLessThan(330);
    expect(time.now()).toBeGreaterThan(1_200_000 + 900 + 1500);
    expect(answered.text).toBe("ok\ufffd");
  });

  test("ends soon when it is interrupted, while it waits for a hold or between tries", async () => {
    const stop = new AbortController();
    const models = modelsOf(() => {
      stop.abort();
      return fails("network", null);
    });
    const { subject } = made(models);
    expect((await subject.answer(ask, stop.signal)).outcome).toBe("outage");
    expect(models.requests).toHaveLength(1);
  });

  test.each(["auth", "missing-script", "wrong-model"] as const)(
    "%s is for a person to mend",
    async (kind) => {
      const { subject } = made(modelsOf(() => fails(kind, null)));
      await expect(subject.answer(ask, never)).rejects.toThrow(SubjectRefused);
    },
  );
});

test("a scripted model is asked like any other", async () => {
  const dir = await mkdtemp(join(tmpdir(), "harness-subject-"));
  onTestFinished(async () => rm(dir, { recursive: true, force: true }));
  await writeFile(
    join(dir, "script.yaml"),
    '"*/*/*":\n  - { fail: { class: overloaded, times: 2, retry_after: 3, usage: { input: 0, output: 0 } }, say: "yes", usage: none }\n',
  );
  const models = openModels({ projectDir: dir, env: {}, project: {} });
  const { subject, slept } = made(models, { arms: { candidate: armOf("scripted/script.yaml") } });
  expect(await subject.answer(ask, never)).toMatchObject({ outcome: "complete", text: "yes", micros: null });
  expect(slept).toEqual([3000, 3000]);
  await expect(subject.answer({ ...ask, arm: "best" }, never)).rejects.toThrow("there is no best");
});
