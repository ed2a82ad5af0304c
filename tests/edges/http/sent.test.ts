import type { Socket } from "node:net";
import { connect } from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { redaction } from "../../../src/core/redaction.ts";
import { probe } from "../../../src/edges/http/probe.ts";
import { httpRequest } from "../../../src/edges/http/request.ts";
import { certificateFor } from "./certificate.ts";
import { ask, atOnce, canaries, get, host, page, post, resets, says } from "./ground.ts";
import type { Reply } from "./ground.ts";

describe("what is sent", () => {
  it("is one request, with the key of the effect, and nothing that was not asked for", async () => {
    const { port, url, requests } = await host(says(page("ok")));
    await ask(
      post(`${url}/a b/ü?x=1&y=é`.replace(" ", "%20"), {
        headers: { "X-A": "1", "idempotency-key": "theirs" },
      }),
      { port, key: "run/k/1" },
    );
    expect(requests).toEqual([
      [
        "POST /a%20b/%C3%BC?x=1&y=%C3%A9 HTTP/1.1",
        `host: 127.0.0.1:${port}`,
        "user-agent: harness",
        "accept-encoding: identity",
        "connection: close",
        "content-length: 3",
        "X-A: 1",
        "Idempotency-Key: run/k/1",
        "",
        "one",
      ].join("\r\n"),
    ]);
  });

  it("of a GET has no key; of another header's name, that", async () => {
    const { port, url, requests } = await host(says(page("ok")));
    await ask(get(url), { port });
    await ask({ method: "DELETE", url }, { port, keyHeader: "X-Request-Key", key: "k" });
    expect(requests[0]).not.toMatch(/idempotency/i);
    expect(requests[1]).toMatch(/x-request-key: k\r\n/i);
  });

  it("not through a proxy of the environment", async () => {
    const { port, url, requests } = await host(says(page("ok")));
    vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1");
    vi.stubEnv("http_proxy", "http://127.0.0.1:1");
    expect((await ask(get(url), { port })).outcome).toBe("done");
    vi.unstubAllEnvs();
    expect(requests).toHaveLength(1);
  });

  it("each time over a connection of its own, once, also where it fails", async () => {
    const { port, url, requests } = await host([resets(), resets(), says(page("ok"))]);
    for (const outcome of ["unknown", "unknown", "done"])
      expect((await ask(post(url), { port })).outcome).toBe(outcome);
    expect(requests).toHaveLength(3);
  });

  it.each<[string, string, string, (value: string) => string]>([
    ["JSON", "application/json", '{"t":"{{secret:CANARY_2}}"}', (value) => JSON.stringify({ t: value })],
    [
      "a kind of JSON",
      "application/vnd.x+json; charset=utf-8",
      '{"t":"{{secret:CANARY_2}}"}',
      (value) => JSON.stringify({ t: value }),
    ],
    [
      "a form",
      "application/x-www-form-urlencoded",
      "t={{secret:CANARY_1}}&u=1",
      (value) => `t=${encodeURIComponent(value)}&u=1`,
    ],
    ["text", "text/plain", "{{secret:CANARY_1}}", (value) => value],
  ])("a secret in a body of %s as one value", async (_, type, body, sent) => {
    const { port, url, requests } = await host(says(page("ok")));
    await ask(post(url, { body, headers: { "Content-Type": type } }), { port });
    const value = canaries(1)[body.includes("_2") ? 2 : 1]?.value ?? "";
    expect(requests[0]?.split("\r\n\r\n")[1]).toBe(sent(value));
  });

  it("describes what it takes, and which secrets there are, without their values", () => {
    const secrets = [
      { name: "TRACKER_TOKEN", value: "hidden-value-1", hosts: ["tracker.example", "10.0.0.1:80"] },
    ];
    const { spec } = httpRequest({
      secrets,
      redaction: redaction(secrets),
      mayGo: async () => null,
      addresses: () => "public",
    });
    expect(spec.description).toContain(
      "{{secret:TRACKER_TOKEN}} for https://tracker.example and 10.0.0.1:80",
    );
    expect(JSON.stringify(spec)).not.toContain("hidden-value-1");
    expect(spec.parameters).toMatchObject({
      type: "object",
      required: ["method", "url"],
      additionalProperties: false,
    });
  });
});

