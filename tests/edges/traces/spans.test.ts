import { expect, test } from "vitest";
import { redaction } from "../../../src/core/redaction.ts";
import type { TraceItem } from "../../../src/core/trace/item.ts";
import { contentReader } from "../../../src/edges/traces/content.ts";
import type { Level } from "../../../src/edges/traces/content.ts";
import { composer } from "../../../src/edges/traces/spans.ts";
import type { Outgoing } from "../../../src/edges/traces/spans.ts";
import type { Target } from "../../../src/edges/traces/target.ts";
import { serializer } from "../../../src/edges/traces/wire-span.ts";
import { head, idOf, langfuse, otlp, score, span, start, Texts } from "./items.ts";
import { attributesOf, mapped, spansIn } from "./mapper.ts";
import type { OtlpRequest } from "./mapper.ts";

const texts = new Texts();
const url = "http://127.0.0.1:1";
const ours = {
  ...langfuse(url),
  environment: "staging",
  release: "r7",
};

async function composed(
  items: readonly TraceItem[],
  target: Target = ours,
  level: Level = "full",
): Promise<readonly Outgoing[]> {
  return composer(target, contentReader(texts, redaction([]), level), "9.9.9").compose(items);
}

async function request(
  items: readonly TraceItem[],
  target: Target = ours,
  level: Level = "full",
): Promise<OtlpRequest> {
  const outgoing = await composed(items, target, level);
  const serialize = serializer({ "service.name": "harness" }, { name: "harness", version: "9.9.9" });
  const spans = outgoing.flatMap((one) => (one.type === "span" ? [one.span] : []));
  return JSON.parse(new TextDecoder().decode(serialize(spans))) as OtlpRequest;
}

const generation = {
  model: "anthropic/claude-x",
  servedModel: "claude-x-20260101",
  parameters: { max_tokens: 16_000, stop: ["a"] },
  usage: { input: 100, output: 50, cacheRead: 2000, cacheWrite: 300 },
  micros: 12_345,
  firstToken: start + 250,
  prompt: { name: "worker", version: 7, digest: idOf("prompt", 64) },
};

const root = span("root", {
  kind: "agent",
  parent: null,
  name: "run 7k2m",
  isOpen: true,
  metadata: { version: 1 },
});
const common = {
  traceId: idOf("run", 32),
  parentSpanId: idOf("root"),
  environment: "staging",
  release: "r7",
  version: "9.9.9",
  startTimeISO: "2025-05-22T00:00:00.000Z",
  endTimeISO: "2025-05-22T00:00:01.000Z",
  level: "DEFAULT",
  statusMessage: null,
  promptName: null,
  promptVersion: null,
  modelParameters: {},
  completionStartTime: null,
  providedCostDetails: {},
  tags: ["harness", "anthropic/claude-x"],
  sessionId: "7k2m",
  traceName: "harness run 7k2m",
  input: null,
  output: null,
};

const kinds = ["span", "agent", "tool", "guardrail", "evaluator", "event"] as const;

test.each(kinds)(
  "a span of kind %s ends at the server as one, with its times, texts and what is said of its trace",
  async (kind) => {
    const one = span("it", {
      kind,
      input: texts.put('{"q":1}', "json"),
      output: texts.put("done"),
      metadata: { task: "clean", n: 3 },
    });
    const [, found] = mapped(await request([head(), root, one]));
    expect(found).toMatchObject({
      ...common,
      spanId: idOf("it"),
      name: "it",
      type: kind.toUpperCase(),
      input: '{"q":1}',
      output: "done",
      metadata: { task: "clean", n: 3 },
    });
    expect(found).not.toHaveProperty("modelName");
    expect(found).not.toHaveProperty("providedUsageDetails");
  },
);

