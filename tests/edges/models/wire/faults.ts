import type { ModelErrorClass, Part, Stop, Usage } from "../../../../src/core/model.ts";
import { type Kit, type Said, usual } from "./kit.ts";
import { hangUp, type Reply, resetting, silence, stalling, status, streaming } from "./server.ts";

export interface Failed {
  readonly failed: ModelErrorClass;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly says?: string;
}
export interface Complete {
  readonly stop: Stop;
  readonly parts: readonly Part[];
  /** As said by default; null when it must be unknown. */
  readonly usage?: Partial<Usage> | null;
  readonly served?: string;
}
export interface Fault {
  readonly name: string;
  readonly reply: Reply;
  readonly expect: Failed | Complete;
  readonly idleMs?: number;
}

const ok: Said = { blocks: [{ text: "All rows are clean now." }] };
const callOf = (json: string, tool = "read_file"): Said => ({ blocks: [{ id: "c1", tool, json }] });
const args = '{"path":"notes/table.csv"}';
const deep = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;

const call = (
  rest: { args: null; raw: string } | { args: Extract<Part, { type: "call" }>["args"] },
  id = "c1",
): Part => ({
  type: "call",
  id,
  tool: "read_file",
  ...rest,
});
const text = (text: string): Part => ({ type: "text", text });
const page =
  "<!DOCTYPE html><html><head><style>p{}</style></head>\n<body><h1>502 Bad Gateway</h1>\n<p>nginx</p></body></html>";