describe("twenty canaries are never told", () => {
  const all = canaries(1);
  const headers = Object.fromEntries(
    all.map(({ name }) => [`x-${name.toLowerCase().replace("_", "-")}`, `{{secret:${name}}}`]),
  );
  const values = all.map(({ value }) => value);
  const echoes: readonly (readonly [string, Reply])[] = [
    ["the request in the body", (socket, request) => says(page(request))(socket, request)],
    ["in JSON", (socket) => says(page(JSON.stringify(values)))(socket, "")],
    [
      "in base64",
      (socket) =>
        says(page(values.map((one) => Buffer.from(`user:${one}`).toString("base64")).join("\n")))(socket, ""),
    ],
    ["in hex", (socket) => says(page(Buffer.from(values.join()).toString("hex")))(socket, "")],
    [
      "in UTF-16",
      (socket) =>
        says(
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-16le\r\n\r\n",
          Buffer.from(values.join(), "utf16le"),
        )(socket, ""),
    ],
    ["in the status", (socket) => says(`HTTP/1.1 200 ${values[0]}\r\n\r\n`)(socket, "")],
    [
      "in headers",
      (socket) =>
        says(`HTTP/1.1 200 OK\r\n${values.map((one) => `Link: <${one}>\r\n`).join("")}\r\n`)(socket, ""),
    ],
    [
      "in an address",
      (socket) =>
        says(`HTTP/1.1 302 Found\r\nLocation: /?${encodeURIComponent(values.join())}\r\n\r\n`)(socket, ""),
    ],
    ["letter by letter", says("HTTP/1.1 200 OK\r\n\r\n", ...values.join("").split(""))],
    [
      "in the second piece of a cut body",
      (socket) => says(page(`${"x".repeat(131_060)}${values.join("")}${"y".repeat(400_000)}`))(socket, ""),
    ],
    [
      "in two pieces, and where the body is cut",
      (socket) => inTwo(socket, "x".repeat(131_064), values[0] ?? ""),
    ],
    ["in what is no HTTP", (socket) => says(values.join())(socket, "")],
  ];
  /** The second half goes out when the first has been read: both ends live in this process. */
  function inTwo(socket: Socket, before: string, value: string): void {
    const later = (turns: number): void => {
      if (turns > 0) setImmediate(later, turns - 1);
      else says(value.slice(10), "y".repeat(400_000))(socket, "");
    };
    socket.write(`HTTP/1.1 200 OK\r\n\r\n${before}${value.slice(0, 10)}`, () => later(20));
  }

  it.each(echoes)("%s", async (_, reply) => {
    const { port, url, requests } = await host(reply);
    // `ask` looks for all of them in what it says.
    const { text } = await ask(get(url, { headers }), { port });
    expect(requests[0]).toContain(values[19]);
    expect(text).not.toContain("c4n4ry");
  });
});

