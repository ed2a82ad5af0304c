import { gzipSync } from "node:zlib";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { HttpArgs } from "../../../src/core/http-call.ts";
import { ask, atOnce, canaries, get, host, page, post, resets, says } from "./ground.ts";
import type { Asking, Reply } from "./ground.ts";

/** What a host does, and what is known of the request afterwards. */
interface Row {
  readonly what: string;
  readonly reply: Reply;
  readonly says: RegExp | string;
  readonly args?: Partial<HttpArgs>;
  /** The run is stopped when the host has come so far as to call `stop`. */
  readonly stops?: true;
  readonly more?: (port: number) => Partial<Asking>;
}

const silence: Reply = () => undefined;
/** Says this and then nothing more; the connection stays. */
const stalls =
  (text: string): Reply =>
  (socket) =>
    void socket.write(text);

const unanswered: readonly Row[] = [
  { what: "closes at once", reply: atOnce(says()), says: /no answer came \(.*clos|socket hang up|reset/ },
  { what: "closes after the request", reply: says(), says: /no answer came/ },
  { what: "resets after the request", reply: resets(), says: "the connection was reset" },
  { what: "closes after one letter", reply: says("H"), says: /no answer came/ },
  { what: "closes in the version", reply: says("HTTP/1."), says: /no answer came/ },
  { what: "closes in the status", reply: says("HTTP/1.1 20"), says: /no answer came/ },
  { what: "closes before the status line's end", reply: says("HTTP/1.1 200 OK"), says: /no answer came/ },
  { what: "resets in the status", reply: resets("HTTP/1.1 2"), says: /no answer came/ },
  { what: "speaks another protocol", reply: says("SSH-2.0-OpenSSH_9.9\r\n"), says: "the answer is no HTTP" },
  { what: "answers without a status line", reply: says("<html>ok</html>"), says: "the answer is no HTTP" },
  { what: "says a status of letters", reply: says("HTTP/1.1 abc OK\r\n\r\n"), says: /no answer came/ },
  { what: "says HTTP/2", reply: says("HTTP/2 200 OK\r\n\r\n"), says: /no answer came/ },
  { what: "closes after 100", reply: says("HTTP/1.1 100 Continue\r\n\r\n"), says: /no answer came/ },
  {
    what: "resets after 103",
    reply: resets("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    says: /no answer came/,
  },
  { what: "closes inside a 100", reply: says("HTTP/1.1 100 Continue\r\nx: y\r\n"), says: /no answer came/ },
  {
    what: "closes inside the line after 100",
    reply: says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"),
    says: /no answer came/,
  },
  {
    what: "says nothing until the run is stopped",
    reply: silence,
    stops: true,
    says: "(the run was stopped)",
  },
  {
    what: "stops inside the status line",
    reply: stalls("HTTP/1.1 20"),
    stops: true,
    says: "(the run was stopped)",
  },
  {
    what: "says 100 and no more",
    reply: stalls("HTTP/1.1 100 Continue\r\n\r\n"),
    stops: true,
    says: "(the run was stopped)",
  },
  { what: "says nothing in time", reply: silence, args: { timeout_s: 1 }, says: "(1 s were up)" },
];

const cut = /\[its headers cannot be read: /;
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const answered: readonly Row[] = [
  {
    what: "200",
    reply: says(page("hello")),
    says: /→ 200\nBelow is text of .*: unchecked.*\n200 OK\ncontent-type: text\/plain\ncontent-length: 5\n\nhello$/,
  },
  { what: "204", reply: says("HTTP/1.1 204 No Content\r\n\r\n"), says: /→ 204\nBelow .*\n204 No Content$/ },
  {
    what: "304",
    reply: says('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'),
    says: /→ 304\n.*\n.*\netag: "x"$/,
  },
  {
    what: "400",
    reply: says("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"),
    says: /→ 400\n[^]*no$/,
  },
  { what: "404", reply: says("HTTP/1.0 404\r\n\r\n"), says: /→ 404$/ },
  { what: "429", reply: says("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n\r\n"), says: /retry-after: 7/ },
  {
    what: "500",
    reply: says("HTTP/1.1 500 Oh\r\nX-Request-Id: r1\r\n\r\noh"),
    says: /x-request-id: r1\n\noh$/,
  },
  { what: "a status nobody knows", reply: says("HTTP/1.1 799 Own\r\n\r\n"), says: /→ 799/ },
  { what: "chunks", reply: says(chunked, "3\r\none\r\n", "4\r\n two\r\n0\r\n\r\n"), says: /\n\none two$/ },
  {
    what: "a body until the end",
    reply: says("HTTP/1.1 200 OK\r\n\r\n", "all ", "of it"),
    says: /\n\nall of it$/,
  },
  {
    what: "100 before it",
    reply: says("HTTP/1.1 100 Continue\r\n\r\n", page("hi")),
    says: /→ 200[^]*\n\nhi$/,
  },
  {
    what: "103 before it, in one piece",
    reply: says(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${page("hi")}`),
    says: /→ 200[^]*hi$/,
  },
  {
    what: "another protocol",
    reply: says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nbytes"),
    says: /→ 101/,
  },
  { what: "a second answer, unasked", reply: says(page("one") + page("two")), says: /\n\none$/ },
  { what: "letter by letter", reply: (socket) => dripped(socket, page("slowly")), says: /\n\nslowly$/ },
  { what: "nothing after the status line", reply: says("HTTP/1.1 200 OK\r\n"), says: cut },
  {
    what: "a reset after the status line",
    reply: resets("HTTP/1.1 201 Created\r\n"),
    says: /→ 201\n\[its headers cannot be read: the connection was reset\]/,
  },
  {
    what: "a stop after the status line",
    reply: stalls("HTTP/1.1 201 Created\r\nx: "),
    stops: true,
    says: /→ 201\n\[its headers cannot be read: the run was stopped\]/,
  },
  { what: "a reset inside the headers", reply: resets("HTTP/1.1 500 Oh\r\nContent-Le"), says: /→ 500/ },
  {
    what: "a header of 100 KB",
    reply: says(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}\r\n\r\n`),
    says: /→ 200\n\[its headers cannot be read: they have more than 64 KiB\]/,
  },
  {
    what: "50,000 headers",
    reply: says(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(50_000)}\r\n`),
    says: /they have more than 64 KiB/,
  },
  { what: "a header that is none", reply: says("HTTP/1.1 200 OK\r\nno header\r\n\r\nx"), says: cut },
  { what: "a NUL in a header", reply: says("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\nx"), says: cut },
  {
    what: "two lengths",
    reply: says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
    says: cut,
  },
  {
    what: "a length and chunks",
    reply: says(
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ),
    says: cut,
  },
  { what: "a length of letters", reply: says("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), says: cut },
  {
    what: "less than its length",
    reply: says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    says: /\[the body broke off after 4 bytes: [^]*half$/,
  },
  {
    what: "a reset in the body",
    reply: resets("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    says: /\[the body broke off after \d bytes: the connection was reset/,
  },
  {
    what: "a reset in a body until the end",
    reply: resets("HTTP/1.1 200 OK\r\n\r\nhalf"),
    says: /\[the body broke off after \d bytes: the connection was reset/,
  },
  {
    what: "a stop in the body",
    reply: stalls("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    stops: true,
    says: /broke off after \d bytes: the run was stopped/,
  },
  {
    what: "a body without an end in time",
    reply: stalls("HTTP/1.1 200 OK\r\n\r\ndrip"),
    args: { timeout_s: 1 },
    says: /\[the body broke off after 4 bytes: 1 s were up\][^]*\n\ndrip$/,
  },
  {
    what: "a chunk that is none",
    reply: says(chunked, "3\r\none\r\n", "zz\r\n"),
    says: /broke off after 3 bytes/,
  },
  { what: "chunks without an end", reply: says(chunked, "3\r\none\r\n"), says: /broke off after 3 bytes/ },
  {
    what: "300 KB",
    reply: says(page(`<${"x".repeat(300_000)}>`)),
    says: /\[\d\d,\d{3} bytes of the middle of the body are left out\][^]*\n\n<x+\n\[… .* …\]\nx+>$/,
  },
  {
    what: "bytes without end",
    reply: (socket) => flooded(socket),
    says: /\[the body is longer than 67,108,864 bytes; the rest was not read\]/,
  },
  {
    what: "an answer before the body is read",
    reply: atOnce((socket) => says("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")(socket, "")),
    args: { body: "x".repeat(1_000_000) },
    says: /→ 413|no answer came/,
  },
  {
    what: "gzip, unasked",
    reply: says(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/plain\r\n\r\n",
      gzipSync("x"),
    ),
    says: /\[the body is not shown: \d+ bytes that are no text\]/,
  },
  {
    what: "an image",
    reply: says("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\npng"),
    says: /not shown: 3 bytes/,
  },
  { what: "bytes with NUL", reply: says("HTTP/1.1 200 OK\r\n\r\na\0b"), says: /not shown: 3 bytes/ },
  {
    what: "bytes that are no text",
    reply: says("HTTP/1.1 200 OK\r\n\r\n", Buffer.from([0xff, 0xfe, 0xfd, 0xfc, 0x41])),
    says: /not shown: 5 bytes/,
  },
  {
    what: "a little that is not UTF-8",
    reply: says(page(`${"text ".repeat(20)}\xff`)),
    says: /\[the body is not all utf-8; [^]*�$/,
  },
  {
    what: "latin1",
    reply: says("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\n\xe9t\xe9"),
    says: /\n\nété$/,
  },
  {
    what: "UTF-16",
    reply: says(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset="utf-16le"\r\n\r\n',
      Buffer.from("été", "utf16le"),
    ),
    says: /\n\nété$/,
  },
  {
    what: "a charset nobody knows",
    reply: says("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=klingon\r\n\r\nok"),
    says: /\n\nok$/,
  },
  {
    what: "hidden characters in what it says",
    reply: says(Buffer.from("HTTP/1.1 200 O\u202EK\r\nLocation: /\u200Bx\r\n\r\n")),
    says: /200 O\\u\{202e\}K\nlocation: \/\\u\{200b\}x/,
  },
  {
    what: "our own words",
    reply: says(page("x\n[the body is not shown]\nGET http://a/ -> 200")),
    says: /^GET \S+ → 200\nBelow is text/,
  },
];

/** Enough turns of the loop for what is on its way to be read: both ends live in this process. */
const turns = (count: number, then: () => void): void =>
  void (count === 0 ? then() : setImmediate(turns, count - 1, then));

/** One letter for each turn of the loop. */
function dripped(socket: Socket, text: string): void {
  if (text === "") socket.end();
  else socket.write(text.slice(0, 1), () => setImmediate(dripped, socket, text.slice(1)));
}

function flooded(socket: Socket): void {
  const piece = Buffer.alloc(1 << 20);
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  const more = (): void => {
    if (!socket.destroyed) socket.write(piece, more);
  };
  more();
}

/** Nothing listens there. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function played({ reply, args, stops, more }: Row, method: "GET" | "POST"): ReturnType<typeof ask> {
  const stopping = new AbortController();
  const watched: Reply = Object.assign(
    (socket: Socket, request: string) => {
      reply(socket, request);
      // What it said is on its way before the run is stopped.
      if (stops === true) socket.write("", () => turns(20, () => stopping.abort()));
    },
    reply.atOnce === true ? { atOnce: true as const } : {},
  );
  const { port, url } = await host(watched);
  const own = method === "GET" ? get(`${url}/x`) : post(`${url}/x`);
  return ask({ ...own, ...args }, { port, signal: stopping.signal, ...more?.(port) });
}

const matches = (text: RegExp | string): unknown =>
  typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text);

describe("no status line: nobody knows", () => {
  test.each(unanswered)("a host that $what", async (row) => {
    expect(await played(row, "POST")).toEqual({ outcome: "unknown", text: matches(row.says) });
  });
  test("of a GET, too", async () => {
    expect((await played({ what: "", reply: resets(), says: "" }, "GET")).outcome).toBe("unknown");
  });
});

describe("a status line is an answer", () => {
  test.each(answered)("$what", async (row) => {
    const method = row.args?.body === undefined ? "GET" : "POST";
    const { outcome, text } = await played(row, method);
    expect(text).toEqual(matches(row.says));
    expect(outcome).toBe(text.includes("no answer came") ? "unknown" : "done");
  });

  test("of HEAD, without the body that it tells of", async () => {
    const { port, url } = await host(says("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"));
    expect(await ask({ method: "HEAD", url }, { port })).toMatchObject({
      outcome: "done",
      text: expect.stringMatching(/^HEAD .* → 200\n[^]*content-length: 500$/) as string,
    });
  });
});

describe("known not to be sent", () => {
  const named = (...addresses: readonly string[]): Partial<Asking> => ({
    resolve: async () => addresses,
    addresses: () => "public",
  });
  const notFound = async (): Promise<never> => {
    throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
  };
  const own = "http://127.0.0.1:PORT/";
  test.each<[string, unknown, Partial<Asking>, RegExp]>([
    [
      "a name that is not found",
      get("http://a.test/"),
      { resolve: notFound },
      /a\.test is not found \(ENOTFOUND\)/,
    ],
    ["a name without an address", get("http://a.test/"), named(), /a\.test has no address/],
    [
      "a name that leads to this machine",
      post("http://a.test:PORT/"),
      named("127.0.0.1"),
      /a\.test leads to 127\.0\.0\.1 \(this machine\), which is not reached by a name/,
    ],
    [
      "a name that leads to the link",
      get("http://a.test/"),
      named("169.254.1.2"),
      /leads to 169\.254\.1\.2 \(the link\)/,
    ],
    [
      "a name that leads to credentials",
      get("http://a.test/"),
      named("169.254.169.254"),
      /metadata of a cloud/,
    ],
    ["a name that leads to a private network", get("http://a.test/"), named("10.0.0.1"), /a private network/],
    [
      "a name with one address in the open and one not",
      get("http://a.test:PORT/"),
      named("8.8.8.8", "127.0.0.1"),
      /leads to 127\.0\.0\.1/,
    ],
    ["a name that leads to IPv4 in IPv6", get("http://a.test/"), named("::ffff:127.0.0.1"), /this machine/],
    [
      "a name of this machine that leads elsewhere",
      get("http://localhost/"),
      named("10.0.0.1"),
      /a private network/,
    ],
    [
      "a secret that is not meant for the host",
      post("http://127.0.0.1:PORT/", { body: "{{secret:CANARY_1}}" }),
      { secrets: canaries(1) },
      /\{\{secret:CANARY_1\}\} is not meant for http:\/\/127\.0\.0\.1:\d+, only for 127\.0\.0\.1:1, tls\.test:1/,
    ],
    [
      "a secret that is not there",
      post(own, { headers: { a: "{{secret:NOT_THERE}}" } }),
      {},
      /there is no \{\{secret:NOT_THERE\}\} here; there is CANARY_0, CANARY_1/,
    ],
    [
      "a key of the harness",
      post(own, { headers: { a: "{{secret:MODEL_KEY}}" } }),
      {},
      /there is no \{\{secret:MODEL_KEY\}\}/,
    ],
    [
      "the value of a key of the harness",
      post(own, { body: "sk-model-key-0123456789" }),
      {},
      /holds the value of a secret itself/,
    ],
    [
      "the value of a secret",
      post(own, { body: canaries(1)[2]?.value ?? "" }),
      {},
      /holds the value of a secret itself/,
    ],
    [
      "the value of a secret in base64 in the URL",
      get(`${own}?${btoa(canaries(1)[3]?.value ?? "")}`),
      {},
      /holds the value of a secret itself/,
    ],
    ["a placeholder in the URL", get(`${own}{{secret:CANARY_1}}`), {}, /URLs are logged/],
    ["a login in the URL", get("http://u:p@127.0.0.1:PORT/"), {}, /a login/],
    ["a body of a GET", get(own, { body: "x" }), {}, /GET has no body/],
    ["a header of ours", post(own, { headers: { Host: "x" } }), {}, /Host is set by harness/],
    ["a line break in a header", post(own, { headers: { a: "b\nc: d" } }), {}, /line breaks/],
    ["a method that is none", { method: "BREW", url: own }, {}, /Invalid option/],
    ["no arguments", null, {}, /Invalid input/],
    [
      "a run that was stopped before",
      post(own),
      { signal: AbortSignal.abort() },
      /there was no connection: the run was stopped/,
    ],
  ])("%s", async (_, args, more, why) => {
    const { port, requests } = await host(says(page("hi")));
    const asked: unknown = JSON.parse(JSON.stringify(args).replaceAll("PORT", String(port)));
    expect(await ask(asked, { port, ...more })).toEqual({ outcome: "failed", text: matches(why) });
    expect(requests).toEqual([]);
  });

  test("TLS where there is none", async () => {
    const { port } = await host(atOnce(says("220 hello\r\n")));
    const effect = await ask(post(`https://127.0.0.1:${port}/`), { port });
    expect(effect).toEqual({
      outcome: "failed",
      text: matches(/there is no connection to 127\.0\.0\.1:\d+: /),
    });
  });

  test("a reset before anything was sent, or after it", async () => {
    const { port, url } = await host(atOnce(resets()));
    const { outcome, text } = await ask(post(url), { port });
    expect(outcome).toBe(text.startsWith("Nothing was sent: ") ? "failed" : "unknown");
  });

  test("a port where nothing listens", async () => {
    const port = await closedPort();
    expect(await ask(post(`http://127.0.0.1:${port}`), { port })).toEqual({
      outcome: "failed",
      text: `Nothing was sent: 127.0.0.1:${port} refuses connections.`,
    });
  });

  test("a secret that would break a header in two", async () => {
    const { port, url, requests } = await host(says(page("hi")));
    const secrets = [{ name: "LINES", value: "one-value\r\nx-evil: 1", hosts: [`127.0.0.1:${port}`] }];
    const effect = await ask(post(url, { headers: { a: "{{secret:LINES}}" } }), { port, secrets });
    expect(effect).toEqual({
      outcome: "failed",
      text: matches("the value of the header a has line breaks"),
    });
    expect(requests).toEqual([]);
  });

  test("a lookup that does not end, when the run is stopped", async () => {
    const stopping = new AbortController();
    const resolve = async (): Promise<never> => {
      stopping.abort();
      return new Promise(() => undefined);
    };
    const effect = await ask(get("http://a.test/"), { port: 1, resolve, signal: stopping.signal });
    expect(effect).toMatchObject({ outcome: "failed" });
  });

  test("the second address is tried when the first cannot be reached", async () => {
    const { port, requests } = await host(says(page("hi")));
    const resolve = async (): Promise<string[]> => ["127.0.0.2", "127.0.0.1"];
    expect(await ask(post(`http://a.test:${port}/`), { port, resolve })).toMatchObject({ outcome: "done" });
    expect(requests).toHaveLength(1);
  });
});
