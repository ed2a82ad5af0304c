import { expect } from "vitest";
import type { Usage } from "../../../src/core/model.ts";
import { again, type Failed, later, nothingUsed, parked, type Row, smaller } from "./fault-rows.ts";
import type { Kit } from "./wire/kit.ts";
import { status } from "./wire/server.ts";

/** Answers that are refused by their status. */
export const statusRows = (kit: Kit): readonly Row[] => [
  ...waitRows(kit),
  ...limitRows(kit),
  ...serverRows(kit),
  ...refusalRows(kit),
  ...overflowRows(kit),
  ...redirectRows(),
  ...otherBodyRows(),
];

/** `retry-after` as it may come, and the milliseconds that are waited; null: as the loop sees fit. */
function waitRows(kit: Kit): readonly Row[] {
  const limited = (headers: Readonly<Record<string, string>>, ms: unknown): Row => ({
    fault: `429 with ${JSON.stringify(headers)}`,
    does: ms === null ? again : later,
    reply: status(429, kit.errorBody("rate_limit_error", "Slow down."), headers),
    expect: { failed: "rate-limit", status: 429, says: "HTTP 429: Slow down.", retryAfterMs: ms },
  });
  const most = 600_000;
  return [
    limited({}, null),
    limited({ "retry-after": "7" }, 7000),
    limited({ "retry-after": "0" }, 0),
    limited({ "retry-after": "0.0001" }, 1),
    limited({ "retry-after": "1000000000" }, most),
    limited({ "retry-after": String(10 * 365 * 86_400) }, most),
    limited({ "retry-after": "9".repeat(400) }, most),
    limited({ "retry-after": "-5" }, null),
    limited({ "retry-after": "1e9" }, null),
    limited({ "retry-after": "0x10" }, null),
    limited({ "retry-after": "Infinity" }, null),
    limited({ "retry-after": "NaN" }, null),
    limited({ "retry-after": "" }, null),
    limited({ "retry-after": "soon" }, null),
    limited({ "retry-after": "7, 9" }, null),
    limited({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0),
    limited({ "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" }, most),
    limited({ "retry-after": "Wed, 99 Foo 2099" }, null),
    limited({ "retry-after": "2099-10-21T07:28:00Z" }, null),
    {
      ...limited(
        {},
        expect.toSatisfy((ms: number) => ms > 60_000 && ms <= 120_000),
      ),
      fault: "429 with the date in two minutes",
      reply: (response, seen) => {
        const at = new Date(Date.now() + 120_000).toUTCString();
        status(429, kit.errorBody("rate_limit_error", "Slow down."), { "retry-after": at })(response, seen);
      },
    },
    limited({ "retry-after-ms": "1500.2", "retry-after": "9" }, 1501),
    limited({ "retry-after-ms": "-1", "retry-after": "2" }, 2000),
    limited({ "retry-after-ms": "1".repeat(30) }, most),
  ];
}

function limitRows(kit: Kit): readonly Row[] {
  return [
    {
      fault: "429 without a word",
      does: again,
      reply: status(429, ""),
      expect: { failed: "rate-limit", status: 429, says: "HTTP 429: it came without a word" },
    },
    {
      fault: "429 because nothing is paid",
      does: parked,
      reply: status(429, kit.errorBody("insufficient_quota", "You exceeded your current quota.")),
      expect: { failed: "auth", status: 429, says: "HTTP 429: You exceeded your current quota." },
    },
    {
      fault: "429 because one request is more than a minute may have",
      does: smaller,
      reply: status(
        429,
        kit.errorBody(
          "tokens",
          "Request too large for gpt-x on tokens per min: Limit 30000, Requested 40000.",
        ),
      ),
      expect: { failed: "context-full", status: 429, says: /^HTTP 429: Request too large/ },
    },
    {
      fault: "529 with retry-after",
      does: later,
      reply: status(529, kit.errorBody("overloaded_error", "Overloaded"), { "retry-after": "3" }),
      expect: { failed: "overloaded", status: 529, says: "HTTP 529: Overloaded", retryAfterMs: 3000 },
    },
    {
      fault: "529 without a word",
      does: again,
      reply: status(529, ""),
      expect: { failed: "overloaded", status: 529, says: "HTTP 529: it came without a word" },
    },
    {
      fault: "500 that says it is overloaded",
      does: again,
      reply: status(500, kit.errorBody("overloaded_error", "Overloaded")),
      expect: { failed: "overloaded", status: 500, says: "HTTP 500: Overloaded" },
    },
  ];
}

const head = "<!DOCTYPE html><html><head><title>502</title><style>p{}</style></head>";
const page = `${head}\n<body><h1>502 Bad Gateway</h1>\n<p>nginx</p></body></html>`;
const html = { "content-type": "text/html" };

function serverRows(kit: Kit): readonly Row[] {
  const failing = (fault: string, code: number, body: string, says: string | RegExp): Row => ({
    fault,
    does: again,
    reply: status(code, body, body.startsWith("<") ? html : {}),
    expect: { failed: "server", status: code, says },
  });
  return [
    failing("500 with JSON", 500, kit.errorBody("api_error", "Oops"), "HTTP 500: Oops"),
    failing("502 with a page of HTML", 502, page, "HTTP 502: 502 502 Bad Gateway nginx"),
    failing(
      "500 with a page of 1 MB",
      500,
      `${head}<body>${"<p>It&nbsp;broke.</p>\n".repeat(50_000)}</body>`,
      /^HTTP 500: 502 It&nbsp;broke\. .{150,}…$/,
    ),
    failing(
      "500 with 1 MB of markup that never closes",
      500,
      `<html>${"<style <script <".repeat(65_536)}`,
      "HTTP 500:",
    ),
    failing("502 with an empty body", 502, "", "HTTP 502: it came without a word"),
    failing("504 with text", 504, "upstream timed out", "HTTP 504: upstream timed out"),
    failing("500 with NUL and line ends", 500, "a\u0000b\r\nc\u2028d", "HTTP 500: ab c d"),
    ...[408, 409, 425].map((code) => failing(String(code), code, "", /without a word/)),
    {
      fault: "503 with retry-after",
      does: "asked again after the wait it names",
      reply: status(503, "", { "retry-after": "3" }),
      expect: { failed: "server", status: 503, says: /^HTTP 503/, retryAfterMs: 3000 },
    },
    {
      fault: "500 whose body breaks off",
      does: again,
      reply: (response) => {
        response.writeHead(500, { "content-length": "100" });
        response.write("Oo", () => response.socket?.resetAndDestroy());
      },
      expect: { failed: "server", status: 500, says: /^HTTP 500: / },
    },
    {
      fault: "an error nested 100,000 deep",
      does: again,
      reply: status(400, `{"error":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
      expect: { failed: "protocol", says: /^the answer cannot be read: / },
    },
  ];
}

function refusalRows(kit: Kit): readonly Row[] {
  const refusing = (code: number, type: string, says: string, failed: Failed["failed"]): Row => ({
    fault: `${code} ${type}: ${says}`,
    does: parked,
    reply: status(code, kit.errorBody(type, says)),
    expect: { failed, status: code, says: `HTTP ${code}: ${says}` },
  });
  return [
    refusing(401, "authentication_error", "invalid key", "auth"),
    refusing(402, "billing_error", "pay", "auth"),
    refusing(403, "permission_error", "no", "auth"),
    refusing(400, "invalid_request_error", "Your credit balance is too low to access the API.", "auth"),
    refusing(400, "invalid_request_error", "messages: roles must alternate", "bad-request"),
    refusing(404, "not_found_error", "model: nope", "bad-request"),
    refusing(405, "method_not_allowed", "no", "bad-request"),
    refusing(418, "teapot", "no", "bad-request"),
    refusing(422, "invalid", "no", "bad-request"),
    {
      fault: "401 that says the key",
      does: "parked, and the key is said to nobody",
      reply: (response, seen) =>
        status(401, kit.errorBody("x", `not ${String(seen.headers.authorization)} at all`))(response, seen),
      expect: { failed: "auth", status: 401, says: "HTTP 401: not Bearer [key] at all" },
    },
    {
      fault: "400 in a word of 5000 letters",
      does: parked,
      reply: status(400, kit.errorBody("x", "y".repeat(5000))),
      expect: { failed: "bad-request", status: 400, says: /^HTTP 400: y{189}…$/ },
    },
    {
      fault: "400 with JSON that is no report",
      does: parked,
      reply: status(400, "[1]"),
      expect: { failed: "bad-request", status: 400, says: "HTTP 400: [1]" },
    },
    {
      fault: "400 with an error that is text",
      does: parked,
      reply: status(400, '{"error":"model \\"x\\" not found"}'),
      expect: { failed: "bad-request", status: 400, says: /^HTTP 400: .*model .*x.* not found/ },
    },
  ];
}

/** That a request is too long, in the words of servers; those of OpenAI and Anthropic come from gateways too. */
function overflowRows(kit: Kit): readonly Row[] {
  const full = (from: string, code: number, body: string): Row => ({
    fault: `${code}: too long, as ${from} says it`,
    does: smaller,
    reply: status(code, body),
    expect: { failed: "context-full", status: code, says: new RegExp(`^HTTP ${code}: .{4,}`) },
  });
  const said = (from: string, message: string, type = "invalid_request_error"): Row =>
    full(from, 400, kit.errorBody(type, message));
  return [
    said("Anthropic", "prompt is too long: 210000 tokens > 200000 maximum"),
    said("Anthropic of both", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
    full("Anthropic of bytes", 413, kit.errorBody("request_too_large", "Request exceeds the maximum size")),
    full("a gateway of bytes", 413, "<html><h1>413 Request Entity Too Large</h1></html>"),
    said("OpenAI", "Your input exceeds the context window of this model."),
    said("OpenAI in a code", "Too much.", "context_length_exceeded"),
    said("OpenAI of chats", "This model's maximum context length is 128000 tokens."),
    said("vLLM", "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
    full("vLLM, older", 400, '{"object":"error","message":"maximum context length is 4096","code":400}'),
    full("FastAPI", 400, '{"detail":"the maximum context length is 4096"}'),
    said("llama.cpp", "request (5000 tokens) exceeds the available context size (4096 tokens)"),
    said("xAI", "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    said("Google", "The input token count (1200000) exceeds the maximum number of tokens allowed."),
    said("Bedrock", "Input is too long for requested model."),
    said("TGI", "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096."),
  ];
}

function redirectRows(): readonly Row[] {
  const to = "http://me:secret@127.0.0.1:1/";
  return [
    ...[301, 302, 307, 308].map((code): Row => ({
      fault: `${code} to another address`,
      does: "parked: the key is not carried there",
      reply: status(code, "", { location: to }),
      expect: {
        failed: "bad-request",
        status: code,
        says: `HTTP ${code}: the address of the provider leads to http://127.0.0.1:1/, where no key is sent; set the address that is meant`,
      },
    })),
    {
      fault: "304, which nobody asked for",
      does: parked,
      reply: status(304, ""),
      expect: { failed: "bad-request", status: 304, says: "HTTP 304: it came without a word" },
    },
  ];
}

/** Status 200, and no stream of events. */
function otherBodyRows(): readonly Row[] {
  const odd = (fault: string, reply: Row["reply"], says: string, usage?: Usage): Row => ({
    fault,
    does: `asked again, and says what it met${usage === undefined ? "" : "; a page costs nothing"}`,
    reply,
    expect: { failed: "protocol", says: `HTTP ${says}`, ...(usage === undefined ? {} : { usage }) },
  });
  const isNone = "the answer is no stream of events but";
  const check = "check the address of the provider";
  return [
    odd(
      "200 with a page to log in",
      status(200, "<html><b>Log in</b></html>", html),
      `200: ${isNone} text/html; ${check}. It says: Log in`,
      nothingUsed,
    ),
    odd(
      "200 with a whole answer as JSON",
      status(200, '{"id":"msg_1"}'),
      `200: ${isNone} application/json; ${check}. It says: {"id":"msg_1"}`,
    ),
    odd("200 with an empty body of JSON", status(200, ""), `200: ${isNone} application/json; ${check}`),
    odd("204", status(204, ""), `204: ${isNone} application/json; ${check}`),
  ];
}