describe("over TLS", () => {
  const certificate = certificateFor(["tls.test"]);
  const trusted = { certificates: certificate.cert, resolve: async () => ["127.0.0.1"] };

  it("the name is proved, also where the address was looked up, and an address itself", async () => {
    const { port, requests } = await host(says(page("ok")), certificate);
    for (const name of ["tls.test", "127.0.0.1"])
      expect(await ask(post(`https://${name}:${port}/`), { port, ...trusted })).toMatchObject({
        outcome: "done",
      });
    expect(requests[0]).toContain(`host: tls.test:${port}`);
  });

  it.each<[string, string, object, RegExp]>([
    [
      "a certificate that nobody vouches for",
      "tls.test",
      { resolve: trusted.resolve },
      /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/,
    ],
    ["a certificate of another name", "other.test", trusted, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])("%s: nothing was sent, whatever the environment says", async (_, name, more, why) => {
    const { port, requests } = await host(says(page("ok")), certificate);
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const effect = await ask(post(`https://${name}:${port}/`), { port, ...more });
    vi.unstubAllEnvs();
    expect(effect).toEqual({ outcome: "failed", text: expect.stringMatching(why) as string });
    expect(requests).toEqual([]);
  });

  it("a handshake that breaks off: nothing was sent", async () => {
    const { port } = await host(atOnce(resets()));
    expect(await ask(post(`https://tls.test:${port}/`), { port, ...trusted })).toMatchObject({
      outcome: "failed",
    });
  });

  it("a handshake without an answer, when the run is stopped: nothing was sent", async () => {
    const stopping = new AbortController();
    const { port } = await host(atOnce((socket) => void socket.once("data", () => stopping.abort())));
    const effect = await ask(post(`https://tls.test:${port}/`), {
      port,
      ...trusted,
      signal: stopping.signal,
    });
    expect(effect).toMatchObject({ outcome: "failed" });
  });

  it("a reset after the request: nobody knows", async () => {
    const { port } = await host((socket) => void socket.destroy(), certificate);
    expect(await ask(post(`https://tls.test:${port}/`), { port, ...trusted })).toMatchObject({
      outcome: "unknown",
    });
  });

  it("a redirect to plain HTTP takes no secret along", async () => {
    const plain = await host(says(page("ok")));
    const { port, requests } = await host(
      says(`HTTP/1.1 302 Found\r\nLocation: http://tls.test:${plain.port}/\r\n\r\n`),
      certificate,
    );
    const args = get(`https://tls.test:${port}/`, {
      headers: { Authorization: "Bearer {{secret:CANARY_0}}" },
    });
    expect(await ask(args, { port, ...trusted })).toMatchObject({ outcome: "done" });
    expect(requests[0]).toContain("c4n4ry-0");
    expect(plain.requests[0]).not.toMatch(/authorization|c4n4ry/i);
  });

  it("the certificate of the tests is one", async () => {
    const { port } = await host(says("x"), certificate);
    const socket = connect({ port, host: "127.0.0.1", ca: certificate.cert, servername: "tls.test" });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    expect(socket.getPeerCertificate().subjectaltname).toBe("DNS:tls.test, IP Address:127.0.0.1");
    socket.destroy();
  });
});

describe("a probe", () => {
  const expected = { happened: [200], not: [404, 410] };
  const options = (port: number): Parameters<typeof probe>[2] => ({
    secrets: canaries(port),
    redaction: redaction(canaries(port)),
    addresses: () => "public",
  });
  it.each<[string, Reply, "happened" | "did-not" | null]>([
    ["200", says(page("there")), "happened"],
    ["404", says("HTTP/1.1 404 No\r\n\r\n"), "did-not"],
    ["500", says("HTTP/1.1 500 Oh\r\n\r\n"), null],
    ["a redirect", says("HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n"), null],
    ["no answer", resets(), null],
    ["half an answer", says("HTTP/1.1 20"), null],
  ])("%s: %s", async (_, reply, finding) => {
    const { port, url, requests } = await host(reply);
    const headers = { "X-Token": "{{secret:CANARY_0}}" };
    const found = await probe(
      `${url}/x`,
      { ...expected, headers },
      options(port),
      new AbortController().signal,
    );
    expect(found).toBe(finding);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatch(/^GET \/x HTTP[^]*x-token: c4n4ry-0/i);
  });

  it("that cannot be sent, or whose answer is expected of both, says nothing", async () => {
    const { port, url } = await host(says(page("there")));
    const signal = new AbortController().signal;
    expect(await probe("file:///x", expected, options(port), signal)).toBeNull();
    expect(await probe(url, { happened: [200], not: [200] }, options(port), signal)).toBeNull();
  });
});