test("a model call ends there as GENERATION with model, parameters, usage apart from the cache, cost, prompt and first token", async () => {
  const asked = {
    system: "be good",
    tools: null,
    previous: null,
    response: null,
    messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
  };
  const one = span("worker", {
    kind: "generation",
    input: texts.put(JSON.stringify(asked), "json"),
    output: texts.put(
      JSON.stringify({
        parts: [
          { type: "text", text: "yo" },
          { type: "call", id: "c1", tool: "bash", args: { command: "ls" } },
        ],
      }),
      "json",
    ),
    generation,
  });
  const [, found] = mapped(await request([head(), root, one]));
  expect(found).toMatchObject({
    ...common,
    type: "GENERATION",
    modelName: "claude-x-20260101",
    modelParameters: { max_tokens: 16_000, stop: '["a"]' },
    providedUsageDetails: {
      input: 100,
      output: 50,
      input_cache_read: 2000,
      input_cache_creation: 300,
      total: 2450,
    },
    providedCostDetails: { total: 0.012345 },
    completionStartTime: "2025-05-22T00:00:00.250Z",
    promptName: "worker",
    promptVersion: 7,
    metadata: { prompt: "worker", promptDigest: idOf("prompt", 64) },
    input: JSON.stringify([
      { role: "system", content: "be good" },
      { role: "user", content: "hi" },
    ]),
    output: JSON.stringify({
      role: "assistant",
      content: "yo",
      tool_calls: [{ id: "c1", type: "function", function: { name: "bash", arguments: '{"command":"ls"}' } }],
    }),
  });
});

test("what is not known is not said: no usage, no cost, no link to a prompt without a version", async () => {
  const bare = {
    ...generation,
    servedModel: null,
    usage: null,
    micros: null,
    firstToken: null,
    prompt: { ...generation.prompt, version: null },
  };
  const [found] = mapped(await request([span("worker", { kind: "generation", generation: bare })]));
  expect(found).toMatchObject({
    type: "GENERATION",
    modelName: "anthropic/claude-x",
    providedCostDetails: {},
    completionStartTime: null,
    promptName: null,
    promptVersion: null,
    metadata: { promptDigest: idOf("prompt", 64) },
  });
  expect(found).not.toHaveProperty("providedUsageDetails");
});

test.each([
  ["DEFAULT", null, "DEFAULT"],
  ["WARNING", "rejected", "WARNING"],
  ["ERROR", "timeout", "ERROR"],
  ["ERROR", null, "ERROR"],
] as const)("level %s with status %s is %s there", async (level, status, wanted) => {
  const [found] = mapped(await request([span("it", { level, status })]));
  expect(found).toMatchObject({
    level: wanted,
    statusMessage: status ?? (level === "ERROR" ? "error" : null),
  });
});

test("the root holds the goal as its input and the outcome as its output, as its trace does", async () => {
  const said = head({ input: texts.put("the goal"), output: { plain: "met" } });
  const all = await request([said, { ...root, isOpen: false }]);
  const [found] = mapped(all);
  expect(found).toMatchObject({
    parentSpanId: null,
    type: "AGENT",
    input: "the goal",
    output: "met",
    traceName: said.name,
  });
  const attributes = attributesOf(spansIn(all)[0]?.attributes ?? []);
  expect(attributes).toMatchObject({ "langfuse.trace.input": "the goal", "langfuse.trace.output": "met" });
});

test("what is said of a trace later reaches it with its root, though that does not change", async () => {
  const ours = composer(langfuse(url), contentReader(texts, redaction([]), "full"), "9.9.9");
  await ours.compose([head(), root]);
  const [again] = await ours.compose([head({ output: { plain: "stopped" } })]);
  expect(again).toMatchObject({ id: root.id, span: { attributes: { "langfuse.trace.output": "stopped" } } });
});

test("a score goes with its id, its trace, its span, its value and its stage", async () => {
  const outgoing = await composed([
    score("verdict", { value: 0, comment: { plain: "2 of 3 hold" } }),
    score("rubric:style", { value: 0.7, dataType: "NUMERIC", span: null }),
  ]);
  expect(outgoing.map((one) => (one.type === "score" ? one.score : null))).toEqual([
    {
      id: idOf("score verdict", 32),
      traceId: idOf("run", 32),
      observationId: idOf("root"),
      name: "verdict",
      value: 0,
      dataType: "BOOLEAN",
      comment: "2 of 3 hold",
      environment: "staging",
    },
    {
      id: idOf("score rubric:style", 32),
      traceId: idOf("run", 32),
      name: "rubric:style",
      value: 0.7,
      dataType: "NUMERIC",
      environment: "staging",
    },
  ]);
});

