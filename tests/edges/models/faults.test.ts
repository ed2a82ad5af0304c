import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import type { Usage } from "../../../src/core/model.ts";
import { compatibleModel } from "../../../src/edges/models/openai-compatible.ts";
import { anthropic } from "./wire/anthropic.ts";
import { compatible } from "./wire/compatible.ts";
import { type Complete, type Failed, faults, usualUsage } from "./wire/faults.ts";
import { asking, key, type Kit } from "./wire/kit.ts";
import { kits } from "./wire/kits.ts";
import { serve, silence, stalling, streaming } from "./wire/server.ts";

const printing = ["log", "info", "warn", "error", "debug"] as const;
let written: readonly MockInstance[] = [];
const never = new AbortController().signal;

beforeEach(() => {
  // What stands in the environment must not reach a call.
  vi.stubEnv("ANTHROPIC_LOG", "debug");
  vi.stubEnv("OPENAI_LOG", "debug");
  vi.stubEnv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "from-the-environment");
  for (const name of printing) vi.spyOn(console, name).mockImplementation(() => undefined);
  written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const printed = (): readonly unknown[] => [
  ...printing.flatMap((name) => vi.mocked(console[name]).mock.calls),
  ...written.flatMap(({ mock }) => mock.calls),
];

describe.each(kits)("$name", (kit) => {
  test.each(faults(kit))("$name", async ({ reply, expect: expected, idleMs }) => {
    await using server = await serve(reply);
    const model = kit.model(server.url, idleMs === undefined ? {} : { idleMs });
    const response = await model.respond(asking(), never);
    expect(response).toEqual(wanted(kit, expected));
    expect(JSON.stringify(response)).not.toContain(key);
    expect(printed()).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual([kit.path]);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  test("connection refused: nothing was sent, so nothing is charged", async () => {
    const response = await kit.model(`http://127.0.0.1:${await closedPort()}`).respond(asking(), never);
    expect(response).toEqual(wanted(kit, { failed: "network" }));
    expect(response.usage).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
  });

  test("a key no header can hold is a bad request and stays unsaid", async () => {
    await using server = await serve(silence);
    const apiKey = "secret\nsecret";
    const response = await kit.model(server.url, { apiKey }).respond(asking(), never);
    expect(response).toEqual(wanted(kit, { failed: "bad-request" }));
    expect(JSON.stringify(response)).not.toContain("secret");
    expect(server.requests).toEqual([]);
  });

  test("an address that is none is a bad request", async () => {
    const response = await kit.model("no address").respond(asking(), never);
    expect(response).toEqual(wanted(kit, { failed: "bad-request" }));
  });

  test("aborted before: no request", async () => {
    await using server = await serve(streaming(kit.frames({ blocks: [] })));
    const response = await kit.model(server.url).respond(asking(), AbortSignal.abort());
    expect(response).toEqual(wanted(kit, { failed: "network" }));
    expect(server.requests).toEqual([]);
  });

  test.each(["before headers", "in mid-stream"])(
    "aborted %s: settles, and the connection is gone",
    async (when) => {
      const abort = new AbortController();
      const start = stalling(kit.frames({ blocks: [{ text: "Let me" }] }).slice(0, 3));
      const reply = when === "before headers" ? silence : start;
      await using server = await serve((response, seen) => {
        reply(response, seen);
        setImmediate(() => abort.abort());
      });
      const response = await kit.model(server.url).respond(asking(), abort.signal);
      expect(response).toEqual(
        wanted(kit, { failed: "network", says: "the call was stopped before the answer was whole" }),
      );
      await server.requests[0]?.gone;
    },
  );

  test("the deadline ends a call that still lives", async () => {
    await using server = await serve(stalling(kit.frames({ blocks: [{ text: "Let me" }] }).slice(0, 3)));
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() + 300 }), never);
    expect(response).toEqual(wanted(kit, { failed: "stalled" }));
    expect(server.requests).toHaveLength(1);
  });

  test("a deadline that has passed: no request", async () => {
    await using server = await serve(silence);
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() - 1 }), never);
    expect(response).toEqual(wanted(kit, { failed: "stalled" }));
    expect(server.requests).toEqual([]);
  });

  test("any byte is life: pings and comments hold a call beyond its idle time", async () => {
    const [first = "", ...rest] = kit.frames({ blocks: [{ text: "Done." }] });
    const ping = kit.name === "anthropic" ? 'event: ping\ndata: {"type":"ping"}\n\n' : ": keep-alive\n\n";
    await using server = await serve((response) => {
      response.write(first);
      const begun = performance.now();
      const timer = setInterval(() => {
        response.write(ping);
        if (performance.now() - begun < 1200) return;
        clearInterval(timer);
        response.end(rest.join(""));
      }, 30);
    });
    const response = await kit.model(server.url, { idleMs: 600 }).respond(asking(), never);
    expect(response).toEqual(wanted(kit, { stop: "end", parts: [{ type: "text", text: "Done." }] }));
  });

  test("a caller's signal is left as it was: no listener stays", async () => {
    await using server = await serve(streaming(kit.frames({ blocks: [{ text: "Done." }] })));
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await kit.model(server.url).respond(asking(), signal);
    expect(added).toHaveBeenCalled();
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});

test("a server that wants no key is sent none", async () => {
  await using server = await serve(streaming(compatible.frames({ blocks: [{ text: "Hi." }] })));
  const model = compatibleModel({
    name: "openai-compatible/qwen",
    model: "qwen",
    price: null,
    apiKey: null,
    baseUrl: `${server.url}/v1`,
  });
  expect(await model.respond(asking(), never)).toMatchObject({ outcome: "complete" });
  expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
});

test("an answer without end is ended", async () => {
  const chunk = `: ${"x".repeat(1024 * 1024)}\n\n`;
  await using server = await serve((response) => {
    const more = (): void => void (response.destroyed || response.write(chunk, more));
    more();
  });
  const response = await anthropic.model(server.url).respond(asking(), never);
  expect(response).toEqual(
    wanted(anthropic, { failed: "protocol", says: "the answer was longer than 64 MiB" }),
  );
  await server.requests[0]?.gone;
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 1;
}

/** What a response must look like. Of a failure: one line a person can act on. */
function wanted(kit: Kit, expected: Failed | Complete): unknown {
  if ("failed" in expected) {
    const { failed, status = null, retryAfterMs = null, says } = expected;
    const message = says ?? expect.stringMatching(/^\S.{3,199}$/u);
    const usage = expect.toBeOneOf([null, nothing]);
    return { outcome: "failed", error: { class: failed, status, retryAfterMs, message }, usage };
  }
  const { stop, parts, usage = usualUsage(kit), served: servedModel = served[kit.name] } = expected;
  const requestId = expect.toBeOneOf(["req_1", null]);
  const firstTokenMs = parts.some(({ type }) => type !== "opaque")
    ? expect.any(Number)
    : expect.toBeOneOf([null]);
  return { outcome: "complete", stop, parts, usage, servedModel, requestId, firstTokenMs };
}

const nothing: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

const served: Readonly<Record<string, string>> = {
  anthropic: "claude-x-20260101",
  openai: "gpt-x-2026-01-01",
  "openai-compatible": "qwen-7b",
};