const deepError = `{"error":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;

/** Answers that are refused by their status. */
const statusFaults = (kit: Kit): readonly Fault[] => {
  const limited = (headers: Readonly<Record<string, string>>): Reply =>
    status(429, kit.errorBody("rate_limit_error", "Slow down."), headers);
  const past = "Wed, 21 Oct 2015 07:28:00 GMT";
  const far = "Wed, 21 Oct 2099 07:28:00 GMT";
  const rate = { failed: "rate-limit", status: 429 } as const;
  return [
    {
      name: "429 with a sane retry-after",
      reply: limited({ "retry-after": "7" }),
      expect: { ...rate, retryAfterMs: 7000, says: "HTTP 429: Slow down." },
    },
    {
      name: "429 in milliseconds",
      reply: limited({ "retry-after-ms": "1500.2", "retry-after": "2" }),
      expect: { ...rate, retryAfterMs: 1501 },
    },
    {
      name: "429 with an absurd retry-after",
      reply: limited({ "retry-after": "99999999999" }),
      expect: { ...rate, retryAfterMs: 600_000 },
    },
    { name: "429 with a negative retry-after", reply: limited({ "retry-after": "-5" }), expect: rate },
    { name: "429 with garbage as retry-after", reply: limited({ "retry-after": "soon" }), expect: rate },
    { name: "429 with Infinity as retry-after", reply: limited({ "retry-after": "Infinity" }), expect: rate },
    {
      name: "429 until a date that has passed",
      reply: limited({ "retry-after": past }),
      expect: { ...rate, retryAfterMs: 0 },
    },
    {
      name: "429 until a date far away",
      reply: limited({ "retry-after": far }),
      expect: { ...rate, retryAfterMs: 600_000 },
    },
    { name: "429 without a word", reply: status(429, ""), expect: rate },
    {
      name: "429 because nothing is paid",
      reply: status(429, kit.errorBody("insufficient_quota", "No money.")),
      expect: { failed: "auth", status: 429 },
    },
    {
      name: "529",
      reply: status(529, kit.errorBody("overloaded_error", "Overloaded")),
      expect: { failed: "overloaded", status: 529 },
    },
    {
      name: "500 with JSON",
      reply: status(500, kit.errorBody("api_error", "Oops")),
      expect: { failed: "server", status: 500, says: "HTTP 500: Oops" },
    },
    {
      name: "502 with a page of HTML",
      reply: status(502, page, { "content-type": "text/html" }),
      expect: { failed: "server", status: 502, says: "HTTP 502: 502 Bad Gateway nginx" },
    },
    {
      name: "503 with retry-after",
      reply: status(503, "", { "retry-after": "3" }),
      expect: { failed: "server", status: 503, retryAfterMs: 3000 },
    },
    {
      name: "401",
      reply: status(401, kit.errorBody("authentication_error", "invalid key")),
      expect: { failed: "auth", status: 401 },
    },
    {
      name: "401 that says the key",
      reply: (response, seen) =>
        status(401, kit.errorBody("x", `not ${String(seen.headers.authorization)} at all`))(response, seen),
      expect: { failed: "auth", status: 401, says: "HTTP 401: not Bearer [key] at all" },
    },
    {
      name: "402",
      reply: status(402, kit.errorBody("billing_error", "pay")),
      expect: { failed: "auth", status: 402 },
    },
    {
      name: "403",
      reply: status(403, kit.errorBody("permission_error", "no")),
      expect: { failed: "auth", status: 403 },
    },
    {
      name: "400",
      reply: status(400, kit.errorBody("invalid_request_error", "bad\nthing")),
      expect: { failed: "bad-request", status: 400, says: "HTTP 400: bad thing" },
    },
    {
      name: "400 as the prompt is too long",
      reply: status(
        400,
        kit.errorBody("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
      ),
      expect: { failed: "context-full", status: 400 },
    },
    {
      name: "400 with context_length_exceeded",
      reply: status(400, kit.errorBody("context_length_exceeded", "Too much.")),
      expect: { failed: "context-full", status: 400 },
    },
    {
      name: "404",
      reply: status(404, kit.errorBody("not_found_error", "model: nope")),
      expect: { failed: "bad-request", status: 404, says: "HTTP 404: model: nope" },
    },
    { name: "408", reply: status(408, ""), expect: { failed: "server", status: 408 } },
    {
      name: "413",
      reply: status(413, kit.errorBody("request_too_large", "too big")),
      expect: { failed: "bad-request", status: 413 },
    },
    {
      name: "422",
      reply: status(422, kit.errorBody("invalid", "no")),
      expect: { failed: "bad-request", status: 422 },
    },
    {
      name: "a redirect, which would carry the key away",
      reply: status(307, "", { location: "http://127.0.0.1:1/" }),
      expect: { failed: "bad-request", status: 307 },
    },
    {
      name: "an endless line of text as an error",
      reply: status(400, kit.errorBody("x", "y".repeat(5000))),
      expect: { failed: "bad-request", status: 400 },
    },
  ];
};

/** Answers that break off or are no answers. */
const streamFaults = (kit: Kit): readonly Fault[] => {
  const whole = kit.frames(ok);
  const cut = whole.slice(0, -kit.endFrames);
  const inArgs = kit.frames(callOf(args));
  const insideArgs = inArgs.slice(0, inArgs.findIndex((frame) => frame.includes("otes/ta")) + 1);
  const [first = "", ...rest] = whole;
  return [
    { name: "an error nested 100,000 deep", reply: status(400, deepError), expect: { failed: "protocol" } },
    { name: "reset before headers", reply: hangUp, expect: { failed: "network" } },
    { name: "reset in mid-stream", reply: resetting(cut), expect: { failed: "network" } },
    {
      name: "reset before the last event",
      reply: resetting(whole.slice(0, -1)),
      expect: { failed: "network" },
    },
    {
      name: "polite end in mid-stream",
      reply: streaming(cut),
      expect: { failed: "network", says: "the answer was cut off before its end" },
    },
    { name: "polite end after the first event", reply: streaming([first]), expect: { failed: "network" } },
    { name: "no event at all", reply: streaming([]), expect: { failed: "network" } },
    { name: "end inside the JSON of a call", reply: streaming(insideArgs), expect: { failed: "network" } },
    {
      name: "end inside an event",
      reply: streaming([...cut.slice(0, -1), (cut.at(-1) ?? "").slice(0, -12)]),
      expect: { failed: kit.name === "anthropic" ? "network" : "protocol" },
    },
    {
      name: "overloaded after status 200",
      reply: streaming([...cut, kit.errorFrame("overloaded_error", "Overloaded")]),
      expect: { failed: "overloaded", says: "Overloaded" },
    },
    {
      name: "an error that is not known, after status 200",
      reply: streaming([first, kit.errorFrame("flux", "Flux.")]),
      expect: { failed: "server", says: "Flux." },
    },
    {
      name: "rate limit after status 200",
      reply: streaming([first, kit.errorFrame("rate_limit_error", "Slow.")]),
      expect: { failed: "rate-limit" },
    },
    {
      name: "context full after status 200",
      reply: streaming([first, kit.errorFrame("invalid_request_error", "prompt is too long")]),
      expect: { failed: "context-full" },
    },
    {
      name: "stall before headers",
      reply: silence,
      idleMs: 150,
      expect: { failed: "stalled", says: "the provider sent nothing for 0.15 s" },
    },
    { name: "stall after headers", reply: stalling([]), idleMs: 150, expect: { failed: "stalled" } },
    { name: "stall in mid-stream", reply: stalling(cut), idleMs: 150, expect: { failed: "stalled" } },
    {
      name: "stall inside an error",
      reply: (response) => {
        response.writeHead(500);
        response.write("Oo");
      },
      idleMs: 150,
      expect: { failed: "stalled" },
    },
    {
      name: "an event that is no JSON",
      reply: streaming([first, (rest[1] ?? "").replace("{", "{{"), ...rest]),
      expect: { failed: "protocol" },
    },
    {
      name: "an event that is no object",
      reply: streaming([first, "event: content_block_delta\ndata: 7\n\n", ...rest]),
      expect: { failed: "protocol" },
    },
    { name: "a page instead of a stream", reply: streaming([page]), expect: { failed: "network" } },
    {
      name: "events with CRLF and in one byte pieces",
      reply: (response) => {
        response.writeHead(200);
        for (const byte of Buffer.from(whole.join("").replaceAll("\n", "\r\n")))
          response.write(Buffer.of(byte));
        response.end();
      },
      expect: { stop: "end", parts: [text("All rows are clean now.")] },
    },
  ];
};

/** Whole answers with something odd in them. */
const oddAnswers = (kit: Kit): readonly Fault[] => {
  const say = (said: Said): Reply => streaming(kit.frames(said));
  const twice: Said = {
    blocks: [
      { id: "c1", tool: "read_file", json: args },
      { id: "c1", tool: "read_file", json: args },
    ],
  };
  const path = { path: "notes/table.csv" };
  return [
    { name: "text", reply: say(ok), expect: { stop: "end", parts: [text("All rows are clean now.")] } },
    { name: "a call", reply: say(callOf(args)), expect: { stop: "calls", parts: [call({ args: path })] } },
    {
      name: "thought, text and calls",
      reply: say({
        blocks: [{ thought: "I should look first." }, { text: "Let me look." }, ...twice.blocks.slice(0, 1)],
      }),
      expect: {
        stop: "calls",
        parts: [kit.thoughtPart("I should look first."), text("Let me look."), call({ args: path })],
      },
    },
    {
      name: "two calls with one id",
      reply: say(twice),
      expect: { stop: "calls", parts: [call({ args: path }), call({ args: path }, "c1-2")] },
    },
    {
      name: "an id no provider takes back",
      reply: say({ blocks: [{ id: "call:1/ü", tool: "read_file", json: "{}" }] }),
      expect: { stop: "calls", parts: [call({ args: {} }, "call_1__")] },
    },
    {
      name: "a tool nobody has",
      reply: say(callOf(args, "rm everything\u0000")),
      expect: { stop: "calls", parts: [{ type: "call", id: "c1", tool: "rm everything", args: path }] },
    },
    {
      name: "malformed arguments",
      reply: say(callOf('{"path": oops}')),
      expect: { stop: "calls", parts: [call({ args: null, raw: '{"path": oops}' })] },
    },
    {
      name: "truncated arguments",
      reply: say(callOf('{"path": "no')),
      expect: { stop: "calls", parts: [call({ args: null, raw: '{"path": "no' })] },
    },
    {
      name: "arguments cut at the limit of length",
      reply: say({ ...callOf('{"path": "no'), stop: kit.ends.length }),
      expect: { stop: "length", parts: [call({ args: null, raw: '{"path": "no' })] },
    },
    {
      name: "arguments that are a list",
      reply: say(callOf("[1]")),
      expect: { stop: "calls", parts: [call({ args: null, raw: "[1]" })] },
    },
    {
      name: "arguments nested 5000 deep",
      reply: say(callOf(deep)),
      expect: { stop: "calls", parts: [call({ args: null, raw: deep })] },
    },
    {
      name: "arguments with __proto__",
      reply: say(callOf('{"__proto__":{"x":1},"path":"a"}')),
      expect: { stop: "calls", parts: [call({ args: { path: "a" } })] },
    },
    {
      name: "arguments with a number JSON cannot say again",
      reply: say(callOf('{"n":1e999}')),
      expect: { stop: "calls", parts: [call({ args: null, raw: '{"n":1e999}' })] },
    },
    { name: "no content and a plain end", reply: say({ blocks: [] }), expect: { stop: "end", parts: [] } },
    { name: "empty text", reply: say({ blocks: [{ text: "" }] }), expect: { stop: "end", parts: [] } },
    {
      name: "white space",
      reply: say({ blocks: [{ text: " \n\t" }] }),
      expect: { stop: "end", parts: [text(" \n\t")] },
    },
    {
      name: "half a surrogate pair and NUL",
      reply: say({ blocks: [{ text: "a\ud800b\u0000c" }] }),
      expect: { stop: "end", parts: [text("a\ufffdbc")] },
    },
    {
      name: "refusal",
      reply: say({ blocks: [{ text: "No." }], stop: kit.ends.refusal }),
      expect: { stop: "refusal", parts: [text("No.")] },
    },
    {
      name: "length",
      reply: say({ ...ok, stop: kit.ends.length }),
      expect: { stop: "length", parts: [text("All rows are clean now.")] },
    },
    {
      name: "no usage",
      reply: say({ ...ok, usage: null }),
      expect: { stop: "end", parts: [text("All rows are clean now.")], usage: null },
    },
    {
      name: "usage beyond all numbers",
      reply: say({
        ...ok,
        usage: { input_tokens: 1e300, output_tokens: 1, prompt_tokens: 1e300, completion_tokens: 1 },
      }),
      expect: { stop: "end", parts: [text("All rows are clean now.")], usage: null },
    },
    {
      name: "usage that is no number",
      reply: say({
        ...ok,
        usage: { input_tokens: "many", output_tokens: -1, prompt_tokens: "many", completion_tokens: -1 },
      }),
      expect: { stop: "end", parts: [text("All rows are clean now.")], usage: null },
    },
    {
      name: "another model than asked for",
      reply: say({ ...ok, model: "cheap-model" }),
      expect: { stop: "end", parts: [text("All rows are clean now.")], served: "cheap-model" },
    },
  ];
};

export const faults = (kit: Kit): readonly Fault[] => [
  ...statusFaults(kit),
  ...streamFaults(kit),
  ...oddAnswers(kit),
];

export const usualUsage = (kit: Kit): Usage => ({ ...usual, cacheWrite: kit.name === "anthropic" ? 3 : 0 });
