import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect, createServer as createSocketServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openProxy } from "../../../src/edges/docker/proxy.ts";
import type { Proxy } from "../../../src/edges/docker/proxy.ts";

/** A host that says what it was asked; `seen` counts. */
const host: { port: number; seen: string[] } = { port: 0, seen: [] };
beforeAll(async () => {
  const server = createServer((asked, answer) => {
    void text(asked).then((body) => {
      host.seen.push(`${asked.method} ${asked.url}`);
      answer.end(`${asked.method} ${asked.url} ${asked.headers.host} [${body}]`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  host.port = (server.address() as AddressInfo).port;
  return () => server.close();
});

async function opened(hosts: readonly string[]): Promise<Proxy> {
  const proxy = await openProxy(hosts);
  onTestFinished(async () => proxy.close());
  return proxy;
}

const socketOf = (proxy: Proxy): Socket =>
  connect(join(proxy.dir, "proxy.sock")).on("error", () => undefined);

/** Everything the proxy says to these bytes until it closes. */
async function answerTo(proxy: Proxy, bytes: string): Promise<string> {
  const socket = socketOf(proxy);
  socket.write(bytes);
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  await once(socket, "close");
  return Buffer.concat(pieces).toString();
}

const get = (url: string, more = ""): string =>
  `GET ${url} HTTP/1.1\r\nHost: whatever\r\nConnection: close\r\n${more}\r\n`;
const tunnel = (authority: string): string => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
const status = (answer: string): string => /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? answer;

describe("hosts of a proxy", () => {
  it.each<[string, string, boolean]>([
    ["packages.example", "http://packages.example/", true],
    ["packages.example", "http://PACKAGES.Example/", true],
    ["packages.example", "http://packages.example./", true],
    ["Packages.Example.", "http://packages.example/", true],
    ["packages.example", "http://packages.example:80/", true],
    ["packages.example", "http://packages.example:8080/", false],
    ["packages.example:8080", "http://packages.example:8080/", true],
    ["packages.example:8080", "http://packages.example/", false],
    ["packages.example", "http://evil.example/", false],
    ["packages.example", "http://packages.example.evil/", false],
    ["packages.example", "http://evilpackages.example/", false],
    ["packages.example", "http://packages.example@evil.example/", false],
    ["packages.example", "http://packages.example:80@evil.example/", false],
    ["packages.example", "http://evil.example#@packages.example/", false],
    ["packages.example", "http://evil.example\\@packages.example/", false],
    ["packages.example", "http://evil.example?packages.example", false],
    ["packages.example", "http://packages%2eexample/", true],
    ["packages.example", "https://packages.example/", false],
    ["packages.example", "ftp://packages.example/", false],
    ["packages.example", "/", false],
    ["packages.example", "*", false],
    ["*.example", "http://a.example/", true],
    ["*.example", "http://a.b.example/", true],
    ["*.example", "http://example/", false],
    ["*.example", "http://aexample/", false],
    ["*.example", "http://a.example.evil/", false],
    ["*.example:8080", "http://a.example/", false],
    ["[2001:db8::1]:80", "http://[2001:db8::1]/", true],
    ["2001:db8::1", "http://[2001:db8::1]/", true],
    ["2001:db8::1", "http://[2001:db8::2]/", false],
    ["192.0.2.1", "http://192.0.2.2/", false],
    ["127.0.0.1", "http://0x7f.1:80/", true],
    ["127.0.0.2", "http://2130706433/", false],
  ])("with %s, %s: %s", async (rule, url, isAllowed) => {
    const answer = await answerTo(await openedFor(rule), get(url));
    const isRefused = status(answer) === "403" && /not among the hosts|no address/.test(answer);
    // What is allowed is not there: that, too, the proxy says.
    expect({
      url,
      isAllowed: !isRefused && /^HTTP\/1\.1 \d/.test(answer) && status(answer) !== "400",
    }).toEqual({ url, isAllowed });
  });
  const openedFor = async (rule: string): Promise<Proxy> => opened([rule]);

  it.each<[string, string]>([
    ["packages.example", "evil.example:443"],
    ["packages.example", "packages.example:22"],
    ["packages.example", "packages.example@evil.example:443"],
    ["packages.example", "packages.example:443@evil.example:443"],
    ["packages.example", "evil.example:443/packages.example:443"],
    ["packages.example", "packages.example:99999"],
    ["packages.example", "packages.example:0"],
    ["packages.example", ":443"],
    ["packages.example", "[::1]:443"],
    ["packages.example", "127.0.0.1:443"],
  ])("with %s, CONNECT %s is refused", async (rule, authority) => {
    expect(await answerTo(await opened([rule]), tunnel(authority))).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  const found: Readonly<Record<string, readonly string[]>> = {
    "packages.example": ["127.0.0.1"],
    "mixed.example": ["169.254.1.2", "fd00::1", "127.0.0.1"],
    "link.example": ["169.254.169.254"],
    localhost: ["127.0.0.1"],
    "evil.localhost": ["10.0.0.1"],
  };
  it.each<[string, readonly string[], string, string]>([
    ["a name of this machine's address", ["packages.example:PORT"], "packages.example", "403"],
    ["…that the list names too", ["packages.example:PORT", "127.0.0.1:PORT"], "packages.example", "200"],
    [
      "…that the list names at another port",
      ["packages.example:PORT", "127.0.0.1"],
      "packages.example",
      "403",
    ],
    [
      "a name of several, one of them named",
      ["mixed.example:PORT", "127.0.0.1:PORT"],
      "mixed.example",
      "200",
    ],
    ["a name of the link's address", ["*.example:PORT"], "link.example", "403"],
    ["localhost", ["localhost:PORT"], "localhost", "200"],
    ["a name below localhost that is elsewhere", ["*.localhost:PORT"], "evil.localhost", "403"],
    ["an address", ["127.0.0.1:PORT"], "127.0.0.1", "200"],
  ])("%s: with %j, %s is answered with %s", async (_what, hosts, name, wanted) => {
    const proxy = await openProxy(
      hosts.map((text) => text.replace("PORT", String(host.port))),
      async (asked) => found[asked] ?? [asked],
    );
    onTestFinished(async () => proxy.close());
    const denied = wanted === "403" ? [{ host: name, port: host.port, count: 1 }] : [];
    expect(status(await answerTo(proxy, get(`http://${name}:${host.port}/`)))).toBe(wanted);
    expect(proxy.denied()).toEqual(denied);
    const inside = await answerTo(proxy, tunnel(`${name}:${host.port}`) + get("/inside"));
    expect(status(inside)).toBe(wanted);
    expect(inside.includes("/inside")).toBe(wanted === "200");
    expect(proxy.denied()).toEqual(denied);
  });
});

describe("what a proxy passes on", () => {
  const here = async (): Promise<Proxy> => opened([`127.0.0.1:${host.port}`]);
  const url = (path: string): string => `http://127.0.0.1:${host.port}${path}`;

  it("GET, POST with a body, and what a tunnel carries", async () => {
    const proxy = await here();
    expect(await answerTo(proxy, get(url("/a?b")))).toContain(`GET /a?b 127.0.0.1:${host.port} []`);
    const post = `POST ${url("/p")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody`;
    expect(await answerTo(proxy, post)).toContain("[body]");
    const chunked = `POST ${url("/p")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`;
    expect(await answerTo(proxy, chunked)).toContain("[body]");
    const through = await answerTo(proxy, tunnel(`127.0.0.1:${host.port}`) + get("/through"));
    expect(through).toMatch(/^HTTP\/1\.1 200 [^]*GET \/through whatever/);
    expect(proxy.denied()).toEqual([]);
  });

  it("a body of a GET as a body, not as one more request", async () => {
    host.seen.length = 0;
    const inner = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    const asked = `GET ${url("/one")} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    expect(await answerTo(await here(), asked + chunk)).toContain(`[${inner}]`);
    expect(host.seen).toEqual(["GET /one"]);
  });

  it("names the host it was asked for, whatever the request's Host says", async () => {
    const asked = `GET ${url("/")} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    expect(await answerTo(await here(), asked)).toContain(`GET / 127.0.0.1:${host.port} []`);
  });

  it("keeps a proxy's own headers to itself", async () => {
    const server = createServer((asked, answer) => answer.end(JSON.stringify(asked.headers))).listen(
      0,
      "127.0.0.1",
    );
    const port = await portOf(server);
    const proxy = await opened([`127.0.0.1:${port}`]);
    const answer = await answerTo(
      proxy,
      get(
        `http://127.0.0.1:${port}/`,
        "Proxy-Authorization: secret\r\nProxy-Connection: close\r\nX-Mine: 1\r\n",
      ),
    );
    expect(answer).toContain('"x-mine":"1"');
    expect(answer).not.toMatch(/proxy-/i);
  });

  it.each([
    ["two lengths", "Content-Length: 4\r\nContent-Length: 40\r\n"],
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"],
    ["chunks, oddly spelled", "Transfer-Encoding: xchunked\r\n"],
    ["a header with a space before its colon", "Content-Length : 4\r\n"],
    ["a folded header", "X: a\r\n\tContent-Length: 40\r\nContent-Length: 4\r\nContent-Length: 5\r\n"],
  ])("no smuggled request: %s", async (_, headers) => {
    host.seen.length = 0;
    const smuggled = `0\r\n\r\nGET ${url("/smuggled")} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const answer = await answerTo(
      await here(),
      `POST ${url("/")} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${smuggled}`,
    );
    expect(status(answer)).toBe("400");
    expect(host.seen).toEqual([]);
  });

  it("judges each request of a connection", async () => {
    const proxy = await here();
    const both = get(url("/first")).replace("Connection: close\r\n", "") + get("http://evil.example/second");
    expect(await answerTo(proxy, both)).toMatch(/^HTTP\/1\.1 200 [^]*GET \/first[^]*HTTP\/1\.1 403 /);
    expect(proxy.denied()).toEqual([{ host: "evil.example", port: 80, count: 1 }]);
  });

  it.each([
    ["an impossible status", "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok"],
    ["nonsense", "this is no HTTP\r\n\r\n"],
    ["half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    ["another protocol", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
    ["nothing", ""],
  ])("lives on when a host says %s", async (_, said) => {
    const server = createSocketServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(said));
    }).listen(0, "127.0.0.1");
    const port = await portOf(server);
    const proxy = await opened([`127.0.0.1:${port}`, `127.0.0.1:${host.port}`]);
    await answerTo(proxy, get(`http://127.0.0.1:${port}/`));
    expect(status(await answerTo(proxy, get(url("/"))))).toBe("200");
  });

  it("leaves a host when the one who asked leaves", async () => {
    const asked = Promise.withResolvers<IncomingMessage>();
    const server = createServer((request) => asked.resolve(request)).listen(0, "127.0.0.1");
    const port = await portOf(server);
    const proxy = await opened([`127.0.0.1:${port}`]);
    const socket = socketOf(proxy);
    socket.write(get(`http://127.0.0.1:${port}/`));
    const request = await asked.promise;
    const left = once(request.socket, "close");
    socket.destroy();
    await left;
    expect(request.socket.destroyed).toBe(true);
  });
});

describe("a proxy's books", () => {
  it("count what was refused since they were last read", async () => {
    const proxy = await opened(["packages.example"]);
    for (const url of ["http://a.evil/", "http://a.evil/again", "http://b.evil:81/"])
      await answerTo(proxy, get(url));
    await answerTo(proxy, tunnel("a.evil:443"));
    expect(proxy.denied()).toEqual([
      { host: "a.evil", port: 80, count: 2 },
      { host: "b.evil", port: 81, count: 1 },
      { host: "a.evil", port: 443, count: 1 },
    ]);
    expect(proxy.denied()).toEqual([]);
  });

  it("stay short, whatever is asked for", async () => {
    const proxy = await opened(["packages.example"]);
    for (let n = 0; n < 100; n++) await answerTo(proxy, get(`http://h${n}.${"x".repeat(300)}.evil/`));
    const denied = proxy.denied();
    expect(denied.length).toBeLessThanOrEqual(32);
    expect(denied.every((one) => one.host.length <= 200)).toBe(true);
  });
});

describe("a proxy's socket", () => {
  it("is for who is let into its directory: of this machine, only its owner", async () => {
    const { dir } = await opened(["packages.example"]);
    expect(statSync(dirname(dir)).mode & 0o777).toBe(0o700);
    expect(statSync(dir).mode & 0o777).toBe(0o755);
    expect(statSync(join(dir, "proxy.sock")).mode & 0o777).toBe(0o666);
  });

  it("is gone when it is closed, and so is every connection in use", async () => {
    const server = createSocketServer(() => undefined).listen(0, "127.0.0.1");
    const port = await portOf(server);
    const proxy = await openProxy([`127.0.0.1:${port}`]);
    const [tunnelled, waiting] = [socketOf(proxy), socketOf(proxy)];
    tunnelled.write(tunnel(`127.0.0.1:${port}`));
    expect(String(await once(tunnelled, "data"))).toContain("200");
    waiting.write(get(`http://127.0.0.1:${port}/`));
    await once(server, "connection");
    const ends = [once(tunnelled, "close"), once(waiting, "close")];
    await proxy.close();
    await Promise.all(ends);
    expect(existsSync(dirname(proxy.dir))).toBe(false);
  });

  it("of a dead process is swept when another is opened; that of a living one stays", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const left = (pid: number | string): string => join(tmpdir(), `harness-out-${pid}-left${process.pid}`);
    const [gone, mine, other] = [left(dead.pid ?? 0), left(process.pid), left("notes")];
    for (const dir of [gone, mine, other]) mkdirSync(join(dir, "open"), { recursive: true });
    chmodSync(gone, 0o700);
    onTestFinished(() => [gone, mine, other].forEach((dir) => rmSync(dir, { recursive: true, force: true })));
    await opened(["packages.example"]);
    const found = readdirSync(tmpdir()).filter((name) => name.endsWith(`-left${process.pid}`));
    expect(found.map((name) => join(tmpdir(), name)).toSorted()).toEqual([mine, other].toSorted());
  });

  it("takes so many connections at a time and no more", async () => {
    const proxy = await opened(["packages.example"]);
    const sockets = Array.from({ length: 400 }, () => socketOf(proxy));
    let closed = 0;
    const allowed = new Promise<void>((resolve) => {
      for (const socket of sockets) socket.on("close", () => ++closed === 400 - 256 && resolve());
    });
    await allowed;
    const living = sockets.filter((socket) => !socket.destroyed);
    expect(living.length).toBe(256);
    living[0]?.write(get("http://evil.example/"));
    expect(String(await once(living[0] as Socket, "data"))).toContain("403");
    for (const socket of sockets) socket.destroy();
    expect(status(await answerTo(proxy, get("http://evil.example/")))).toBe("403");
  });
});

async function portOf(server: Server): Promise<number> {
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