test("elsewhere a model call follows the GenAI conventions: input tokens include those of the cache", async () => {
  const one = span("worker", {
    kind: "generation",
    generation,
    input: texts.put('{"messages":[{"role":"user","parts":[{"type":"text","text":"hi"}]}]}', "json"),
  });
  const all = await request([head(), one], otlp(url));
  const [found] = spansIn(all);
  expect(found).toMatchObject({ name: "chat claude-x", kind: 3 });
  expect(attributesOf(found?.attributes ?? [])).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-x",
    "gen_ai.response.model": "claude-x-20260101",
    "gen_ai.usage.input_tokens": 2400,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.usage.cache_read.input_tokens": 2000,
    "gen_ai.usage.cache_creation.input_tokens": 300,
    "gen_ai.request.max_tokens": 16_000,
    "gen_ai.conversation.id": "7k2m",
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
    "harness.cost_usd": 0.012345,
  });
  expect(mapped(all)).toMatchObject([
    { type: "GENERATION", providedUsageDetails: { input: 2400, output: 50 } },
  ]);
});

test("elsewhere a tool is execute_tool, an agent invoke_agent, and an error is one", async () => {
  const tool = span("bash", {
    kind: "tool",
    input: { plain: '{"command":"ls"}' },
    output: { plain: "a" },
    level: "ERROR",
    status: "timeout",
  });
  const agent = span("task clean", { kind: "agent" });
  const all = await request([tool, agent], otlp(url));
  expect(spansIn(all)).toMatchObject([
    { name: "execute_tool bash", kind: 1, status: { code: 2, message: "timeout" } },
    { name: "invoke_agent task clean", status: { code: 0 } },
  ]);
  const said = spansIn(all).map(({ attributes }) => attributesOf(attributes));
  expect(said).toMatchObject([
    {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "bash",
      "gen_ai.tool.call.arguments": '{"command":"ls"}',
      "gen_ai.tool.call.result": "a",
      "error.type": "timeout",
    },
    { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "task clean" },
  ]);
  expect(mapped(all)).toMatchObject([
    { type: "TOOL", name: "bash", input: '{"command":"ls"}', level: "ERROR" },
    { type: "AGENT" },
  ]);
});

test("elsewhere only what has ended goes, and a score is a span with the event of the conventions", async () => {
  const all = await request(
    [head(), root, score("rubric:style", { value: 0.7, dataType: "NUMERIC" })],
    otlp(url),
  );
  const found = spansIn(all);
  expect(found.map(({ name }) => name)).toEqual(["evaluation rubric:style"]);
  const [event] = found[0]?.events ?? [];
  expect(event?.name).toBe("gen_ai.evaluation.result");
  expect(attributesOf(event?.attributes ?? [])).toEqual({
    "gen_ai.evaluation.name": "rubric:style",
    "gen_ai.evaluation.score.value": 0.7,
  });
});

test("with content none neither texts nor words go, with metadata the words of the journal alone", async () => {
  const one = span("bash", {
    kind: "tool",
    input: texts.put("secret prompt"),
    output: { plain: "exit 1" },
    metadata: { task: "clean", exit: 1, digest: idOf("x", 64) },
  });
  const said = head({ input: texts.put("the goal"), metadata: { goal: "words", n: 2 } });
  for (const target of [ours, otlp(url)]) {
    const none = JSON.stringify(await request([said, one], target, "none"));
    for (const text of ["secret prompt", "the goal", "words", "clean", "exit 1"])
      expect(none).not.toContain(text);
    expect(none).toContain(idOf("x", 64));
    const metadata = JSON.stringify(await request([said, one], target, "metadata"));
    for (const text of ["secret prompt", "the goal"]) expect(metadata).not.toContain(text);
    for (const text of ["exit 1", "clean"]) expect(metadata).toContain(text);
  }
});
