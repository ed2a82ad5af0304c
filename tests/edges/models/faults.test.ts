import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ModelError, ModelErrorClass } from "../../../src/core/model.ts";
import { compatibleModel } from "../../../src/edges/models/openai-compatible.ts";
import { nothingUsed } from "./fault-rows.ts";
import { hostileEnvironment } from "./wire/around.ts";
import { compatible } from "./wire/compatible.ts";
import { asking } from "./wire/kit.ts";
import { kits } from "./wire/kits.ts";
import { dripping, serve, silence, stalling, streaming } from "./wire/server.ts";

const never = new AbortController().signal;

beforeEach(hostileEnvironment);
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe.each(kits)("$name", (kit) => {
  test("a key no header can hold is a bad request and stays unsaid", async () => {
    await using server = await serve(silence);
    const apiKey = "secret\nsecret";
    const response = await kit.model(server.url, { apiKey }).respond(asking(), never);
    expect(response).toEqual(failing("bad-request"));
    expect(JSON.stringify(response)).not.toContain("secret");
    expect(server.requests).toEqual([]);
  });

  test("an address that is none is a bad request", async () => {
    const response = await kit.model("no address").respond(asking(), never);
    expect(response).toEqual(failing("bad-request"));
  });

  test("aborted before: no request", async () => {
    await using server = await serve(streaming(kit.frames({ blocks: [] })));
    const response = await kit.model(server.url).respond(asking(), AbortSignal.abort());
    expect(response).toEqual(failing("network"));
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
      expect(response).toEqual(failing("network", /^the call was stopped before the answer was whole$/));
      await server.requests[0]?.gone;
    },
  );

  test("the deadline ends an answer of which parts still come", async () => {
    await using server = await serve(dripping(kit.frames({ blocks: [{ text: "Let me ".repeat(999) }] })));
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() + 1200 }), never);
    expect(response).toEqual(failing("stalled", undefined, { wasComing: true }));
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["its headers alone", 0, false],
    ["a part and nothing more", 3, false],
    ["a part and only pings since", 3, true],
  ])("the deadline of a call of which there came %s does not say so", async (_, count, isPinging) => {
    const parts = kit.frames({ blocks: [{ text: "Let me" }] }).slice(0, count);
    const pings = isPinging ? Array<string>(999).fill(pingOf(kit.name)) : [];
    await using server = await serve(isPinging ? dripping([...parts, ...pings]) : stalling(parts));
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() + 600 }), never);
    expect(response).toEqual(failing("stalled"));
    expect(server.requests).toHaveLength(1);
  });

  test("the deadline of a call of which nothing came says so", async () => {
    await using server = await serve(silence);
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() + 300 }), never);
    expect(response).toEqual(failing("stalled"));
    expect(server.requests).toHaveLength(1);
  });

  test("a deadline that has passed: no request", async () => {
    await using server = await serve(silence);
    const response = await kit.model(server.url).respond(asking({ deadline: Date.now() - 1 }), never);
    expect(response).toEqual(failing("stalled"));
    expect(server.requests).toEqual([]);
  });

  test("any byte is life: pings and comments hold a call beyond its idle time", async () => {
    const [first = "", ...rest] = kit.frames({ blocks: [{ text: "Done." }] });
    await using server = await serve((response) => {
      response.write(first);
      const begun = performance.now();
      const timer = setInterval(() => {
        response.write(pingOf(kit.name));
        if (performance.now() - begun < 1200) return;
        clearInterval(timer);
        response.end(rest.join(""));
      }, 30);
    });
    const response = await kit.model(server.url, { idleMs: 600 }).respond(asking(), never);
    expect(response).toMatchObject({ stop: "end", parts: [{ type: "text", text: "Done." }] });
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

const pingOf = (kit: string): string =>
  kit === "anthropic" ? 'event: ping\ndata: {"type":"ping"}\n\n' : ": keep-alive\n\n";

const failing = (
  kind: ModelErrorClass,
  message: string | RegExp = /^\S.{3,199}$/u,
  more: Partial<ModelError> = {},
): unknown => ({
  outcome: "failed",
  error: { class: kind, status: null, retryAfterMs: null, message: expect.stringMatching(message), ...more },
  usage: expect.toBeOneOf([null, nothingUsed]),
});
